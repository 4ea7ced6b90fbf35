import { describe, expect, test } from 'vitest'
import { completeSecondFactor } from '../../src/core/challenges'
import { requestReset, resetPassword } from '../../src/core/recovery'
import { endAllSessions } from '../../src/core/session-endings'
import { newToken } from '../../src/crypto/random'
import {
  isAlive,
  newTwoFactorAccount,
  startSignIn,
  type TestAccount,
  tryLogin,
} from '../support/accounts'
import { codeFrom } from '../support/app'
import { callerWith, change, clientAt, refusal, rowsOf, testCore } from '../support/core'

const atrium = testCore()
const wrongCode = { code: 'invalid_second_factor' }
let host = 3000
const stranger = () => clientAt(++host)

function complete(
  challengeToken: string,
  code: string,
  client = stranger(),
  accountId: string | null = null,
) {
  const input = { challengeToken, code, accountId }
  return atrium.request((core) => completeSecondFactor(core, input, client))
}

/** Another six digits than the right ones. */
const not = (code: string) => (code === '999999' ? '999998' : String(Number(code) + 1))

async function guess(challengeToken: string, code: string, count: number, client = stranger()) {
  const codes = []
  for (let i = 0; i < count; i += 1) {
    codes.push((await refusal(complete(challengeToken, not(code), client))).code)
  }
  return codes
}

const start = (account: TestAccount, client = stranger()) => startSignIn(atrium, account, client)

describe('the mailed code', () => {
  test('completes the sign-in that it was mailed for, once', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    const { challengeToken, code } = await start(account)
    expect(code).toMatch(/^[1-9]\d{5}$/)
    const { session, deviceToken } = await complete(challengeToken, code)
    expect(await isAlive(atrium, session.token)).toBe(true)
    expect(deviceToken).toMatch(/^[\w-]{43}$/)
    expect(await refusal(complete(challengeToken, code))).toEqual(wrongCode)
  })

  test('opens one session, however many send it at once', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    const { challengeToken, code } = await start(account)
    const before = await rowsOf('SELECT 1 FROM sessions WHERE account_number = ?', account.number)
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => complete(challengeToken, code)),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const after = await rowsOf('SELECT 1 FROM sessions WHERE account_number = ?', account.number)
    expect(after).toHaveLength(before.length + 1)
  })

  test('lives for ten minutes', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    const early = await start(account)
    atrium.pass(599)
    const late = await start(account)
    atrium.pass(1)
    expect(await refusal(complete(early.challengeToken, early.code))).toEqual(wrongCode)
    await complete(late.challengeToken, late.code)
  })

  test('belongs to its own sign-in, its own account and no other', async () => {
    const [one, two] = [await newTwoFactorAccount(atrium), await newTwoFactorAccount(atrium)]
    const first = await start(one.account)
    const second = await start(one.account)
    const foreign = await start(two.account)
    expect(await refusal(complete(first.challengeToken, second.code))).toEqual(wrongCode)
    expect(await refusal(complete(foreign.challengeToken, first.code))).toEqual(wrongCode)
    const wrongTarget = complete(first.challengeToken, first.code, stranger(), two.account.id)
    expect(await refusal(wrongTarget)).toEqual(wrongCode)
    await complete(first.challengeToken, first.code, stranger(), one.account.id)
  })

  test('of an unknown sign-in is a wrong one', async () => {
    for (const token of [newToken(), '', 'short']) {
      expect(await refusal(complete(token, '123456'))).toEqual(wrongCode)
    }
  })

  test('is kept as a keyed hash, and the sign-in under the hash of its secret', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    const { challengeToken, code } = await start(account)
    const sql = 'SELECT * FROM challenges WHERE account_number = ?'
    const stored = JSON.stringify(await rowsOf(sql, account.number))
    expect(stored).not.toContain(code)
    expect(stored).not.toContain(challengeToken)
  })
})

describe('a pending sign-in', () => {
  test('is no session, and its secret opens nothing', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    const { challengeToken } = await start(account)
    expect(await isAlive(atrium, challengeToken)).toBe(false)
  })

  test('ends with every session: by signing out everywhere, by a reset, by disabling', async () => {
    const everywhere = await newTwoFactorAccount(atrium)
    const first = await start(everywhere.account)
    await atrium.request((core) => endAllSessions(core, callerWith(everywhere.token)))
    expect(await refusal(complete(first.challengeToken, first.code))).toEqual(wrongCode)

    const { account } = await newTwoFactorAccount(atrium)
    const second = await start(account)
    await atrium.request((core) => requestReset(core, { email: account.email }, stranger()))
    const reset = { code: codeFrom(atrium.mails, account.email), password: 'a new one, quite long' }
    await atrium.request((core) => resetPassword(core, reset, stranger()))
    expect(await refusal(complete(second.challengeToken, second.code))).toEqual(wrongCode)

    const third = await newTwoFactorAccount(atrium)
    const pending = await start(third.account)
    await change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', third.account.number)
    expect(await refusal(complete(pending.challengeToken, pending.code))).toEqual(wrongCode)
  })

  test('does not open after the epoch has moved, even where its row was left behind', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    const { challengeToken, code } = await start(account)
    await change('UPDATE accounts SET epoch = epoch + 1 WHERE number = ?', account.number)
    expect(await refusal(complete(challengeToken, code))).toEqual(wrongCode)
  })
})

