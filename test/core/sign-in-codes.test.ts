import { describe, expect, test } from 'vitest'
import { completeSecondFactor } from '../../src/core/challenges'
import { resendSignInCode } from '../../src/core/sign-in-codes'
import {
  newSignedIn,
  newTwoFactorAccount,
  newUnconfirmed,
  startSignIn,
  tryLogin,
  viewerOf,
} from '../support/accounts'
import { codeFrom } from '../support/app'
import { newAppAccount, setUpApp } from '../support/authenticators'
import { change, clientAt, refusal, rowsOf, type TestCore, testCore } from '../support/core'

/** Asking again for the code of a sign-in, by clients that know nothing but the address. */

const atrium = testCore()
let host = 5000
const place = () => clientAt(++host)

const resend = (email: string, client = clientAt(1), test: TestCore = atrium) =>
  test.request((core) => resendSignInCode(core, { email }, client))
const complete = (challengeToken: string, code: string, client = clientAt(1)) =>
  atrium.request((core) =>
    completeSecondFactor(core, { challengeToken, code, accountId: null }, client),
  )
const mailsTo = (to: string) => atrium.mails.filter((mail) => mail.to === to)

describe('another code', () => {
  test('takes the place of the first, for the same sign-in, and lives as long', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    const client = place()
    const { challengeToken, code: first } = await startSignIn(atrium, account, client)
    atrium.pass(500)
    await resend(account.email.toUpperCase(), client)
    const second = codeFrom(atrium.mails, account.email)
    expect(second).not.toBe(first)
    expect(await refusal(complete(challengeToken, first, client))).toMatchObject({
      code: 'invalid_second_factor',
    })
    atrium.pass(599)
    expect(await complete(challengeToken, second, client)).toMatchObject({ kind: 'signed_in' })
  })

  test('is for the sign-in last begun from there, and no other', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    const [here, there] = [place(), place()]
    const early = await startSignIn(atrium, account, here)
    atrium.pass(1)
    const late = await startSignIn(atrium, account, here)
    atrium.pass(1)
    const elsewhere = await startSignIn(atrium, account, there)
    await resend(account.email, here)
    const code = codeFrom(atrium.mails, account.email)
    for (const { challengeToken } of [early, elsewhere]) {
      expect(await refusal(complete(challengeToken, code, here))).toMatchObject({
        code: 'invalid_second_factor',
      })
    }
    await complete(late.challengeToken, code, here)
    await complete(elsewhere.challengeToken, elsewhere.code, there)
  })

  test('refills nothing: five wrong ones close it however many are mailed', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    const client = place()
    const { challengeToken } = await startSignIn(atrium, account, client)
    for (let i = 0; i < 5; i += 1) {
      await resend(account.email, client)
      await refusal(complete(challengeToken, 'wrong', client))
    }
    await resend(account.email, client)
    const right = codeFrom(atrium.mails, account.email)
    expect(await refusal(complete(challengeToken, right, client))).toMatchObject({
      code: 'too_many_attempts',
    })
  })

  test('is mailed so often an hour, then quietly no more', async () => {
    const strict = testCore({ SIGN_IN_CODES_PER_HOUR: '3' })
    const { account } = await newTwoFactorAccount(strict)
    const client = place()
    await tryLogin(strict, account, { client })
    const before = strict.mails.length
    for (let i = 0; i < 4; i += 1) await resend(account.email, client, strict)
    expect(strict.mails).toHaveLength(before + 2)
  })
})

describe('nothing is mailed and nothing is said', () => {
  test('for an address that is unknown, impossible or not confirmed', async () => {
    const account = await newUnconfirmed(atrium)
    await change("UPDATE accounts SET second_factor = 'app' WHERE number = ?", account.number)
    await tryLogin(atrium, account)
    await change('UPDATE accounts SET second_factor = NULL WHERE number = ?', account.number)
    const before = atrium.mails.length
    for (const email of ['nobody@example.com', 'no address', '', account.email]) await resend(email)
    expect(atrium.mails).toHaveLength(before)
  })

  test('where no sign-in is pending from there: none begun, elsewhere, over, or ended', async () => {
    const { account } = await newTwoFactorAccount(atrium)
    const client = place()
    await resend(account.email, client)
    const done = await startSignIn(atrium, account, client)
    await complete(done.challengeToken, done.code, client)
    await startSignIn(atrium, account, client)
    atrium.pass(600)
    const before = mailsTo(account.email).length
    await resend(account.email, client)
    await startSignIn(atrium, account, client)
    await resend(account.email, place())
    await change('UPDATE accounts SET epoch = epoch + 1 WHERE number = ?', account.number)
    await resend(account.email, client)
    expect(mailsTo(account.email)).toHaveLength(before + 1)
  })

  test('where an app is on: a mailed code would count for nothing', async () => {
    const { account } = await newAppAccount(atrium)
    const client = place()
    await tryLogin(atrium, account, { client })
    const before = mailsTo(account.email).length
    await resend(account.email, client)
    expect(mailsTo(account.email)).toHaveLength(before)
  })

  test('and it costs the same statements', async () => {
    const { DB } = atrium.env
    let statements: string[] = []
    const recording = new Proxy(DB, {
      get(target, property) {
        const value = Reflect.get(target, property)
        if (property !== 'prepare') return typeof value === 'function' ? value.bind(target) : value
        return (sql: string) => {
          statements.push(sql)
          return target.prepare(sql)
        }
      },
    })
    const watched = testCore({ DB: recording })
    const { account } = await newTwoFactorAccount(watched)
    const app = await newSignedIn(watched)
    await setUpApp(watched, await viewerOf(watched, app.token))
    await startSignIn(watched, account)
    const costs: string[] = []
    for (const email of [account.email, app.account.email, 'nobody@example.com', 'no address']) {
      statements = []
      await resend(email, clientAt(1), watched)
      costs.push(statements.join('\n'))
    }
    expect(new Set(costs).size).toBe(1)
    expect(statements.length).toBeGreaterThan(4)
  })
})

test('codes are kept as keyed hashes', async () => {
  const { account } = await newTwoFactorAccount(atrium)
  await startSignIn(atrium, account)
  await resend(account.email)
  const code = codeFrom(atrium.mails, account.email)
  const rows = await rowsOf('SELECT * FROM challenges WHERE account_number = ?', account.number)
  expect(JSON.stringify(rows)).not.toContain(code)
})
