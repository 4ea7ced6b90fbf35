import { beforeAll, expect, test } from 'vitest'
import { type AccountChanges, changeAccount, updateAccount } from '../../src/core/account-changes'
import type { Core } from '../../src/core/context'
import type { Caller } from '../../src/core/sessions'
import { hashToken } from '../../src/crypto/token'
import {
  newAccount,
  newAdministrator,
  newSignedIn,
  newUnconfirmed,
  signIn,
} from '../support/accounts'
import { newClient } from '../support/clients'
import { callerWith, change, clientAt, refusal, rowsOf, testCore } from '../support/core'
import { interceptDatabase, type Send, withDatabase } from '../support/database'

/**
 * One's own profile is changed in the same round trip in which D1 is asked who that is. Nobody has looked at
 * the session before the statement that changes runs, so that statement itself must find everything
 * that would have kept its caller out.
 */

const atrium = testCore({ THROTTLE: 'off' })
const lenient = testCore({ THROTTLE: 'off', REQUIRE_EMAIL_VERIFICATION: 'false' })
const own = { targetId: null, currentPassword: null }

beforeAll(() => newClient({ clientId: 'granted' }))

function rename(caller: Caller, changes: AccountChanges = { firstName: 'Eve' }, on = atrium) {
  return on.request((core) => changeAccount(core, caller, changes, own, clientAt(1)))
}

async function nameOf({ number }: { number: number }) {
  const [row] = await rowsOf('SELECT first_name AS name FROM accounts WHERE number = ?', number)
  return row?.name
}

/** The same core, whose round trips to D1 go through `send`. */
function through(core: Core, send: Send): Core {
  return withDatabase(core, interceptDatabase(core.db.$client, send))
}

test('a change of everything that is one’s own takes one round trip, and is seen in it', async () => {
  const { account, token } = await newSignedIn(atrium)
  const changes = {
    username: `${account.username}_new`,
    firstName: 'Augusta',
    isPrivate: false,
    tags: ['Maths', 'Poetry'],
    profile: { bio: 'I compute.', designation: 'Computer', customData: { a: 1 } },
  }
  let trips = 0
  const changed = await atrium.request((core) => {
    const counting = through(core, (ask) => {
      trips += 1
      return ask()
    })
    return updateAccount(counting, callerWith(token, true), changes, own, clientAt(1))
  })
  expect(trips).toBe(1)
  expect(changed.portfolio.tags.map(({ name }) => name)).toEqual(['Maths', 'Poetry'])
  expect(changed.account).toMatchObject({
    id: account.id,
    username: changes.username,
    firstName: 'Augusta',
    profile: changes.profile,
    profileCompleteness: 30,
  })
})

test.each([
  ['was made is found again', true, 'Eve'],
  ['was not made is not said to be', false, 'Ada'],
])('a change of which no answer came, and which %s', async (_, isSent, name) => {
  const { account, token } = await newSignedIn(atrium)
  let isLost = true
  const asking = atrium.request((core) => {
    const losing = through(core, async (ask) => {
      const results = isSent || !isLost ? await ask() : []
      if (!isLost) return results
      isLost = false
      throw new Error('D1_ERROR: nobody knows')
    })
    return changeAccount(losing, callerWith(token), { firstName: 'Eve' }, own, clientAt(1))
  })
  if (isSent) await asking
  else expect(await refusal(asking)).toMatchObject({ code: 'unavailable' })
  expect(await nameOf(account)).toBe(name)
})

test('it slides the session, as every other request of it does', async () => {
  const { token } = await newSignedIn(atrium)
  const seenAt = async () => {
    const sql = 'SELECT seen_at AS at, idle_expires_at AS idle FROM sessions WHERE token_hash = ?'
    const [row] = await rowsOf(sql, await hashToken(token))
    return row
  }
  atrium.pass(299)
  const before = await seenAt()
  await rename(callerWith(token))
  expect(await seenAt()).toEqual(before)
  atrium.pass(1)
  await rename(callerWith(token))
  expect(await seenAt()).toEqual({ at: atrium.now, idle: atrium.now + 30 * 24 * 3600 * 1000 })
})

