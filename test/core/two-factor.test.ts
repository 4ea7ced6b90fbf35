import { describe, expect, test } from 'vitest'
import type { Viewer } from '../../src/core/sessions'
import { setMailedSecondFactor } from '../../src/core/two-factor'
import {
  isAlive,
  newSignedIn,
  newTwoFactorAccount,
  newUnconfirmed,
  password,
  signIn,
  tryLogin,
  viewerOf,
} from '../support/accounts'
import { change, refusal, testCore } from '../support/core'

const atrium = testCore()

const set = (viewer: Viewer, isOn: boolean, currentPassword: string | null = null) =>
  atrium.request((core) => setMailedSecondFactor(core, viewer, { isOn, currentPassword }))

describe('the mailed second factor', () => {
  test('is asked for once it is on, and no more once it is off, and the owner is told', async () => {
    const { account, viewer, token } = await newSignedIn(atrium)
    const name = { username: account.username }
    await set(viewer, true)
    expect(atrium.mails[0]).toMatchObject({ to: account.email })
    expect(atrium.mails[0]?.subject).toContain('is on')
    expect(await tryLogin(atrium, name)).toMatchObject({
      kind: 'second_factor_required',
      method: 'email',
    })
    expect(await isAlive(atrium, token)).toBe(true)
    await set(await viewerOf(atrium, token), false)
    expect(atrium.mails[0]?.subject).toContain('is off')
    expect(await tryLogin(atrium, name)).toMatchObject({ kind: 'signed_in' })
  })

  test('switched twice changes nothing the second time, and is told once', async () => {
    const { viewer } = await newSignedIn(atrium)
    await set(viewer, true)
    const before = atrium.mails.length
    await set(viewer, true)
    await set(viewer, false)
    await set(viewer, false)
    expect(atrium.mails).toHaveLength(before + 1)
  })

  test('is refused where a code could reach nobody', async () => {
    for (const given of [{}, { email: null }]) {
      const account = await newUnconfirmed(atrium, given)
      const viewer = await viewerOf(atrium, (await signIn(atrium, account)).session.token)
      expect(await refusal(set(viewer, true))).toEqual({ code: 'no_confirmed_email' })
    }
  })

  test('needs a recent sign-in or the password, on and off', async () => {
    const on = await newSignedIn(atrium)
    const off = await newTwoFactorAccount(atrium)
    atrium.pass(901)
    for (const [viewer, isOn] of [
      [on.viewer, true],
      [await viewerOf(atrium, off.token), false],
    ] as const) {
      expect(await refusal(set(viewer, isOn))).toMatchObject({ reason: 'stale' })
      expect(await refusal(set(viewer, isOn, 'wrong one'))).toMatchObject({
        reason: 'wrong_password',
      })
      await set(viewer, isOn, password)
    }
  })

  test('never takes the place of an app, nor switches it off', async () => {
    const { account, viewer, token } = await newSignedIn(atrium)
    await change("UPDATE accounts SET second_factor = 'app' WHERE number = ?", account.number)
    await set(viewer, true)
    expect(await refusal(set(viewer, false))).toEqual({ code: 'second_factor_in_use' })
    expect((await viewerOf(atrium, token)).account.secondFactor).toBe('app')
    expect(atrium.mails.filter(({ to }) => to === account.email)).toHaveLength(1)
  })

  test('is not switched by a session that ended while the request was under way', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    await change('UPDATE accounts SET epoch = epoch + 1 WHERE number = ?', account.number)
    expect(await refusal(set(viewer, true))).toEqual({ code: 'not_authenticated' })
    expect(await tryLogin(atrium, { username: account.username })).toMatchObject({
      kind: 'signed_in',
    })
  })
})
