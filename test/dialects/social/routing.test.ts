import { describe, expect, test } from 'vitest'
import { codeFrom, testApp } from '../../support/app'
import { forgetEverybody, sample, signInJohn } from '../../support/social-answers'

/** Paths, methods, and the headers that every answer has. */

const notFound = { ok: 0, error: 'NotFound' }

async function emptyApp() {
  const app = testApp()
  await forgetEverybody(app)
  return app
}

describe('an unknown path', () => {
  test.each([
    '/user',
    '/user/',
    '/user/me/',
    '/user/me/x',
    '/user//me',
    '/user/507f1f77bcf86cd799439011/x',
    '/social',
    '/social/',
    '/social/x',
    '/social/social/user/me',
    '/social/user',
    '/user/%2e%2e%2fx/y',
    '/user/%E0%A4%A/x',
    `/user/x/${'y'.repeat(4000)}`,
  ])('%s is not found, in the words of this dialect', async (path) => {
    const app = await emptyApp()
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await app.call(path, { method })
      expect([answer.status, answer.json]).toEqual([404, notFound])
    }
  })

  test.each(['/x', '/usersx', '/userx', '/User/me', '/__harness/calls', '/dev/mailbox'])(
    '%s is nobody’s, and not found in nobody’s words',
    async (path) => {
      const answer = await (await emptyApp()).call(path)
      expect([answer.status, answer.json]).toEqual([404, { error: 'route_not_found' }])
    },
  )

  test.each([
    '%00',
    '%',
    '%ff%fe',
    '%E0%A4%A',
    '..%2f',
    "'%20OR%201=1",
    '__proto__',
    'constructor',
  ])('a user id like %s is refused', async (id) => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    const answer = await app.call(`/user/${id}`, { cookies })
    expect([answer.status, answer.json.error]).toEqual([400, 'ClientInputError'])
  })
})

const allowed = {
  '/user/verify-email': 'GET, HEAD, POST',
  '/user/resend-verification': 'GET, HEAD, POST',
  '/user/logout': 'GET, HEAD, POST',
  '/user/logout-all': 'GET, HEAD, POST',
  '/user/code': 'GET, HEAD, POST',
  '/user/me': 'GET, HEAD, PATCH',
  '/user/session-state': 'GET, HEAD',
  '/user/login-history': 'GET, HEAD',
  '/user/507f1f77bcf86cd799439011': 'GET, HEAD',
}

test.each(Object.entries(allowed))(
  '%s answers other methods than %s with 405',
  async (path, allow) => {
    const app = await emptyApp()
    const known = allow.split(', ')
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'].filter(
      (name) => !known.includes(name),
    )) {
      for (const door of ['', '/social']) {
        const answer = await app.call(`${door}${path}`, { method })
        const given = answer.headers.get('Allow')?.split(', ').sort().join(', ')
        expect([answer.status, given]).toEqual([405, allow])
        expect(answer.json).toEqual({
          ok: 0,
          error: 'MethodNotAllowed',
          additionalInfo: { allow: expect.arrayContaining(known) },
        })
      }
    }
  },
)

describe('HEAD', () => {
  test('answers like GET without a body', async () => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    for (const path of ['/user/me', '/user/session-state', '/user/login-history']) {
      const head = await app.call(path, { method: 'HEAD', cookies })
      expect([head.status, head.text]).toEqual([200, ''])
      expect(head.headers.get('Content-Type')).toBe('application/json')
    }
    const stranger = await app.call('/user/me', { method: 'HEAD' })
    expect([stranger.status, stranger.text]).toEqual([401, ''])
    expect((await app.call('/user/x/y', { method: 'HEAD' })).status).toBe(404)
  })

  test('changes nothing where GET does', async () => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    app.mails.length = 0
    await app.call('/user/logout', { method: 'HEAD', cookies })
    await app.call('/user/logout-all', { method: 'HEAD', cookies })
    expect((await app.call('/user/me', { cookies })).status).toBe(200)
    await app.call(`/user/code?email=${sample.create.email}`, { method: 'HEAD' })
    expect(app.mails).toEqual([])
    const jane = { ...sample.create, username: 'jane_doe', email: 'jane@example.com' }
    await app.call('/user/create', { body: jane })
    const code = codeFrom(app.mails, jane.email)
    await app.call(`/user/verify-email?code=${code}`, { method: 'HEAD' })
    expect((await app.call(`/user/verify-email?code=${code}`)).status).toBe(200)
  })
})

const security = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
}

