import { describe, expect, test } from 'vitest'
import {
  type AccountChanges,
  type ChangeOptions,
  updateAccount,
} from '../../src/core/account-changes'
import type { Core } from '../../src/core/context'
import { deleteAccount } from '../../src/core/deletion'
import { confirmEmail } from '../../src/core/email-confirmation'
import { requestReset, resetPassword } from '../../src/core/recovery'
import type { Viewer } from '../../src/core/sessions'
import {
  isAlive,
  newAccount,
  newAdministrator,
  newSignedIn,
  newUnconfirmed,
  password,
  signIn,
  tryLogin,
  uniqueName,
  viewerOf,
} from '../support/accounts'
import { codeFrom } from '../support/app'
import { change, clientAt, interrupted, refusal, rowsOf, testCore } from '../support/core'
import { troubled } from '../support/database'

const atrium = testCore()
const next = 'a password that is new'

/** `meeting` is what the core meets meanwhile. */
async function update(
  viewer: Viewer,
  changes: AccountChanges,
  given: Partial<ChangeOptions> = {},
  meeting = (core: Core) => core,
) {
  const options = { targetId: null, currentPassword: null, ...given }
  const { account } = await atrium.request((core) =>
    updateAccount(meeting(core), viewer, changes, options, clientAt(1)),
  )
  return account
}

