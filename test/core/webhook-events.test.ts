import { env } from 'cloudflare:workers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AccountChanges, updateAccount } from '../../src/core/account-changes'
import { setDisabled } from '../../src/core/administration'
import { unblock } from '../../src/core/blocks'
import { deleteAccount } from '../../src/core/deletion'
import { confirmEmail } from '../../src/core/email-confirmation'
import { acceptFollow, removeFollow, unfollow } from '../../src/core/follows'
import { requestReset, resetPassword } from '../../src/core/recovery'
import { endOtherSessions } from '../../src/core/session-endings'
import {
  newAccount,
  newAdministrator,
  newSignedIn,
  newUnconfirmed,
  signIn,
  tryLogin,
  uniqueName,
} from '../support/accounts'
import { codeFrom } from '../support/app'
import { change, clientAt, rowsOf, testCore } from '../support/core'
import {
  blocks,
  entryBetween,
  follows,
  newPrivate,
  type Person,
  setPrivate,
} from '../support/follow-graph'
import { newPictured } from '../support/pictures'

const atrium = testCore()

/** Somebody who wants to know everything. */
const listen = (eventTypes: readonly string[] = [], webhookId = 'all') =>
  change(
    `INSERT INTO webhooks (webhook_id, url, signing_secret, event_types, added_at)
     VALUES (?, 'https://receiver.example/', '', ?, 0)`,
    webhookId,
    JSON.stringify(eventTypes),
  )
const forgetAll = () => change('DELETE FROM webhooks')

/** What was told since it was last asked, in the order of the changes. */
async function told(): Promise<[string, unknown][]> {
  const rows = await rowsOf<{ event_type: string; event_data: string }>(
    'SELECT event_type, event_data FROM webhook_deliveries ORDER BY rowid',
  )
  await change('DELETE FROM webhook_deliveries')
  return rows.map(({ event_type, event_data }) => [event_type, JSON.parse(event_data)])
}
const typesTold = async () => (await told()).map(([type]) => type)

afterAll(forgetAll)

describe('of an account is told', () => {
  let person: Person
  beforeAll(async () => {
    await forgetAll()
    await listen()
    person = await newSignedIn(atrium)
  })
  beforeEach(async () => {
    // As between two requests of anybody: a change is told apart from none by its time.
    atrium.pass(1)
    await told()
  })

  const update = (changes: AccountChanges, given: { currentPassword?: string } = {}) =>
    atrium.request((core) =>
      updateAccount(
        core,
        person.viewer,
        changes,
        { targetId: null, currentPassword: null, ...given },
        clientAt(1),
      ),
    )

  test('that it was made and confirmed, by its ids and its name alone', async () => {
    const { id, number, username } = await newAccount(atrium)
    const data = { accountId: id, accountNumber: number, username }
    expect(await told()).toEqual([
      ['account.created', data],
      ['account.email_confirmed', data],
    ])
  })

  test.each<[string, AccountChanges]>([
    ['a name', { lastName: 'King' }],
    ['what people see in a profile', { profile: { bio: 'Numbers.' } }],
    ['that it is private now', { isPrivate: true }],
  ])('a change of %s', async (_, changes) => {
    const { id, number, username } = person.account
    await update(changes)
    const data = { accountId: id, accountNumber: number, username }
    expect(await told()).toEqual([['account.updated', data]])
  })

  test('a new username, and who says the same again says nothing', async () => {
    const { id, number } = person.account
    const username = uniqueName('renamed')
    await update({ username })
    const data = { accountId: id, accountNumber: number, username }
    expect(await told()).toEqual([['account.updated', data]])
    await update({ username, profile: { bio: 'Numbers.' } })
    expect(await told()).toEqual([])
  })

  test('a picture', async () => {
    await newPictured(atrium)
    expect(await typesTold()).toEqual([
      'account.created',
      'account.email_confirmed',
      'account.updated',
    ])
  })

  test('a new address once it is confirmed, never the address', async () => {
    const email = `${uniqueName('mail')}@example.com`
    await update({ email }, { currentPassword: 'correct horse battery' })
    expect(await told()).toEqual([])
    const code = codeFrom(atrium.mails, email)
    await atrium.request((core) =>
      confirmEmail(core, { code, accountId: null, token: null }, clientAt(1)),
    )
    const all = await told()
    expect(all.map(([type]) => type).sort()).toEqual(['account.email_confirmed', 'account.updated'])
    expect(JSON.stringify(all)).not.toContain('@')
  })

  test('a new password, by the owner or by a reset', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    await told()
    atrium.pass(1)
    const options = { targetId: null, currentPassword: 'correct horse battery' }
    await atrium.request((core) =>
      updateAccount(core, viewer, { password: 'a password that is new' }, options, clientAt(1)),
    )
    expect(await typesTold()).toEqual(['account.password_changed'])
    atrium.pass(1)
    await atrium.request((core) => requestReset(core, { email: account.email }, clientAt(1)))
    const code = codeFrom(atrium.mails, account.email)
    await atrium.request((core) =>
      resetPassword(core, { code, password: 'and one that is newer' }, clientAt(1)),
    )
    expect(await typesTold()).toEqual(['account.password_changed'])
  })

  test('that it was closed, opened and deleted, each once', async () => {
    const admin = await newAdministrator(atrium)
    const account = await newAccount(atrium)
    await told()
    const set = (isDisabled: boolean) =>
      atrium.request((core) =>
        setDisabled(core, admin.viewer, { accountId: account.id, isDisabled }),
      )
    for (const isDisabled of [true, true, false, false]) await set(isDisabled)
    await atrium.request((core) => deleteAccount(core, account))
    await atrium.request((core) => deleteAccount(core, account))
    const { id, number, username } = account
    const data = { accountId: id, accountNumber: number, username }
    expect(await told()).toEqual([
      ['account.disabled', data],
      ['account.enabled', data],
      ['account.deleted', data],
    ])
  })

  test('no sign-in, no password hashed at a new cost, no end of sessions', async () => {
    const account = await newUnconfirmed(atrium)
    await told()
    const costlier = testCore({ PASSWORD_ITERATIONS: '2000' })
    costlier.now = atrium.now + 1000
    await signIn(atrium, account)
    await tryLogin(costlier, { username: account.username })
    await atrium.request((core) => endOtherSessions(core, person.viewer))
    const [row] = await rowsOf<{ password_hash: string }>(
      'SELECT password_hash FROM accounts WHERE number = ?',
      account.number,
    )
    expect(row?.password_hash).toContain('2000')
    expect(await told()).toEqual([])
  })
})

