import { expect, test } from 'vitest'
import { setDisabled } from '../../src/core/administration'
import type { Viewer } from '../../src/core/sessions'
import {
  isAlive,
  newAdministrator,
  newSignedIn,
  newTwoFactorAccount,
  signIn,
  startSignIn,
  tryLogin,
} from '../support/accounts'
import { refusal, rowsOf, testCore } from '../support/core'

const atrium = testCore()

const disable = (viewer: Viewer, accountId: string, isDisabled = true) =>
  atrium.request((core) => setDisabled(core, viewer, { accountId, isDisabled }))

test('closing an account ends its sessions and pending sign-ins at once, and no other', async () => {
  const admin = await newAdministrator(atrium)
  const person = await newTwoFactorAccount(atrium)
  await startSignIn(atrium, person.account)
  await disable(admin.viewer, person.account.id)
  expect(await isAlive(atrium, person.token)).toBe(false)
  expect(await isAlive(atrium, admin.token)).toBe(true)
  for (const table of ['sessions', 'challenges']) {
    const sql = `SELECT 1 FROM ${table} WHERE account_number = ?`
    expect(await rowsOf(sql, person.account.number)).toEqual([])
  }
  expect(await refusal(tryLogin(atrium, { username: person.account.username }))).toEqual({
    code: 'account_disabled',
  })
})

test('opening it again lets the person in, but no session of before', async () => {
  const admin = await newAdministrator(atrium)
  const { account, token } = await newSignedIn(atrium)
  await disable(admin.viewer, account.id)
  await disable(admin.viewer, account.id, false)
  expect(await isAlive(atrium, token)).toBe(false)
  await signIn(atrium, account)
})

test('closing twice keeps the time of the first', async () => {
  const admin = await newAdministrator(atrium)
  const { account } = await newSignedIn(atrium)
  await disable(admin.viewer, account.id)
  const sql = 'SELECT disabled_at FROM accounts WHERE number = ?'
  const closed = await rowsOf(sql, account.number)
  atrium.pass(60)
  await disable(admin.viewer, account.id)
  expect(await rowsOf(sql, account.number)).toEqual(closed)
})

test('nobody closes their own account, and nobody but an administrator any', async () => {
  const admin = await newAdministrator(atrium)
  const [eve, victim] = [await newSignedIn(atrium), await newSignedIn(atrium)]
  const forbidden = { code: 'forbidden' }
  expect(await refusal(disable(admin.viewer, admin.account.id))).toEqual(forbidden)
  expect(await refusal(disable(eve.viewer, victim.account.id))).toEqual(forbidden)
  expect(await refusal(disable(eve.viewer, victim.account.id, false))).toEqual(forbidden)
  expect(await isAlive(atrium, victim.token)).toBe(true)
})

test('an account that does not exist is not found', async () => {
  const admin = await newAdministrator(atrium)
  for (const id of ['0'.repeat(24), '']) {
    expect(await refusal(disable(admin.viewer, id))).toEqual({ code: 'account_not_found' })
  }
})
