import { beforeAll, expect, test } from 'vitest'
import {
  countMax,
  findPortfolios,
  leadMax,
  type PortfolioFilters,
} from '../../src/core/portfolio-search'
import { newSignedIn } from '../support/accounts'
import { callerWith, change, rowsOf, testCore } from '../support/core'
import { countedDatabase } from '../support/counted'

/** What a page of the search by portfolio reads does not grow with the accounts it is found among. */

const crowd = 100_000
/** As the search says; nobody here has more than two tags. */
const rowsReadMax = 50_000 + 2 * leadMax

const counted = countedDatabase()

const atrium = testCore({ DB: counted.client, THROTTLE: 'off' })
let seeker: Awaited<ReturnType<typeof newSignedIn>>

const people = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${crowd})`

beforeAll(async () => {
  // Completeness, roles and tags are spread as by chance. One person in twenty administers.
  await change(
    `${people} INSERT INTO accounts (number, id, username, username_key, first_name, first_name_key, last_name,
       last_name_key, role, profile_completeness, created_at, updated_at)
     SELECT 1000000 + i, printf('%024x', i), 'person' || i, 'person' || i, 'Ada', 'ada', 'B', 'b',
       IIF(i % 19 = 3, 'admin', 'user'), i * 7919 % 101, 0, 0 FROM n`,
  )
  await change(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 499)
     INSERT INTO tags (tag_id, tag_key, tag_name, tagged_at)
     SELECT printf('%024x', i), 'tag-' || i, 'Tag ' || i, 0 FROM n`,
  )
  // Everybody has one of the rare ones, so that each is on some two hundred people.
  await change(
    `INSERT INTO account_tags SELECT number, printf('%024x', 1 + number * 7901 % 499), 1
     FROM accounts WHERE number >= 1000000`,
  )
  await change(
    `INSERT INTO account_tags SELECT number, printf('%024x', 0), 0
     FROM accounts WHERE number >= 1000000 AND number % 1009 * 7 % 10 < 3`,
  )
  seeker = await newSignedIn(atrium, { username: 'seeker_of_people' })
}, 120_000)

const limit = 12
const texts = { no: null, rare: 'erson7777', common: 'person', short: 'pe' }
const tags = { no: [], rare: ['Tag 7'], common: ['tag_0'], both: ['tag 0', 'TAG-7'] }
const ranges = { no: [0, 100], most: [90, 100], least: [0, 10] } as const
const roles = [null, 'user', 'admin'] as const

function* combinations(): Generator<PortfolioFilters> {
  for (const isOwn of [false, true]) {
    for (const text of Object.values(texts)) {
      for (const wanted of Object.values(tags)) {
        for (const [completenessMin, completenessMax] of Object.values(ranges)) {
          for (const role of roles) {
            const range = { completenessMin, completenessMax }
            yield { ...range, isOwn, text, tags: wanted, role, persona: null }
          }
        }
      }
    }
  }
}

async function readPage(filters: PortfolioFilters, page = 1) {
  counted.take()
  const caller = callerWith(seeker.token)
  const shown = await atrium.request((core) =>
    findPortfolios(core, caller, filters, { page, limit }),
  )
  return { ...shown, rowsRead: counted.take().rowsRead }
}

test('a page of any combination of filters reads no more than so many rows', async () => {
  for (const filters of combinations()) {
    const first = await readPage(filters)
    const last = Math.max(1, Math.ceil(first.total / limit))
    // Where in the list a page is has nothing to do with the role, which saves reading as many again.
    const pages = filters.role === null ? new Set([1, Math.ceil(last / 2), last]) : []
    for (const page of pages) {
      const shown = await readPage(filters, page)
      const costs = JSON.stringify({ filters, page })
      expect(shown.rowsRead, costs).toBeLessThan(rowsReadMax)
      expect(shown.found.length, costs).toBe(Math.min(limit, first.total - (page - 1) * limit))
    }
    expect(first.rowsRead, JSON.stringify(filters)).toBeLessThan(rowsReadMax)
    expect(first.rowsRead).toBeGreaterThan(5)
  }
}, 60_000)

/** The ids of all who fit, the most complete first, read without regard to what it costs. */
async function everyone(where: string): Promise<string[]> {
  const rows = await rowsOf<{ id: string }>(
    `SELECT id FROM accounts WHERE ${where} ORDER BY profile_completeness DESC, id DESC`,
  )
  return rows.map(({ id }) => id)
}

const all: PortfolioFilters = {
  role: null,
  persona: null,
  completenessMin: 0,
  completenessMax: 100,
  tags: [],
  text: null,
  isOwn: false,
}
const holders = (tag: number) =>
  `number IN (SELECT account_number FROM account_tags WHERE tag_id = printf('%024x', ${tag}))`

test.each<[string, Partial<PortfolioFilters>, string]>([
  ['a rare tag', { tags: ['tag-7'] }, holders(7)],
  ['a rare tag and a text that everybody has', { tags: ['tag-7'], text: 'person' }, holders(7)],
  ['the same with two letters', { tags: ['tag-7'], text: 'ad' }, holders(7)],
  [
    'a tag that many have, and a rare text',
    { tags: ['tag-0'], text: 'erson777' },
    `${holders(0)} AND username LIKE 'person777%'`,
  ],
  [
    'a narrow range and a text that everybody has',
    { completenessMin: 100, text: 'ada b' },
    'profile_completeness >= 100',
  ],
  [
    'a narrow range and a tag that many have, of administrators',
    { completenessMin: 90, tags: ['tag-0'], role: 'admin' },
    `${holders(0)} AND profile_completeness >= 90 AND role = 'admin'`,
  ],
])('everybody is found by %s', async (_, given, where) => {
  const expected = await everyone(where)
  expect(expected.length).toBeGreaterThan(20)
  const { found, total, isCapped } = await readPage({ ...all, ...given })
  expect({ total, isCapped }).toEqual({ total: expected.length, isCapped: false })
  expect(found.map(({ person }) => person.id)).toEqual(expected.slice(0, limit))
})

test('of more than are counted the most complete are shown, and that there are more', async () => {
  const expected = await everyone('1')
  for (const page of [1, 50, 83]) {
    const { found, total, isCapped } = await readPage(all, page)
    expect({ total, isCapped }).toEqual({ total: countMax, isCapped: true })
    const from = (page - 1) * limit
    expect(found.map(({ person }) => person.id)).toEqual(expected.slice(from, from + limit))
  }
})

test('where not everybody could be looked at, the total says so, however small it is', async () => {
  const few = { tags: ['tag-0'], text: 'person', persona: 'creator' } as const
  const { total, isCapped } = await readPage({ ...all, ...few })
  expect(isCapped).toBe(true)
  expect(total).toBeLessThan(countMax)
})
