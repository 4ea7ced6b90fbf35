import { describe, expect, test } from 'vitest'
import { newToken } from '../../src/crypto/random'
import {
  isAlive,
  newAccount,
  newSignedIn,
  newUnconfirmed,
  signIn,
  type TestAccount,
  tryLogin,
} from '../support/accounts'
import { clientAt, refusal, rowsOf, testCore } from '../support/core'

const atrium = testCore()
const wrong = { password: 'not the password' }
const invalid = { code: 'invalid_credentials', reason: 'wrong_password' }
const name = ({ username }: TestAccount) => ({ username })
let host = 1000
const stranger = () => clientAt(++host)

/** Fails `count` times from one client; the failures come back. */
async function fail(account: TestAccount, count: number, client = stranger()) {
  const failures = []
  for (let i = 0; i < count; i += 1) {
    failures.push(await refusal(tryLogin(atrium, name(account), { ...wrong, client })))
  }
  return failures
}

const count = async (key: string) =>
  (await rowsOf<{ count: number }>('SELECT count FROM throttles WHERE key LIKE ?', key))[0]?.count

describe('guessing from one address', () => {
  test('five are evaluated, then none: the right password is refused as well', async () => {
    const [account, client] = [await newAccount(atrium), stranger()]
    expect(await fail(account, 6, client)).toEqual([
      ...Array.from({ length: 5 }, () => invalid),
      { code: 'too_many_attempts', retryAfterSeconds: 2 },
    ])
    expect(await refusal(tryLogin(atrium, name(account), { client }))).toMatchObject({
      code: 'too_many_attempts',
    })
    atrium.pass(2)
    expect(await fail(account, 2, client)).toEqual([
      invalid,
      { code: 'too_many_attempts', retryAfterSeconds: 4 },
    ])
    atrium.pass(4)
    expect(await tryLogin(atrium, name(account), { client })).toMatchObject({ kind: 'signed_in' })
  })

  test('fifty at once get no more than five evaluated', async () => {
    const [account, client] = [await newAccount(atrium), stranger()]
    const tries = Array.from({ length: 50 }, () =>
      refusal(tryLogin(atrium, name(account), { ...wrong, client })),
    )
    const codes = (await Promise.all(tries)).map(({ code }) => code)
    expect(codes.filter((code) => code === 'invalid_credentials')).toHaveLength(5)
  })

  test('an unknown name is throttled like a known one', async () => {
    const client = stranger()
    const by = { username: `nobody-${host}` }
    const codes = []
    for (let i = 0; i < 6; i += 1) codes.push(await refusal(tryLogin(atrium, by, { client })))
    expect(codes.map(({ code }) => code)).toEqual([
      ...Array.from({ length: 5 }, () => 'invalid_credentials'),
      'too_many_attempts',
    ])
    expect(codes[5]).toEqual({ code: 'too_many_attempts', retryAfterSeconds: 2 })
  })

  test('closes nothing for another address', async () => {
    const account = await newAccount(atrium)
    await fail(account, 6)
    await signIn(atrium, account, stranger())
  })

  test('closes nothing for a device that signed in before, nor for an open session', async () => {
    const { account, token, deviceToken } = await newSignedIn(atrium)
    await fail(account, 6, clientAt(1))
    await signIn(atrium, account, clientAt(1, { deviceToken }))
    expect(await isAlive(atrium, token)).toBe(true)
  })

  test('is forgotten after the right password', async () => {
    const [account, client] = [await newAccount(atrium), stranger()]
    await fail(account, 4, client)
    await signIn(atrium, account, client)
    expect(await fail(account, 5, client)).toEqual(Array.from({ length: 5 }, () => invalid))
  })

  test('is forgotten also on a device that is new to the account', async () => {
    const account = await newAccount(atrium)
    const client = clientAt(++host, { deviceToken: newToken() })
    await fail(account, 4, client)
    await signIn(atrium, account, client)
    expect(await count(`password:${account.number}:%`)).toBeUndefined()
  })

  test('is not counted where throttling is switched off', async () => {
    const open = testCore({ THROTTLE: 'off' })
    const [account, client] = [await newAccount(open), stranger()]
    for (let i = 0; i < 8; i += 1) {
      expect(await refusal(tryLogin(open, name(account), { ...wrong, client }))).toEqual(invalid)
    }
    expect(await count(`%${account.number}%`)).toBeUndefined()
  })
})

describe('spraying one password over many accounts', () => {
  test('closes the address for ten minutes, but not for an account that knows it', async () => {
    const strict = testCore({ ADDRESS_FAILURES_MAX: '3' })
    const client = stranger()
    const owner = await newAccount(strict)
    await signIn(strict, owner, client)
    for (let i = 0; i < 4; i += 1) {
      await refusal(tryLogin(strict, { username: `sprayed-${host}-${i}` }, { client }))
    }
    const other = await newAccount(strict)
    expect(await refusal(tryLogin(strict, name(other), { client }))).toEqual({
      code: 'too_many_attempts',
      retryAfterSeconds: 600,
    })
    await signIn(strict, owner, client)
    strict.pass(600)
    await signIn(strict, other, client)
  })

  test('evaluates as many as the setting says, and leaves no trace of the next', async () => {
    const strict = testCore({ ADDRESS_FAILURES_MAX: '3' })
    const [account, client] = [await newAccount(strict), stranger()]
    const codes = []
    for (let i = 0; i < 5; i += 1) {
      codes.push((await refusal(tryLogin(strict, name(account), { ...wrong, client }))).code)
    }
    expect(codes).toEqual([
      ...Array.from({ length: 3 }, () => 'invalid_credentials'),
      ...Array.from({ length: 2 }, () => 'too_many_attempts'),
    ])
    const sql = 'SELECT 1 FROM login_history WHERE account_number = ?'
    expect(await rowsOf(sql, account.number)).toHaveLength(3)
  })

  test('is not what a person does who types right', async () => {
    const strict = testCore({ ADDRESS_FAILURES_MAX: '3' })
    const client = stranger()
    for (let i = 0; i < 6; i += 1) await signIn(strict, await newAccount(strict), client)
  })
})

describe('after 100 failures of strangers in a row', () => {
  const strict = testCore({ ACCOUNT_FAILURES_MAX: '3' })
  const failAsStrangers = async (account: TestAccount, times: number) => {
    for (let i = 0; i < times; i += 1) {
      await refusal(tryLogin(strict, name(account), { ...wrong, client: stranger() }))
    }
  }

  test('strangers need a mailed code besides the right password, known places do not', async () => {
    const { account, deviceToken } = await newSignedIn(strict)
    await failAsStrangers(account, 3)
    const outcome = await tryLogin(strict, name(account), { client: stranger() })
    expect(outcome).toMatchObject({ kind: 'second_factor_required', method: 'email' })
    await signIn(strict, account, clientAt(9, { deviceToken }))
    // A whole sign-in ends the row of failures.
    await signIn(strict, account, stranger())
  })

  test('one failure less asks for nothing', async () => {
    const account = await newAccount(strict)
    await failAsStrangers(account, 2)
    await signIn(strict, account, stranger())
  })

  test('an account that no mail can reach stays closed to strangers alone', async () => {
    const account = await newUnconfirmed(strict)
    const known = await signIn(strict, account)
    await failAsStrangers(account, 3)
    const trying = tryLogin(strict, name(account), { client: stranger() })
    expect(await refusal(trying)).toMatchObject({ code: 'too_many_attempts' })
    await signIn(strict, account, clientAt(9, { deviceToken: known.deviceToken }))
  })
})
