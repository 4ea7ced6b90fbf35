import { expect, test } from 'vitest'
import { sweepExpired } from '../../src/core/upkeep'
import {
  isAlive,
  newSignedIn,
  newTwoFactorAccount,
  newUnconfirmed,
  startSignIn,
} from '../support/accounts'
import { change, rowsOf, testCore } from '../support/core'

const atrium = testCore()
const sweep = () => atrium.request(sweepExpired)
const count = async (table: string) => (await rowsOf(`SELECT 1 FROM ${table}`)).length

const tables = [
  'sessions',
  'challenges',
  'codes',
  'throttles',
  'known_sources',
  'login_history',
  'held_usernames',
  'tags',
] as const

const newTag = (id: string, at: number, uses = 0) =>
  change(
    'INSERT INTO tags (tag_id, tag_key, tag_name, entry_count, tagged_at) VALUES (?1, ?1, ?1, ?3, ?2)',
    id,
    at,
    uses,
  )

async function counts() {
  const found: Record<string, number> = {}
  for (const table of tables) found[table] = await count(table)
  return found
}

test('what has not expired is left alone', async () => {
  const { account, token } = await newTwoFactorAccount(atrium)
  await startSignIn(atrium, account)
  await newUnconfirmed(atrium)
  await change('INSERT INTO held_usernames VALUES (?, ?)', 'held', atrium.now + 1)
  await newTag('unused', atrium.now)
  const before = await counts()
  expect(Object.values(before).every((rows) => rows > 0)).toBe(true)
  await sweep()
  expect(await counts()).toEqual(before)
  expect(await isAlive(atrium, token)).toBe(true)
})

test('each table is swept when its own time has come', async () => {
  const start = atrium.now
  const days = (number: number) => number * 24 * 3600
  const goneAfter: [number, (typeof tables)[number][]][] = [
    [600, ['challenges']],
    [days(1), ['tags']],
    [days(2), ['codes']],
    [days(30), ['sessions', 'held_usernames']],
    [days(90), ['known_sources', 'login_history']],
    [days(365), ['throttles']],
  ]
  await change('UPDATE throttles SET expires_at = ?', start + days(365) * 1000)
  await change('UPDATE held_usernames SET held_until = ?', start + days(30) * 1000)
  for (const [seconds, expired] of goneAfter) {
    atrium.now = start + seconds * 1000 - 1
    await sweep()
    for (const table of expired) expect(await count(table), table).toBeGreaterThan(0)
    atrium.now = start + seconds * 1000 + 1
    await sweep()
    for (const table of expired) expect(await count(table), table).toBe(0)
  }
  expect(await count('accounts')).toBeGreaterThan(0)
})

test('a tag that somebody uses stays', async () => {
  await newTag('used', 0, 1)
  await sweep()
  expect(await rowsOf("SELECT tag_id FROM tags WHERE tag_id = 'used'")).toHaveLength(1)
})

test('one run deletes a thousand rows of a table at most, the next one the rest', async () => {
  await change(`INSERT INTO throttles (key, count, expires_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
    SELECT 'key ' || i, 1, i FROM n`)
  await sweep()
  expect(await count('throttles')).toBe(200)
  await sweep()
  expect(await count('throttles')).toBe(0)
})

test('sweeping an empty house is fine', async () => {
  await sweep()
  await newSignedIn(atrium)
})
