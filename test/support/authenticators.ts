import { activateSecondFactor, initiateSecondFactor } from '../../src/core/authenticator'
import { login } from '../../src/core/login'
import type { Viewer } from '../../src/core/sessions'
import { codeAt } from '../../src/crypto/totp'
import { newSignedIn, password, type TestAccount, viewerOf } from './accounts'
import type { TestApp } from './app'
import { clientAt, type TestCore, testCore } from './core'

/** Authenticator apps as people hold them, set up through the core, whichever door their owner uses. */

export const stepSeconds = 30

export interface Authenticator {
  readonly secret: string
  readonly backupCodes: readonly string[]
  /** The code that the app shows now, or so many seconds from now. */
  code(laterSeconds?: number): Promise<string>
}

export async function initiateApp(test: TestCore, viewer: Viewer) {
  const initiated = await test.request((core) => initiateSecondFactor(core, viewer, 'app'))
  if (initiated.method !== 'app') throw new Error('another method was initiated')
  return initiated
}

export function activate(test: TestCore, viewer: Viewer, code: string) {
  return test.request((core) => activateSecondFactor(core, viewer, code))
}

/** By the code of the step before this one, so that the one of now is still to be used. */
export async function setUpApp(test: TestCore, viewer: Viewer): Promise<Authenticator> {
  const { secret } = await initiateApp(test, viewer)
  const code = (laterSeconds = 0) => codeAt(secret, test.now + laterSeconds * 1000)
  const { backupCodes } = await activate(test, viewer, await code(-stepSeconds))
  return { secret, backupCodes, code }
}

/** A confirmed account with an app, and the session that set it up. */
export async function newAppAccount(test: TestCore) {
  const person = await newSignedIn(test)
  const authenticator = await setUpApp(test, person.viewer)
  return { ...person, authenticator, viewer: await viewerOf(test, person.token) }
}

/** The same for somebody who is signed in at the app that is tested, by their session's token. */
export async function setUpAppFor(app: TestApp, token: string): Promise<Authenticator> {
  const test = testCore()
  test.now = Date.now() + app.offsetMs
  const { secret, backupCodes } = await setUpApp(test, await viewerOf(test, token))
  const code = (laterSeconds = 0) => codeAt(secret, Date.now() + app.offsetMs + laterSeconds * 1000)
  return { secret, backupCodes, code }
}

/** Name, password and code in one request. */
export function loginWithCode(
  test: TestCore,
  { username }: TestAccount,
  code: string,
  client = clientAt(1),
) {
  const input = { name: { username }, password, needsConfirmedEmail: false, code }
  return test.request((core) => login(core, input, client))
}
