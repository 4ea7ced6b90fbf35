import { describe, expect, test } from 'vitest'
import {
  type AccountChanges,
  type ChangeOptions,
  changeAccount,
  updateAccount,
} from '../../src/core/account-changes'
import { endSession } from '../../src/core/session-endings'
import type { Viewer } from '../../src/core/sessions'
import { newSignedIn, password, tryLogin } from '../support/accounts'
import { callerWith, clientAt, refusal, rowsOf, testCore } from '../support/core'

const atrium = testCore()
const next = 'a password that is new'

function update(viewer: Viewer, changes: AccountChanges, given: Partial<ChangeOptions> = {}) {
  const options = { targetId: null, currentPassword: null, ...given }
  return atrium.request((core) => updateAccount(core, viewer, changes, options, clientAt(1)))
}

describe('what needs a recent proof', () => {
  const sensitive = [{ password: next }, { email: 'elsewhere@example.com' }] as const

  test('is refused after 15 minutes, and taken with the password', async () => {
    for (const changes of sensitive) {
      const { viewer } = await newSignedIn(atrium)
      atrium.pass(901)
      expect(await refusal(update(viewer, changes))).toEqual({
        code: 'reauthentication_required',
        reason: 'stale',
      })
      expect(await refusal(update(viewer, changes, { currentPassword: 'wrong one' }))).toEqual({
        code: 'reauthentication_required',
        reason: 'wrong_password',
      })
      await update(viewer, changes, { currentPassword: password })
    }
  })

  test('is not a name or a profile', async () => {
    const { viewer } = await newSignedIn(atrium)
    atrium.pass(901)
    await update(viewer, { firstName: 'Augusta', isPrivate: true, profile: { bio: 'hm' } })
  })

  test('counts wrong passwords by session, as the sign-in does by source', async () => {
    const { viewer, account } = await newSignedIn(atrium)
    const tries = { currentPassword: 'not the password' }
    for (let i = 0; i < 5; i += 1) {
      expect(await refusal(update(viewer, { password: next }, tries))).toMatchObject({
        reason: 'wrong_password',
      })
    }
    const right = { currentPassword: password }
    expect(await refusal(update(viewer, { password: next }, right))).toEqual({
      code: 'too_many_attempts',
      retryAfterSeconds: 2,
    })
    // By session, from wherever it is used; the sign-in of its owner is none of its business.
    await tryLogin(atrium, { username: account.username })
    atrium.pass(2)
    await update(viewer, { password: next }, right)
  })
})

describe('whoever gives the password with the change', () => {
  const changeBy = (token: string, currentPassword: string) =>
    atrium.request((core) => {
      const options = { targetId: null, currentPassword }
      return changeAccount(core, callerWith(token), { password: next }, options, clientAt(1))
    })

  test('proves by it who they are, however long ago they signed in', async () => {
    const { token, account } = await newSignedIn(atrium)
    atrium.pass(901)
    expect(await refusal(changeBy(token, 'wrong one'))).toEqual({
      code: 'reauthentication_required',
      reason: 'wrong_password',
    })
    await changeBy(token, password)
    const login = await tryLogin(atrium, { username: account.username }, { password: next })
    expect(login.kind).toBe('signed_in')
  })

  test('gets five wrong ones by session, and none by a session that has ended', async () => {
    const { token } = await newSignedIn(atrium)
    const tries = await Promise.all(
      Array.from({ length: 12 }, () => refusal(changeBy(token, 'wrong one'))),
    )
    expect(tries.filter((failure) => failure?.code === 'reauthentication_required')).toHaveLength(5)
    expect(tries.filter((failure) => failure?.code === 'too_many_attempts')).toHaveLength(7)
    await atrium.request((core) => endSession(core, { token, scopes: null }))
    const before = await rowsOf('SELECT key, count FROM throttles ORDER BY key')
    expect(await refusal(changeBy(token, password))).toEqual({
      code: 'not_authenticated',
    })
    expect(await rowsOf('SELECT key, count FROM throttles ORDER BY key')).toEqual(before)
  })
})
