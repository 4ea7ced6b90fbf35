import { describe, expect, test } from 'vitest'
import { deleteAccount } from '../../src/core/deletion'
import { mailSecondFactorCode } from '../../src/core/second-factor-codes'
import { deactivateSecondFactor } from '../../src/core/second-factor-removal'
import type { Viewer } from '../../src/core/sessions'
import { codeAt } from '../../src/crypto/totp'
import {
  newSignedIn,
  newTwoFactorAccount,
  signIn,
  startSignIn,
  tryLogin,
  viewerOf,
} from '../support/accounts'
import { codeFrom } from '../support/app'
import {
  initiateApp,
  loginWithCode,
  newAppAccount,
  setUpApp,
  stepSeconds,
} from '../support/authenticators'
import { change, clientAt, interrupted, refusal, rowsOf, testCore } from '../support/core'

const atrium = testCore()
const wrongCode = { code: 'invalid_second_factor' }

const deactivate = (viewer: Viewer, code: string) =>
  atrium.request((core) => deactivateSecondFactor(core, viewer, code))

async function stored(number: number) {
  const [factors, codes] = await Promise.all(
    ['second_factors', 'backup_codes'].map((table) =>
      rowsOf(`SELECT 1 FROM ${table} WHERE account_number = ?`, number),
    ),
  )
  return [factors?.length, codes?.length]
}

describe('an app is switched off', () => {
  test('by its code, with all that it rested on, and the owner is told', async () => {
    const { account, viewer, authenticator } = await newAppAccount(atrium)
    expect(await stored(account.number)).toEqual([1, 10])
    await deactivate(viewer, await authenticator.code())
    expect(await stored(account.number)).toEqual([0, 0])
    expect(atrium.mails[0]).toMatchObject({ to: account.email })
    expect(atrium.mails[0]?.subject).toContain('is off')
    expect(await tryLogin(atrium, account)).toMatchObject({ kind: 'signed_in' })
  })

  test('by a backup code, however it is typed', async () => {
    const { account, viewer, authenticator } = await newAppAccount(atrium)
    const code = authenticator.backupCodes[9] ?? ''
    await deactivate(viewer, ` ${code.toUpperCase().replaceAll('-', ' ')} `)
    expect(await stored(account.number)).toEqual([0, 0])
  })

  test('by no code of a step that was taken, nor by a backup code that was', async () => {
    const { account, viewer, authenticator } = await newAppAccount(atrium)
    const code = await authenticator.code()
    const [backup = '', other = ''] = authenticator.backupCodes
    await loginWithCode(atrium, account, code)
    await loginWithCode(atrium, account, backup)
    for (const used of [code, await authenticator.code(-stepSeconds), backup]) {
      expect(await refusal(deactivate(viewer, used))).toEqual(wrongCode)
    }
    await deactivate(viewer, other)
  })

  test('by no code that a sign-in uses up between its check and its use', async () => {
    const { account, viewer, authenticator } = await newAppAccount(atrium)
    for (const code of [await authenticator.code(), authenticator.backupCodes[0] ?? '']) {
      const meanwhile = () => loginWithCode(atrium, account, code)
      const work = atrium.request((core) =>
        deactivateSecondFactor(interrupted(core, meanwhile), viewer, code),
      )
      expect(await refusal(work)).toEqual(wrongCode)
    }
    expect(await stored(account.number)).toEqual([1, 10])
  })

  test('by no code of another account', async () => {
    const [mine, theirs] = [await newAppAccount(atrium), await newAppAccount(atrium)]
    const [backup = ''] = theirs.authenticator.backupCodes
    for (const code of [await theirs.authenticator.code(), backup, '']) {
      expect(await refusal(deactivate(mine.viewer, code))).toEqual(wrongCode)
    }
  })

  test('in a session that signed in lately, and that still counts', async () => {
    const { account, viewer, authenticator } = await newAppAccount(atrium)
    await change('UPDATE accounts SET epoch = epoch + 1 WHERE number = ?', account.number)
    const code = await authenticator.code()
    expect(await refusal(deactivate(viewer, code))).toEqual({ code: 'not_authenticated' })
    atrium.pass(901)
    expect(await refusal(deactivate(viewer, code))).toMatchObject({ reason: 'stale' })
  })

  test('once, and then there is nothing that a code could be right for', async () => {
    const { viewer, authenticator } = await newAppAccount(atrium)
    const [one = '', two = ''] = authenticator.backupCodes
    const outcomes = await Promise.allSettled(
      [one, two, await authenticator.code()].map((code) => deactivate(viewer, code)),
    )
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    expect(await refusal(deactivate(viewer, two))).toEqual(wrongCode)
  })

  test('and set up again has another secret and other backup codes', async () => {
    const { account, token, viewer, authenticator: former } = await newAppAccount(atrium)
    await deactivate(viewer, await former.code())
    const next = await setUpApp(atrium, await viewerOf(atrium, token))
    expect(next.secret).not.toBe(former.secret)
    atrium.pass(stepSeconds)
    for (const code of [await former.code(), former.backupCodes[3] ?? '']) {
      expect(await refusal(loginWithCode(atrium, account, code))).toEqual(wrongCode)
    }
    expect(await loginWithCode(atrium, account, await next.code())).toMatchObject({
      kind: 'signed_in',
    })
  })
})

describe('the mailed method is switched off', () => {
  const mailed = async (viewer: Viewer, email: string) => {
    await atrium.request((core) => mailSecondFactorCode(core, viewer, null))
    return codeFrom(atrium.mails, email)
  }

  test('by a code that was mailed for it', async () => {
    const { account, token } = await newTwoFactorAccount(atrium)
    const viewer = await viewerOf(atrium, token)
    expect(await refusal(deactivate(viewer, '123456'))).toEqual(wrongCode)
    const code = await mailed(viewer, account.email)
    expect(await refusal(deactivate(viewer, code === '999999' ? '1' : '999999'))).toEqual(wrongCode)
    await deactivate(viewer, code)
    expect(await stored(account.number)).toEqual([0, 0])
    expect(await tryLogin(atrium, account)).toMatchObject({ kind: 'signed_in' })
  })

  test('in the session that asked for the code, and by none that was mailed to sign in', async () => {
    const { account, token } = await newSignedIn(atrium)
    const other = await signIn(atrium, account, clientAt(2))
    const viewer = await viewerOf(atrium, token)
    await change("UPDATE accounts SET second_factor = 'email' WHERE number = ?", account.number)
    const code = await mailed(viewer, account.email)
    const elsewhere = await viewerOf(atrium, other.session.token)
    expect(await refusal(deactivate(elsewhere, code))).toEqual(wrongCode)
    const started = await startSignIn(atrium, account, clientAt(3))
    expect(await refusal(deactivate(viewer, started.code))).toEqual(wrongCode)
    await deactivate(viewer, code)
  })

  test('never by the code of an app that is only being set up', async () => {
    const { token } = await newTwoFactorAccount(atrium)
    const viewer = await viewerOf(atrium, token)
    const { secret } = await initiateApp(atrium, viewer)
    expect(await refusal(deactivate(viewer, await codeAt(secret, atrium.now)))).toEqual(wrongCode)
  })
})

test('nothing of a second factor outlives the account', async () => {
  const { account } = await newAppAccount(atrium)
  await atrium.request((core) => deleteAccount(core, account))
  expect(await stored(account.number)).toEqual([0, 0])
})
