import type { Client } from '../../src/core/context'
import { describeSession } from '../../src/core/devices'
import { confirmEmail } from '../../src/core/email-confirmation'
import { login } from '../../src/core/login'
import type { LoginName } from '../../src/core/login-names'
import { type Registration, registerAccount } from '../../src/core/registration'
import { authenticate, type Viewer } from '../../src/core/sessions'
import type { SignedIn } from '../../src/core/sign-in'
import { setMailedSecondFactor } from '../../src/core/two-factor'
import { codeFrom } from './app'
import { callerWith, change, clientAt, type TestCore } from './core'

/** Accounts for tests of the core. Names are never used twice, so that no case depends on another. */

export const password = 'correct horse battery'
let made = 0

export function uniqueName(prefix = 'person'): string {
  made += 1
  return `${prefix}_${made}_${Math.random().toString(36).slice(2, 8)}`
}

export function registration(given: Partial<Registration> = {}): Registration {
  const username = given.username ?? uniqueName()
  return {
    username,
    email: `${uniqueName('mail')}@example.com`,
    password,
    firstName: 'Ada',
    lastName: 'Byron',
    profile: {},
    inviteCode: null,
    replacesUnconfirmed: false,
    ...given,
  }
}

export interface TestAccount {
  readonly number: number
  readonly id: string
  readonly username: string
  readonly email: string
}

/** An account whose address nobody has confirmed yet. */
export async function newUnconfirmed(
  test: TestCore,
  given: Partial<Registration> = {},
): Promise<TestAccount> {
  const input = registration(given)
  const account = await test.request((core) => registerAccount(core, input, clientAt(1)))
  const { number, id, username } = account
  return { number, id, username, email: input.email ?? '' }
}

export async function newAccount(
  test: TestCore,
  given: Partial<Registration> = {},
): Promise<TestAccount> {
  const account = await newUnconfirmed(test, given)
  const code = codeFrom(test.mails, account.email)
  const confirmation = { code, accountId: null, token: null }
  await test.request((core) => confirmEmail(core, confirmation, clientAt(1)))
  return account
}

export function tryLogin(
  test: TestCore,
  name: LoginName,
  given: { password?: string; client?: Client; needsConfirmedEmail?: boolean } = {},
) {
  const { client = clientAt(1), needsConfirmedEmail = false } = given
  const input = { name, password: given.password ?? password, needsConfirmedEmail }
  return test.request((core) => login(core, input, client))
}

/** Signs in an account that has no second factor. */
export async function signIn(
  test: TestCore,
  account: TestAccount,
  client = clientAt(1),
): Promise<SignedIn> {
  const outcome = await tryLogin(test, { username: account.username }, { client })
  if (outcome.kind !== 'signed_in') throw new Error('a second factor is asked for')
  return outcome
}

/** Signs in as far as the password goes, for an account that has a second factor. */
export async function startSignIn(
  test: TestCore,
  account: TestAccount,
  client = clientAt(1),
): Promise<{ challengeToken: string; code: string }> {
  const outcome = await tryLogin(test, { username: account.username }, { client })
  if (outcome.kind === 'signed_in') throw new Error('no second factor is asked for')
  return { challengeToken: outcome.challengeToken, code: codeFrom(test.mails, account.email) }
}

export async function viewerOf(test: TestCore, token: string): Promise<Viewer> {
  const { viewer } = await test.request((core) => authenticate(core, callerWith(token)))
  return viewer
}

export async function isAlive(test: TestCore, token: string): Promise<boolean> {
  return viewerOf(test, token).then(
    () => true,
    () => false,
  )
}

/** A confirmed account that is signed in, as most cases need it, and whose session KV knows. */
export async function newSignedIn(test: TestCore, given: Partial<Registration> = {}) {
  const account = await newAccount(test, given)
  const { session, deviceToken } = await signIn(test, account)
  const viewer = await viewerOf(test, session.token)
  await test.request((core) => describeSession(core, callerWith(session.token)))
  return { account, token: session.token, deviceToken, viewer }
}

/** A confirmed account with a mailed second factor and one session, opened before it was on. */
export async function newTwoFactorAccount(test: TestCore) {
  const person = await newSignedIn(test)
  const input = { isOn: true, currentPassword: null }
  await test.request((core) => setMailedSecondFactor(core, person.viewer, input))
  return person
}

/** An administrator who is signed in. */
export async function newAdministrator(test: TestCore) {
  const { account, token } = await newSignedIn(test)
  await change("UPDATE accounts SET role = 'admin' WHERE number = ?", account.number)
  return { account, token, viewer: await viewerOf(test, token) }
}
