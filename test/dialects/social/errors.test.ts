import { describe, expect, test } from 'vitest'
import { codeFrom, newJar, type TestApp, testApp } from '../../support/app'
import { brokenDatabase } from '../../support/database'
import { newPerson } from '../../support/social'
import {
  fieldError,
  forgetEverybody,
  invalid,
  registerJohn,
  sample,
  signInJohn,
  whole,
} from '../../support/social-answers'

/** Every failure of this dialect that can be reached over the wire: status, headers and whole body. */

const unauthorized = { ok: 0, error: 'Unauthorized' }
const wrong = { ...sample.login, password: 'not the password' }

async function emptyApp(overrides = {}) {
  const app = testApp(overrides)
  await forgetEverybody(app)
  return app
}

function rateLimited(retryAfter: number) {
  return {
    status: 429,
    headers: { 'Retry-After': String(retryAfter) },
    json: { ok: 0, error: 'RateLimitError', additionalInfo: { retryAfter } },
  }
}

test('ClientInputError: a code that is wrong, at every place that takes one', async () => {
  const app = await emptyApp()
  const code = 'xxx-yyy-zzz-111-222-333'
  const body = { code, password: sample.newPassword, target: '507f1f77bcf86cd799439011' }
  const refused = { status: 400, headers: {}, json: invalid(fieldError('code')) }
  for (const path of ['verify-email', 'reset-password', 'do-2fa']) {
    const answer = await app.call(`/user/${path}`, { body: { ...body, sessionHash: 'xxx' } })
    expect(whole(answer)).toEqual(refused)
  }
  const json = invalid(fieldError('code', undefined, { location: 'query' }))
  const inQuery = await app.call(`/user/verify-email?code=${code}`)
  expect(whole(inQuery)).toEqual({ ...refused, json })
})

test('ClientInputError: there is nothing to confirm', async () => {
  const app = await emptyApp()
  const { id, cookies } = await signInJohn(app)
  const json = invalid(fieldError('target', undefined, { location: 'query' }))
  const refused = { status: 400, headers: {}, json }
  const path = '/user/resend-verification'
  expect(whole(await app.call(`${path}?target=${id}`))).toEqual(refused)
  expect(whole(await app.call(path, { cookies }))).toEqual(refused)
})

test('ClientInputError: the second factor needs a confirmed address', async () => {
  const app = await emptyApp({ REQUIRE_EMAIL_VERIFICATION: 'false' })
  await testApp().call('/user/create', { body: sample.create })
  const cookies = newJar()
  await app.call('/user/login', { body: sample.login, cookies })
  const answer = await app.call('/user/2fa', { body: { state: true }, cookies })
  const additionalInfo = { reason: 'email_not_confirmed' }
  const json = { ok: 0, error: 'ClientInputError', additionalInfo }
  expect(whole(answer)).toEqual({ status: 400, headers: {}, json })
})

test('InvalidInviteCode: where registration is by invitation', async () => {
  const app = await emptyApp({ INVITE_ONLY: 'true' })
  const refused = { status: 400, headers: {}, json: { ok: 0, error: 'InvalidInviteCode' } }
  for (const given of [{}, { inviteCode: 'AA-9999-1700000000000' }]) {
    const answer = await app.call('/user/create', { body: { ...sample.create, ...given } })
    expect(whole(answer)).toEqual(refused)
  }
})

test('Unauthorized: wrong credentials bring no challenge, as they are no bearer’s', async () => {
  const app = await emptyApp()
  await registerJohn(app)
  const answer = await app.call('/user/login', { body: wrong })
  expect(whole(answer)).toEqual({ status: 401, headers: {}, json: unauthorized })
})

test('ResourceNotActive: at the sign-in and at every delegated call', async () => {
  const open = await emptyApp({ REQUIRE_EMAIL_VERIFICATION: 'false' })
  const app = testApp()
  await app.call('/user/create', { body: sample.create })
  const refused = { status: 401, headers: {}, json: { ok: 0, error: 'ResourceNotActive' } }
  expect(whole(await app.call('/user/login', { body: sample.login }))).toEqual(refused)
  const cookies = newJar()
  await open.call('/user/login', { body: sample.login, cookies })
  const calls = [
    ['/user/me', {}],
    ['/user/me', { method: 'PATCH', body: { firstName: 'x' } }],
    ['/user/private', { body: { state: true } }],
    ['/user/2fa', { body: { state: true } }],
    ['/user/login-history', {}],
    ['/user/session-state', {}],
    ['/user/507f1f77bcf86cd799439011', {}],
  ] as const
  for (const [path, call] of calls) {
    expect(whole(await app.call(path, { ...call, cookies }))).toEqual(refused)
  }
  // What the account needs in order to become active is open to it.
  app.mails.length = 0
  expect((await app.call('/user/resend-verification', { cookies })).status).toBe(200)
  const code = codeFrom(app.mails, sample.create.email)
  expect((await app.call('/user/verify-email', { body: { code }, cookies })).status).toBe(200)
  expect((await app.call('/user/me', { cookies })).status).toBe(200)
})

