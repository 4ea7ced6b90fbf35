import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { describeSession } from '../../src/core/devices'
import {
  endAllSessions,
  endAllStatements,
  endFormerStatement,
  endOtherSessions,
  endSession,
} from '../../src/core/session-endings'
import { endSessionById, listSessions } from '../../src/core/session-list'
import { authenticate, isRecentlyAuthenticated } from '../../src/core/sessions'
import { newToken } from '../../src/crypto/random'
import { hashToken } from '../../src/crypto/token'
import { run } from '../../src/storage/database'
import {
  isAlive,
  newAccount,
  newSignedIn,
  newUnconfirmed,
  signIn,
  viewerOf,
} from '../support/accounts'
import { callerWith, change, clientAt, refusal, rowsOf, testCore } from '../support/core'

const atrium = testCore()
const dead = { code: 'not_authenticated' }
const end = (token: string) => atrium.request((core) => endSession(core, callerWith(token)))
const endAll = (token: string) => atrium.request((core) => endAllSessions(core, callerWith(token)))
const list = (token: string) => atrium.request((core) => listSessions(core, callerWith(token)))
const days = (count: number) => count * 24 * 3600

/** Everything that KV holds of sessions, to be put back by hand as a stale reader would see it. */
async function keptByKv(): Promise<Map<string, string>> {
  const { keys } = await atrium.env.KV.list({ prefix: 'session:' })
  const values = await Promise.all(keys.map(({ name }) => atrium.env.KV.get(name)))
  return new Map(keys.map(({ name }, i) => [name, values[i] ?? '']))
}

async function putBack(kept: Map<string, string>): Promise<void> {
  for (const [name, value] of kept) await atrium.env.KV.put(name, value)
}

describe('a session', () => {
  test('is told from nothing, from any other text and from its own hash', async () => {
    const { token } = await newSignedIn(atrium)
    for (const bad of [
      null,
      '',
      newToken(),
      `${token} `,
      token.toLowerCase(),
      await hashToken(token),
    ]) {
      const asking = atrium.request((core) => authenticate(core, callerWith(bad)))
      expect(await refusal(asking)).toEqual(dead)
    }
  })

  test('is stored as a hash alone, in D1 and in KV', async () => {
    const { account, token } = await newSignedIn(atrium)
    const rows = await rowsOf('SELECT * FROM sessions WHERE account_number = ?', account.number)
    expect(JSON.stringify(rows)).not.toContain(token)
    const kept = await keptByKv()
    expect(JSON.stringify([...kept])).not.toContain(token)
    expect(kept.has(`session:${await hashToken(token)}`)).toBe(true)
  })

  test('dies after 30 days without use, and slides with each use', async () => {
    const { token } = await newSignedIn(atrium)
    atrium.pass(days(29))
    expect(await isAlive(atrium, token)).toBe(true)
    atrium.pass(days(29))
    expect(await isAlive(atrium, token)).toBe(true)
    atrium.pass(days(30))
    expect(await isAlive(atrium, token)).toBe(false)
  })

  test('dies after 90 days, however often it is used', async () => {
    const { token } = await newSignedIn(atrium)
    for (let day = 0; day < 89; day += 10) {
      expect(await isAlive(atrium, token)).toBe(true)
      atrium.pass(days(10))
    }
    expect(await isAlive(atrium, token)).toBe(false)
  })

  test('writes its use at most every five minutes, and works when that fails', async () => {
    const { account, token } = await newSignedIn(atrium)
    const seenAt = async () =>
      (
        await rowsOf<{ seen_at: number }>(
          'SELECT seen_at FROM sessions WHERE account_number = ?',
          account.number,
        )
      )[0]?.seen_at
    const openedAt = atrium.now
    atrium.pass(299)
    await viewerOf(atrium, token)
    expect(await seenAt()).toBe(openedAt)
    atrium.pass(1)
    await viewerOf(atrium, token)
    expect(await seenAt()).toBe(openedAt + 300_000)
  })

  test('is dead at once when its account is disabled or deleted', async () => {
    const [one, two] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    await change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', one.account.number)
    await change('DELETE FROM accounts WHERE number = ?', two.account.number)
    expect(await isAlive(atrium, one.token)).toBe(false)
    expect(await isAlive(atrium, two.token)).toBe(false)
  })

  test('shows a role and an address as they are now', async () => {
    const { account, token } = await newSignedIn(atrium)
    await change("UPDATE accounts SET role = 'admin' WHERE number = ?", account.number)
    expect((await viewerOf(atrium, token)).account.role).toBe('admin')
  })

  test('of an unconfirmed account is refused where the route asks for more, and only there', async () => {
    const account = await newUnconfirmed(atrium)
    const { token } = (await signIn(atrium, account)).session
    const asking = atrium.request((core) => authenticate(core, callerWith(token, true)))
    expect(await refusal(asking)).toEqual({ code: 'email_not_confirmed' })
    expect(await isAlive(atrium, token)).toBe(true)
    const addressless = await newUnconfirmed(atrium, { email: null })
    const other = (await signIn(atrium, addressless)).session.token
    await atrium.request((core) => authenticate(core, callerWith(other, true)))
  })

  test('counts as a recent proof for 15 minutes', async () => {
    const { viewer } = await newSignedIn(atrium)
    const isRecent = () => isRecentlyAuthenticated(atrium.pending().core, viewer)
    atrium.pass(900)
    expect(isRecent()).toBe(true)
    atrium.pass(1)
    expect(isRecent()).toBe(false)
  })
})

