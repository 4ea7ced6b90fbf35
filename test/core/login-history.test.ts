import { expect, test } from 'vitest'
import { login } from '../../src/core/login'
import { listLoginHistory } from '../../src/core/login-history'
import {
  newAccount,
  newSignedIn,
  newTwoFactorAccount,
  newUnconfirmed,
  password,
  signIn,
  startSignIn,
  tryLogin,
} from '../support/accounts'
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

type Page = Parameters<typeof listLoginHistory>[2]

async function history(token: string, page: Partial<Page> = {}) {
  const { limit = 10, before = null } = page
  const { entries } = await atrium.request((core) =>
    listLoginHistory(core, callerWith(token), { limit, before }),
  )
  return entries
}

test('every sign-in is in the history of its account, the failed ones too, newest first', async () => {
  const account = await newAccount(atrium)
  const name = { username: account.username }
  await refusal(tryLogin(atrium, name, { password: 'wrong one', client: clientAt(5) }))
  atrium.pass(10)
  const { token } = (await signIn(atrium, account, clientAt(6, { userAgent: null }))).session
  const [newest, oldest, ...rest] = await history(token)
  expect(rest).toEqual([])
  expect(newest).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{24}$/),
    at: atrium.now,
    success: true,
    reason: null,
    dialect: 'test',
    ipAddress: clientAt(6).address,
    userAgent: null,
  })
  expect(oldest).toMatchObject({
    success: false,
    reason: 'wrong_password',
    ipAddress: clientAt(5).address,
    userAgent: 'a test',
  })
})

test('nobody sees the history of another account', async () => {
  const [mine, other] = [await newSignedIn(atrium), await newAccount(atrium)]
  for (let i = 0; i < 3; i += 1) {
    await refusal(tryLogin(atrium, { username: other.username }, { password: 'wrong one' }))
  }
  expect(await history(mine.token)).toHaveLength(1)
  expect(await refusal(history('no token'))).toEqual({ code: 'not_authenticated' })
})

test('a sign-in of a name that does not exist leaves no trace of the name', async () => {
  const { token } = await newSignedIn(atrium)
  await refusal(tryLogin(atrium, { username: 'my-password-by-mistake' }))
  const { results } = await atrium.env.DB.prepare('SELECT * FROM login_history').all()
  expect(JSON.stringify(results)).not.toContain('my-password-by-mistake')
  expect(await history(token)).toHaveLength(1)
})

test('pages follow each other without a gap or a repetition', async () => {
  const account = await newAccount(atrium)
  let token = ''
  for (let i = 0; i < 5; i += 1) {
    // Three of the five in one millisecond: an entry tells them apart, a time cannot.
    if (i > 2) atrium.pass(1)
    token = (await signIn(atrium, account)).session.token
  }
  const all = await history(token)
  const first = await history(token, { limit: 2 })
  const second = await history(token, { limit: 2, before: { id: first[1]?.id ?? '' } })
  const third = await history(token, { limit: 2, before: { id: second[1]?.id ?? '' } })
  expect([...first, ...second, ...third]).toEqual(all)
  expect(await history(token, { before: { at: all[4]?.at ?? 0 } })).toEqual([])
})

test('an attempt that was refused unevaluated is no entry', async () => {
  const account = await newAccount(atrium)
  const name = { username: account.username }
  const client = clientAt(44)
  for (let i = 0; i < 12; i += 1) {
    await refusal(tryLogin(atrium, name, { password: 'wrong one', client }))
  }
  const { token } = (await signIn(atrium, account, clientAt(45))).session
  expect(await history(token, { limit: 100 })).toHaveLength(6)
})

const kept = (number: number) =>
  rowsOf<{ success: number; reason: string | null }>(
    'SELECT success, reason FROM login_history WHERE account_number = ? ORDER BY at, rowid',
    number,
  )

test('an attempt with the right password says what else stood in its way', async () => {
  const [disabled, unconfirmed] = [await newAccount(atrium), await newUnconfirmed(atrium)]
  await change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', disabled.number)
  await refusal(tryLogin(atrium, { username: disabled.username }))
  const needs = { needsConfirmedEmail: true }
  await refusal(tryLogin(atrium, { username: unconfirmed.username }, needs))
  expect(await kept(disabled.number)).toEqual([{ success: 0, reason: 'account_disabled' }])
  expect(await kept(unconfirmed.number)).toEqual([{ success: 0, reason: 'email_not_confirmed' }])
})

test('a sign-in of two requests is one entry, which says how far it came', async () => {
  const { account } = await newTwoFactorAccount(atrium)
  const [before] = [await kept(account.number)]
  const { code } = await startSignIn(atrium, account)
  const pending = { success: 0, reason: 'second_factor_required' }
  expect(await kept(account.number)).toEqual([...before, pending])
  const name = { username: account.username }
  const input = { name, password, needsConfirmedEmail: false, code }
  await atrium.request((core) => login(core, input, clientAt(1)))
  expect(await kept(account.number)).toEqual([...before, { success: 1, reason: null }])
})

test('a sign-in whose account changed while the password was checked is a failed one', async () => {
  const account = await newAccount(atrium)
  const input = { name: { username: account.username }, password, needsConfirmedEmail: false }
  const moved = () =>
    change('UPDATE accounts SET epoch = epoch + 1 WHERE number = ?', account.number)
  await refusal(atrium.request((core) => login(interrupted(core, moved), input, clientAt(1))))
  expect(await kept(account.number)).toEqual([{ success: 0, reason: 'wrong_password' }])
})
