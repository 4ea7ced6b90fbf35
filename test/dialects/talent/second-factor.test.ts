import { beforeAll, describe, expect, test } from 'vitest'
import { codeAt } from '../../../src/crypto/totp'
import { codeFrom, type TestApp, testApp } from '../../support/app'
import {
  accepted,
  asMember,
  doors,
  failed,
  invalid,
  login,
  type Member,
  newEmail,
  newMember,
  ok,
  password,
  post,
  protectByMail,
  register,
  told,
  unauthorized,
  wrongCode,
} from './people'

/** Switching a second factor on and off: by mail as the document shows, and by an authenticator app. */

let app: TestApp

beforeAll(() => {
  app = testApp({ THROTTLE: 'off' })
})

const initiated = 'TwoFA security is initiated'

async function protectByApp(member: Member) {
  const begun = await member.call('/v1/account/initiate/2fa', { body: { type: 'google_auth' } })
  const { secret } = begun.json.data
  const code = await codeAt(secret, Date.now())
  const answer = await member.call('/v1/account/activate/2fa', { body: { code } })
  if (answer.status !== 200) throw new Error(answer.text)
  return { secret, backupCodes: answer.json.data.backupCodes as string[] }
}

describe.each(doors)('at "%s"', (door) => {
  const at = (path: string) => `${door}/v1/account${path}`

  test('by mail: initiated, activated, and deactivated by another code', async () => {
    const { email, call, me } = await newMember(app)
    const begun = await call(at('/initiate/2fa'), { body: { type: 'email' } })
    expect(told(begun)).toEqual(accepted({ type: 'email' }, initiated))
    expect((await me()).twoFa.status).toBe(false)
    const code = codeFrom(app.mails, email)
    const wrong = code === '999999' ? '999998' : '999999'
    expect(told(await call(at('/activate/2fa'), { body: { code: wrong } }))).toEqual(
      wrongCode('code'),
    )
    expect(told(await call(at('/activate/2fa'), { body: { code } }))).toEqual(ok())
    const twoFa = { type: 'email', status: true, securityQuestion: 'undefined' }
    expect((await me()).twoFa).toEqual(twoFa)

    for (const body of [{ password }, {}, undefined]) {
      const mailed = await call(`${at('/2fa/email')}?emailType=two_fa`, { method: 'POST', body })
      expect(told(mailed)).toEqual(ok({}, 'Success'))
    }
    const refused = await call(at('/2fa/email'), { body: { password: 'a wrong one' } })
    expect(told(refused)).toEqual(failed(401, 'Invalid password'))
    expect(told(await call(at('/deactivate/2fa'), { body: { code } }))).toEqual(wrongCode('code'))
    const newer = codeFrom(app.mails, email)
    expect(told(await call(at('/deactivate/2fa'), { body: { code: newer } }))).toEqual(ok())
    expect((await me()).twoFa.status).toBe(false)
    expect((await login(app, email)).json.data).toHaveProperty('token')
  })

  test('by an app: a secret to type, an address to draw, and a picture of it', async () => {
    const { email, call, me } = await newMember(app)
    const begun = await call(at('/initiate/2fa'), { body: { type: 'google_auth' } })
    const { secret } = begun.json.data
    const answer = {
      type: 'google_auth',
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      qrCodeUrl: expect.stringMatching(/^otpauth:\/\/totp\//),
      qrCode: expect.stringMatching(/^data:image\/svg\+xml;base64,/),
    }
    expect(told(begun)).toEqual(accepted(answer, initiated))
    expect(begun.json.data.qrCodeUrl).toContain(`secret=${secret}`)

    const code = await codeAt(secret, Date.now())
    const activated = await call(at('/activate/2fa'), { body: { code } })
    const backupCodes = Array(10).fill(expect.stringMatching(/^[a-z0-9]{5}(-[a-z0-9]{5}){4}$/))
    expect(told(activated)).toEqual(ok({ backupCodes }))
    expect((await me()).twoFa).toMatchObject({ type: 'google_auth', status: true })
    expect(JSON.stringify(await me())).not.toContain(secret)

    const asked = await login(app, email)
    expect(asked.json.data.twoFa.type).toBe('google_auth')
    const { token: tempToken } = asked.json.data.tempToken
    const [backup = '', other] = activated.json.data.backupCodes
    const used = await post(app, `${door}/v1/auth/login/2fa`, { code: backup, tempToken })
    expect(used.status).toBe(200)
    const again = (await login(app, email)).json.data.tempToken.token
    const spent = await post(app, `${door}/v1/auth/login/2fa`, { code: backup, tempToken: again })
    expect(spent.status).toBe(401)
    expect(told(await call(at('/deactivate/2fa'), { body: { code: other } }))).toEqual(ok())
  })

  test('is initiated where passwords are changed, as a widely used client does', async () => {
    const { call } = await newMember(app)
    const begun = await call(at('/password/change'), { body: { type: 'email' } })
    expect(told(begun)).toEqual(accepted({ type: 'email' }, initiated))
    const app2 = await call(at('/password/change'), { body: { type: 'google_auth' } })
    expect([app2.status, app2.json.data.type]).toEqual([202, 'google_auth'])
  })
})

test('an app completes a sign-in by its code', async () => {
  const member = await newMember(app)
  const { secret } = await protectByApp(member)
  const tempToken = (await login(app, member.email)).json.data.tempToken.token
  // The step of the activation is used up.
  const code = await codeAt(secret, Date.now() + 30_000)
  const done = await post(app, '/v1/auth/login/2fa', { code, tempToken })
  expect([done.status, done.json.data?._id]).toEqual([200, member.id])
})

test('mailed codes are none where an app is on', async () => {
  const member = await newMember(app)
  await protectByApp(member)
  const inUse = failed(409, 'TwoFA security is in use already')
  expect(told(await member.call('/v1/account/2fa/email', { method: 'POST' }))).toEqual(inUse)
  for (const type of ['email', 'google_auth']) {
    const answer = await member.call('/v1/account/initiate/2fa', { body: { type } })
    expect(told(answer)).toEqual(inUse)
  }
})

test('an address that is not confirmed is no second factor', async () => {
  const { email } = await register(app)
  const { token } = (await login(app, email)).json.data
  const headers = { Authorization: `Bearer ${token}` }
  const sent = { body: { type: 'email' }, headers }
  const answer = await app.call('/v1/account/initiate/2fa', sent)
  expect(told(answer)).toEqual(failed(403, 'Email is not verified'))
})

test('confirming another address opens no account whose second factor is on', async () => {
  const member = await newMember(app)
  await protectByApp(member)
  const email = newEmail()
  const asked = await member.call('/social/user/me', { method: 'PATCH', body: { email } })
  expect(asked.json).toEqual({ ok: 1 })
  const { json } = await post(app, '/v1/auth/verify/resend', { email })
  const sent = { tempToken: json.data.tempToken.token, token: codeFrom(app.mails, email) }
  const answer = await post(app, '/v1/auth/account/verify', sent)
  const twoFa = { type: 'google_auth', status: true, securityQuestion: 'undefined' }
  const confirmed = { _id: member.id, email, emailVerified: true, isVerified: true, twoFa }
  expect(told(answer)).toEqual(ok(confirmed))
})

test('an app that was set up before the address was confirmed is gone with it', async () => {
  const { email, tempToken } = await register(app)
  const stranger = asMember(app, await login(app, email))
  await protectByApp({ email, ...stranger })
  const sent = { tempToken, token: codeFrom(app.mails, email) }
  const answer = await post(app, '/v1/auth/account/verify', sent)
  expect([answer.status, answer.json.data.twoFa.status]).toEqual([200, false])
  expect((await stranger.call('/v1/account')).status).toBe(401)
})

test('switching needs a sign-in that is not long ago', async () => {
  const later = testApp({ THROTTLE: 'off' })
  const member = await newMember(later)
  later.offsetMs = 16 * 60 * 1000
  const stale = failed(401, 'Sign in again to do this')
  const begun = await member.call('/v1/account/initiate/2fa', { body: { type: 'email' } })
  expect(told(begun)).toEqual(stale)
  const off = await member.call('/v1/account/deactivate/2fa', { body: { code: '123456' } })
  expect(told(off)).toEqual(stale)
})

test('five wrong codes close it', async () => {
  const strict = testApp()
  const member = await newMember(strict)
  await protectByMail(strict, member)
  await member.call('/v1/account/2fa/email', { method: 'POST' })
  const statuses: number[] = []
  for (let i = 0; i < 7; i += 1) {
    const answer = await member.call('/v1/account/deactivate/2fa', { body: { code: '000000' } })
    statuses.push(answer.status)
  }
  expect(statuses).toEqual([422, 422, 422, 422, 422, 429, 429])
})

test.each([
  ['/initiate/2fa', { type: 'sms' }, 'type', 'is not valid'],
  ['/initiate/2fa', {}, 'type', 'is not valid'],
  ['/activate/2fa', { code: '' }, 'code', 'is too short'],
  ['/2fa/email', { password: 7 }, 'password', 'is not valid'],
  ['/delete-account', {}, 'password', 'is required'],
] as const)('%s with %j is refused', async (path, body, field, rest) => {
  const { call } = await newMember(app)
  expect(told(await call(`/v1/account${path}`, { body }))).toEqual(invalid([field, rest]))
})

test.each([
  ['GET', ''],
  ['PATCH', '/update'],
  ['POST', '/onboard'],
  ['PUT', '/password/change'],
  ['POST', '/password/change'],
  ['POST', '/initiate/2fa'],
  ['POST', '/activate/2fa'],
  ['POST', '/deactivate/2fa'],
  ['POST', '/2fa/email'],
  ['GET', '/user'],
  ['GET', '/user/x'],
  ['POST', '/logout'],
  ['POST', '/delete-account'],
])('%s /v1/account%s is nobody’s without a token', async (method, path) => {
  const body = method === 'GET' ? {} : { body: '{', headers: { 'Content-Type': 'text/plain' } }
  const answer = await app.call(`/v1/account${path}`, { method, ...body })
  expect(told(answer)).toEqual(unauthorized)
  expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="atrium"')
})