describe('what a session is', () => {
  test('comes from KV, and from D1 when KV has nothing, which is then put back', async () => {
    const { token } = await newSignedIn(atrium)
    const asked = async () =>
      (await atrium.request((core) => describeSession(core, callerWith(token)))).record
    const expected = { dialect: 'test', ipAddress: clientAt(1).address, userAgent: 'a test' }
    expect(await asked()).toMatchObject(expected)
    const key = `session:${await hashToken(token)}`
    for (const lost of [null, 'not json', '{"expiresAt":1}']) {
      if (lost === null) await atrium.env.KV.delete(key)
      else await atrium.env.KV.put(key, lost)
      expect(await asked()).toMatchObject(expected)
      expect(await atrium.env.KV.get(key, 'json')).toMatchObject(expected)
    }
  })
})

describe('an ended session', () => {
  test('is refused by the next request, also when KV still holds it', async () => {
    const { token } = await newSignedIn(atrium)
    const kept = await keptByKv()
    await end(token)
    expect((await keptByKv()).has(`session:${await hashToken(token)}`)).toBe(false)
    await putBack(kept)
    expect(await isAlive(atrium, token)).toBe(false)
  })

  test('ends alone', async () => {
    const { account, token } = await newSignedIn(atrium)
    const other = (await signIn(atrium, account)).session.token
    await end(token)
    expect(await isAlive(atrium, other)).toBe(true)
  })

  test('was perhaps none: ending it again, or what never was, says nothing', async () => {
    const { token } = await newSignedIn(atrium)
    for (const text of [token, token, newToken(), '']) await end(text)
  })
})

