import { describe, expect, test } from 'vitest'
import { newJar, testApp } from '../../support/app'
import {
  anyDate,
  fieldError,
  forgetEverybody,
  invalid,
  ownUser,
  registerJohn,
  sample,
  sessionToken,
  signInJohn,
} from '../../support/social-answers'

/** Logout, Logout All, and what clients of this API ask about their session and their sign-ins. */

const unauthorized = { ok: 0, error: 'Unauthorized' }
const day = 24 * 3600 * 1000

async function emptyApp() {
  const app = testApp()
  await forgetEverybody(app)
  return app
}

const doors = ['', '/social'].flatMap((door) => ['GET', 'POST'].map((method) => ({ door, method })))

describe.each(doors)('$method under "$door"', ({ door, method }) => {
  test('logout ends this session and takes its cookie away', async () => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    const other = newJar()
    await app.call('/user/login', { body: sample.login, cookies: other })
    const stolen = { cookies: new Map(cookies.cookies) }
    const answer = await app.call(`${door}/user/logout`, { method, cookies })
    expect([answer.status, answer.json]).toEqual([200, { ok: 1 }])
    expect(cookies.cookies.has('__Host-atrium_session')).toBe(false)
    const dead = await app.call('/user/me', { cookies: stolen })
    expect([dead.status, dead.json]).toEqual([401, unauthorized])
    expect((await app.call('/user/me', { cookies: other })).status).toBe(200)
  })

  test('logout-all ends every session of the account', async () => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    const other = newJar()
    await app.call('/user/login', { body: sample.login, cookies: other })
    const stolen = { cookies: new Map(cookies.cookies) }
    const answer = await app.call(`${door}/user/logout-all`, { method, cookies })
    expect([answer.status, answer.json]).toEqual([200, { ok: 1 }])
    expect(cookies.cookies.has('__Host-atrium_session')).toBe(false)
    expect((await app.call('/user/me', { cookies: stolen })).status).toBe(401)
    expect((await app.call('/user/me', { cookies: other })).status).toBe(401)
  })

  test.each(['logout', 'logout-all'])('%s without a session is as good as done', async (path) => {
    const app = await emptyApp()
    const answer = await app.call(`${door}/user/${path}`, { method })
    expect([answer.status, answer.json]).toEqual([200, { ok: 1 }])
  })

  test.each(['logout', 'logout-all'])('%s takes a bearer as well', async (path) => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    const headers = { Authorization: `Bearer ${sessionToken(cookies)}` }
    const answer = await app.call(`${door}/user/${path}`, { method, headers })
    expect([answer.status, answer.json]).toEqual([200, { ok: 1 }])
    expect((await app.call('/user/me', { headers })).status).toBe(401)
  })
})

test.each(['cross-site', 'same-site'])(
  'a GET from a page that is %s ends nothing',
  async (site) => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    const jar = { cookies: new Map(cookies.cookies) }
    const Cookie = `__Host-atrium_session=${sessionToken(cookies)}`
    for (const path of ['/user/logout', '/user/logout-all']) {
      await app.call(path, { headers: { Cookie, 'Sec-Fetch-Site': site } })
      expect((await app.call('/user/me', { cookies: jar })).status).toBe(200)
    }
  },
)