test('Banned: a disabled account, and its sessions are dead', async () => {
  const app = await emptyApp()
  const { cookies } = await signInJohn(app)
  await app.env.DB.exec('UPDATE accounts SET disabled_at = 1')
  const login = await app.call('/user/login', { body: sample.login })
  expect(whole(login)).toEqual({ status: 403, headers: {}, json: { ok: 0, error: 'Banned' } })
  expect((await app.call('/user/me', { cookies })).status).toBe(401)
})

test('Forbidden: closed registration', async () => {
  const app = await emptyApp({ REGISTRATION: 'closed' })
  const answer = await app.call('/user/create', { body: sample.create })
  const additionalInfo = { reason: 'registration_closed' }
  const json = { ok: 0, error: 'Forbidden', additionalInfo }
  expect(whole(answer)).toEqual({ status: 403, headers: {}, json })
})

test('Forbidden: what is an administrator’s', async () => {
  const app = await emptyApp()
  const { cookies } = await signInJohn(app)
  const body = { role: 'admin' }
  const answer = await app.call('/user/me', { method: 'PATCH', body, cookies })
  expect(whole(answer)).toEqual({ status: 403, headers: {}, json: { ok: 0, error: 'Forbidden' } })
})

test('ResourceConflict: every field that is taken', async () => {
  const app = await emptyApp()
  await registerJohn(app)
  const answer = await app.call('/user/create', { body: sample.create })
  const additionalInfo = { duplicateFields: ['username', 'email'] }
  const json = { ok: 0, error: 'ResourceConflict', additionalInfo }
  expect(whole(answer)).toEqual({ status: 409, headers: {}, json })
})