describe('the sessions of an account', () => {
  test('are listed with the one used last first, and the own one marked', async () => {
    const { account, token } = await newSignedIn(atrium)
    atrium.pass(600)
    const other = await signIn(atrium, account, clientAt(7, { dialect: 'elsewhere' }))
    await newSignedIn(atrium)
    const listed = await list(token)
    expect(listed.map(({ id }) => id)).toContain(other.session.id)
    expect(listed).toHaveLength(2)
    expect(listed.filter(({ isCurrent }) => isCurrent)).toHaveLength(1)
    expect(listed.find(({ id }) => id === other.session.id)).toMatchObject({
      dialect: 'elsewhere',
      ipAddress: clientAt(7).address,
      isCurrent: false,
      openedAt: atrium.now,
    })
    const seen = listed.map(({ seenAt }) => seenAt)
    expect([...seen].sort((a, b) => b - a)).toEqual(seen)
    expect(JSON.stringify(listed)).not.toContain(await hashToken(token))
  })

  test('are listed without those that have ended or expired', async () => {
    const { account, token } = await newSignedIn(atrium)
    const ended = await signIn(atrium, account)
    await end(ended.session.token)
    const expired = await signIn(atrium, account)
    await change('UPDATE sessions SET idle_expires_at = 1 WHERE session_id = ?', expired.session.id)
    expect(await list(token)).toHaveLength(1)
  })

  test('are listed without those that the global epoch has ended', async () => {
    const { account } = await newSignedIn(atrium)
    await change('UPDATE system SET global_epoch = global_epoch + 1')
    const { token } = (await signIn(atrium, account)).session
    expect((await list(token)).map(({ isCurrent }) => isCurrent)).toEqual([true])
  })

  test('are listed to nobody whose own session is over', async () => {
    const { token } = await newSignedIn(atrium)
    await end(token)
    expect(await refusal(list(token))).toEqual(dead)
  })

  test('end one by one by their id, and never by that of a foreign account', async () => {
    const { account, token, viewer } = await newSignedIn(atrium)
    const other = await signIn(atrium, account)
    const foreign = await newSignedIn(atrium)
    const endById = (id: string) => atrium.request((core) => endSessionById(core, viewer, id))
    expect(await endById(foreign.viewer.session.id)).toBe(false)
    expect(await endById('no id')).toBe(false)
    expect(await isAlive(atrium, foreign.token)).toBe(true)
    expect(await endById(other.session.id)).toBe(true)
    expect(await endById(other.session.id)).toBe(false)
    expect(await isAlive(atrium, other.session.token)).toBe(false)
    expect(await isAlive(atrium, token)).toBe(true)
  })
})

describe('signing out everywhere', () => {
  test('ends all of the account, also when KV still holds them, and none of another', async () => {
    const { account, token } = await newSignedIn(atrium)
    const other = (await signIn(atrium, account)).session.token
    const bystander = await newSignedIn(atrium)
    const kept = await keptByKv()
    await endAll(token)
    await putBack(kept)
    expect(await isAlive(atrium, token)).toBe(false)
    expect(await isAlive(atrium, other)).toBe(false)
    expect(await isAlive(atrium, bystander.token)).toBe(true)
    await signIn(atrium, account)
  })

  test('with a token that is over changes nothing', async () => {
    const { account, token } = await newSignedIn(atrium)
    const other = (await signIn(atrium, account)).session.token
    await end(token)
    await endAll(token)
    await endAll(newToken())
    expect(await isAlive(atrium, other)).toBe(true)
  })
})

