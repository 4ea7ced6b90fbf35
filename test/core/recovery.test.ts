import { describe, expect, test } from 'vitest'
import { requestReset, resetPassword } from '../../src/core/recovery'
import {
  isAlive,
  newAccount,
  newSignedIn,
  newTwoFactorAccount,
  newUnconfirmed,
  password,
  signIn,
  startSignIn,
  tryLogin,
} from '../support/accounts'
import { codeFrom } from '../support/app'
import { change, clientAt, interrupted, refusal, rowsOf, testCore } from '../support/core'

const atrium = testCore()
const next = 'a password that is new'

const ask = (email: string, host = 1) =>
  atrium.request((core) => requestReset(core, { email }, clientAt(host)))
const reset = (code: string, to = next, host = 1) =>
  atrium.request((core) => resetPassword(core, { code, password: to }, clientAt(host)))

async function codeFor(email: string): Promise<string> {
  await ask(email)
  return codeFrom(atrium.mails, email)
}

const mailsTo = (email: string) => atrium.mails.filter(({ to }) => to === email)

describe('asking for a code', () => {
  test('mails one that is long and works without any user id, in whatever case the address is', async () => {
    const { email } = await newAccount(atrium)
    expect(await ask(email.toUpperCase())).toMatchObject({ isKnown: true })
    expect(mailsTo(email)[0]?.subject).toContain('new Atrium password')
    expect(codeFrom(atrium.mails, email)).toMatch(/^\w{5}(-\w{5}){5}$/)
  })

  test('mails nothing to an unknown, a disabled or an impossible address', async () => {
    const disabled = await newAccount(atrium)
    await change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', disabled.number)
    const before = atrium.mails.length
    for (const email of ['nobody@example.com', disabled.email, 'no address', '', 'a@b.c,d@e.f']) {
      expect(await ask(email)).toMatchObject({ isKnown: false })
    }
    expect(atrium.mails).toHaveLength(before)
  })

  test('mails the address that is stored, whoever typed it', async () => {
    const account = await newAccount(atrium, { email: 'Typed.As.This@Example.com' })
    await ask('typed.as.this@example.com')
    expect(atrium.mails[0]?.to).toBe(account.email)
  })

  test('mails five times an hour and account, and says no less afterwards', async () => {
    const { email } = await newAccount(atrium)
    const before = mailsTo(email).length
    for (let i = 0; i < 8; i += 1)
      expect(await ask(email, 100 + i)).toMatchObject({ isKnown: true })
    expect(mailsTo(email)).toHaveLength(before + 5)
    // What was refused replaced nothing: the fifth code still counts.
    await reset(codeFrom(atrium.mails, email))
    atrium.pass(3600)
    await ask(email)
    expect(mailsTo(email).length).toBeGreaterThan(before + 5)
  })

  test('mails so often for one address of the network', async () => {
    const strict = testCore({ MAILS_PER_ADDRESS_PER_HOUR: '2' })
    const accounts = [await newAccount(strict), await newAccount(strict), await newAccount(strict)]
    const before = strict.mails.length
    for (const { email } of accounts) {
      await strict.request((core) => requestReset(core, { email }, clientAt(200)))
    }
    expect(strict.mails).toHaveLength(before + 2)
  })
})

