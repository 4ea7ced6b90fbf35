import { beforeAll, describe, expect, test } from 'vitest'
import { codeFrom, type TestApp, testApp } from '../../support/app'
import { forgetEverybody } from '../../support/site-answers'
import {
  anyToken,
  asMember,
  doors,
  failed,
  invalid,
  login,
  newMember,
  nextPassword,
  ok,
  password,
  post,
  protectByMail,
  register,
  ticketFor,
  told,
  wrongCode,
} from './people'
import { freshAccount } from './samples'

/** Signing in by address and password, and a forgotten password. */

let app: TestApp
const hour = 3600
const ninetyDays = 90 * 24 * hour
const session = { token: anyToken, token_type: 'bearer', expiresIn: ninetyDays }
const badCode = failed(401, 'The code is not valid, or has expired')

beforeAll(async () => {
  app = testApp({ THROTTLE: 'off' })
  await forgetEverybody(app)
})

describe.each(doors)('at "%s"', (door) => {
  const at = (path: string) => `${door}/v1/auth${path}`

  test('a sign-in gives the account and its token, and no ticket', async () => {
    const { id, email } = await newMember(app)
    const answer = await post(app, at('/login'), { email: email.toUpperCase(), password })
    const account = { ...freshAccount(id, email), ...session, onboarded: false }
    expect(told(answer)).toEqual(ok(account))
    expect(answer.json.data).not.toHaveProperty('tempToken')
    const { call } = asMember(app, answer)
    expect((await call('/v1/account')).status).toBe(200)
  })

  test('an account that is not confirmed signs in, and says that it is not', async () => {
    const { email } = await register(app)
    const answer = await post(app, at('/login'), { email, password })
    expect(answer.status).toBe(200)
    const unconfirmed = { emailVerified: false, isVerified: false, emailVerifiedAt: null }
    expect(answer.json.data).toMatchObject({ ...unconfirmed, token: anyToken })
  })

  test('a wrong password, an unknown address and no address are answered alike', async () => {
    const { email } = await newMember(app)
    const refused = failed(401, 'Invalid email or password')
    for (const sent of [email, 'nobody@example.com', 'nothing']) {
      const answer = await post(app, at('/login'), { email: sent, password: 'a wrong one' })
      expect(told(answer)).toEqual(refused)
      expect(answer.headers.get('WWW-Authenticate')).toBeNull()
    }
  })

  test('a second factor is asked for by a ticket, and the mailed code completes it', async () => {
    const member = await newMember(app)
    await protectByMail(app, member)
    const { id, email } = member
    const asked = await post(app, at('/login'), { email, password })
    const twoFa = { type: 'email', status: true, securityQuestion: 'undefined' }
    expect(told(asked)).toEqual(ok({ tempToken: ticketFor(hour), email, twoFa }))
    const tempToken = asked.json.data.tempToken.token
    const code = codeFrom(app.mails, email)

    const wrong = code === '999999' ? '999998' : '999999'
    expect(told(await post(app, at('/login/2fa'), { code: wrong, tempToken }))).toEqual(badCode)
    const forged = { code, tempToken: `${tempToken.slice(0, -2)}AA` }
    expect(told(await post(app, at('/login/2fa'), forged))).toEqual(badCode)
    const done = await post(app, at('/login/2fa'), { code, tempToken })
    const account = { ...freshAccount(id, email), twoFa, ...session, onboarded: false }
    expect(told(done)).toEqual(ok(account))
    expect(told(await post(app, at('/login/2fa'), { code, tempToken }))).toEqual(badCode)
  })

  test('a lost code is mailed again, to whoever there is', async () => {
    const member = await newMember(app)
    await protectByMail(app, member)
    const from = { 'CF-Connecting-IP': `2001:db8:10c0:${door.length}::1` }
    const body = { email: member.email, password }
    const asked = await app.call(at('/login'), { body, headers: from })
    const first = codeFrom(app.mails, member.email)
    for (const email of [member.email, 'nobody@example.com']) {
      const again = await app.call(at('/2fa/email/code'), { body: { email }, headers: from })
      expect(told(again)).toEqual(ok())
    }
    const tempToken = asked.json.data.tempToken.token
    const newer = codeFrom(app.mails, member.email)
    expect(newer).not.toBe(first)
    expect((await post(app, at('/login/2fa'), { code: first, tempToken })).status).toBe(401)
    const done = await post(app, at('/login/2fa'), { code: Number(newer), tempToken })
    expect(done.status).toBe(200)
  })

  test('a forgotten password: a mailed code is looked at, and sets a new one once', async () => {
    const { email, call } = await newMember(app)
    const asked = await post(app, at('/password/reset'), { email })
    expect(told(asked)).toEqual(ok({ tempToken: ticketFor(1800) }))
    const unknown = await post(app, at('/password/reset'), { email: 'nobody@example.com' })
    expect(told(unknown)).toEqual(ok({ tempToken: ticketFor(1800) }))

    const old = codeFrom(app.mails, email)
    const resent = await post(app, at('/password/reset/resend'), { email })
    expect(told(resent)).toEqual(ok({ tempToken: ticketFor(1800) }))
    const { token: tempToken } = resent.json.data.tempToken
    const token = codeFrom(app.mails, email)

    const look = (sent: object) =>
      post(app, at('/validate/password'), { tempToken, token, ...sent })
    expect(told(await look({}))).toEqual(ok())
    expect(told(await look({}))).toEqual(ok())
    expect(told(await look({ token: old }))).toEqual(wrongCode('token'))
    expect(told(await look({ tempToken: 'x' }))).toEqual(wrongCode('token'))

    const change = (sent: object) =>
      post(app, at('/password/change'), { tempToken, token, password: nextPassword, ...sent })
    const weak = await change({ password: 'short' })
    expect(told(weak)).toEqual(invalid(['password', 'is too short']))
    expect(told(await change({}))).toEqual(ok({}, 'Password successfully changed'))
    expect(told(await change({}))).toEqual(wrongCode('token'))
    expect((await call('/v1/account')).status).toBe(401)
    expect((await login(app, email)).status).toBe(401)
    expect((await login(app, email, nextPassword)).status).toBe(200)
  })
})

