import { describe, expect, test } from 'vitest'
import type { TestApp } from '../../support/app'
import {
  answered,
  ask,
  documentedKeys,
  done,
  doors,
  emptyApp,
  follow,
  makePrivate,
  newRick,
  rick,
  shown,
  unauthorized,
} from '../../support/graph'
import { newPerson, type TestPerson } from '../../support/social'
import { fieldError, invalid, ownUser, send, ways } from '../../support/social-answers'

/** Search Users: the row of the sample and the bare person that clients read, in one. */

const found = (person: object, approved = true) => ({ ...person, approved, source: person })

async function search(app: TestApp, by: Pick<TestPerson, 'cookies'>, query: unknown) {
  const { json } = await app.call('/user/search', { body: { query }, cookies: by.cookies })
  return json.data.results.map(({ username }: { username: string }) => username)
}

describe.each(ways)('$name', (way) => {
  test('the sample finds the person of the sample', async () => {
    const app = await emptyApp()
    await newRick(app)
    const jane = await newPerson(app)
    const answer = await send(app, way, '/user/search', { query: 'rick' }, jane)
    expect([answer.status, answer.json]).toEqual(answered({ results: [found(rick())] }))
    const [row] = answer.json.data.results
    expect(Object.keys(row.source).slice(0, documentedKeys.length)).toEqual(documentedKeys)
  })

  test('nobody is found with an empty list', async () => {
    const app = await emptyApp()
    const jane = await newPerson(app)
    const answer = await send(app, way, '/user/search', { query: 'rick' }, jane)
    expect([answer.status, answer.json]).toEqual(answered({ results: [] }))
  })

  test('at most ten are found, or as many as the limit says', async () => {
    const app = await emptyApp()
    const jane = await newPerson(app)
    for (let i = 0; i < 12; i += 1) await newPerson(app, `many_people_${i}`)
    const call = (limit: object) =>
      send(app, way, '/user/search', { query: 'many_people', ...limit }, jane)
    expect((await call({})).json.data.results).toHaveLength(10)
    for (const [limit, length] of [
      [1, 1],
      [11, 11],
      [50, 12],
    ] as const) {
      expect((await call({ limit })).json.data.results).toHaveLength(length)
    }
  })
})

test('a private account is approved of once it has approved', async () => {
  const app = await emptyApp()
  const person = await newRick(app)
  const jane = await newPerson(app)
  await makePrivate(app, person)
  const body = { query: 'rick' }
  const results = async () => ask(app, jane, '/user/search', { body })
  const isPrivate = { isPrivate: true }
  expect(await results()).toEqual(answered({ results: [found(rick(isPrivate), false)] }))
  await follow(app, jane, person)
  expect(await results()).toEqual(answered({ results: [found(rick(isPrivate), false)] }))
  await makePrivate(app, person, false)
  await makePrivate(app, person)
  const approved = rick({ ...isPrivate, followerCount: 1 })
  expect(await results()).toEqual(answered({ results: [found(approved)] }))
})

test('only oneself is found with everything', async () => {
  const app = await emptyApp()
  const jane = await newPerson(app, 'jane_smith_1')
  const other = await newPerson(app, 'jane_smith_2')
  const { id: _id, username, email } = jane
  const own = ownUser({ _id, username, email, phone: null, phoneCountryCode: null })
  const results = [found(own), found(shown(other))]
  expect(await ask(app, jane, '/user/search', { body: { query: 'jane_smith' } })).toEqual(
    answered({ results }),
  )
})

test.each(['rick_asthley', 'RICK', 'asthley', 'k_a', 'Asthley', 'Rick Asthley', ' rick ', 'ri'])(
  '%j finds Rick Asthley by a part of a name',
  async (query) => {
    const app = await emptyApp()
    await newRick(app)
    const jane = await newPerson(app)
    expect(await search(app, jane, query)).toEqual(['rick_asthley'])
  },
)

test.each([
  '%%%',
  '___',
  '.*',
  'r.ck',
  'ric*',
  '"rick"',
  'rick OR john',
  'username:rick',
  "' OR 1=1 --",
  'rick_asthley@example.com',
  '0000000000',
])('%j is nobody: there is neither a pattern nor a private field in it', async (query) => {
  const app = await emptyApp()
  await newRick(app)
  const jane = await newPerson(app)
  expect(await search(app, jane, query)).toEqual([])
})

test('whoever has blocked the other, neither finds the other', async () => {
  const app = await emptyApp()
  const jane = await newPerson(app, 'jane_smith_1')
  const other = await newPerson(app, 'jane_smith_2')
  const third = await newPerson(app, 'jane_smith_3')
  expect(await ask(app, jane, '/user/block', { body: { target: other.id } })).toEqual(done)
  expect(await search(app, jane, 'jane_smith')).toEqual(['jane_smith_1', 'jane_smith_3'])
  expect(await search(app, other, 'jane_smith')).toEqual(['jane_smith_2', 'jane_smith_3'])
  expect(await search(app, third, 'jane_smith')).toHaveLength(3)
})

test('a disabled account is not found', async () => {
  const app = await emptyApp()
  const { id } = await newRick(app)
  const jane = await newPerson(app)
  await app.env.DB.prepare('UPDATE accounts SET disabled_at = 1 WHERE id = ?').bind(id).run()
  expect(await search(app, jane, 'rick')).toEqual([])
})

test.each([
  ['query', 'a'],
  ['query', ''],
  ['query', '   '],
  ['query', 'x'.repeat(101)],
  ['query', 'nul\u0000'],
  ['query', 5],
  ['query', null],
  ['query', ['rick']],
  ['query', { username: 'rick' }],
  ['limit', 0],
  ['limit', -1],
  ['limit', 51],
  ['limit', 1.5],
  ['limit', 1e9],
  ['limit', 'abc'],
])('a %s of %j is refused', async (field, value) => {
  const app = await emptyApp()
  const jane = await newPerson(app)
  const body = { query: 'rick', [field]: value }
  const refused = [400, invalid(fieldError(field, value))]
  expect(await ask(app, jane, '/user/search', { body })).toEqual(refused)
})

test.each(doors)('under "%s" nothing to look for is refused, every field at once', async (door) => {
  const app = await emptyApp()
  const jane = await newPerson(app)
  const missing = [400, invalid(fieldError('query'))]
  expect(await ask(app, jane, `${door}/user/search`, { body: {} })).toEqual(missing)
  const body = { query: 7, limit: 'all' }
  const both = [400, invalid(fieldError('query', 7), fieldError('limit', 'all'))]
  expect(await ask(app, jane, `${door}/user/search`, { body })).toEqual(both)
})

test.each(doors)('under "%s" a stranger finds nobody, and learns of no mistake', async (door) => {
  const app = await emptyApp()
  await newRick(app)
  for (const body of [{ query: 'rick' }, {}, { query: 5 }]) {
    const answer = await app.call(`${door}/user/search`, { body })
    expect([answer.status, answer.json]).toEqual(unauthorized)
    expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="atrium"')
  }
})
