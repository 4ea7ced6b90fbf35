import { describe, expect, test } from 'vitest'
import { codeFrom, newJar, type TestApp, testApp } from '../../support/app'
import {
  fieldError,
  forgetEverybody,
  invalid,
  ownUser,
  registerJohn,
  sample,
  send,
  signedIn,
  signInJohn,
  ways,
} from '../../support/social-answers'

/** Login, Do 2FA and Enable 2FA, with the requests as the document prints them. */

const { email } = sample.create
const unauthorized = { ok: 0, error: 'Unauthorized' }

async function emptyApp() {
  const app = testApp()
  await forgetEverybody(app)
  return app
}

/** John with the second factor on, and the answer to a login that now waits for it. */
async function waitingForCode(app: TestApp) {
  const { id, cookies } = await signInJohn(app)
  await app.call('/user/2fa', { body: { state: true }, cookies })
  app.mails.length = 0
  const login = await app.call('/user/login', { body: sample.login })
  const { sessionHash } = login.json.data
  return { id, cookies, login, sessionHash, code: codeFrom(app.mails, email) }
}

function cookieAttributes(line = '') {
  const [pair = '', ...attributes] = line.split('; ')
  return { name: pair.split('=')[0], value: pair.split('=')[1], attributes: attributes.sort() }
}

