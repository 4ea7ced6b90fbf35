import { beforeEach, describe, expect, test } from 'vitest'
import { codeFrom, newJar, type TestApp, testApp } from '../../support/app'
import { forgetEverybody, heard, registerAda, sample, told } from '../../support/site-answers'

/** The cookie, signing out, and the second factor at this door. */

const { email } = sample.create
const required = told(401, 'Two-factor code required')
const app = testApp()
beforeEach(() => forgetEverybody(app))

function cookieOf(lines: readonly string[], name: string) {
  const [pair = '', ...attributes] = (
    lines.find((line) => line.startsWith(`${name}=`)) ?? ''
  ).split('; ')
  return { value: pair.slice(name.length + 1), attributes: attributes.sort() }
}

describe('the cookie TOKEN', () => {
  const lasting = ['HttpOnly', 'Max-Age=7776000', 'Path=/', 'SameSite=Lax']

  test.each([
    { path: '/site/user/create', body: sample.create },
    { path: '/site/user/auth', body: sample.auth },
  ])('is set by $path, hidden from scripts, and secure', async ({ path, body }) => {
    if (body === sample.auth) await registerAda(app)
    const answer = await app.call(path, { body })
    const lines = answer.headers.getSetCookie()
    const value = expect.stringMatching(/^[\w-]{43}$/)
    expect(cookieOf(lines, 'TOKEN')).toEqual({ value, attributes: [...lasting, 'Secure'].sort() })
    expect(lines.filter((line) => line.includes('atrium_session'))).toEqual([])
    expect(answer.text).not.toContain(cookieOf(lines, 'TOKEN').value)
  })

  test('is not secure only where the origin is plain http', async () => {
    const plain = testApp({ ORIGIN: 'http://localhost:8787', ENVIRONMENT: 'development' })
    const answer = await plain.call('/site/user/create', { body: sample.create })
    expect(cookieOf(answer.headers.getSetCookie(), 'TOKEN').attributes).toEqual(lasting)
  })

  test('is another than the one of social, and each stays when the other ends', async () => {
    const cookies = await registerAda(app)
    await app.call('/social/user/verify-email', { body: { code: codeFrom(app.mails, email) } })
    await app.call('/social/user/login', { body: { ...sample.auth, userAgent: 'x' }, cookies })
    await app.call('/site/user/logout', { method: 'POST', cookies })
    expect((await app.call('/user/logged', { cookies })).status).toBe(404)
    expect((await app.call('/social/user/me', { cookies })).status).toBe(200)
  })

  test('a social session is valid as a bearer', async () => {
    const cookies = await registerAda(app)
    await app.call('/social/user/verify-email', { body: { code: codeFrom(app.mails, email) } })
    await app.call('/social/user/login', { body: { ...sample.auth, userAgent: 'x' }, cookies })
    const Authorization = `Bearer ${cookies.cookies.get('__Host-atrium_session')}`
    expect((await app.call('/user/logged', { headers: { Authorization } })).status).toBe(200)
  })
})

