import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { describe, expect, test } from 'vitest'
import { createApp } from '../../../src/app'
import { interceptDatabase } from '../../support/database'
import {
  anyId,
  apiError,
  as,
  emptyApp,
  register,
  registerAdministrator,
  sample,
  told,
} from './answers'

/** GET /api/users: everybody in one stream, or a page at a time. */

type App = Awaited<ReturnType<typeof emptyApp>>

const idOf = (n: number) => n.toString(16).padStart(24, '0')

/** `count` accounts whose ids sort in front of everybody else's. */
async function insertAccounts({ env }: App, count: number): Promise<void> {
  await env.DB.prepare(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
    INSERT INTO accounts (number, id, username, username_key, created_at, updated_at)
    SELECT i, printf('%024x', i), 'Bulk_' || i, 'bulk_' || i, 1, 1 FROM n`)
    .bind(count)
    .run()
}

/** The database, with a count of the round trips; from `brokenAt` on each of them is lost. */
function countingTrips(db: D1Database, brokenAt = Number.POSITIVE_INFINITY) {
  const trips = { count: 0 }
  const counted = interceptDatabase(db, (ask) => {
    trips.count += 1
    return trips.count >= brokenAt
      ? Promise.reject(new Error('D1_ERROR: Network connection lost.'))
      : ask()
  })
  return { trips, counted }
}

/** The answer as it comes in, with how to wait for what was put off. */
async function open({ env }: App, db: D1Database, path: string, token: string, method = 'GET') {
  const ctx = createExecutionContext()
  const request = new Request(`https://atrium.test${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}` },
  })
  const response = await createApp().fetch(request, { ...env, DB: db }, ctx)
  return { response, finish: () => waitOnExecutionContext(ctx) }
}

