import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { keptQuery, openDatabase, run } from '../../src/storage/database'
import { accounts } from '../../src/storage/schema'
import { sql } from '../../src/storage/sql'

const db = openDatabase(env.DB)

async function rowOf(statement: ReturnType<typeof sql>) {
  const [[row]] = await run(db, db.all(statement))
  return row
}

test('a template that is used again has the values of each use', async () => {
  const pair = (left: unknown, right: unknown) => sql`SELECT ${left} AS left, ${right} AS right`
  const [first, second] = [pair(1, "o'ne"), pair('?', null)]
  expect(await rowOf(second)).toEqual({ left: '?', right: null })
  expect(await rowOf(first)).toEqual({ left: 1, right: "o'ne" })
})

test('statements stand in statements, joined or empty, beside conditions of drizzle', async () => {
  const numbers = [1, 2, 3].map((n) => sql`SELECT ${n} AS n`)
  const of = sql`(${sql.join(numbers, sql` UNION ALL `)})`
  expect(await rowOf(sql`SELECT SUM(n) AS sum${sql``} FROM ${of}`)).toEqual({ sum: 6 })
  expect(await rowOf(sql`SELECT ${sql.join([sql`1`, sql` + ${2}`])} AS sum`)).toEqual({ sum: 3 })
  const nobody = sql`SELECT COUNT(*) AS count FROM ${accounts} WHERE ${eq(accounts.number, -1)}`
  expect(await rowOf(nobody)).toEqual({ count: 0 })
})

test('a kept query is sent with other values each time, and with none of them missing', async () => {
  const echo = keptQuery((db) =>
    db.all(sql`SELECT ${sql.placeholder('said')} AS said, ${'kept'} AS ours`),
  )
  expect(await run(db, echo(db, { said: 1 }), echo(db, { said: 'two' }))).toEqual([
    [{ said: 1, ours: 'kept' }],
    [{ said: 'two', ours: 'kept' }],
  ])
  expect(() => echo(db, {})).toThrow('said')
})