describe('the own account', () => {
  test('changes in the fields that are given, and in no other', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    const before = viewer.account
    atrium.pass(60)
    const changed = await update(viewer, { firstName: 'Augusta', isPrivate: true })
    expect(changed).toEqual({
      ...before,
      firstName: 'Augusta',
      isPrivate: true,
      updatedAt: atrium.now,
    })
    const username = uniqueName('Renamed')
    expect((await update(viewer, { username })).username).toBe(username)
    expect(await tryLogin(atrium, { username })).toMatchObject({ kind: 'signed_in' })
    expect(await refusal(tryLogin(atrium, { username: account.username }))).toMatchObject({
      reason: 'unknown_account',
    })
  })

  test('merges its profile part by part, and null takes a part away', async () => {
    const { viewer } = await newSignedIn(atrium, { profile: { bio: 'old', country: 'DE' } })
    await update(viewer, { profile: { bio: 'new', gender: 'x' } })
    const changed = await update(viewer, {
      profile: { country: null, customData: { a: { b: 1 } } },
    })
    expect(changed.profile).toEqual({ bio: 'new', gender: 'x', customData: { a: { b: 1 } } })
  })

  test('takes custom data as one part, which no number of changes makes larger than its bound', async () => {
    const { viewer } = await newSignedIn(atrium)
    const set = async (customData: { [key: string]: unknown }) =>
      (await update(viewer, { profile: { customData, bio: 'kept' } })).profile
    expect(await set({ a: { b: 1 }, c: 'x'.repeat(3000) })).toMatchObject({
      customData: { a: { b: 1 } },
    })
    expect(await set({ a: { d: null } })).toEqual({ bio: 'kept', customData: { a: { d: null } } })
  })

  test('keeps both of two changes that are made at once', async () => {
    const { viewer } = await newSignedIn(atrium)
    const fields = [
      'bio',
      'gender',
      'designation',
      'organization',
      'pronouns',
      'middleName',
    ] as const
    await Promise.all(fields.map((field) => update(viewer, { profile: { [field]: field } })))
    const last = await update(viewer, { lastName: 'Lovelace' })
    expect(last.profile).toEqual(Object.fromEntries(fields.map((field) => [field, field])))
  })

  test('is not changed at all when one field breaks a rule', async () => {
    const { viewer, token } = await newSignedIn(atrium)
    const refused = await refusal(
      update(viewer, { firstName: 'Fine', username: 'me', email: 'x', password: 'short' }),
    )
    expect(refused).toMatchObject({ code: 'invalid_input' })
    const issues = refused.code === 'invalid_input' ? refused.issues : []
    expect(issues.map(({ field }) => field)).toEqual(['username', 'email', 'password'])
    expect((await viewerOf(atrium, token)).account).toEqual(viewer.account)
  })

  test('takes no name or address that another has, or that is held back', async () => {
    const { viewer, account } = await newSignedIn(atrium)
    const other = await newAccount(atrium)
    const { username, email } = other
    expect(await refusal(update(viewer, { username: username.toUpperCase(), email }))).toEqual({
      code: 'taken',
      fields: ['username', 'email'],
    })
    await atrium.request((core) => deleteAccount(core, other))
    expect(await refusal(update(viewer, { username }))).toEqual({
      code: 'taken',
      fields: ['username'],
    })
    // One's own name in other letters is no conflict.
    const loud = account.username.toUpperCase()
    expect((await update(viewer, { username: loud })).username).toBe(loud)
  })

  test('gives a name that two want at once to one of them', async () => {
    const people = [await newSignedIn(atrium), await newSignedIn(atrium), await newSignedIn(atrium)]
    const username = uniqueName('wanted')
    const outcomes = await Promise.allSettled(
      people.map(({ viewer }) => update(viewer, { username })),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('is not called taken for a name that has become free again', async () => {
    const { viewer } = await newSignedIn(atrium)
    const username = uniqueName('freed')
    const holder = await newAccount(atrium, { username })
    const free = () =>
      change('UPDATE accounts SET username_key = id WHERE number = ?', holder.number)
    const asking = update(viewer, { username }, {}, (core) => interrupted(core, free))
    expect(await refusal(asking)).toMatchObject({ code: 'unavailable' })
  })

  test('that is deleted while it is changed is signed in no more, rather than unknown', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    const { account: holder } = await newSignedIn(atrium)
    const gone = () => change('DELETE FROM accounts WHERE number = ?', account.number)
    const changes = { username: holder.username }
    const asking = update(viewer, changes, {}, (core) => interrupted(core, gone))
    expect(await refusal(asking)).toMatchObject({ code: 'not_authenticated' })
  })

  test('is not changed by a session that ended while the request was under way', async () => {
    const { account, viewer, token } = await newSignedIn(atrium)
    await change('UPDATE accounts SET epoch = epoch + 1 WHERE number = ?', account.number)
    expect(await isAlive(atrium, token)).toBe(false)
    expect(await refusal(update(viewer, { firstName: 'Eve' }))).toEqual({
      code: 'not_authenticated',
    })
    const [row] = await rowsOf('SELECT first_name FROM accounts WHERE number = ?', account.number)
    expect(row).toEqual({ first_name: 'Ada' })
  })
})

describe('a new address', () => {
  test('waits for its confirmation, and is no sign-in before', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    const email = `new.${account.email}`
    expect((await update(viewer, { email })).email).toBe(account.email)
    expect(await refusal(tryLogin(atrium, { email }))).toMatchObject({
      code: 'invalid_credentials',
    })
    expect(atrium.mails[0]).toMatchObject({ to: email })
    const given = { code: codeFrom(atrium.mails, email), accountId: null, token: null }
    await atrium.request((core) => confirmEmail(core, given, clientAt(1)))
    expect(await tryLogin(atrium, { email })).toMatchObject({ kind: 'signed_in' })
  })

  test('that is confirmed while another change is under way stays in its place', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    const email = `new.${account.email}`
    await update(viewer, { email })
    const given = { code: codeFrom(atrium.mails, email), accountId: null, token: null }
    await atrium.request((core) => confirmEmail(core, given, clientAt(1)))
    for (const changes of [{ firstName: 'Read before' }, { email: account.email.toUpperCase() }]) {
      await update(viewer, changes)
      const sql = 'SELECT email, email_key FROM accounts WHERE number = ?'
      expect(await rowsOf(sql, account.number)).toEqual([{ email, email_key: email }])
    }
  })

  test('that is the old one in other letters is only spelled anew', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    const email = account.email.toUpperCase()
    const before = atrium.mails.length
    expect((await update(viewer, { email })).email).toBe(email)
    expect(atrium.mails).toHaveLength(before)
    expect((await update(viewer, { email })).emailVerifiedAt).not.toBeNull()
  })

  test('is taken up by an account that had none', async () => {
    const account = await newUnconfirmed(atrium, { email: null })
    const { token } = (await signIn(atrium, account)).session
    const email = `${uniqueName('late')}@example.com`
    expect((await update(await viewerOf(atrium, token), { email })).email).toBeNull()
    const given = { code: codeFrom(atrium.mails, email), accountId: account.id, token }
    await atrium.request((core) => confirmEmail(core, given, clientAt(1)))
    expect((await viewerOf(atrium, token)).account).toMatchObject({ email })
  })
})