describe('between accounts', () => {
  let [ada, bob]: [Person, Person] = [] as never
  beforeAll(async () => {
    await forgetAll()
    await listen()
    ada = await newSignedIn(atrium)
    bob = await newSignedIn(atrium)
  })
  beforeEach(async () => {
    await told()
  })

  test('a follow and its end are told by their entry', async () => {
    await follows(atrium, ada, bob)
    const followId = await entryBetween(ada, bob)
    await follows(atrium, ada, bob)
    await atrium.request((core) => unfollow(core, ada.viewer, bob.account.id))
    const data = { followId, followerId: ada.account.id, followedId: bob.account.id }
    expect(await told()).toEqual([
      ['follow.created', data],
      ['follow.deleted', data],
    ])
  })

  test('a request is told before it is a follow, and when it is refused', async () => {
    const eve = await newPrivate(atrium)
    await told()
    await follows(atrium, ada, eve)
    const accepted = await entryBetween(ada, eve)
    await atrium.request((core) => acceptFollow(core, eve.viewer, accepted))
    await follows(atrium, bob, eve)
    const refused = await entryBetween(bob, eve)
    await atrium.request((core) => removeFollow(core, eve.viewer, refused))
    const ends = { followedId: eve.account.id }
    const adas = { followId: accepted, followerId: ada.account.id, ...ends }
    const bobs = { followId: refused, followerId: bob.account.id, ...ends }
    expect(await told()).toEqual([
      ['follow.requested', adas],
      ['follow.created', adas],
      ['follow.requested', bobs],
      ['follow.deleted', bobs],
    ])
  })

  test('every request becomes a follow when the account is public', async () => {
    const eve = await newPrivate(atrium)
    await follows(atrium, ada, eve)
    await follows(atrium, bob, eve)
    await told()
    await setPrivate(atrium, eve.viewer, false)
    expect(await typesTold()).toEqual(['account.updated', 'follow.created', 'follow.created'])
  })

  test('a block is told with the follows that it ends', async () => {
    await follows(atrium, bob, ada)
    const followId = await entryBetween(bob, ada)
    await told()
    await blocks(atrium, ada, bob)
    await blocks(atrium, ada, bob)
    await atrium.request((core) => unblock(core, ada.viewer, bob.account.id))
    const data = { blockerId: ada.account.id, blockedId: bob.account.id }
    expect(await told()).toEqual([
      ['block.created', data],
      ['follow.deleted', { followId, followerId: bob.account.id, followedId: ada.account.id }],
      ['block.deleted', data],
    ])
  })

  test('what goes with a deleted account is one event, however many it was', async () => {
    const eve = await newSignedIn(atrium)
    await follows(atrium, ada, eve)
    await follows(atrium, eve, bob)
    await blocks(atrium, eve, await newSignedIn(atrium))
    await told()
    await atrium.request((core) => deleteAccount(core, eve.account))
    expect(await typesTold()).toEqual(['account.deleted'])
  })
})

