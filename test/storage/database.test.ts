import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { commit, DatabaseUnavailable, openDatabase, run } from '../../src/storage/database'
import { interceptDatabase } from '../support/database'

/** A D1 whose round trips fail with these messages, one after the other, and then work. */
function failing(messages: string[], given: { afterwards?: boolean } = {}) {
  const calls = { trips: 0 }
  const d1 = interceptDatabase(env.DB, async (ask) => {
    calls.trips += 1
    const message = messages.shift()
    if (message === undefined) return ask()
    if (given.afterwards) await ask()
    throw new Error('D1_ERROR: see the cause', { cause: new Error(message) })
  })
  return { db: openDatabase(d1), calls }
}

const one = (db: ReturnType<typeof openDatabase>) => db.all<{ n: number }>(sql`SELECT 1 AS n`)
const lost = 'Network connection lost.'

describe('a query', () => {
  test('answers its rows, each statement its own, in one round trip', async () => {
    const { db, calls } = failing([])
    const both = await run(db, one(db), db.all(sql`SELECT 'two' AS word`))
    expect(both).toEqual([[{ n: 1 }], [{ word: 'two' }]])
    expect(calls.trips).toBe(1)
  })

  test('that is the only one sent needs no batch', async () => {
    const d1 = { prepare: (text: string) => env.DB.prepare(text) } as unknown as D1Database
    const db = openDatabase(d1)
    expect(await run(db, one(db), db.nothing())).toEqual([[{ n: 1 }], []])
  })

  test.each([
    lost,
    'Internal error in D1 DB storage caused object to be reset.',
    'D1 DB reset because its code was updated.',
    'Cannot resolve D1 DB due to transient issue on remote node.',
  ])('is repeated after what D1 calls transient: %s', async (message) => {
    const { db, calls } = failing([message, message])
    expect(await run(db, one(db))).toEqual([[{ n: 1 }]])
    expect(calls.trips).toBe(3)
  })

  test('is repeated twice and no more', async () => {
    const { db, calls } = failing([lost, lost, lost])
    await expect(run(db, one(db))).rejects.toBeInstanceOf(DatabaseUnavailable)
    expect(calls.trips).toBe(3)
  })

  test.each([
    'D1 DB is overloaded. Requests queued for too long.',
    'D1 DB is overloaded. Too many requests queued.',
    // Holds a transient text, and is none.
    'D1 DB storage operation exceeded timeout which caused object to be reset.',
    "D1 DB's isolate exceeded its memory limit and was reset.",
    'D1 DB exceeded its CPU time limit and was reset.',
    'no such table: accounts',
    'something nobody has seen yet',
  ])('is not repeated after what a repetition would make worse: %s', async (message) => {
    const { db, calls } = failing([message])
    await expect(run(db, one(db))).rejects.toBeInstanceOf(DatabaseUnavailable)
    expect(calls.trips).toBe(1)
  })

  test('that is a mistake of ours is no trouble of the database', async () => {
    const { db } = failing([])
    await expect(run(db, db.all(sql`SELEC`))).rejects.not.toBeInstanceOf(DatabaseUnavailable)
  })

  test('that fails names none of its values', async () => {
    const { db } = failing([lost, lost, lost])
    const error = await run(db, db.all(sql`SELECT ${'a secret value'}`)).catch((thrown) => thrown)
    expect(`${error} ${error.stack}`).not.toContain('a secret value')
  })
})

describe('a change', () => {
  const change = (db: ReturnType<typeof openDatabase>, name: string) =>
    commit(
      db,
      [db.run(sql`INSERT INTO held_usernames VALUES (${name}, 1) ON CONFLICT DO NOTHING`)],
      db.all<{ n: number }>(sql`SELECT 1 AS n FROM held_usernames WHERE username_key = ${name}`),
      (rows) => rows.length > 0,
    )
  const isMade = async (name: string) =>
    (await env.DB.prepare('SELECT 1 FROM held_usernames WHERE username_key = ?').bind(name).all())
      .results.length > 0

  test('is made as a whole or not at all', async () => {
    const { db } = failing([])
    const broken = commit(
      db,
      [
        db.run(sql`INSERT INTO held_usernames VALUES ('whole', 1)`),
        db.run(sql`INSERT INTO held_usernames VALUES ('whole', 1)`),
      ],
      one(db),
      () => true,
    )
    await expect(broken).rejects.toThrow()
    expect(await isMade('whole')).toBe(false)
  })

  test('whose answer was lost is recognised as made', async () => {
    const { db, calls } = failing(['nobody knows'], { afterwards: true })
    expect(await change(db, 'lost answer')).toEqual([{ n: 1 }])
    expect(calls.trips).toBe(2)
  })

  test('that was not made is told from one whose answer was lost', async () => {
    const { db } = failing(['nobody knows'])
    await expect(change(db, 'not made')).rejects.toBeInstanceOf(DatabaseUnavailable)
    expect(await isMade('not made')).toBe(false)
  })

  test('is repeated after a transient failure, made or not', async () => {
    for (const afterwards of [true, false]) {
      const { db } = failing([lost], { afterwards })
      expect(await change(db, `repeated ${afterwards}`)).toEqual([{ n: 1 }])
    }
  })

  test('that D1 refused is not asked about again', async () => {
    const { db, calls } = failing(['D1 DB is overloaded. Too many requests queued.'])
    await expect(change(db, 'refused')).rejects.toBeInstanceOf(DatabaseUnavailable)
    expect(calls.trips).toBe(1)
  })
})
