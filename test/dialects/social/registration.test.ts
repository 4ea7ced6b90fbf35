import { describe, expect, test } from 'vitest'
import { codeFrom, newJar, testApp } from '../../support/app'
import {
  anyId,
  fieldError,
  forgetEverybody,
  invalid,
  ownUser,
  registerJohn,
  sample,
  send,
  signInJohn,
  ways,
} from '../../support/social-answers'

/** Create User and Verify Email, with the requests as the document prints them. */

const { email } = sample.create
const verified = {
  ok: 1,
  data: 'Your email has been verified successfully. You can now login.',
}
const resent = { ok: 1, data: 'Verification email resent successfully.' }

async function emptyApp() {
  const app = testApp()
  await forgetEverybody(app)
  return app
}

describe.each(ways)('$name', (way) => {
  test('the sample registers an account, which is answered whole', async () => {
    const app = await emptyApp()
    const created = await send(app, way, '/user/create', sample.create)
    expect(created.status).toBe(201)
    expect(created.headers.get('Content-Type')).toBe('application/json')
    expect(created.json).toEqual({ ok: 1, data: { user: ownUser({ emailVerified: false }) } })
    expect(created.headers.getSetCookie()).toEqual([])
    expect(app.mails.map((mail) => mail.to)).toEqual([email])
  })

  test('what the document calls optional may be left out', async () => {
    const app = await emptyApp()
    const { phone, phoneCountryCode, ...required } = sample.create
    const created = await send(app, way, '/user/create', required)
    expect(created.status).toBe(201)
    const nothing = { phone: null, phoneCountryCode: null, emailVerified: false }
    expect(created.json).toEqual({ ok: 1, data: { user: ownUser(nothing) } })
  })

  test('the mailed code confirms the address, once', async () => {
    const app = await emptyApp()
    await send(app, way, '/user/create', sample.create)
    const code = codeFrom(app.mails, email)
    const confirmed = await send(app, way, '/user/verify-email', { code })
    expect(confirmed.status).toBe(200)
    expect(confirmed.json).toEqual(verified)
    const again = await send(app, way, '/user/verify-email', { code })
    expect(again.status).toBe(400)
    expect(again.json).toEqual(invalid(fieldError('code')))
  })

  test('the code may come with the id of its account', async () => {
    const app = await emptyApp()
    const created = await send(app, way, '/user/create', sample.create)
    const target = created.json.data.user._id
    const code = codeFrom(app.mails, email)
    const confirmed = await send(app, way, '/user/verify-email', { target, code })
    expect(confirmed.json).toEqual(verified)
  })

  test('a new code can be asked for with the id, and takes the place of the first', async () => {
    const app = await emptyApp()
    const created = await send(app, way, '/user/create', sample.create)
    const first = codeFrom(app.mails, email)
    const target = created.json.data.user._id
    const again = await send(app, way, '/user/resend-verification', { target })
    expect(again.status).toBe(200)
    expect(again.json).toEqual(resent)
    const second = codeFrom(app.mails, email)
    expect(second).not.toBe(first)
    const old = await send(app, way, '/user/verify-email', { code: first })
    expect(old.json).toEqual(invalid(fieldError('code')))
    const confirmed = await send(app, way, '/user/verify-email', { code: second })
    expect(confirmed.json).toEqual(verified)
  })
})

describe.each(['', '/social'])('by GET under "%s"', (door) => {
  test('target and code in the query confirm the address', async () => {
    const app = await emptyApp()
    const created = await app.call(`${door}/user/create`, { body: sample.create })
    const target = created.json.data.user._id
    const code = codeFrom(app.mails, email)
    const path = `${door}/user/verify-email?target=${target}&code=${code}`
    const confirmed = await app.call(path)
    expect([confirmed.status, confirmed.json]).toEqual([200, verified])
    const again = await app.call(path)
    const used = invalid(fieldError('code', undefined, { location: 'query' }))
    expect([again.status, again.json]).toEqual([400, used])
  })

  test('the code alone in the query is enough', async () => {
    const app = await emptyApp()
    await app.call(`${door}/user/create`, { body: sample.create })
    const code = codeFrom(app.mails, email)
    const confirmed = await app.call(`${door}/user/verify-email?code=${code}`)
    expect(confirmed.json).toEqual(verified)
  })

  test('target in the query asks for a new code', async () => {
    const app = await emptyApp()
    const created = await app.call(`${door}/user/create`, { body: sample.create })
    const target = created.json.data.user._id
    const again = await app.call(`${door}/user/resend-verification?target=${target}`)
    expect([again.status, again.json]).toEqual([200, resent])
    expect(app.mails).toHaveLength(2)
  })
})

