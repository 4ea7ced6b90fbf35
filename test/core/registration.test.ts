import { describe, expect, test } from 'vitest'
import { deleteAccount } from '../../src/core/deletion'
import { confirmEmail } from '../../src/core/email-confirmation'
import { registerAccount } from '../../src/core/registration'
import {
  isAlive,
  newAccount,
  newUnconfirmed,
  password,
  registration,
  signIn,
  tryLogin,
  uniqueName,
} from '../support/accounts'
import { codeFrom } from '../support/app'
import { change, clientAt, refusal, rowsOf, testCore } from '../support/core'

const atrium = testCore()
const register = (input = registration(), host = 1) =>
  atrium.request((core) => registerAccount(core, input, clientAt(host)))

describe('a new account', () => {
  test('has what was given, nothing that was not, and its code is mailed', async () => {
    const input = registration({ profile: { bio: 'I compute.', phone: '0301234567' } })
    const account = await register(input)
    expect(account).toMatchObject({
      username: input.username,
      email: input.email,
      emailVerifiedAt: null,
      role: 'user',
      firstName: 'Ada',
      lastName: 'Byron',
      profile: { bio: 'I compute.', phone: '0301234567' },
      secondFactor: null,
      disabledAt: null,
      createdAt: atrium.now,
    })
    expect(account.id).toMatch(/^[0-9a-f]{24}$/)
    expect(account).not.toHaveProperty('passwordHash')
    expect(account).not.toHaveProperty('accountKeyHash')
    const mails = atrium.mails.filter(({ to }) => to === input.email)
    expect(mails).toHaveLength(1)
    expect(codeFrom(atrium.mails, input.email ?? '')).toMatch(/^\w{5}(-\w{5}){5}$/)
    expect(await rowsOf('SELECT * FROM outbox')).toEqual([])
  })

  test('is told as its row has it', async () => {
    const columnOf = (key: string) =>
      key.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`)
    for (const input of [
      registration({ profile: { bio: 'New.' } }),
      registration({ email: null }),
    ]) {
      const account = await register(input)
      const [row] = await rowsOf('SELECT * FROM accounts WHERE number = ?', account.number)
      const kept = Object.keys(account).map((key) => [key, row?.[columnOf(key)]])
      expect({ ...account, isPrivate: 0, profile: JSON.stringify(account.profile) }).toEqual(
        Object.fromEntries(kept),
      )
    }
  })

  test('keeps its password as a hash alone, and its codes as hashes', async () => {
    const input = registration({ password: 'a password to look for' })
    const { number } = await register(input)
    const code = codeFrom(atrium.mails, input.email ?? '')
    const stored = JSON.stringify([
      await rowsOf('SELECT * FROM accounts WHERE number = ?', number),
      await rowsOf('SELECT * FROM codes WHERE account_number = ?', number),
    ])
    expect(stored).toContain('$pb2$sha256$')
    expect(stored).not.toContain(input.password)
    expect(stored).not.toContain(code)
  })

  test('may have no address, and is then mailed nothing', async () => {
    const before = atrium.mails.length
    const first = await register(registration({ email: null }))
    const second = await register(registration({ email: null }))
    expect([first.email, second.email]).toEqual([null, null])
    expect(first.emailVerifiedAt).toBeNull()
    expect(atrium.mails).toHaveLength(before)
  })

  test('breaks several rules in one answer, and is not made', async () => {
    const input = registration({
      username: 'me',
      email: 'nobody',
      password: 'short',
      firstName: 'a\0b',
      profile: { customLink: 'javascript:alert(1)', country: 'Germany' },
    })
    const refused = await refusal(register(input))
    expect(refused).toMatchObject({ code: 'invalid_input' })
    const issues = refused.code === 'invalid_input' ? refused.issues : []
    expect(issues.map(({ field, rule }) => `${field} ${rule}`)).toEqual([
      'username format',
      'email format',
      'password too_short',
      'firstName format',
      'customLink format',
      'country too_long',
    ])
    // The value of a secret is not repeated.
    expect(issues.find(({ field }) => field === 'password')).not.toHaveProperty('value')
  })
})

describe('a name or address that is taken', () => {
  test('is refused in any case, both in one answer', async () => {
    const taken = await newAccount(atrium)
    const same = { username: taken.username.toUpperCase(), email: taken.email.toUpperCase() }
    expect(await refusal(register(registration(same)))).toEqual({
      code: 'taken',
      fields: ['username', 'email'],
    })
    expect(await refusal(register(registration({ username: same.username })))).toEqual({
      code: 'taken',
      fields: ['username'],
    })
    expect(await refusal(register(registration({ email: same.email })))).toEqual({
      code: 'taken',
      fields: ['email'],
    })
  })

  test('goes to one of many who ask at once', async () => {
    const username = uniqueName()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) =>
        register(registration({ username, email: `${username}.${i}@example.com` })),
      ),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await rowsOf('SELECT 1 FROM accounts WHERE username_key = ?', username)).toHaveLength(1)
  })

  test('mails nothing to whoever has it', async () => {
    const taken = await newAccount(atrium)
    const before = atrium.mails.length
    await refusal(register(registration({ email: taken.email })))
    expect(atrium.mails).toHaveLength(before)
  })
})

describe('an account that never confirmed its address', () => {
  const replacing = { replacesUnconfirmed: true }

  test('gives way to a new registration, with everything that was in it', async () => {
    const old = await newUnconfirmed(atrium)
    const oldCode = codeFrom(atrium.mails, old.email)
    const { session } = await signIn(atrium, old)
    const input = registration({ ...replacing, email: old.email, password: 'an own password' })
    const account = await register(input)
    expect(account.number).not.toBe(old.number)
    expect(await isAlive(atrium, session.token)).toBe(false)
    expect(await refusal(tryLogin(atrium, { email: old.email }, { password }))).toMatchObject({
      code: 'invalid_credentials',
    })
    const given = { code: oldCode, accountId: null, token: null }
    const confirming = atrium.request((core) => confirmEmail(core, given, clientAt(1)))
    expect(await refusal(confirming)).toMatchObject({ code: 'invalid_code' })
    for (const table of ['sessions', 'codes', 'known_sources', 'login_history', 'challenges']) {
      const rows = await rowsOf(`SELECT 1 FROM ${table} WHERE account_number = ?`, old.number)
      expect(rows, table).toEqual([])
    }
  })

  test('gives way under its own name too', async () => {
    const old = await newUnconfirmed(atrium)
    const account = await register(
      registration({ ...replacing, username: old.username, email: old.email }),
    )
    expect(account.username).toBe(old.username)
    expect(account.number).not.toBe(old.number)
  })

  test('stays where the dialect does not replace, and where the new name is not to be had', async () => {
    const old = await newUnconfirmed(atrium)
    const other = await newAccount(atrium)
    expect(await refusal(register(registration({ email: old.email })))).toMatchObject({
      fields: ['email'],
    })
    const named = registration({ ...replacing, username: other.username, email: old.email })
    expect(await refusal(register(named))).toMatchObject({ fields: ['username', 'email'] })
    expect(await rowsOf('SELECT 1 FROM accounts WHERE number = ?', old.number)).toHaveLength(1)
  })

  test('stays when it is an administrator, and always when it is confirmed', async () => {
    const admin = await newUnconfirmed(atrium)
    await change("UPDATE accounts SET role = 'admin' WHERE number = ?", admin.number)
    const confirmed = await newAccount(atrium)
    for (const { email, number } of [admin, confirmed]) {
      const input = registration({ ...replacing, email })
      expect(await refusal(register(input))).toEqual({ code: 'taken', fields: ['email'] })
      expect(await rowsOf('SELECT 1 FROM accounts WHERE number = ?', number)).toHaveLength(1)
    }
  })
})

describe('a username that was given up by a deletion', () => {
  test('is held back for 30 days, in any case, while the address is free at once', async () => {
    const old = await newAccount(atrium)
    const { number, email, username } = old
    await atrium.request((core) => deleteAccount(core, { number }))
    const again = registration({ username: username.toUpperCase() })
    expect(await refusal(register(again))).toEqual({ code: 'taken', fields: ['username'] })
    expect((await register(registration({ email }))).email).toBe(email)
    atrium.pass(30 * 24 * 3600 - 1)
    expect(await refusal(register(again))).toEqual({ code: 'taken', fields: ['username'] })
    atrium.pass(1)
    expect((await register(again)).username).toBe(again.username)
  })
})

describe('who may register', () => {
  test('nobody, where registration is closed or asks for an invitation', async () => {
    const cases = [
      [{ REGISTRATION: 'closed' }, 'registration_closed'],
      [{ INVITE_ONLY: 'true' }, 'invalid_invite_code'],
    ] as const
    for (const [setting, code] of cases) {
      const closed = testCore(setting)
      const trying = closed.request((core) => registerAccount(core, registration(), clientAt(1)))
      expect(await refusal(trying)).toEqual({ code })
    }
  })

  test('so many an hour from one address, refused before anything is hashed', async () => {
    const strict = testCore({ SIGN_UPS_PER_ADDRESS_PER_HOUR: '2' })
    const from = (host: number) =>
      strict.request((core) => registerAccount(core, registration(), clientAt(host)))
    await from(77)
    await from(77)
    expect(await refusal(from(77))).toEqual({ code: 'too_many_attempts', retryAfterSeconds: 3600 })
    await from(78)
    strict.pass(3600)
    await from(77)
  })

  test('without the setting for confirmation, addresses count as confirmed and nothing is mailed', async () => {
    const trusting = testCore({ REQUIRE_EMAIL_VERIFICATION: 'false' })
    const account = await trusting.request((core) =>
      registerAccount(core, registration(), clientAt(1)),
    )
    expect(account.emailVerifiedAt).toBe(trusting.now)
    expect(trusting.mails).toEqual([])
  })
})
