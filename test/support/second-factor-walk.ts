import { findInitiatedFactor, initiateSecondFactor } from '../../src/core/authenticator'
import { mailSecondFactorCode } from '../../src/core/second-factor-codes'
import { deactivateSecondFactor } from '../../src/core/second-factor-removal'
import { resendSignInCode } from '../../src/core/sign-in-codes'
import { startSignIn } from './accounts'
import { codeFrom } from './app'
import { activate, loginWithCode, newAppAccount } from './authenticators'
import { callerWith, clientAt, testCore } from './core'

/** An app set up, used in both ways and switched off; codes that are mailed to do the like. */
export async function walkTheSecondFactors(bindings: {
  readonly [name: string]: unknown
}): Promise<void> {
  const atrium = testCore(bindings)
  const client = clientAt(1)
  const app = await newAppAccount(atrium)
  await loginWithCode(atrium, app.account, app.authenticator.backupCodes[0] ?? '')
  const code = await app.authenticator.code()
  await atrium.request((core) => deactivateSecondFactor(core, app.viewer, code))
  await atrium.request((core) => initiateSecondFactor(core, app.viewer, 'email'))
  await atrium.request((core) => findInitiatedFactor(core, callerWith(app.token)))
  await atrium.request((core) => mailSecondFactorCode(core, app.viewer, null))
  await activate(atrium, app.viewer, codeFrom(atrium.mails, app.account.email))
  await startSignIn(atrium, app.account, client)
  await atrium.request((core) => resendSignInCode(core, { email: app.account.email }, client))
}
