import { describe, expect, test } from 'vitest'
import {
  activateSecondFactor,
  findInitiatedFactor,
  initiateSecondFactor,
} from '../../src/core/authenticator'
import { mailSecondFactorCode } from '../../src/core/second-factor-codes'
import type { Viewer } from '../../src/core/sessions'
import { codeAt } from '../../src/crypto/totp'
import {
  newSignedIn,
  newTwoFactorAccount,
  newUnconfirmed,
  password,
  signIn,
  startSignIn,
  tryLogin,
  viewerOf,
} from '../support/accounts'
import { codeFrom } from '../support/app'
import { activate, initiateApp, newAppAccount, setUpApp } from '../support/authenticators'
import {
  callerWith,
  change,
  clientAt,
  interrupted,
  refusal,
  rowsOf,
  testCore,
} from '../support/core'

const atrium = testCore()
const wrongCode = { code: 'invalid_second_factor' }
const inUse = { code: 'second_factor_in_use' }

const initiate = (viewer: Viewer, method: 'email' | 'app') =>
  atrium.request((core) => initiateSecondFactor(core, viewer, method))
const mailCode = (viewer: Viewer, given: string | null = null) =>
  atrium.request((core) => mailSecondFactorCode(core, viewer, given))
const mailsTo = (to: string) => atrium.mails.filter((mail) => mail.to === to)

async function factorOf(number: number) {
  const sql = 'SELECT second_factor FROM accounts WHERE number = ?'
  const [row] = await rowsOf<{ second_factor: string | null }>(sql, number)
  return row?.second_factor
}

describe('an app', () => {
  test('is shown its secret once, and counts from when a code of it was given', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    const { secret, otpauthUrl } = await initiateApp(atrium, viewer)
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(otpauthUrl).toContain(`otpauth://totp/Atrium:${account.username}?secret=${secret}`)
    expect(await factorOf(account.number)).toBeNull()
    expect(await tryLogin(atrium, account)).toMatchObject({ kind: 'signed_in' })
    const { backupCodes } = await activate(atrium, viewer, await codeAt(secret, atrium.now))
    expect(await factorOf(account.number)).toBe('app')
    expect(backupCodes).toHaveLength(10)
    expect(backupCodes.filter((code) => !/^\w{5}(-\w{5}){4}$/.test(code))).toEqual([])
    expect(new Set(backupCodes).size).toBe(10)
    expect(await tryLogin(atrium, account)).toMatchObject({
      kind: 'second_factor_required',
      method: 'app',
    })
    expect(mailsTo(account.email)[0]?.subject).toContain('is on')
  })

  test('works for an account without any address', async () => {
    const account = await newUnconfirmed(atrium, { email: null })
    const viewer = await viewerOf(atrium, (await signIn(atrium, account)).session.token)
    await setUpApp(atrium, viewer)
    expect(await factorOf(account.number)).toBe('app')
  })

  test('is activated by what people type: spaces, and zeros that a number lost', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    let code = ''
    while (!code.startsWith('0')) {
      const { secret } = await initiateApp(atrium, viewer)
      code = await codeAt(secret, atrium.now)
    }
    const typed = String(Number(code))
    await activate(atrium, viewer, ` ${typed.slice(0, 2)} ${typed.slice(2)}`)
    expect(await factorOf(account.number)).toBe('app')
  })

  test('is activated once, however many codes come at once', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    const { secret } = await initiateApp(atrium, viewer)
    const codes = [await codeAt(secret, atrium.now), await codeAt(secret, atrium.now - 30_000)]
    const outcomes = await Promise.allSettled(
      [...codes, ...codes].map((code) => activate(atrium, viewer, code)),
    )
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled')
    expect(won).toHaveLength(1)
    const rows = await rowsOf('SELECT 1 FROM backup_codes WHERE account_number = ?', account.number)
    expect(rows).toHaveLength(10)
    expect(mailsTo(account.email).filter(({ subject }) => subject.includes('is on'))).toHaveLength(
      1,
    )
  })

  test('is refused with a wrong code, a late one, or where nothing was initiated', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    expect(await refusal(activate(atrium, viewer, '123456'))).toEqual(wrongCode)
    const { secret } = await initiateApp(atrium, viewer)
    for (const code of ['', 'abcdef', await codeAt(secret, atrium.now + 90_000)]) {
      expect(await refusal(activate(atrium, viewer, code))).toEqual(wrongCode)
    }
    atrium.pass(900)
    expect(await refusal(activate(atrium, viewer, await codeAt(secret, atrium.now)))).toEqual(
      wrongCode,
    )
    expect(await factorOf(account.number)).toBeNull()
  })

  test('initiated again has another secret, and the first one counts no more', async () => {
    const { viewer } = await newSignedIn(atrium)
    const first = await initiateApp(atrium, viewer)
    const second = await initiateApp(atrium, viewer)
    const stale = await codeAt(first.secret, atrium.now)
    expect(await refusal(activate(atrium, viewer, stale))).toEqual(wrongCode)
    await activate(atrium, viewer, await codeAt(second.secret, atrium.now))
  })

  test('takes the place of mailed codes, and nothing takes its own', async () => {
    const { account, token } = await newTwoFactorAccount(atrium)
    await setUpApp(atrium, await viewerOf(atrium, token))
    expect(await factorOf(account.number)).toBe('app')
    const viewer = await viewerOf(atrium, token)
    const before = atrium.mails.length
    for (const method of ['email', 'app'] as const) {
      expect(await refusal(initiate(viewer, method))).toEqual(inUse)
    }
    for (const given of [null, password]) {
      expect(await refusal(mailCode(viewer, given))).toEqual(inUse)
    }
    expect(atrium.mails).toHaveLength(before)
  })

  test('needs a recent sign-in', async () => {
    const { viewer } = await newSignedIn(atrium)
    atrium.pass(901)
    for (const method of ['email', 'app'] as const) {
      expect(await refusal(initiate(viewer, method))).toMatchObject({ reason: 'stale' })
    }
  })

  test('is set up by no session that ended while the request was under way', async () => {
    const [ended, counted] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    const end = ({ account }: typeof ended) =>
      change('UPDATE accounts SET epoch = epoch + 1 WHERE number = ?', account.number)
    await end(ended)
    expect(await refusal(initiate(ended.viewer, 'app'))).toEqual({ code: 'not_authenticated' })
    expect(await refusal(initiate(ended.viewer, 'email'))).toEqual({ code: 'not_authenticated' })
    expect(await refusal(mailCode(ended.viewer))).toEqual({ code: 'not_authenticated' })
    const { secret } = await initiateApp(atrium, counted.viewer)
    await end(counted)
    const code = await codeAt(secret, atrium.now)
    expect(await refusal(activate(atrium, counted.viewer, code))).toEqual(wrongCode)
    expect(await factorOf(counted.account.number)).toBeNull()
  })

  test('goes with the account', async () => {
    const { account } = await newAppAccount(atrium)
    await change('DELETE FROM accounts WHERE number = ?', account.number)
    for (const table of ['second_factors', 'backup_codes']) {
      const sql = `SELECT 1 FROM ${table} WHERE account_number = ?`
      expect(await rowsOf(sql, account.number)).toEqual([])
    }
  })
})