describe.each(['', '/directory'])('under "%s"', (door) => {
  test('the list is everybody, by id and username alone, in the order of the ids', async () => {
    const app = await emptyApp()
    const admin = await registerAdministrator(app)
    const member = await register(app)
    const answer = await as(app, admin.token, `${door}/api/users`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Content-Type')).toBe('application/json')
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(answer.headers.get('Link')).toBeNull()
    const all = [
      { _id: admin.id, username: 'admin' },
      { _id: member.id, username: sample.username },
    ]
    const byId = all.sort((a, b) => (a._id < b._id ? -1 : 1))
    expect(answer.json).toEqual(byId)
  })

  test('pages follow each other by their links until everybody was there once', async () => {
    const app = await emptyApp()
    const { token } = await registerAdministrator(app)
    await insertAccounts(app, 5)
    const first = await as(app, token, `${door}/api/users?limit=2`)
    expect(first.json).toEqual([
      { _id: idOf(1), username: 'Bulk_1' },
      { _id: idOf(2), username: 'Bulk_2' },
    ])
    const here = `https://atrium.test${door}/api/users`
    expect(first.headers.get('Link')).toBe(`<${here}?limit=2&after=${idOf(2)}>; rel="next"`)

    const seen: string[] = []
    let path: string | null = `${door}/api/users?limit=2`
    while (path !== null) {
      const page = await as(app, token, path)
      expect(page.json.length).toBe(2)
      seen.push(...page.json.map(({ username }: { username: string }) => username))
      const link: string | undefined = /<(.*)>; rel="next"/.exec(
        page.headers.get('Link') ?? '',
      )?.[1]
      path = link === undefined ? null : link.replace('https://atrium.test', '')
    }
    expect(seen).toEqual(['Bulk_1', 'Bulk_2', 'Bulk_3', 'Bulk_4', 'Bulk_5', 'admin'])
  })
})

test('3,000 accounts arrive whole, and the first of them before the last is read', async () => {
  const app = await emptyApp()
  const { id, token } = await registerAdministrator(app)
  await insertAccounts(app, 3000)
  const { trips, counted } = countingTrips(app.env.DB)
  const { response, finish } = await open(app, counted, '/api/users', token)
  const reader = response.body?.getReader()
  const first = await reader?.read()
  // One to know who asks, one for the first thousand.
  expect(trips.count).toBe(2)
  const decoder = new TextDecoder()
  let text = decoder.decode(first?.value, { stream: true })
  expect(text).toMatch(/^\[\{"_id":"0{23}1","username":"Bulk_1"\}/)
  expect(text).not.toContain('Bulk_3000')
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    text += decoder.decode(next.value, { stream: true })
  }
  await finish()
  expect(trips.count).toBe(5)
  const bulk = Array.from({ length: 3000 }, (_, i) => ({
    _id: idOf(i + 1),
    username: `Bulk_${i + 1}`,
  }))
  expect(JSON.parse(text)).toEqual([...bulk, { _id: id, username: 'admin' }])
})

test('whoever stops reading stops the reading of accounts', async () => {
  const app = await emptyApp()
  const { token } = await registerAdministrator(app)
  await insertAccounts(app, 3000)
  const { trips, counted } = countingTrips(app.env.DB)
  const { response, finish } = await open(app, counted, '/api/users', token)
  const reader = response.body?.getReader()
  await reader?.read()
  await reader?.cancel()
  await finish()
  expect(trips.count).toBe(2)
})

test('a list that ends with a full read is whole', async () => {
  const app = await emptyApp()
  const { id, token } = await registerAdministrator(app)
  await insertAccounts(app, 999)
  const { json } = await as(app, token, '/api/users')
  expect(json).toHaveLength(1000)
  expect(json.at(-1)).toEqual({ _id: id, username: 'admin' })
})

test('a database that is down at the first read is a failure, and no torn list', async () => {
  const app = await emptyApp()
  const { token } = await registerAdministrator(app)
  const { counted } = countingTrips(app.env.DB, 2)
  const { response, finish } = await open(app, counted, '/api/users', token)
  const [status, body] = apiError(503, 503, 'Service unavailable')
  expect([response.status, await response.json()]).toEqual([status, body])
  expect(response.headers.get('Retry-After')).toBe('2')
  await finish()
})

test('a database that breaks in the middle breaks the answer, which never ends as if it were whole', async () => {
  const app = await emptyApp()
  const { token } = await registerAdministrator(app)
  await insertAccounts(app, 1500)
  const { counted } = countingTrips(app.env.DB, 3)
  const { response, finish } = await open(app, counted, '/api/users', token)
  await expect(response.text()).rejects.toThrow()
  await finish()
})

test('HEAD answers the head of the list', async () => {
  const app = await emptyApp()
  const { token } = await registerAdministrator(app)
  const answer = await as(app, token, '/api/users', { method: 'HEAD' })
  expect([answer.status, answer.text]).toEqual([200, ''])
})

test.each([
  { given: 'limit=0', reason: 'limit is too short.' },
  { given: 'limit=1001', reason: 'limit is too long.' },
  { given: 'limit=', reason: 'limit is too short.' },
  { given: 'limit=many', reason: 'limit is not valid.' },
  { given: 'limit=1.5', reason: 'limit is not valid.' },
  { given: 'limit=1&limit=2', reason: 'limit is not valid.' },
  { given: 'after=somebody', reason: 'after is not valid.' },
])('a page of $given is none', async ({ given, reason }) => {
  const app = await emptyApp()
  const { token } = await registerAdministrator(app)
  const answer = await as(app, token, `/api/users?${given}`)
  expect(told(answer)).toEqual(apiError(400, 400, reason))
})

test('after an id alone, the rest comes in a page', async () => {
  const app = await emptyApp()
  const { token } = await registerAdministrator(app)
  await insertAccounts(app, 2)
  const answer = await as(app, token, `/api/users?after=${idOf(1)}`)
  expect(answer.json).toEqual([
    { _id: idOf(2), username: 'Bulk_2' },
    { _id: anyId, username: 'admin' },
  ])
})