describe('guessing', () => {
  test('five wrong codes close it for 15 minutes: the right one is not evaluated', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    const { challengeToken, code } = await start(account)
    expect(await guess(challengeToken, code, 6)).toEqual([
      ...Array.from({ length: 5 }, () => 'invalid_second_factor'),
      'too_many_attempts',
    ])
    expect(await refusal(complete(challengeToken, code))).toEqual({
      code: 'too_many_attempts',
      retryAfterSeconds: 900,
    })
  })

  test('from many addresses at once evaluates no more than five', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    const { challengeToken, code } = await start(account)
    const tries = Array.from({ length: 40 }, () => refusal(complete(challengeToken, not(code))))
    const codes = (await Promise.all(tries)).map((failure) => failure.code)
    expect(codes.filter((name) => name === 'invalid_second_factor')).toHaveLength(5)
  })

  test('gets no more from a new code, from the right password, nor from other sign-ins', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    const first = await start(account)
    await guess(first.challengeToken, first.code, 3)
    const second = await start(account)
    expect(await guess(second.challengeToken, second.code, 3)).toEqual([
      'invalid_second_factor',
      'invalid_second_factor',
      'too_many_attempts',
    ])
    const third = await start(account)
    expect(await refusal(complete(third.challengeToken, third.code))).toMatchObject({
      code: 'too_many_attempts',
    })
  })

  test('never keeps out a device that signed in before, which has five of its own', async () => {
    const { account, deviceToken } = await newTwoFactorAccount(atrium)
    const attack = await start(account)
    await guess(attack.challengeToken, attack.code, 6)
    const device = clientAt(9, { deviceToken })
    const own = await start(account, device)
    expect(await guess(own.challengeToken, own.code, 4, device)).toEqual(
      Array.from({ length: 4 }, () => 'invalid_second_factor'),
    )
    const { session } = await complete(own.challengeToken, own.code, device)
    expect(await isAlive(atrium, session.token)).toBe(true)
  })

  test('that succeeds at the fifth attempt closes nothing', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    const client = stranger()
    const first = await start(account, client)
    await guess(first.challengeToken, first.code, 4, client)
    await complete(first.challengeToken, first.code, client)
    const second = await start(account, stranger())
    await complete(second.challengeToken, second.code)
  })

  test('is evaluated 25 times an hour and account at most, over all closures', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    let evaluated = 0
    for (let round = 0; round < 6; round += 1) {
      const { challengeToken, code } = await start(account)
      const codes = await guess(challengeToken, code, 6)
      evaluated += codes.filter((name) => name === 'invalid_second_factor').length
      // The settings close for 15 minutes; the hour would end before the fifth closure does.
      await change("DELETE FROM throttles WHERE key LIKE 'second-factor:%'")
    }
    expect(evaluated).toBe(25)
    atrium.pass(3600)
    const { challengeToken, code } = await start(account)
    await complete(challengeToken, code)
  })

  test('is written into the history of the account', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    const { challengeToken, code } = await start(account)
    const sql =
      'SELECT success, reason FROM login_history WHERE account_number = ? ORDER BY rowid DESC LIMIT 1'
    expect(await rowsOf(sql, account.number)).toEqual([
      { success: 0, reason: 'second_factor_required' },
    ])
    await guess(challengeToken, code, 1)
    expect(await rowsOf(sql, account.number)).toEqual([
      { success: 0, reason: 'second_factor_rejected' },
    ])
    await complete(challengeToken, code)
    expect(await rowsOf(sql, account.number)).toEqual([{ success: 1, reason: null }])
  })
})

describe('the mails with codes', () => {
  test('are so many an hour for strangers, while known places have their own', async () => {
    const strict = testCore({ SIGN_IN_CODES_PER_HOUR: '2' })
    const { account, deviceToken } = await newTwoFactorAccount(strict)
    const name = { username: account.username }
    const before = strict.mails.length
    for (let i = 0; i < 2; i += 1) await tryLogin(strict, name, { client: stranger() })
    const third = tryLogin(strict, name, { client: stranger() })
    expect(await refusal(third)).toEqual({ code: 'too_many_attempts', retryAfterSeconds: 3600 })
    expect(strict.mails).toHaveLength(before + 2)
    await tryLogin(strict, name, { client: clientAt(9, { deviceToken }) })
    expect(strict.mails).toHaveLength(before + 3)
  })
})