describe('a new password', () => {
  test('ends every other session, drops pending resets and tells the owner', async () => {
    const { account, viewer, token } = await newSignedIn(atrium)
    const other = await signIn(atrium, account)
    await atrium.request((core) => requestReset(core, { email: account.email }, clientAt(1)))
    const code = codeFrom(atrium.mails, account.email)
    await update(viewer, { password: next })
    expect(await isAlive(atrium, token)).toBe(true)
    expect(await isAlive(atrium, other.session.token)).toBe(false)
    expect(atrium.mails[0]).toMatchObject({
      to: account.email,
      subject: 'Your Atrium password was changed',
    })
    const resetting = atrium.request((core) =>
      resetPassword(core, { code, password: 'yet another one' }, clientAt(1)),
    )
    expect(await refusal(resetting)).toMatchObject({ code: 'invalid_code' })
    const name = { username: account.username }
    expect(await refusal(tryLogin(atrium, name, { password }))).toMatchObject({
      code: 'invalid_credentials',
    })
    expect(await tryLogin(atrium, name, { password: next })).toMatchObject({ kind: 'signed_in' })
  })

  test.each(['Network connection lost.', 'nobody knows'])(
    'is set and told once where the answer of the database is lost: %s',
    async (message) => {
      const { account, viewer, token } = await newSignedIn(atrium)
      const other = await signIn(atrium, account)
      const before = atrium.mails.length
      await update(viewer, { password: next }, {}, (core) =>
        troubled(core, [{ at: 'after', message }]),
      )
      expect(await isAlive(atrium, token)).toBe(true)
      expect(await isAlive(atrium, other.session.token)).toBe(false)
      expect(atrium.mails).toHaveLength(before + 1)
      const name = { username: account.username }
      expect(await tryLogin(atrium, name, { password: next })).toMatchObject({ kind: 'signed_in' })
    },
  )

  test('of an account without a confirmed address is told to nobody', async () => {
    const account = await newUnconfirmed(atrium)
    const { token } = (await signIn(atrium, account)).session
    const before = atrium.mails.length
    await update(await viewerOf(atrium, token), { password: next })
    expect(atrium.mails).toHaveLength(before)
  })

  test('follows the policy, with the words that the account has and will have', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    const username = uniqueName('future-name')
    for (const [changes, rule] of [
      [{ password: account.username }, 'is_own_word'],
      [{ password: username, username }, 'is_own_word'],
      [{ password: 'password' }, 'too_common'],
      [{ password: 'x'.repeat(201) }, 'too_long'],
    ] as const) {
      expect(await refusal(update(viewer, changes))).toMatchObject({
        issues: [{ field: 'password', rule }],
      })
    }
  })
})

describe("another's account", () => {
  test('is an administrator’s to change, and so is every role', async () => {
    const [eve, victim] = [await newSignedIn(atrium), await newAccount(atrium)]
    const target = { targetId: victim.id }
    for (const [changes, given] of [
      [{ firstName: 'Pwned' }, target],
      [{ password: next }, target],
      [{ role: 'admin' }, {}],
      [{ role: 'user' }, {}],
      [{ role: 'admin' }, { targetId: eve.account.id }],
    ] as const) {
      expect(await refusal(update(eve.viewer, changes, given))).toEqual({ code: 'forbidden' })
    }
  })

  test('changes for an administrator, whose sessions it does not touch', async () => {
    const admin = await newAdministrator(atrium)
    const person = await newSignedIn(atrium)
    const target = { targetId: person.account.id }
    const changed = await update(admin.viewer, { firstName: 'Grace', role: 'admin' }, target)
    expect(changed).toMatchObject({ id: person.account.id, firstName: 'Grace', role: 'admin' })
    expect(await isAlive(atrium, person.token)).toBe(true)
    await update(admin.viewer, { password: next }, target)
    expect(await isAlive(atrium, person.token)).toBe(false)
    expect(await isAlive(atrium, admin.token)).toBe(true)
    expect(atrium.mails[0]?.to).toBe(person.account.email)
  })

  test('may take the role of anybody, and nobody their own', async () => {
    const [admin, other] = [await newAdministrator(atrium), await newAdministrator(atrium)]
    for (const targetId of [null, admin.account.id]) {
      expect(await refusal(update(admin.viewer, { role: 'user' }, { targetId }))).toEqual({
        code: 'forbidden',
      })
    }
    await update(admin.viewer, { role: 'user' }, { targetId: other.account.id })
    // Who was known as an administrator a moment ago is none when the change is made.
    const changing = update(other.viewer, { role: 'user' }, { targetId: admin.account.id })
    expect(await refusal(changing)).toEqual({ code: 'not_authenticated' })
  })

  test('that does not exist is not found', async () => {
    const admin = await newAdministrator(atrium)
    for (const targetId of ['0'.repeat(24), 'no id', '']) {
      expect(await refusal(update(admin.viewer, { firstName: 'x' }, { targetId }))).toEqual({
        code: 'account_not_found',
      })
    }
  })

  test('needs the administrator’s recent proof for what is sensitive', async () => {
    const admin = await newAdministrator(atrium)
    const { id } = await newAccount(atrium)
    atrium.pass(901)
    for (const changes of [{ password: next }, { role: 'admin' }] as const) {
      expect(await refusal(update(admin.viewer, changes, { targetId: id }))).toMatchObject({
        code: 'reauthentication_required',
      })
    }
    await update(admin.viewer, { firstName: 'Fine' }, { targetId: id })
  })
})