test('a ticket of one flow is none in another', async () => {
  const { email } = await newMember(app)
  const { tempToken } = await register(app)
  const reset = await post(app, '/v1/auth/password/reset', { email })
  const token = codeFrom(app.mails, email)
  const crossed = { tempToken, token, password: nextPassword }
  expect(told(await post(app, '/v1/auth/password/change', crossed))).toEqual(wrongCode('token'))
  const sent = { tempToken: reset.json.data.tempToken.token, code: '123456' }
  expect(told(await post(app, '/v1/auth/login/2fa', sent))).toEqual(badCode)
  const confirming = { tempToken: sent.tempToken, token }
  const verified = await post(app, '/v1/auth/account/verify', confirming)
  expect(told(verified)).toEqual(wrongCode('token'))
})

test('a reset code sets no password for another address than its own', async () => {
  const [one, two] = [await newMember(app), await newMember(app)]
  const { json } = await post(app, '/v1/auth/password/reset', { email: one.email })
  await post(app, '/v1/auth/password/reset', { email: two.email })
  const token = codeFrom(app.mails, two.email)
  const sent = { tempToken: json.data.tempToken.token, token, password: nextPassword }
  expect(told(await post(app, '/v1/auth/password/change', sent))).toEqual(wrongCode('token'))
  expect((await login(app, two.email)).status).toBe(200)
})

test('tickets end with what they are for', async () => {
  const later = testApp({ THROTTLE: 'off' })
  const { email, tempToken } = await register(later)
  const token = codeFrom(later.mails, email)
  later.offsetMs = 24 * 3600 * 1000 + 1000
  const late = await post(later, '/v1/auth/account/verify', { tempToken, token })
  expect(told(late)).toEqual(wrongCode('token'))
})

test('wrong passwords close a sign-in after five, and say for how long', async () => {
  const strict = testApp()
  const { email } = await newMember(strict)
  const headers = { 'CF-Connecting-IP': '2001:db8:5afe::1' }
  const guess = () =>
    strict.call('/v1/auth/login', { body: { email, password: 'a wrong one' }, headers })
  for (let i = 0; i < 6; i += 1) await guess()
  const answer = await guess()
  expect(told(answer)).toEqual(failed(429, 'Too many requests'))
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
})

test.each([
  ['/login', {}, 'email password'],
  ['/login', { email: 7, password: '' }, 'email password'],
  ['/login/2fa', {}, 'code tempToken'],
  ['/2fa/email/code', { email: 'x' }, 'email'],
  ['/password/reset', {}, 'email'],
])('%s with %j is refused', async (path, body, fields) => {
  const answer = await post(app, `/v1/auth${path}`, body)
  expect(answer.status).toBe(422)
  const named = answer.json.validation.map(({ field }: { field: string }) => field)
  expect(named.join(' ')).toBe(fields)
})

test.each(['generate-state', 'validate-state'])(
  'signing in by Google is not served: %s',
  async (end) => {
    const answer = await app.call(`/v1/auth/google/oauth/${end}`)
    expect(told(answer)).toEqual(failed(404, 'Not found'))
  },
)
