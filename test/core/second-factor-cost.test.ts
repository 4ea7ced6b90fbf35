import { expect, test } from 'vitest'
import { activateSecondFactor, initiateSecondFactor } from '../../src/core/authenticator'
import { completeSecondFactor } from '../../src/core/challenges'
import type { Core } from '../../src/core/context'
import { login } from '../../src/core/login'
import { mailSecondFactorCode } from '../../src/core/second-factor-codes'
import { deactivateSecondFactor } from '../../src/core/second-factor-removal'
import { resendSignInCode } from '../../src/core/sign-in-codes'
import { codeAt } from '../../src/crypto/totp'
import { newSignedIn, password, viewerOf } from '../support/accounts'
import { codeFrom } from '../support/app'
import { newAppAccount, stepSeconds } from '../support/authenticators'
import { clientAt, testCore } from '../support/core'
import { interceptDatabase } from '../support/database'

/** Round trips to D1 that somebody waits for; what reads the session comes on top in a dialect. */

let trips = 0
const atrium = testCore()
const { DB } = atrium.env
const counting = interceptDatabase(DB, (ask) => {
  trips += 1
  return ask()
})
const watched = testCore({ DB: counting })

async function cost<T>(work: (core: Core) => Promise<T>): Promise<{ value: T; trips: number }> {
  watched.now = atrium.now
  const { core, settle } = watched.pending()
  trips = 0
  const value = await work(core)
  const counted = trips
  await settle()
  return { value, trips: counted }
}

test('setting up and switching off take one round trip to begin and two to finish', async () => {
  const { account, token, viewer } = await newSignedIn(atrium)
  const mailed = await cost((core) => initiateSecondFactor(core, viewer, 'email'))
  expect(mailed.trips).toBe(1)
  expect((await cost((core) => mailSecondFactorCode(core, viewer, null))).trips).toBe(1)
  const code = codeFrom(watched.mails, account.email)
  expect((await cost((core) => activateSecondFactor(core, viewer, code))).trips).toBe(2)

  const initiated = await cost((core) => initiateSecondFactor(core, viewer, 'app'))
  expect(initiated.trips).toBe(1)
  const secret = initiated.value.method === 'app' ? initiated.value.secret : ''
  const now = await codeAt(secret, atrium.now)
  expect((await cost((core) => activateSecondFactor(core, viewer, now))).trips).toBe(2)
  const owner = await viewerOf(atrium, token)
  const next = await codeAt(secret, atrium.now + stepSeconds * 1000)
  expect((await cost((core) => deactivateSecondFactor(core, owner, next))).trips).toBe(2)
})

test('a code takes two round trips after the password, one of them together with opening', async () => {
  const { account, authenticator } = await newAppAccount(atrium)
  const client = clientAt(1)
  const input = { name: account, password, needsConfirmedEmail: false }
  const begun = await cost((core) => login(core, input, client))
  expect(begun.trips).toBe(2)
  if (begun.value.kind !== 'second_factor_required') throw new Error('not asked for')
  const { challengeToken } = begun.value
  const now = { challengeToken, code: await authenticator.code(), accountId: null }
  expect((await cost((core) => completeSecondFactor(core, now, client))).trips).toBe(2)
  const code = await authenticator.code(stepSeconds)
  expect((await cost((core) => login(core, { ...input, code }, client))).trips).toBe(3)
  const { email } = account
  // Two that are waited for, and the end of the letter, which is put off but begins at once.
  expect((await cost((core) => resendSignInCode(core, { email }, client))).trips).toBe(3)
})