test('a webhook is told what it asked for, and each has a delivery of its own', async () => {
  await forgetAll()
  await listen(['account.deleted', 'follow.created'], 'some')
  await listen(['account.created'], 'other')
  await listen([], 'all')
  await newUnconfirmed(atrium)
  const rows = await rowsOf<{ delivery_id: string; webhook_id: string; due_at: number }>(
    'SELECT * FROM webhook_deliveries ORDER BY webhook_id',
  )
  expect(rows.map((row) => row.webhook_id)).toEqual(['all', 'other'])
  expect(new Set(rows.map((row) => row.delivery_id)).size).toBe(2)
  for (const row of rows) {
    expect(row.delivery_id).toMatch(/^[0-9a-f]{24}$/)
    expect(Math.abs(row.due_at - Date.now())).toBeLessThan(60_000)
  }
})

test('what an account has become is told once to each, however often it changes before it is tried', async () => {
  await forgetAll()
  await listen([], 'one')
  await listen(['account.updated'], 'other')
  const { account, viewer } = await newSignedIn(atrium)
  await told()
  await setPrivate(atrium, viewer, true)
  const stored = () =>
    rowsOf<{ delivery_id: string; due_at: number; webhook_id: string }>(
      'SELECT delivery_id, due_at, webhook_id FROM webhook_deliveries ORDER BY webhook_id',
    )
  const [before] = await stored()
  const username = uniqueName('renamed')
  const options = { targetId: null, currentPassword: 'correct horse battery' }
  await atrium.request((core) => updateAccount(core, viewer, { username }, options, clientAt(1)))
  const [after, ...others] = await stored()
  expect(others.map(({ webhook_id }) => webhook_id)).toEqual(['other'])
  // In its old place, and as a message of its own, as the former one may be under way.
  expect(after?.due_at).toBe(before?.due_at)
  expect(after?.delivery_id).toMatch(/^[0-9a-f]{24}$/)
  expect(after?.delivery_id).not.toBe(before?.delivery_id)
  // What was tried says what was then, and of others' changes nothing is held back.
  await change("UPDATE webhook_deliveries SET tries = 1 WHERE webhook_id = 'one'")
  await setPrivate(atrium, viewer, false)
  await setPrivate(atrium, (await newSignedIn(atrium)).viewer, true)
  const data = { accountId: account.id, accountNumber: account.number, username }
  const ofAccount = (await told()).filter(([, of]) => JSON.stringify(of) === JSON.stringify(data))
  expect(ofAccount.map(([type]) => type)).toEqual(Array(3).fill('account.updated'))
})

test('what fails as a whole is not told', async () => {
  await forgetAll()
  await listen()
  const insert = env.DB.prepare(
    "INSERT INTO accounts (number, id, username, username_key, created_at, updated_at) VALUES (1, 'a', 'a', 'a', 0, 0)",
  )
  await expect(env.DB.batch([insert, insert])).rejects.toThrow('UNIQUE')
  expect(await told()).toEqual([])
})

test('a place without webhooks reads a row for what would be an event, and writes none', async () => {
  await forgetAll()
  const plain = await env.DB.prepare(
    'UPDATE accounts SET logged_in_at = 1 WHERE number = (SELECT MIN(number) FROM accounts)',
  ).run()
  const watched = await env.DB.prepare(
    `UPDATE accounts SET disabled_at = 1, picture_key = 'x', email_verified_at = 2, password_hash = 'x',
       updated_at = 3 WHERE number = (SELECT MIN(number) FROM accounts)`,
  ).run()
  const events = 4
  expect(watched.meta.rows_read - plain.meta.rows_read).toBe(events)
  expect(watched.meta.rows_written).toBe(plain.meta.rows_written)
  expect(await rowsOf('SELECT * FROM webhook_deliveries')).toEqual([])
})