describe('RateLimitError', () => {
  const from = (address: string) => ({ 'CF-Connecting-IP': address })

  async function failing(app: TestApp, times: number, address: string, body: object = wrong) {
    for (let i = 0; i < times; i += 1) {
      const answer = await app.call('/user/login', { body, headers: from(address) })
      expect(answer.status).toBe(401)
    }
  }

  test('after five wrong passwords, even for the right one, longer each time', async () => {
    const app = await emptyApp()
    const person = await newPerson(app)
    const body = { ...wrong, username: person.username }
    const headers = from('198.51.100.1')
    await failing(app, 5, '198.51.100.1', body)
    for (const seconds of [2, 4, 8]) {
      const right = { ...sample.login, username: person.username }
      const refused = await app.call('/user/login', { body: right, headers })
      expect(refused.status).toBe(429)
      const { retryAfter } = refused.json.additionalInfo
      expect(whole(refused)).toEqual(rateLimited(retryAfter))
      expect(retryAfter).toBeGreaterThan(0)
      expect(retryAfter).toBeLessThanOrEqual(seconds)
      app.offsetMs += seconds * 1000
      expect((await app.call('/user/login', { body, headers })).status).toBe(401)
    }
    const right = { ...sample.login, username: person.username }
    const elsewhere = await app.call('/user/login', { body: right, headers: from('198.51.100.2') })
    expect(elsewhere.status).toBe(200)
  })

  test('for an unknown account like for a known one', async () => {
    const app = await emptyApp()
    await failing(app, 5, '198.51.100.1')
    const headers = from('198.51.100.1')
    const refused = await app.call('/user/login', { body: wrong, headers })
    expect(whole(refused)).toEqual(rateLimited(2))
  })

  test('after ten new codes in an hour', async () => {
    const app = await emptyApp()
    const created = await app.call('/user/create', { body: sample.create })
    const target = created.json.data.user._id
    for (let i = 0; i < 10; i += 1) {
      expect((await app.call(`/user/resend-verification?target=${target}`)).status).toBe(200)
    }
    const refused = await app.call(`/user/resend-verification?target=${target}`)
    const { retryAfter } = refused.json.additionalInfo
    expect(whole(refused)).toEqual(rateLimited(retryAfter))
    expect(retryAfter).toBeGreaterThan(3590)
    expect(retryAfter).toBeLessThanOrEqual(3600)
    expect(app.mails).toHaveLength(11)
  })

  test('after five wrong second factors, also for the right one and with a new code', async () => {
    const app = await emptyApp()
    const { id, cookies } = await signInJohn(app)
    await app.call('/user/2fa', { body: { state: true }, cookies })
    const pending = async () => {
      const headers = from('198.51.100.1')
      const { json } = await app.call('/user/login', { body: sample.login, headers })
      return { target: id, sessionHash: json.data.sessionHash }
    }
    const first = await pending()
    const complete = (body: object, address: string) =>
      app.call('/user/do-2fa', { body, headers: from(address) })
    for (let i = 0; i < 5; i += 1) {
      const answer = await complete({ ...first, code: '000000' }, `198.51.100.${i}`)
      expect(answer.status).toBe(400)
    }
    const second = await pending()
    const code = codeFrom(app.mails, sample.create.email)
    const refused = await complete({ ...second, code }, '198.51.100.77')
    const { retryAfter } = refused.json.additionalInfo
    expect(whole(refused)).toEqual(rateLimited(retryAfter))
    expect(retryAfter).toBeGreaterThan(890)
    expect(retryAfter).toBeLessThanOrEqual(900)
    // The device that signed in before has attempts of its own.
    const body = { ...second, code }
    expect((await app.call('/user/do-2fa', { body, cookies })).status).toBe(200)
  })

  test('from the outer shield, at the endpoints that cost a hash or a mail', async () => {
    const app = await emptyApp({ RATE_LIMIT: { limit: async () => ({ success: false }) } })
    const paths = ['create', 'verify-email', 'resend-verification', 'login', 'do-2fa', 'code']
    for (const path of [...paths, 'reset-password']) {
      const answer = await app.call(`/social/user/${path}`, { body: {} })
      expect(whole(answer)).toEqual(rateLimited(10))
    }
    for (const path of ['verify-email', 'resend-verification', 'code']) {
      expect(whole(await app.call(`/user/${path}`))).toEqual(rateLimited(10))
    }
  })

  test('not from a shield that is down', async () => {
    const limit = () => Promise.reject(new Error('down'))
    const app = await emptyApp({ RATE_LIMIT: { limit } })
    expect((await app.call('/user/create', { body: sample.create })).status).toBe(201)
  })
})

describe('a database in trouble', () => {
  const calls = [
    ['/user/create', { body: sample.create }],
    ['/user/verify-email', { body: { code: 'x' } }],
    ['/user/resend-verification?target=507f1f77bcf86cd799439011', {}],
    ['/user/login', { body: sample.login }],
    ['/user/do-2fa', { body: { target: '507f1f77bcf86cd799439011', code: 1, sessionHash: 'xxx' } }],
    ['/user/code?email=user@example.com', {}],
    ['/user/reset-password', { body: { code: 'x', password: sample.newPassword } }],
    ['/user/me', { headers: { Authorization: `Bearer ${'A'.repeat(43)}` } }],
    ['/user/logout', { headers: { Authorization: `Bearer ${'A'.repeat(43)}` } }],
    ['/user/logout-all', { headers: { Authorization: `Bearer ${'A'.repeat(43)}` } }],
  ] as const

  test.each(calls)('is unavailable at %s', async (path, call) => {
    const app = await emptyApp()
    const DB = brokenDatabase('D1_ERROR: D1 DB is overloaded. Too many requests queued.')
    const answer = await testApp({ ...app.env, DB }).call(path, call)
    expect(whole(answer)).toEqual({
      status: 503,
      headers: { 'Retry-After': expect.stringMatching(/^\d+$/) },
      json: { ok: 0, error: 'ServiceUnavailable' },
    })
  })

  test.each(calls)(
    'by a mistake of ours is an internal error without internals, at %s',
    async (path, call) => {
      const DB = brokenDatabase('D1_ERROR: near "user@example.com": syntax error: SQLITE_ERROR')
      const answer = await testApp({ DB }).call(path, call)
      const json = { ok: 0, error: 'InternalServerError' }
      expect(whole(answer)).toEqual({ status: 500, headers: {}, json })
    },
  )
})
