import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { entryIdAt, entryTime, newEntryTail } from '../../src/core/entry-ids'
import { openDatabase, run } from '../../src/storage/database'
import { newSignedIn } from '../support/accounts'
import { rowsOf, testCore } from '../support/core'
import { contradictions, follows, newPeople, ownList } from '../support/follow-graph'

const db = openDatabase(env.DB)

/** The id of an entry made at a time, as the statement that stores it makes it. */
async function idAt(at: number, tail = newEntryTail()): Promise<string> {
  const asked = db.all<{ id: string }>(sql`SELECT ${entryIdAt(sql`${at}`, tail)} AS id`)
  const [[row]] = await run(db, asked)
  return row?.id ?? ''
}

describe('the id of an entry', () => {
  const times = [0, 1, 999, 1000, 1_700_000_000_000, 1_700_000_000_999, 2 ** 32 * 1000 - 1]

  test.each(times)('tells its time %d', async (at) => {
    const id = await idAt(at)
    expect(id).toMatch(/^[0-9a-f]{24}$/)
    expect(entryTime(id)).toBe(at)
    // As SQLite computes with whole numbers, where no parameter has made them others.
    const [row] = await rowsOf<{ id: string }>(
      `SELECT printf('%08x%03x', ${at} / 1000, ${at} % 1000) AS id`,
    )
    expect(id.startsWith(row?.id ?? '-')).toBe(true)
  })

  test('sorts like its time', async () => {
    const ids = await Promise.all(times.map((at) => idAt(at)))
    expect([...ids].sort()).toEqual(ids)
  })

  test('is not made twice', () => {
    const tails = Array.from({ length: 1000 }, newEntryTail)
    expect(new Set(tails).size).toBe(1000)
  })

  test('is told from one with a wrong digit behind its time', async () => {
    const id = await idAt(1_700_000_000_123)
    for (let i = 11; i < 24; i += 1) {
      for (const digit of '0123456789abcdef'.replace(id[i] ?? '', '')) {
        expect(entryTime(id.slice(0, i) + digit + id.slice(i + 1))).toBeNull()
      }
    }
  })

  test('is told from everything else', async () => {
    const tail = newEntryTail()
    const id = await idAt(1_700_000_000_123, tail)
    const others = [
      '',
      'f'.repeat(24),
      id.slice(1),
      `${id}0`,
      `${id}\n`,
      ` ${id.slice(1)}`,
      id.toUpperCase(),
      `${id.slice(0, 8)}3e8${tail}`,
      '2024-01-01T00:00:00.000Z',
    ]
    expect(id.toUpperCase()).not.toBe(id)
    for (const other of others) expect(entryTime(other)).toBeNull()
  })

  test('is told from the id of an account', async () => {
    const { account } = await newSignedIn(testCore())
    expect(account.id).toMatch(/^[0-9a-f]{24}$/)
    expect(entryTime(account.id)).toBeNull()
  })
})

describe('entries of one account that are made in one millisecond', () => {
  test('are a millisecond apart in both lists, and their ids tell the times', async () => {
    const atrium = testCore()
    const [one, ...people] = await newPeople(atrium, 31)
    if (!one) throw new Error('nobody is there')
    await Promise.all(people.map((other) => follows(atrium, other, one)))
    await Promise.all(people.map((other) => follows(atrium, one, other)))
    for (const list of ['followers', 'following'] as const) {
      const entries = await ownList(atrium, one, list)
      expect(entries).toHaveLength(30)
      const made = entries.map(({ followedAt }) => followedAt)
      expect(new Set(made).size).toBe(30)
      expect(entries.map(({ entryId }) => entryTime(entryId))).toEqual(made)
    }
    expect(await contradictions()).toEqual([])
  })

  test('stay apart when the clock is set back', async () => {
    const atrium = testCore()
    const [one, two, three] = await newPeople(atrium, 3)
    if (!one || !two || !three) throw new Error('nobody is there')
    await follows(atrium, two, one)
    atrium.pass(-60)
    await follows(atrium, three, one)
    const [newest, oldest] = await ownList(atrium, one, 'followers')
    expect([newest?.person.id, oldest?.person.id]).toEqual([three.account.id, two.account.id])
    expect(newest?.followedAt).toBe((oldest?.followedAt ?? 0) + 1)
  })
})
