import { describe, expect, test } from 'vitest'
import { codeFrom, newJar, testApp } from '../../support/app'
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

/** Generate Password Reset Code and Reset Password, with the requests as the document prints them. */

const { email } = sample.create
const password = sample.newPassword
const usedCode = invalid(fieldError('code'))

async function emptyApp() {
  const app = testApp()
  await forgetEverybody(app)
  return app
}

describe.each(ways)('$name', (way) => {
  test('the mailed code sets a new password, once, without any user id', async () => {
    const app = await emptyApp()
    await registerJohn(app)
    const asked = await app.call(`${way.door}/user/code?email=${email}`)
    expect([asked.status, asked.json]).toEqual([200, { ok: 1 }])
    const code = codeFrom(app.mails, email)
    const reset = await send(app, way, '/user/reset-password', { code, password })
    expect([reset.status, reset.json]).toEqual([200, { ok: 1 }])
    const again = await send(app, way, '/user/reset-password', { code, password })
    expect([again.status, again.json]).toEqual([400, usedCode])
    const login = await app.call('/user/login', { body: { ...sample.login, password } })
    expect([login.status, login.json]).toEqual([200, signedIn()])
    const old = await app.call('/user/login', { body: sample.login })
    expect(old.status).toBe(401)
  })

  test('the code of the printed sample was sent to nobody', async () => {
    const app = await emptyApp()
    const fields = { code: 'xxx-yyy-zzz-111-222-333', password }
    const answer = await send(app, way, '/user/reset-password', fields)
    expect([answer.status, answer.json]).toEqual([400, usedCode])
  })

  test('the code may be asked for by POST as well', async () => {
    const app = await emptyApp()
    await registerJohn(app)
    app.mails.length = 0
    const asked = await send(app, way, '/user/code', { email })
    expect([asked.status, asked.json]).toEqual([200, { ok: 1 }])
    expect(app.mails.map((mail) => mail.to)).toEqual([email])
  })
})

test('a known and an unknown address get the same answer to the last byte', async () => {
  const app = await emptyApp()
  await registerJohn(app)
  app.mails.length = 0
  const unknown = await app.call('/user/code?email=nobody@example.com')
  expect(app.mails).toEqual([])
  const known = await app.call(`/user/code?email=${email}`)
  expect([unknown.status, unknown.text]).toEqual([known.status, known.text])
  expect([...unknown.headers]).toEqual([...known.headers])
})

test('the mail goes to the stored address, whatever spelling was asked for', async () => {
  const app = await emptyApp()
  await registerJohn(app)
  app.mails.length = 0
  await app.call('/user/code?email=USER@EXAMPLE.COM')
  expect(app.mails.map((mail) => mail.to)).toEqual([email])
})

test('a newer code takes the place of an older one', async () => {
  const app = await emptyApp()
  await registerJohn(app)
  await app.call(`/user/code?email=${email}`)
  const older = codeFrom(app.mails, email)
  await app.call(`/user/code?email=${email}`)
  const newer = codeFrom(app.mails, email)
  const old = await app.call('/user/reset-password', { body: { code: older, password } })
  expect([old.status, old.json]).toEqual([400, usedCode])
  const done = await app.call('/user/reset-password', { body: { code: newer, password } })
  expect(done.json).toEqual({ ok: 1 })
})

test('a code lives for 30 minutes', async () => {
  const app = await emptyApp()
  await registerJohn(app)
  await app.call(`/user/code?email=${email}`)
  const body = { code: codeFrom(app.mails, email), password }
  app.offsetMs = 30 * 60_000
  const late = await app.call('/user/reset-password', { body })
  expect([late.status, late.json]).toEqual([400, usedCode])
  app.offsetMs -= 10_000
  expect((await app.call('/user/reset-password', { body })).json).toEqual({ ok: 1 })
})

test('a password that is refused leaves the code as it was', async () => {
  const app = await emptyApp()
  await registerJohn(app)
  await app.call(`/user/code?email=${email}`)
  const code = codeFrom(app.mails, email)
  const common = await app.call('/user/reset-password', { body: { code, password: 'password123' } })
  const msg = 'This password is too common'
  const refused = invalid(fieldError('password', undefined, { msg }))
  expect([common.status, common.json]).toEqual([400, refused])
  const done = await app.call('/user/reset-password', { body: { code, password } })
  expect(done.json).toEqual({ ok: 1 })
})

test('codes are taken for their own purpose only', async () => {
  const app = await emptyApp()
  await app.call('/user/create', { body: sample.create })
  const confirming = codeFrom(app.mails, email)
  const body = { code: confirming, password }
  expect((await app.call('/user/reset-password', { body })).json).toEqual(usedCode)
  await app.call(`/user/code?email=${email}`)
  const resetting = codeFrom(app.mails, email)
  const answer = await app.call('/user/verify-email', { body: { code: resetting } })
  expect(answer.json).toEqual(usedCode)
})

test('a reset ends every session and leaves the second factor on', async () => {
  const app = await emptyApp()
  const { cookies } = await signInJohn(app)
  await app.call('/user/2fa', { body: { state: true }, cookies })
  await app.call(`/user/code?email=${email}`)
  const body = { code: codeFrom(app.mails, email), password }
  await app.call('/user/reset-password', { body, cookies })
  expect((await app.call('/user/me', { cookies })).status).toBe(401)
  const login = await app.call('/user/login', { body: { ...sample.login, password } })
  expect(login.json.data['2faEnabled']).toBe(true)
  expect(login.json.data.sessionHash).toEqual(expect.any(String))
})

test('a reset of an account that was never confirmed confirms it', async () => {
  const app = await emptyApp()
  await app.call('/user/create', { body: sample.create })
  await app.call(`/user/code?email=${email}`)
  const body = { code: codeFrom(app.mails, email), password }
  expect((await app.call('/user/reset-password', { body })).json).toEqual({ ok: 1 })
  const cookies = newJar()
  await app.call('/user/login', { body: { ...sample.login, password }, cookies })
  const me = await app.call('/user/me', { cookies })
  expect(me.json.data.user).toEqual(ownUser())
})

test('of the sixth request in an hour nobody is told, and nothing is mailed', async () => {
  const app = await emptyApp()
  await registerJohn(app)
  app.mails.length = 0
  for (let i = 0; i < 6; i += 1) {
    const asked = await app.call(`/user/code?email=${email}`)
    expect([asked.status, asked.json]).toEqual([200, { ok: 1 }])
  }
  expect(app.mails).toHaveLength(5)
})
