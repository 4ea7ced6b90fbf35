import { beforeAll, describe, expect, test } from 'vitest'
import type { TestApp } from '../../support/app'
import { ask, emptyApp, follow, makePrivate, sampleEntryId, sampleId } from '../../support/graph'
import { newPerson, type TestPerson } from '../../support/social'
import { fieldError, invalid } from '../../support/social-answers'

/** `limit`, `offset` and `order` of every list: each row once, in order, whatever goes in between. */

const size = 12

interface Row {
  readonly _id: string
  readonly createdAt: string
}

/** Each holds twelve rows: those of Jane, those of somebody private, and Jane's as others read them. */
const lists = ['followers', 'following', 'follow-requests', 'of others'] as const

let app: TestApp
let jane: TestPerson
let asked: TestPerson
let friends: TestPerson[]
let paths: { readonly [L in (typeof lists)[number]]: readonly [path: string, by: TestPerson] }

beforeAll(async () => {
  app = await emptyApp()
  jane = await newPerson(app)
  asked = await newPerson(app)
  friends = []
  await makePrivate(app, asked)
  for (let i = 0; i < size; i += 1) {
    const friend = await newPerson(app)
    friends.push(friend)
    await follow(app, friend, jane)
    await follow(app, jane, friend)
    await follow(app, friend, asked)
  }
  const [viewer = jane] = friends
  paths = {
    followers: ['/user/followers', jane],
    following: ['/social/user/following', jane],
    'follow-requests': ['/user/follow-requests', asked],
    'of others': [`/social/user/${jane.id}/followers`, viewer],
  }
})

async function rows(list: (typeof lists)[number], query = ''): Promise<Row[]> {
  const [path, by] = paths[list]
  const { json } = await app.call(`${path}?${query}`, { cookies: by.cookies })
  return json.data.records
}

async function ids(list: (typeof lists)[number], query = ''): Promise<string[]> {
  return (await rows(list, query)).map(({ _id }) => _id)
}

describe.each(lists)('%s', (list) => {
  test('ten rows come unasked, newest first, and a hundred at most', async () => {
    const all = await rows(list, 'limit=100')
    expect(all).toHaveLength(size)
    const times = all.map(({ createdAt }) => Date.parse(createdAt))
    expect(times).toEqual([...times].sort((one, other) => other - one))
    expect(new Set(times).size).toBe(size)
    expect(await rows(list)).toEqual(all.slice(0, 10))
    expect(await rows(list, 'limit=1')).toEqual(all.slice(0, 1))
  })

  test.each(['_id', 'createdAt'] as const)('pages by the %s hold every row once', async (key) => {
    const all = await rows(list, 'limit=100')
    for (const order of ['desc', 'asc'] as const) {
      const seen: Row[] = []
      for (let last = ''; seen.length < size; ) {
        const offset = last && `&offset=${encodeURIComponent(last)}`
        const page = await rows(list, `limit=5&order=${order}${offset}`)
        expect(page).toHaveLength(Math.min(5, size - seen.length))
        seen.push(...page)
        last = page.at(-1)?.[key] ?? ''
      }
      expect(seen).toEqual(order === 'desc' ? all : all.toReversed())
      const rest = `order=${order}&offset=${seen.at(-1)?.[key]}`
      expect(await rows(list, rest)).toEqual([])
    }
  })

  test.each(['0', '-1', '1e9', '101', 'abc', '1.5', '1e999', 'null', '10;', '%F0%9F%98%80'])(
    'a limit of %s is refused',
    async (limit) => {
      const [path, by] = paths[list]
      const error = fieldError('limit', decodeURIComponent(limit), { location: 'query' })
      expect(await ask(app, by, `${path}?limit=${limit}`)).toEqual([400, invalid(error)])
    },
  )

  test('what is no entry is no offset', async () => {
    const [path, by] = paths[list]
    const [real = ''] = await ids(list)
    const flipped = real.slice(0, -1) + (Number.parseInt(real.slice(-1), 16) ^ 1).toString(16)
    for (const offset of [
      'f'.repeat(24),
      '0'.repeat(24),
      sampleId,
      sampleEntryId,
      jane.id,
      flipped,
      `${real} `,
      `${real}00`,
      "' OR 1=1 --",
      `${real}' OR '1'='1`,
      '',
      'abc',
      '0',
      '2023-09-09',
      '2023-13-09T13:45:52.505Z',
      'now',
    ]) {
      const error = fieldError('offset', offset, { location: 'query' })
      const query = `offset=${encodeURIComponent(offset)}`
      expect(await ask(app, by, `${path}?${query}`)).toEqual([400, invalid(error)])
    }
  })

  test('an order that is none, and all that is wrong at once', async () => {
    const [path, by] = paths[list]
    const inQuery = { location: 'query' }
    expect(await ask(app, by, `${path}?limit=0&offset=x&order=up`)).toEqual([
      400,
      invalid(
        fieldError('limit', '0', inQuery),
        fieldError('offset', 'x', inQuery),
        fieldError('order', 'up', inQuery),
      ),
    ])
    const twice = fieldError('limit', ['1', '2'], inQuery)
    expect(await ask(app, by, `${path}?limit=1&limit=2`)).toEqual([400, invalid(twice)])
  })
})

test('an offset is good when its row is gone by now', async () => {
  const all = await ids('followers', 'limit=100')
  const [, , third = '', ...rest] = all
  const entry = { method: 'DELETE', body: { entry: third } }
  expect(await ask(app, jane, '/user/follow-entry', entry)).toEqual([200, { ok: 1 }])
  expect(await ids('followers', `limit=100&offset=${third}`)).toEqual(rest)
  expect(await ids('followers', `order=asc&offset=${third}`)).toEqual(all.slice(0, 2).toReversed())
  expect(await ids('followers', 'limit=100')).toEqual(all.filter((id) => id !== third))
})

test('a row that comes while pages are read is in none of the later ones', async () => {
  const first = await ids('followers', 'limit=5')
  const late = await newPerson(app)
  await follow(app, late, jane)
  const offset = `limit=100&offset=${first.at(-1)}`
  const later = await ids('followers', offset)
  const all = await ids('followers', 'limit=100')
  expect(all.slice(1)).toEqual([...first, ...later])
})