test('a code of one account does not confirm with the id of another', async () => {
  const app = await emptyApp()
  await app.call('/user/create', { body: sample.create })
  const code = codeFrom(app.mails, email)
  const target = '507f1f77bcf86cd799439011'
  const answer = await app.call('/user/verify-email', { body: { target, code } })
  expect([answer.status, answer.json]).toEqual([400, invalid(fieldError('code'))])
  const right = await app.call('/user/verify-email', { body: { code } })
  expect(right.json).toEqual(verified)
})

test('a code is taken as people return it, in capitals and with spaces around', async () => {
  const app = await emptyApp()
  await app.call('/user/create', { body: sample.create })
  const code = ` ${codeFrom(app.mails, email).toUpperCase()} `
  const answer = await app.call('/user/verify-email', { body: { code } })
  expect(answer.json).toEqual(verified)
})

test('a code that is a number is a code that nobody was sent', async () => {
  const app = await emptyApp()
  const answer = await app.call('/user/verify-email', { body: [{ code: 22625 }] })
  expect([answer.status, answer.json]).toEqual([400, invalid(fieldError('code'))])
})

test('a confirmation code lives for 24 hours', async () => {
  const app = await emptyApp()
  await app.call('/user/create', { body: sample.create })
  const code = codeFrom(app.mails, email)
  app.offsetMs = 24 * 3600 * 1000
  const late = await app.call('/user/verify-email', { body: { code } })
  expect([late.status, late.json]).toEqual([400, invalid(fieldError('code'))])
  app.offsetMs -= 60_000
  const inTime = await app.call('/user/verify-email', { body: { code } })
  expect(inTime.json).toEqual(verified)
})

test('an account that nobody confirmed gives way to a new one with the same address', async () => {
  const app = await emptyApp()
  const first = await app.call('/user/create', { body: sample.create })
  const oldCode = codeFrom(app.mails, email)
  const second = await app.call('/user/create', { body: sample.create })
  expect(second.status).toBe(201)
  expect(second.json).toEqual({ ok: 1, data: { user: ownUser({ emailVerified: false }) } })
  expect(second.json.data.user._id).not.toBe(first.json.data.user._id)
  const old = await app.call('/user/verify-email', { body: { code: oldCode } })
  expect(old.status).toBe(400)
})

test('a confirmed name and address are refused together, in any spelling', async () => {
  const app = await emptyApp()
  await registerJohn(app)
  const taken = (duplicateFields: string[]) => [
    409,
    { ok: 0, error: 'ResourceConflict', additionalInfo: { duplicateFields } },
  ]
  const create = async (given: object) => {
    const { status, json } = await app.call('/user/create', {
      body: { ...sample.create, ...given },
    })
    return [status, json]
  }
  expect(await create({})).toEqual(taken(['username', 'email']))
  expect(await create({ username: 'JOHN_DOE', email: 'x@example.com' })).toEqual(
    taken(['username']),
  )
  expect(await create({ username: 'jane_doe', email: 'USER@Example.COM' })).toEqual(
    taken(['email']),
  )
})

test('the signed-in account may ask for a new code only while there is something to confirm', async () => {
  const app = await emptyApp()
  const { id, cookies } = await signInJohn(app)
  const nothing = invalid(fieldError('target', undefined, { location: 'query' }))
  const own = await app.call('/user/resend-verification', { cookies })
  expect([own.status, own.json]).toEqual([400, nothing])
  const posted = await app.call('/user/resend-verification', { body: {}, cookies })
  expect([posted.status, posted.json]).toEqual([400, invalid(fieldError('target'))])
  const byId = await app.call(`/user/resend-verification?target=${id}`)
  expect([byId.status, byId.json]).toEqual([400, nothing])
})

test('without a target and without a session, asking for a new code is unauthorized', async () => {
  const app = await emptyApp()
  const answer = await app.call('/user/resend-verification')
  expect([answer.status, answer.json]).toEqual([401, { ok: 0, error: 'Unauthorized' }])
})

test('confirming ends every other session and keeps the password', async () => {
  const open = testApp({ REQUIRE_EMAIL_VERIFICATION: 'false' })
  const strict = testApp()
  await forgetEverybody(strict)
  await strict.call('/user/create', { body: sample.create })
  const [mine, other] = [newJar(), newJar()]
  await open.call('/user/login', { body: sample.login, cookies: mine })
  await open.call('/user/login', { body: sample.login, cookies: other })
  const code = codeFrom(strict.mails, email)
  await strict.call('/user/verify-email', { body: { code }, cookies: mine })
  expect((await strict.call('/user/me', { cookies: mine })).json.data.user).toEqual(ownUser())
  expect((await strict.call('/user/me', { cookies: other })).status).toBe(401)
  const again = await strict.call('/user/login', { body: sample.login })
  expect(again.json.data.user._id).toEqual(anyId)
})