describe.each(ways)('$name', (way) => {
  test('the sample signs in and answers the user as userInfo and as user', async () => {
    const app = await emptyApp()
    const id = await registerJohn(app)
    const cookies = newJar()
    const answer = await send(app, way, '/user/login', sample.login, { cookies })
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual(signedIn({ _id: id }))
    const me = await app.call('/user/me', { cookies })
    expect(me.json.data.user).toEqual(ownUser({ _id: id }))
  })

  test('the username alone and the address alone each sign in', async () => {
    const app = await emptyApp()
    await registerJohn(app)
    const { username, email: address, ...rest } = sample.login
    const byName = await send(app, way, '/user/login', { username, ...rest })
    expect([byName.status, byName.json]).toEqual([200, signedIn()])
    const byAddress = await send(app, way, '/user/login', { email: address, ...rest })
    expect([byAddress.status, byAddress.json]).toEqual([200, signedIn()])
  })

  test('with the second factor on, the answer holds a session hash and the short user', async () => {
    const app = await emptyApp()
    const { id } = await waitingForCode(app)
    const cookies = newJar()
    const answer = await send(app, way, '/user/login', sample.login, { cookies })
    const user = { _id: id, username: 'john_doe', email }
    const sessionHash = expect.stringMatching(/^[\w-]{43}$/)
    expect([answer.status, answer.json]).toEqual([
      200,
      { ok: 1, data: { '2faEnabled': true, sessionHash, userInfo: user, user } },
    ])
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  test('the mailed code finishes the sign-in and answers like it, once', async () => {
    const app = await emptyApp()
    const { id, sessionHash, code } = await waitingForCode(app)
    const cookies = newJar()
    const fields = { target: id, code, sessionHash }
    const answer = await send(app, way, '/user/do-2fa', fields, { cookies })
    expect([answer.status, answer.json]).toEqual([200, signedIn({ _id: id }, true)])
    expect((await app.call('/user/me', { cookies })).status).toBe(200)
    const again = await send(app, way, '/user/do-2fa', fields)
    expect([again.status, again.json]).toEqual([400, invalid(fieldError('code'))])
  })

  test('the second factor is switched on and off, and twice is as good as once', async () => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    for (const state of [true, true, false, false]) {
      const answer = await send(app, way, '/user/2fa', { state }, { cookies })
      expect([answer.status, answer.json]).toEqual([200, { ok: 1 }])
      const login = await app.call('/user/login', { body: sample.login })
      expect(login.json.data['2faEnabled']).toBe(state)
    }
  })
})

test('the code may be a number, as in the sample', async () => {
  const app = await emptyApp()
  const { id, sessionHash, code } = await waitingForCode(app)
  const body = [{ target: id, code: Number(code), sessionHash }]
  const answer = await app.call('/user/do-2fa', { body })
  expect([answer.status, answer.json]).toEqual([200, signedIn({ _id: id }, true)])
})

test('the printed sample of Do 2FA lacks the session hash that its table requires', async () => {
  const app = await emptyApp()
  const body = [{ target: '507f1f77bcf86cd799439011', code: 22625 }]
  const answer = await app.call('/user/do-2fa', { body })
  expect([answer.status, answer.json]).toEqual([400, invalid(fieldError('sessionHash'))])
})

test('a session opens only with the hash, the code and the account that belong together', async () => {
  const app = await emptyApp()
  const { id, sessionHash, code } = await waitingForCode(app)
  const wrongCode = code === '100000' ? '100001' : '100000'
  const right = { target: id, code, sessionHash }
  const wrongs = [
    { ...right, code: wrongCode },
    { ...right, target: '507f1f77bcf86cd799439011' },
    { ...right, sessionHash: '0f4e1ea6-9f2f-4239-96ec-64cbfc7e4815' },
  ]
  for (const body of wrongs) {
    const answer = await app.call('/user/do-2fa', { body })
    expect([answer.status, answer.json]).toEqual([400, invalid(fieldError('code'))])
    expect(answer.headers.getSetCookie()).toEqual([])
  }
  const answer = await app.call('/user/do-2fa', { body: right })
  expect(answer.status).toBe(200)
})

test('a mailed code lives for ten minutes', async () => {
  const app = await emptyApp()
  const { id, sessionHash, code } = await waitingForCode(app)
  const body = { target: id, code, sessionHash }
  app.offsetMs = 10 * 60_000
  const late = await app.call('/user/do-2fa', { body })
  expect([late.status, late.json]).toEqual([400, invalid(fieldError('code'))])
  app.offsetMs -= 10_000
  expect((await app.call('/user/do-2fa', { body })).status).toBe(200)
})

test('the cookies are bound to the host, hidden from scripts and not sent across sites', async () => {
  const app = await emptyApp()
  await registerJohn(app)
  const answer = await app.call('/user/login', { body: sample.login })
  const token = expect.stringMatching(/^[\w-]{43}$/)
  const attributes = (days: number) =>
    [`Max-Age=${days * 24 * 3600}`, 'Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax'].sort()
  expect(answer.headers.getSetCookie().map(cookieAttributes)).toEqual([
    { name: '__Host-atrium_session', value: token, attributes: attributes(90) },
    { name: '__Host-atrium_device', value: token, attributes: attributes(400) },
  ])
})

test('a known and an unknown account get the same answer to a wrong password', async () => {
  const app = await emptyApp()
  await registerJohn(app)
  const wrong = { ...sample.login, password: 'not the password' }
  const known = await app.call('/user/login', { body: wrong })
  const unknown = await app.call('/user/login', { body: { ...wrong, username: 'jane_doe' } })
  expect([known.status, known.json]).toEqual([401, unauthorized])
  expect([unknown.status, unknown.text]).toEqual([known.status, known.text])
  expect([...unknown.headers]).toEqual([...known.headers])
})

test('names are the same in any case, and a password however its accents were typed', async () => {
  const app = await emptyApp()
  const password = 'pâsswörd très long'
  const body = { ...sample.create, password: password.normalize('NFD') }
  await app.call('/user/create', { body })
  await app.call('/user/verify-email', { body: { code: codeFrom(app.mails, email) } })
  const typed = { userAgent: 'test', password: password.normalize('NFC') }
  for (const name of [{ username: 'JOHN_Doe' }, { email: 'USER@EXAMPLE.com' }]) {
    const answer = await app.call('/user/login', { body: { ...name, ...typed } })
    expect([answer.status, answer.json]).toEqual([200, signedIn()])
  }
})

test('an account whose address is not confirmed is told so, after the right password only', async () => {
  const app = await emptyApp()
  await app.call('/user/create', { body: sample.create })
  const right = await app.call('/user/login', { body: sample.login })
  expect([right.status, right.json]).toEqual([401, { ok: 0, error: 'ResourceNotActive' }])
  expect(right.headers.getSetCookie()).toEqual([])
  const wrong = { ...sample.login, password: 'not the password' }
  const answer = await app.call('/user/login', { body: wrong })
  expect([answer.status, answer.json]).toEqual([401, unauthorized])
})

test('a disabled account is told so, after the right password only', async () => {
  const app = await emptyApp()
  await registerJohn(app)
  await app.env.DB.exec('UPDATE accounts SET disabled_at = 1')
  const right = await app.call('/user/login', { body: sample.login })
  expect([right.status, right.json]).toEqual([403, { ok: 0, error: 'Banned' }])
  const wrong = { ...sample.login, password: 'not the password' }
  const answer = await app.call('/user/login', { body: wrong })
  expect([answer.status, answer.json]).toEqual([401, unauthorized])
})

test('switching the second factor needs a recent sign-in or the password', async () => {
  const app = await emptyApp()
  const { cookies } = await signInJohn(app)
  app.offsetMs = 15 * 60_000 + 1000
  const stale = await app.call('/user/2fa', { body: { state: true }, cookies })
  const refused = (reason: string) => [401, { ...unauthorized, additionalInfo: { reason } }]
  expect([stale.status, stale.json]).toEqual(refused('stale'))
  const wrong = { state: true, currentPassword: 'not the password' }
  const answer = await app.call('/user/2fa', { body: wrong, cookies })
  expect([answer.status, answer.json]).toEqual(refused('wrong_password'))
  const right = { state: true, currentPassword: sample.login.password }
  const done = await app.call('/user/2fa', { body: right, cookies })
  expect([done.status, done.json]).toEqual([200, { ok: 1 }])
})