describe('a code', () => {
  test('sets a password once', async () => {
    const account = await newAccount(atrium)
    const code = await codeFor(account.email)
    await reset(` ${code.toUpperCase()} `)
    expect(await refusal(reset(code, 'another new password'))).toEqual({
      code: 'invalid_code',
      reason: 'used',
    })
    expect(
      await tryLogin(atrium, { username: account.username }, { password: next }),
    ).toMatchObject({ kind: 'signed_in' })
    expect(await refusal(tryLogin(atrium, { username: account.username }))).toMatchObject({
      code: 'invalid_credentials',
    })
  })

  test('sets one password however many ask at once', async () => {
    const account = await newAccount(atrium)
    const code = await codeFor(account.email)
    const tried = Array.from({ length: 10 }, (_, i) => `a new password, number ${i}`)
    const outcomes = await Promise.allSettled(tried.map((to) => reset(code, to)))
    const won = tried.filter((_, i) => outcomes[i]?.status === 'fulfilled')
    expect(won).toHaveLength(1)
    expect(
      await tryLogin(atrium, { username: account.username }, { password: won[0] ?? '' }),
    ).toMatchObject({
      kind: 'signed_in',
    })
  })

  test('lives for 30 minutes, with and without what KV remembers of it', async () => {
    const [one, two] = [await newAccount(atrium), await newAccount(atrium)]
    const codes = [await codeFor(one.email), await codeFor(two.email)]
    atrium.pass(30 * 60)
    const { keys } = await atrium.env.KV.list({ prefix: 'reset:' })
    const expired = { code: 'invalid_code', reason: 'expired' }
    expect(await refusal(reset(codes[0] ?? ''))).toEqual(expired)
    for (const { name } of keys) await atrium.env.KV.delete(name)
    expect(await refusal(reset(codes[1] ?? ''))).toEqual(expired)
  })

  test('works when KV has lost it, and not because KV still has it', async () => {
    const account = await newAccount(atrium)
    const code = await codeFor(account.email)
    const { keys } = await atrium.env.KV.list({ prefix: 'reset:' })
    for (const { name } of keys) await atrium.env.KV.delete(name)
    await reset(code)
    const again = await codeFor(account.email)
    await change('DELETE FROM codes WHERE account_number = ?', account.number)
    expect(await refusal(reset(again))).toEqual({ code: 'invalid_code', reason: 'unknown' })
  })

  test('is superseded by a newer one', async () => {
    const account = await newAccount(atrium)
    const old = await codeFor(account.email)
    const newer = await codeFor(account.email)
    expect(await refusal(reset(old))).toEqual({ code: 'invalid_code', reason: 'unknown' })
    await reset(newer)
  })

  test('dies with the address that it was mailed to', async () => {
    const account = await newAccount(atrium)
    const code = await codeFor(account.email)
    const moved = `moved.${account.email}`
    const sql = 'UPDATE accounts SET email = ?1, email_key = ?1 WHERE number = ?2'
    await change(sql, moved, account.number)
    expect(await refusal(reset(code))).toEqual({ code: 'invalid_code', reason: 'unknown' })
  })

  test('does nothing for an account that was disabled meanwhile', async () => {
    const account = await newAccount(atrium)
    const code = await codeFor(account.email)
    await change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', account.number)
    expect(await refusal(reset(code))).toEqual({ code: 'account_not_found' })
  })

  test.each(["email_key = 'moved-' || email_key", 'disabled_at = 1'])(
    'does nothing when that changes while the password is hashed: %s',
    async (set) => {
      const account = await newAccount(atrium)
      const code = await codeFor(account.email)
      const sql = `UPDATE accounts SET ${set} WHERE number = ?`
      const racing = interrupted(atrium.pending().core, () => change(sql, account.number))
      const resetting = resetPassword(racing, { code, password: next }, clientAt(1))
      expect(await refusal(resetting)).toMatchObject({ code: 'invalid_code' })
      const [row] = await rowsOf('SELECT epoch FROM accounts WHERE number = ?', account.number)
      expect(row).toEqual({ epoch: 1 })
    },
  )

  test('of another purpose is none', async () => {
    const account = await newUnconfirmed(atrium)
    const confirming = codeFrom(atrium.mails, account.email)
    expect(await refusal(reset(confirming))).toEqual({ code: 'invalid_code', reason: 'unknown' })
  })

  test('survives a password that is refused', async () => {
    const account = await newAccount(atrium)
    const code = await codeFor(account.email)
    for (const [bad, why] of [
      ['short', { rule: 'too_short', lengthMin: 8 }],
      ['password', { rule: 'too_common' }],
      [account.username, { rule: 'is_own_word' }],
    ] as const) {
      expect(await refusal(reset(code, bad))).toEqual({
        code: 'invalid_input',
        issues: [{ field: 'password', ...why }],
      })
    }
    await reset(code)
  })
})

describe('a reset of a confirmed account', () => {
  test('ends every session and pending sign-in, signs nobody in, and tells the owner', async () => {
    const { account, token } = await newTwoFactorAccount(atrium)
    const { challengeToken } = await startSignIn(atrium, account)
    await reset(await codeFor(account.email))
    expect(await isAlive(atrium, token)).toBe(false)
    for (const table of ['sessions', 'challenges']) {
      const rows = await rowsOf(`SELECT 1 FROM ${table} WHERE account_number = ?`, account.number)
      expect(rows).toEqual([])
    }
    expect(challengeToken).not.toBe('')
    expect(mailsTo(account.email)[0]?.subject).toBe('Your Atrium password was changed')
  })

  test('leaves the second factor on', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    await reset(await codeFor(account.email))
    const outcome = await tryLogin(atrium, { username: account.username }, { password: next })
    expect(outcome).toMatchObject({ kind: 'second_factor_required' })
  })

  test('drops the other codes of the account', async () => {
    const { account } = await newSignedIn(atrium)
    const code = await codeFor(account.email)
    await change(
      `INSERT INTO codes (code_hash, account_number, purpose, address, created_at, expires_at)
       VALUES (?, ?, 'confirm', 'eve@example.com', 0, 9e15)`,
      `planted ${account.number}`,
      account.number,
    )
    await reset(code)
    expect(
      await rowsOf(
        "SELECT 1 FROM codes WHERE account_number = ? AND purpose <> 'reset'",
        account.number,
      ),
    ).toEqual([])
  })
})

describe('a reset of an account that never confirmed its address', () => {
  test('voids all that was set before, and confirms the address', async () => {
    const account = await newUnconfirmed(atrium)
    // Somebody who was there first prepared every way back in.
    const thief = await signIn(atrium, account, clientAt(66))
    await change(
      "UPDATE accounts SET second_factor = 'app', account_key_hash = 'theirs' WHERE number = ?",
      account.number,
    )
    await reset(await codeFor(account.email), next, 2)
    const [row] = await rowsOf('SELECT * FROM accounts WHERE number = ?', account.number)
    expect(row).toMatchObject({
      second_factor: null,
      account_key_hash: null,
      email_verified_at: atrium.now,
    })
    expect(await isAlive(atrium, thief.session.token)).toBe(false)
    const known = 'SELECT 1 FROM known_sources WHERE account_number = ?'
    expect(await rowsOf(known, account.number)).toEqual([])
    expect(
      await refusal(tryLogin(atrium, { username: account.username }, { password })),
    ).toMatchObject({
      code: 'invalid_credentials',
    })
    expect(
      await tryLogin(atrium, { username: account.username }, { password: next }),
    ).toMatchObject({ kind: 'signed_in' })
  })
})
