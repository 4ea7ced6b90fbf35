import { describe, expect, test } from 'vitest'
import { updateAccount } from '../../src/core/account-changes'
import { deleteAccount } from '../../src/core/deletion'
import { drainOutbox } from '../../src/core/outbox'
import { requestReset } from '../../src/core/recovery'
import {
  isAlive,
  newTwoFactorAccount,
  newUnconfirmed,
  startSignIn,
  type TestAccount,
  tryLogin,
} from '../support/accounts'
import { clientAt, refusal, rowsOf, testCore } from '../support/core'

const atrium = testCore()
const tables = ['sessions', 'codes', 'challenges', 'known_sources', 'login_history'] as const

const remove = (account: TestAccount) => atrium.request((core) => deleteAccount(core, account))

/** An account with a row in every table. */
async function newFull() {
  const { account, token, viewer } = await newTwoFactorAccount(atrium)
  const changes = { email: `other.${account.email}` }
  const options = { targetId: null, currentPassword: null }
  await atrium.request((core) => updateAccount(core, viewer, changes, options, clientAt(1)))
  await atrium.request((core) => requestReset(core, { email: account.email }, clientAt(1)))
  await startSignIn(atrium, account)
  return { account, token }
}

async function rowCounts({ number }: TestAccount) {
  const counts: Record<string, number> = {}
  for (const table of tables) {
    const rows = await rowsOf(`SELECT 1 FROM ${table} WHERE account_number = ?`, number)
    counts[table] = rows.length
  }
  counts.accounts = (await rowsOf('SELECT 1 FROM accounts WHERE number = ?', number)).length
  return counts
}

describe('deleting an account', () => {
  test('takes every row of it along, and none of anybody else', async () => {
    const [gone, kept] = [await newFull(), await newFull()]
    const before = await rowCounts(kept.account)
    expect(Object.values(before).every((count) => count > 0)).toBe(true)
    await remove(gone.account)
    const left = await rowCounts(gone.account)
    expect(Object.values(left).every((count) => count === 0)).toBe(true)
    expect(await rowCounts(kept.account)).toEqual(before)
    expect(await isAlive(atrium, gone.token)).toBe(false)
    expect(await isAlive(atrium, kept.token)).toBe(true)
  })

  test('leaves nothing of it in any table but the key of its username', async () => {
    const { account } = await newFull()
    await remove(account)
    await atrium.request(drainOutbox)
    const names = await rowsOf<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_%' ESCAPE '\\'",
    )
    for (const { name } of names) {
      if (['throttles', 'held_usernames', 'd1_migrations'].includes(name)) continue
      const all = JSON.stringify(await rowsOf(`SELECT * FROM "${name}"`))
      for (const trace of [String(account.number), account.id, account.username, account.email]) {
        expect(all.includes(trace), `${trace} in ${name}`).toBe(false)
      }
    }
    const throttles = JSON.stringify(await rowsOf('SELECT * FROM throttles'))
    expect(throttles).not.toContain(account.username)
    expect(throttles).not.toContain(account.email)
  })

  test('forgets its KV records, also those of sessions that nobody ended', async () => {
    const { account } = await newFull()
    const kv = async () => (await atrium.env.KV.list({ prefix: 'session:' })).keys.length
    const before = await kv()
    await remove(account)
    await atrium.request(drainOutbox)
    expect(await kv()).toBe(before - 1)
  })

  test('holds the username back, and tells the owner where the address was proven', async () => {
    const { account } = await newFull()
    await remove(account)
    expect(
      await rowsOf(
        'SELECT held_until FROM held_usernames WHERE username_key = ?',
        account.username,
      ),
    ).toEqual([{ held_until: atrium.now + 30 * 24 * 3600 * 1000 }])
    expect(atrium.mails[0]).toMatchObject({
      to: account.email,
      subject: 'Your Atrium account was deleted',
    })
    const unproven = await newUnconfirmed(atrium)
    const before = atrium.mails.length
    await remove(unproven)
    expect(atrium.mails).toHaveLength(before)
  })

  test('twice changes nothing the second time, and is told once', async () => {
    const { account } = await newFull()
    const before = atrium.mails.length
    await remove(account)
    await remove(account)
    expect(atrium.mails).toHaveLength(before + 1)
    expect(await refusal(tryLogin(atrium, { username: account.username }))).toMatchObject({
      code: 'invalid_credentials',
    })
  })
})