describe('POST /user/logout', () => {
  const out = told(200, 'Logged out')

  test('ends the session and takes the cookie back; without one it does nothing', async () => {
    const cookies = await registerAda(app)
    const token = cookies.cookies.get('TOKEN')
    expect(heard(await app.call('/site/user/logout', { method: 'POST', cookies }))).toEqual(out)
    expect(cookies.cookies.has('TOKEN')).toBe(false)
    const dead = await app.call('/user/logged', { headers: { Cookie: `TOKEN=${token}` } })
    expect(heard(dead)).toEqual(told(404, 'No auth info found', { data: 'true' }))
    expect(heard(await app.call('/site/user/logout', { method: 'POST' }))).toEqual(out)
  })

  test('a page of somebody else cannot do it with the cookie, and its bearer can', async () => {
    const cookies = await registerAda(app)
    const Origin = 'https://evil.example'
    const refused = told(403, 'Request from a foreign page')
    for (const headers of [
      { Origin },
      { Origin, 'Sec-Fetch-Site': 'cross-site' },
      { Origin: 'null' },
    ]) {
      const answer = await app.call('/site/user/logout', { method: 'POST', cookies, headers })
      expect(heard(answer)).toEqual(refused)
    }
    expect((await app.call('/user/logged', { cookies })).status).toBe(200)
    const Authorization = `Bearer ${cookies.cookies.get('TOKEN')}`
    const headers = { Origin, Authorization }
    expect(heard(await app.call('/site/user/logout', { method: 'POST', headers }))).toEqual(out)
    expect((await app.call('/user/logged', { cookies })).status).toBe(404)
  })

  test.each(['/site/user/create', '/site/user/auth'])(
    'nor can it sign a visitor in by %s',
    async (path) => {
      await registerAda(app)
      const body = path.endsWith('auth') ? sample.auth : sample.minimal
      const answer = await app.call(path, { body, headers: { Origin: 'https://evil.example' } })
      expect(heard(answer)).toEqual(told(403, 'Request from a foreign page'))
      expect(answer.headers.getSetCookie()).toEqual([])
    },
  )
})

describe('with the second factor on', () => {
  async function switchOn(to: TestApp) {
    const cookies = await registerAda(to)
    const headers = { Authorization: `Bearer ${cookies.cookies.get('TOKEN')}` }
    const body = { code: codeFrom(to.mails, email) }
    await to.call('/social/user/verify-email', { body, headers })
    const answer = await to.call('/social/user/2fa', { body: { state: true }, headers })
    expect(answer.status).toBe(200)
    to.mails.length = 0
  }
  const auth = (code?: unknown, cookies = newJar()) =>
    app.call('/user/auth', { body: { ...sample.auth, code }, cookies })

  test.each([undefined, null, '', '123456'])(
    'the password and the code %j open nothing and mail a code',
    async (code) => {
      await switchOn(app)
      const answer = await auth(code)
      expect(heard(answer)).toEqual(required)
      expect(answer.headers.getSetCookie()).toEqual([])
      expect(codeFrom(app.mails, email)).toMatch(/^\d{6}$/)
    },
  )

  test.each([String, Number])('the password and the mailed code sign in once (%o)', async (as) => {
    await switchOn(app)
    await auth()
    const code = as(codeFrom(app.mails, email))
    const cookies = newJar()
    expect(heard(await auth(code, cookies))).toEqual(told(200, 'Authenticated'))
    expect((await app.call('/user/logged', { cookies })).status).toBe(200)
    expect(heard(await auth(code))).toEqual(required)
  })

  test('wrong codes are refused, and five of them close the door', async () => {
    await switchOn(app)
    await auth()
    const code = codeFrom(app.mails, email)
    const wrong = code === '999999' ? '999998' : '999999'
    for (let i = 0; i < 5; i += 1) {
      const answer = await auth(wrong)
      expect(heard(answer)).toEqual(told(401, 'Two-factor code is wrong'))
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    const closed = await auth(code)
    expect(heard(closed)).toEqual(told(429, 'Too many attempts'))
    expect(Number(closed.headers.get('Retry-After'))).toBeGreaterThan(800)
  })

  test('the code without the password says nothing', async () => {
    await switchOn(app)
    await auth()
    const body = { ...sample.auth, password: 'not the password', code: codeFrom(app.mails, email) }
    const answer = await app.call('/user/auth', { body })
    expect(heard(answer)).toEqual(told(401, 'Authenticated failed'))
  })

  test('a reset leaves it on', async () => {
    await switchOn(app)
    await app.call('/user/password-reset-token', { body: { email } })
    const uuid = codeFrom(app.mails, email)
    const { newPassword } = sample
    await app.call('/user/password-reset', { body: { uuid, newPassword } })
    const answer = await app.call('/user/auth', { body: { ...sample.auth, password: newPassword } })
    expect(heard(answer)).toEqual(required)
  })
})