describe('ending all but one', () => {
  const endAllBut = async (number: number, keep: string) => {
    const hash = await hashToken(keep)
    await atrium.request((core) => {
      const [first, ...rest] = endAllStatements(core, sql`${number}`, hash)
      if (!first) throw new Error('no statements')
      return run(core.db, first, ...rest)
    })
  }

  test('keeps the one', async () => {
    const { account, token } = await newSignedIn(atrium)
    const other = (await signIn(atrium, account)).session.token
    await endAllBut(account.number, token)
    expect(await isAlive(atrium, token)).toBe(true)
    expect(await isAlive(atrium, other)).toBe(false)
  })

  test('keeps it as well when the batch is sent again after the claim was made', async () => {
    const { account, token } = await newSignedIn(atrium)
    const hash = await hashToken(token)
    await change('UPDATE accounts SET epoch = epoch + 1 WHERE number = ?', account.number)
    for (let i = 0; i < 2; i += 1) {
      await atrium.request((core) =>
        run(core.db, endFormerStatement(core, sql`${account.number}`, hash)),
      )
      expect(await isAlive(atrium, token)).toBe(true)
    }
  })

  test('owes the end of what KV knows of the others, a thousand a row, and of nobody else', async () => {
    const { account, token } = await newSignedIn(atrium)
    await newSignedIn(atrium)
    await change('DELETE FROM outbox')
    await change(
      `WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 1500)
       INSERT INTO sessions (token_hash, session_id, account_number, session_epoch, system_epoch, opened_at,
         authenticated_at, seen_at, idle_expires_at, expires_at, device, may_be_in_kv)
       SELECT 'other ' || n, 'other ' || n, account_number, session_epoch, system_epoch, opened_at,
         authenticated_at, seen_at, idle_expires_at, expires_at, device, n <= 1001
       FROM sessions, counted WHERE token_hash = ?`,
      await hashToken(token),
    )
    await endAllBut(account.number, token)
    const owed = await rowsOf<{ target: string }>(
      `SELECT target FROM outbox WHERE kind = 'forget' ORDER BY json_array_length(target)`,
    )
    const lists = owed.map(({ target }): string[] => JSON.parse(target))
    expect(lists.map(({ length }) => length)).toEqual([1, 1000])
    const others = Array.from({ length: 1001 }, (_, n) => `other ${n + 1}`)
    expect(lists.flat().toSorted()).toEqual(others.toSorted())
  })

  test('brings no session back to life that was over before', async () => {
    const { account, token } = await newSignedIn(atrium)
    await change('UPDATE accounts SET epoch = epoch + 1 WHERE number = ?', account.number)
    await endAllBut(account.number, token)
    expect(await isAlive(atrium, token)).toBe(false)
  })

  test('keeps nothing by the session of another account, and leaves that alone', async () => {
    const { account, token } = await newSignedIn(atrium)
    const foreign = await newSignedIn(atrium)
    await endAllBut(account.number, foreign.token)
    expect(await isAlive(atrium, token)).toBe(false)
    expect(await isAlive(atrium, foreign.token)).toBe(true)
  })
})

test('raising the global epoch ends every session of everybody, and new ones open', async () => {
  const people = [await newSignedIn(atrium), await newSignedIn(atrium)]
  await change('UPDATE system SET global_epoch = global_epoch + 1')
  for (const { token, account } of people) {
    expect(await isAlive(atrium, token)).toBe(false)
    const again = await signIn(atrium, account)
    expect(await isAlive(atrium, again.session.token)).toBe(true)
  }
  const account = await newAccount(atrium)
  expect((await signIn(atrium, account)).kind).toBe('signed_in')
})

describe('ending all others', () => {
  test('keeps the own, and ends devices, grants and sign-ins that are pending', async () => {
    const person = await newSignedIn(atrium)
    const other = await signIn(atrium, person.account, clientAt(2))
    const [before] = await rowsOf<{ epoch: number }>(
      'SELECT epoch FROM accounts WHERE number = ?',
      person.account.number,
    )
    for (let i = 0; i < 2; i += 1) {
      const viewer = await viewerOf(atrium, person.token)
      await atrium.request((core) => endOtherSessions(core, viewer))
      expect(await isAlive(atrium, person.token)).toBe(true)
      expect(await isAlive(atrium, other.session.token)).toBe(false)
    }
    const [after] = await rowsOf<{ epoch: number }>(
      'SELECT epoch FROM accounts WHERE number = ?',
      person.account.number,
    )
    // A sign-in whose password was checked before cannot open a session any more.
    expect(after?.epoch).toBeGreaterThan(before?.epoch ?? 0)
    expect(await list(person.token)).toHaveLength(1)
  })

  test('is not for a session that has ended meanwhile', async () => {
    const person = await newSignedIn(atrium)
    const other = await signIn(atrium, person.account, clientAt(2))
    await end(person.token)
    const ending = atrium.request((core) => endOtherSessions(core, person.viewer))
    expect(await refusal(ending)).toEqual(dead)
    expect(await isAlive(atrium, other.session.token)).toBe(true)
  })
})