const bySession = 'WHERE token_hash = ?1 AND account_number = ?2'
const byAccount = 'WHERE number = ?2 AND ?1 IS NOT NULL'
test.each([
  ['has ended', `DELETE FROM sessions ${bySession}`],
  ['was not used for too long', `UPDATE sessions SET idle_expires_at = 1 ${bySession}`],
  ['is over', `UPDATE sessions SET expires_at = 1 ${bySession}`],
  ['was ended with all others', `UPDATE accounts SET epoch = epoch + 1 ${byAccount}`],
  ['was ended with everybody’s', 'UPDATE system SET global_epoch = global_epoch + (?1 <> ?2)'],
  ['is of an account that is switched off', `UPDATE accounts SET disabled_at = 1 ${byAccount}`],
  ['was granted', `UPDATE sessions SET granted_to = 'granted' ${bySession}`],
])('a session that %s changes nothing', async (_, ending) => {
  const { account, token } = await newSignedIn(atrium)
  await change(ending, await hashToken(token), account.number)
  expect(await refusal(rename(callerWith(token)))).toEqual({ code: 'not_authenticated' })
  expect(await nameOf(account)).toBe('Ada')
})

test('an application’s token is no session’s, whatever it may', async () => {
  const { account, token } = await newSignedIn(atrium)
  const caller: Caller = { ...callerWith(token), scopes: ['delegated:all'] }
  expect(await refusal(rename(caller))).toEqual({ code: 'not_authenticated' })
  expect(await nameOf(account)).toBe('Ada')
})

test('what only administrators may is not for everybody, and nobody is nobody', async () => {
  const [person, admin] = [await newSignedIn(atrium), await newAdministrator(atrium)]
  const scope = 'admin:profile:write' as const
  const refused = refusal(rename({ ...callerWith(person.token), scope }))
  expect(await refused).toEqual({ code: 'missing_scope', scope })
  expect(await nameOf(person.account)).toBe('Ada')
  await rename({ ...callerWith(admin.token), scope })
  expect(await nameOf(admin.account)).toBe('Eve')
  for (const token of [null, '', 'A'.repeat(43)]) {
    expect(await refusal(rename(callerWith(token)))).toEqual({ code: 'not_authenticated' })
  }
})

test('an unconfirmed address keeps out where one is needed, and there alone', async () => {
  const account = await newUnconfirmed(atrium)
  const { token } = (await signIn(atrium, account)).session
  expect(await refusal(rename(callerWith(token, true)))).toEqual({ code: 'email_not_confirmed' })
  expect(await nameOf(account)).toBe('Ada')
  await rename(callerWith(token, true), { firstName: 'Grace' }, lenient)
  expect(await nameOf(account)).toBe('Grace')
  await rename(callerWith(token, false))
  expect(await nameOf(account)).toBe('Eve')
  const nameless = await newUnconfirmed(atrium, { email: null })
  await rename(callerWith((await signIn(atrium, nameless)).session.token, true))
  expect(await nameOf(nameless)).toBe('Eve')
})

test('what is refused is refused by its name, and nothing else of it is changed', async () => {
  const { account, token } = await newSignedIn(atrium)
  const { username } = await newAccount(atrium)
  const profileImage = '7F1E2B34-0000-4000-8000-000000000001'
  for (const [changes, failure] of [
    [{ username }, { code: 'taken', fields: ['username'] }],
    [{ profile: { profileImage } }, { issues: [{ field: 'profileImage', rule: 'format' }] }],
    [{ tags: ['one, two'] }, { issues: [{ field: 'tags', rule: 'format' }] }],
    [{ role: 'admin' }, { code: 'forbidden' }],
  ] as const) {
    const asking = rename(callerWith(token), { ...changes, firstName: 'Eve' })
    expect(await refusal(asking)).toMatchObject(failure)
    expect(await nameOf(account)).toBe('Ada')
  }
})

test('whoever is not signed in hears that, and nothing about what they sent', async () => {
  const asking = rename(callerWith('A'.repeat(43)), { username: 'me', profile: { country: 'x' } })
  expect(await refusal(asking)).toEqual({ code: 'not_authenticated' })
})

test('a password or an address still takes a recent sign-in', async () => {
  const { token } = await newSignedIn(atrium)
  atrium.pass(901)
  for (const changes of [{ password: 'a password that is new' }, { email: 'eve@example.com' }]) {
    expect(await refusal(rename(callerWith(token), changes))).toMatchObject({
      code: 'reauthentication_required',
    })
  }
  const proof = { targetId: null, currentPassword: 'not the password' }
  const asking = atrium.request((core) =>
    changeAccount(core, callerWith(token), { firstName: 'Eve' }, proof, clientAt(1)),
  )
  expect(await refusal(asking)).toMatchObject({ code: 'reauthentication_required' })
})