describe.each(['', '/social'])('under "%s"', (door) => {
  test('session-state answers the user and what the session is', async () => {
    const app = await emptyApp()
    await registerJohn(app)
    const cookies = newJar()
    const headers = { 'CF-Connecting-IP': '203.0.113.7' }
    await app.call('/user/login', { body: sample.login, cookies, headers })
    const state = await app.call(`${door}/user/session-state`, { cookies })
    expect(state.status).toBe(200)
    expect(state.json).toEqual({
      ok: 1,
      data: {
        userInfo: ownUser({ varifiedDate: null }),
        session: {
          _id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
          createdAt: anyDate,
          expiresAt: anyDate,
          source: 'social',
          userAgent: sample.login.userAgent,
          ipAddress: '203.0.113.7',
        },
      },
    })
    const { createdAt, expiresAt } = state.json.data.session
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(90 * day)
  })

  test('session-state without a session is forbidden', async () => {
    const app = await emptyApp()
    const answer = await app.call(`${door}/user/session-state`)
    expect([answer.status, answer.json]).toEqual([403, { ok: 0, error: 'Forbidden' }])
  })

  test('login-history lists every attempt, the failed one too, newest first', async () => {
    const app = await emptyApp()
    const id = await registerJohn(app)
    const cookies = newJar()
    const headers = { 'CF-Connecting-IP': '203.0.113.7' }
    const wrong = { ...sample.login, password: 'not the password', userAgent: 'somebody' }
    await app.call('/user/login', { body: wrong, headers: { 'CF-Connecting-IP': '2001:db8::1' } })
    app.offsetMs = 1000
    await app.call('/user/login', { body: sample.login, cookies, headers })
    const history = await app.call(`${door}/user/login-history`, { cookies })
    expect(history.status).toBe(200)
    const common = { _id: expect.any(String), source: 'social', targetId: id, createdAt: anyDate }
    expect(history.json).toEqual({
      ok: 1,
      data: {
        records: [
          {
            ...common,
            userAgent: sample.login.userAgent,
            ipAddress: '203.0.113.7',
            success: true,
          },
          {
            ...common,
            userAgent: 'somebody',
            ipAddress: '2001:db8::1',
            success: false,
            reason: 'wrong_password',
          },
        ],
      },
    })
  })

  test('login-history is read in pages, by limit and the date of the last row', async () => {
    const app = await emptyApp()
    await registerJohn(app)
    const cookies = newJar()
    for (let i = 0; i < 12; i += 1) {
      app.offsetMs += 1000
      await app.call('/user/login', { body: { ...sample.login, userAgent: `try ${i}` }, cookies })
    }
    const page = async (search: string) => {
      const answer = await app.call(`${door}/user/login-history${search}`, { cookies })
      return answer.json.data.records as { userAgent: string; createdAt: string }[]
    }
    const names = (records: { userAgent: string }[]) => records.map((row) => row.userAgent)
    expect(names(await page(''))).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((i) => `try ${i}`))
    const first = await page('?limit=5')
    expect(names(first)).toEqual([11, 10, 9, 8, 7].map((i) => `try ${i}`))
    const second = await page(`?limit=5&offset=${first.at(-1)?.createdAt}`)
    expect(names(second)).toEqual([6, 5, 4, 3, 2].map((i) => `try ${i}`))
    const last = await page(`?limit=5&offset=${second.at(-1)?.createdAt}`)
    expect(names(last)).toEqual(['try 1', 'try 0'])
    expect(await page(`?offset=${last.at(-1)?.createdAt}`)).toEqual([])
  })
})

test('a second factor that was refused is a failed attempt, named as clients know it', async () => {
  const app = await emptyApp()
  const { id, cookies } = await signInJohn(app)
  await app.call('/user/2fa', { body: { state: true }, cookies })
  app.offsetMs = 1000
  const login = await app.call('/user/login', { body: sample.login })
  const { sessionHash } = login.json.data
  const newest = async () => {
    const history = await app.call('/user/login-history?limit=1', { cookies })
    const [{ success, reason }] = history.json.data.records
    return { success, reason }
  }
  expect(await newest()).toEqual({ success: false, reason: 'second_factor_required' })
  await app.call('/user/do-2fa', { body: { target: id, code: '000000', sessionHash } })
  expect(await newest()).toEqual({ success: false, reason: 'mfa_rejected' })
})

test.each([
  ['limit=0', 'limit', '0'],
  ['limit=101', 'limit', '101'],
  ['limit=ten', 'limit', 'ten'],
  ['limit=1.5', 'limit', '1.5'],
  ['limit=', 'limit', ''],
  ['limit=1&limit=2', 'limit', ['1', '2']],
  ['offset=yesterday', 'offset', 'yesterday'],
])('login-history refuses %s', async (search, field, value) => {
  const app = await emptyApp()
  const { cookies } = await signInJohn(app)
  const answer = await app.call(`/user/login-history?${search}`, { cookies })
  const wrong = fieldError(field, value, { location: 'query' })
  expect([answer.status, answer.json]).toEqual([400, invalid(wrong)])
})

test('whoever may not ask learns that, not what was wrong with the question', async () => {
  const app = await emptyApp()
  const answer = await app.call('/user/login-history?limit=0')
  expect([answer.status, answer.json]).toEqual([401, unauthorized])
})

test('a session slides to 30 days after its last use, and ends after 90', async () => {
  const app = await emptyApp()
  const { cookies } = await signInJohn(app)
  const isAlive = async () => (await app.call('/user/me', { cookies })).status === 200
  for (const days of [29, 58, 87]) {
    app.offsetMs = days * day
    expect(await isAlive()).toBe(true)
  }
  app.offsetMs = 90 * day + 1000
  expect(await isAlive()).toBe(false)
})

test('a session that is not used for 30 days ends', async () => {
  const app = await emptyApp()
  const { cookies } = await signInJohn(app)
  app.offsetMs = 30 * day + 1000
  expect((await app.call('/user/me', { cookies })).status).toBe(401)
})
