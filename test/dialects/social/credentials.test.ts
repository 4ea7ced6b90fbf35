import { describe, expect, test } from 'vitest'
import { testApp } from '../../support/app'
import {
  forgetEverybody,
  sample,
  sessionToken,
  signInJohn,
  whole,
} from '../../support/social-answers'

/** What counts as somebody being signed in, and what of it another site's page can use. */

const unauthorized = { ok: 0, error: 'Unauthorized' }
const wrong = { ...sample.login, password: 'not the password' }

async function emptyApp() {
  const app = testApp()
  await forgetEverybody(app)
  return app
}

describe('Unauthorized: nobody is signed in', () => {
  const refused = {
    status: 401,
    headers: { 'WWW-Authenticate': 'Bearer realm="atrium"' },
    json: unauthorized,
  }
  const routes = [
    ['GET', '/user/me'],
    ['PATCH', '/user/me'],
    ['GET', '/user/login-history'],
    ['GET', '/user/507f1f77bcf86cd799439011'],
    ['POST', '/user/2fa'],
    ['POST', '/user/private'],
    ['GET', '/user/resend-verification'],
  ] as const

  test.each(routes)('at %s %s', async (method, path) => {
    const app = await emptyApp()
    expect(whole(await app.call(path, { method }))).toEqual(refused)
    expect(whole(await app.call(`/social${path}`, { method }))).toEqual(refused)
  })

  test.each([
    ['nothing', ''],
    ['a scheme alone', 'Bearer'],
    ['a token that is none', 'Bearer x'],
    ['a token that nobody has', `Bearer ${'A'.repeat(43)}`],
    ['two tokens', `Bearer ${'A'.repeat(43)} ${'B'.repeat(43)}`],
    ['two headers in one', `Bearer ${'A'.repeat(43)}, Bearer ${'B'.repeat(43)}`],
    ['a very long token', `Bearer ${'A'.repeat(10_000)}`],
    ['a name and password', `Basic ${btoa('john_doe:$uper&ecurePassw0rd')}`],
    ['another scheme', 'Digest username="john_doe"'],
    ['no scheme', 'A'.repeat(43)],
    ['a token in quotes', `Bearer "${'A'.repeat(43)}"`],
    ['letters beyond ASCII', `Bearer ${'é'.repeat(43)}`],
    ['SQL', "Bearer ' OR 1=1 --"],
  ])('with an Authorization of %s, whatever cookie comes along', async (_, Authorization) => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    const answer = await app.call('/user/me', { headers: { Authorization }, cookies })
    expect(whole(answer)).toEqual(refused)
  })

  test.each([
    ['nothing', ''],
    ['no value', '__Host-atrium_session='],
    ['signs alone', '=;=;;'],
    ['broken percent signs', '__Host-atrium_session=%E0%A4%A'],
    ['a value in quotes', `__Host-atrium_session="${'A'.repeat(43)}"`],
    ['a value that nobody has', `__Host-atrium_session=${'A'.repeat(43)}`],
    ['a very long value', `__Host-atrium_session=${'A'.repeat(10_000)}`],
    ['a name without its prefix', `atrium_session=${'A'.repeat(43)}`],
    ['a name of the language', '__proto__=x; constructor=y'],
    ['letters beyond ASCII', '__Host-atrium_session=é'],
    ['bytes that are no text', '__Host-atrium_session=\u0080\u00ff'],
  ])('with a cookie of %s', async (_, Cookie) => {
    const app = await emptyApp()
    expect(whole(await app.call('/user/me', { headers: { Cookie } }))).toEqual(refused)
    const login = await app.call('/user/login', { body: wrong, headers: { Cookie } })
    expect(whole(login)).toEqual({ status: 401, headers: {}, json: unauthorized })
  })

  test('a session’s secret is a bearer too, in any case of the scheme', async () => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    for (const scheme of ['Bearer', 'bearer', 'BEARER ']) {
      const headers = { Authorization: `${scheme} ${sessionToken(cookies)}` }
      expect((await app.call('/user/me', { headers })).status).toBe(200)
    }
  })
})

test('Forbidden: a session that a page of another site makes a browser use', async () => {
  const app = await emptyApp()
  const { cookies } = await signInJohn(app)
  const additionalInfo = { reason: 'cross_origin' }
  const json = { ok: 0, error: 'Forbidden', additionalInfo }
  const body = { state: true }
  const foreign = [
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: 'https://atrium.test.evil.example' },
    { Origin: 'http://atrium.test' },
    { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
    { Origin: 'https://other.atrium.test', 'Sec-Fetch-Site': 'same-site' },
  ]
  for (const headers of foreign) {
    for (const path of ['/user/private', '/user/2fa', '/user/logout', '/user/logout-all']) {
      const answer = await app.call(path, { body, headers, cookies })
      expect(whole(answer)).toEqual({ status: 403, headers: {}, json })
    }
  }
  for (const path of ['/user/login', '/user/do-2fa']) {
    const answer = await app.call(path, { body: sample.login, headers: foreign[0] ?? {} })
    expect(whole(answer)).toEqual({ status: 403, headers: {}, json })
  }
  // Without any word of the browser's, a cookie alone proves nothing.
  const Cookie = `__Host-atrium_session=${sessionToken(cookies)}`
  const silent = await app.call('/user/private', { body, headers: { Cookie } })
  expect(whole(silent)).toEqual({ status: 403, headers: {}, json })
  expect((await app.call('/user/me', { cookies })).json.data.user.isPrivate).toBe(false)
})
