import { expect, test } from 'vitest'
import { sweepExpired } from '../../src/core/upkeep'
import { hashToken } from '../../src/crypto/token'
import {
  isAlive,
  newSignedIn,
  newTwoFactorAccount,
  newUnconfirmed,
  startSignIn,
} from '../support/accounts'
import { newClient } from '../support/clients'
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
  'revoked_tokens',
  'authorization_codes',
  'pushed_requests',
  'refresh_tokens',
] as const

/** What the authorization server keeps for a while, each with its own end. */
async function newOAuthRows(
  account: { number: number },
  token: string,
  ends: { revoked: number; code: number; pushed: number; refresh: number },
) {
  const { clientId } = await newClient()
  const id = crypto.randomUUID()
  await change('INSERT INTO revoked_tokens (jti, expires_at) VALUES (?, ?)', id, ends.revoked)
  await change(
    `INSERT INTO authorization_codes (code_hash, client_id, account_number, account_epoch, system_epoch,
        redirect_uri, is_redirect_named, challenge, scopes, resources, authenticated_at, expires_at)
      VALUES (?, ?, ?, 0, 0, '', 0, '', '[]', '[]', 0, ?)`,
    id,
    clientId,
    account.number,
    ends.code,
  )
  await change('INSERT INTO pushed_requests VALUES (?, ?, ?, ?)', id, clientId, '', ends.pushed)
  await change(
    'INSERT INTO refresh_tokens (refresh_hash, grant_hash, refresh_expires_at) VALUES (?, ?, ?)',
    id,
    await hashToken(token),
    ends.refresh,
  )
}

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
  const end = atrium.now + 1
  await newOAuthRows(account, token, { revoked: end, code: end, pushed: end, refresh: end })
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
    [600, ['challenges', 'pushed_requests']],
    [3600, ['revoked_tokens']],
    // A code that is shown again is known for what it is until a day after its end.
    [days(1) + 60, ['tags', 'authorization_codes']],
    [days(2), ['codes']],
    // Of a grant that goes on: only those that were used before are past their end.
    [days(5), ['refresh_tokens']],
    [days(30), ['sessions', 'held_usernames']],
    [days(90), ['known_sources', 'login_history']],
    [days(365), ['throttles']],
  ]
  await change('UPDATE throttles SET expires_at = ?', start + days(365) * 1000)
  await change('UPDATE held_usernames SET held_until = ?', start + days(30) * 1000)
  await change('UPDATE tags SET tagged_at = ?', start + 60_000)
  await change('UPDATE pushed_requests SET expires_at = ?', start + 600_000)
  await change('UPDATE revoked_tokens SET expires_at = ?', start + 3600_000)
  await change('UPDATE authorization_codes SET expires_at = ?', start + 60_000)
  await change('UPDATE refresh_tokens SET refresh_expires_at = ?', start + days(5) * 1000)
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

/** More than grows in an hour, and no more than one run has the time for. */
test('one run deletes twenty thousand rows of a table, in rounds of a thousand, and the next one the rest', async () => {
  await change(`INSERT INTO throttles (key, count, expires_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20200)
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

test('what KV remembers of every session that has ended is forgotten, however many there are', async () => {
  const { token } = await newSignedIn(atrium)
  await change(
    `INSERT INTO sessions (token_hash, session_id, account_number, session_epoch, system_epoch, opened_at,
        authenticated_at, seen_at, idle_expires_at, expires_at, device)
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
      SELECT 'ended ' || i, 'ended ' || i, account_number, session_epoch, system_epoch, opened_at,
        authenticated_at, seen_at, i, expires_at, device
      FROM n JOIN sessions ON token_hash = ?`,
    await hashToken(token),
  )
  await sweep()
  const owed = await rowsOf<{ key: string }>(`SELECT DISTINCT value AS key
    FROM outbox JOIN json_each(target) WHERE kind = 'forget' AND value LIKE 'ended %'`)
  expect(owed).toHaveLength(2500)
})

test('whoever waits for the index of the search goes into it', async () => {
  const { number } = await newUnconfirmed(atrium)
  await sweep()
  expect(await count('account_search_pending')).toBe(0)
  const indexed = await rowsOf('SELECT rowid FROM account_search WHERE rowid = ?', number)
  expect(indexed).toHaveLength(1)
})