test.each([
  ['a success', 200, '/user/logout', {}, {}],
  ['invalid input', 400, '/user/login', { body: {} }, {}],
  ['a stranger', 401, '/user/me', {}, {}],
  ['an unknown path', 404, '/user/x/y', {}, {}],
  ['an unknown path of nobody', 404, '/x', {}, {}],
  ['another method', 405, '/user/me', { method: 'DELETE' }, {}],
  ['a body of another type', 415, '/user/login', { body: 'x' }, {}],
  ['a preflight', 204, '/user/login', { method: 'OPTIONS' }, {}],
  ['settings that are missing', 503, '/user/me', {}, { PEPPER_1: '' }],
] as const)('%s has the headers that protect it', async (_, status, path, call, overrides) => {
  const answer = await testApp(overrides).call(path, call)
  expect(answer.status).toBe(status)
  const given = Object.keys(security).map((name) => [name, answer.headers.get(name)])
  expect(Object.fromEntries(given)).toEqual(security)
  expect(answer.headers.get('X-Powered-By')).toBeNull()
  expect(answer.headers.get('Server')).toBeNull()
})

describe('CORS', () => {
  const page = 'https://app.example'
  const cors = (headers: Headers) => ({
    origin: headers.get('Access-Control-Allow-Origin'),
    credentials: headers.get('Access-Control-Allow-Credentials'),
    exposed: headers.get('Access-Control-Expose-Headers'),
    vary: headers.get('Vary'),
  })
  const exposed = expect.stringMatching(/\bRetry-After\b.*\bWWW-Authenticate\b/)

  test.each([page, 'http://localhost:3000', 'null'])(
    'a page at %s may call with a bearer, and read errors, but send no cookies',
    async (Origin) => {
      const app = await emptyApp()
      for (const path of ['/user/me', '/user/logout', '/user/x/y', '/healthz']) {
        const { headers } = await app.call(path, { headers: { Origin } })
        expect(cors(headers)).toEqual({ origin: '*', credentials: null, exposed, vary: 'Origin' })
      }
    },
  )

  test('pages of the setting may send cookies, and no others', async () => {
    const app = testApp({ ALLOWED_ORIGINS: `${page}, https://other.example` })
    await forgetEverybody(app)
    const { cookies } = await signInJohn(app)
    const body = { state: true }
    const allowed = await app.call('/user/private', { body, cookies, headers: { Origin: page } })
    expect(allowed.status).toBe(200)
    expect(cors(allowed.headers)).toEqual({
      origin: page,
      credentials: 'true',
      exposed,
      vary: 'Origin',
    })
    for (const Origin of [
      'https://evil.example',
      'null',
      `${page}.evil.example`,
      'http://app.example',
    ]) {
      const refused = await app.call('/user/private', { body, cookies, headers: { Origin } })
      expect(refused.status).toBe(403)
      expect(cors(refused.headers)).toMatchObject({ origin: '*', credentials: null })
    }
  })

  test('without an Origin nothing is said about origins', async () => {
    const { headers } = await (await emptyApp()).call('/user/logout')
    expect(cors(headers)).toEqual({
      origin: null,
      credentials: null,
      exposed: null,
      vary: 'Origin',
    })
  })

  test('a preflight is answered for any path, without asking anybody', async () => {
    const app = testApp({ ALLOWED_ORIGINS: page })
    const preflight = (path: string, Origin: string) =>
      app.call(path, {
        method: 'OPTIONS',
        headers: {
          Origin,
          'Access-Control-Request-Method': 'PATCH',
          'Access-Control-Request-Headers': 'authorization,content-type',
        },
      })
    for (const path of ['/user/me', '/social/user/me', '/user/x/y']) {
      const { status, text, headers } = await preflight(path, 'https://any.example')
      expect([status, text]).toEqual([204, ''])
      expect(headers.get('Access-Control-Allow-Origin')).toBe('*')
      expect(headers.get('Access-Control-Allow-Credentials')).toBeNull()
      expect(headers.get('Access-Control-Allow-Methods')).toBe(
        'GET, HEAD, POST, PUT, PATCH, DELETE',
      )
      expect(headers.get('Access-Control-Allow-Headers')).toBe('authorization,content-type')
      expect(headers.get('Vary')).toBe('Origin, Access-Control-Request-Headers')
    }
    const { headers } = await preflight('/user/me', page)
    expect(headers.get('Access-Control-Allow-Origin')).toBe(page)
    expect(headers.get('Access-Control-Allow-Credentials')).toBe('true')
  })

  test('a bearer is taken from any page', async () => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    const token = cookies.cookies.get('__Host-atrium_session')
    const headers = {
      Origin: page,
      'Sec-Fetch-Site': 'cross-site',
      Authorization: `Bearer ${token}`,
    }
    const answer = await app.call('/user/private', { body: { state: true }, headers })
    expect([answer.status, answer.json]).toEqual([200, { ok: 1 }])
  })
})