describe('the mailed method', () => {
  test('is activated by the code that was mailed, without backup codes', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    expect(await initiate(viewer, 'email')).toEqual({ method: 'email' })
    const code = codeFrom(atrium.mails, account.email)
    expect(await refusal(activate(atrium, viewer, code === '999999' ? '1' : '999999'))).toEqual(
      wrongCode,
    )
    expect(await activate(atrium, viewer, code)).toEqual({ backupCodes: [] })
    expect(await factorOf(account.number)).toBe('email')
    expect(await refusal(activate(atrium, viewer, code))).toEqual(wrongCode)
    const started = await startSignIn(atrium, account, clientAt(2))
    expect(started.code).not.toBe(code)
  })

  test('takes a later code in place of the first, for ten minutes', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    await initiate(viewer, 'email')
    const first = codeFrom(atrium.mails, account.email)
    await mailCode(viewer, password)
    const second = codeFrom(atrium.mails, account.email)
    expect(await refusal(activate(atrium, viewer, first))).toEqual(wrongCode)
    atrium.pass(600)
    expect(await refusal(activate(atrium, viewer, second))).toEqual(wrongCode)
    await mailCode(viewer)
    await activate(atrium, viewer, codeFrom(atrium.mails, account.email))
  })

  test('is refused where a code could reach nobody', async () => {
    for (const given of [{}, { email: null }]) {
      const account = await newUnconfirmed(atrium, given)
      const viewer = await viewerOf(atrium, (await signIn(atrium, account)).session.token)
      const unconfirmed = { code: 'no_confirmed_email' }
      expect(await refusal(initiate(viewer, 'email'))).toEqual(unconfirmed)
      expect(await refusal(mailCode(viewer))).toEqual(unconfirmed)
    }
  })

  test('mails so often an hour, and checks a password that is given', async () => {
    const strict = testCore({ SIGN_IN_CODES_PER_HOUR: '2' })
    const { viewer } = await newSignedIn(strict)
    const ask = (given: string | null) =>
      strict.request((core) => mailSecondFactorCode(core, viewer, given))
    expect(await refusal(ask('wrong one'))).toMatchObject({ reason: 'wrong_password' })
    await ask(null)
    await strict.request((core) => initiateSecondFactor(core, viewer, 'email'))
    const tired = { code: 'too_many_attempts', retryAfterSeconds: 3600 }
    expect(await refusal(ask(password))).toEqual(tired)
    const again = strict.request((core) => initiateSecondFactor(core, viewer, 'email'))
    expect(await refusal(again)).toEqual(tired)
  })
})

test('an app that another session activates meanwhile is not activated twice', async () => {
  const { account, token, viewer } = await newSignedIn(atrium)
  const { secret } = await initiateApp(atrium, viewer)
  const code = await codeAt(secret, atrium.now)
  const meanwhile = async () =>
    activate(atrium, await viewerOf(atrium, token), await codeAt(secret, atrium.now - 30_000))
  const work = atrium.request((core) =>
    activateSecondFactor(interrupted(core, meanwhile), viewer, code),
  )
  expect(await refusal(work)).toEqual(wrongCode)
  expect(await factorOf(account.number)).toBe('app')
})

describe('what was initiated', () => {
  const find = async (token: string) =>
    (await atrium.request((core) => findInitiatedFactor(core, callerWith(token)))).initiated

  test('is shown again to the session that did, until it is activated', async () => {
    const { token, viewer } = await newSignedIn(atrium)
    expect(await find(token)).toBeNull()
    await initiate(viewer, 'email')
    expect(await find(token)).toEqual({ method: 'email' })
    const initiated = await initiateApp(atrium, viewer)
    expect(await find(token)).toEqual(initiated)
    await activate(atrium, viewer, await codeAt(initiated.secret, atrium.now))
    expect(await find(token)).toBeNull()
  })

  test('is not shown to another session, nor when its time is over', async () => {
    const { account, token, viewer } = await newSignedIn(atrium)
    const other = await signIn(atrium, account, clientAt(2))
    await initiateApp(atrium, viewer)
    expect(await find(other.session.token)).toBeNull()
    atrium.pass(15 * 60)
    expect(await find(token)).toBeNull()
  })
})
