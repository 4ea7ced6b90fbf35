import type { Context } from 'hono'
import { completeSecondFactor } from '../../core/challenges'
import { resendConfirmation } from '../../core/email-confirmation'
import { fail, failureOf } from '../../core/errors'
import { confirmAndSignIn } from '../../core/first-sign-in'
import { login } from '../../core/login'
import { madeUpNames, registerUnderFreeName } from '../../core/made-up-names'
import { getOwnPortfolio } from '../../core/portfolios'
import { checkResetCode, requestReset, resetPassword } from '../../core/recovery'
import { findReferrer } from '../../core/referrals'
import { registerAccount } from '../../core/registration'
import type { SignedIn } from '../../core/sign-in'
import { resendSignInCode } from '../../core/sign-in-codes'
import { issueTicket, openTicket } from '../../core/tickets'
import { body } from '../../http/body'
import { ofSession } from '../../http/credentials'
import type { AppEnv } from '../../http/dialect'
import { createRoutes } from '../../http/routing'
import { shield } from '../../http/shield'
import {
  renderConfirmed,
  renderReferrer,
  renderRegistered,
  renderSignedIn,
  renderTicket,
  renderUnfinished,
} from './auth-responses'
import { client, needs } from './callers'
import * as requests from './requests'
import { plainOptions } from './requests'
import { passwordChanged, success } from './responses'

/** Where the document's bearer tokens come from. */

export const auth = createRoutes()

async function signIn(c: Context<AppEnv>, { session }: SignedIn): Promise<Response> {
  const { core } = c.var
  const own = await getOwnPortfolio(core, { ...ofSession(session.token), ...needs })
  const seconds = Math.floor((session.expiresAt - core.now) / 1000)
  const expiring = { token: session.token, seconds }
  return c.json(success(renderSignedIn(own, core.settings.origin, expiring)))
}

auth.post(
  '/v1/auth/create-account',
  shield,
  body(requests.CreateBody, requests.createOptions),
  async (c) => {
    const { core } = c.var
    const sent = c.req.valid('json')
    const names = madeUpNames(sent.firstName, sent.lastName ?? '')
    await registerUnderFreeName(names, (username) =>
      registerAccount(core, requests.toRegistration(sent, username), client(c)),
    )
    const ticket = await issueTicket(core, 'confirmation', sent.email)
    return c.json(success(renderRegistered(ticket, sent.email)), 202)
  },
)

auth.post('/v1/auth/account/verify', shield, body(requests.VerifyBody, plainOptions), async (c) => {
  const { core } = c.var
  const { tempToken, token } = c.req.valid('json')
  const email = await openTicket(core, 'confirmation', tempToken)
  const confirmed = await confirmAndSignIn(core, { email, code: token }, client(c))
  return confirmed.signedIn
    ? signIn(c, confirmed.signedIn)
    : c.json(success(renderConfirmed(confirmed.account)))
})

/** Whether there is anything to confirm, and how often it was asked, is nobody's business. */
function keepQuiet(error: unknown): void {
  const code = failureOf(error)?.code
  if (code !== 'nothing_to_confirm' && code !== 'too_many_attempts') throw error
}

auth.post('/v1/auth/verify/resend', shield, body(requests.EmailBody, plainOptions), async (c) => {
  const { core } = c.var
  const { email } = c.req.valid('json')
  await resendConfirmation(core, { email }).catch(keepQuiet)
  return c.json(success(renderTicket(await issueTicket(core, 'confirmation', email))))
})

auth.post('/v1/auth/login', shield, body(requests.LoginBody, plainOptions), async (c) => {
  const { core } = c.var
  const { email, password } = c.req.valid('json')
  const input = { name: { email }, password, needsConfirmedEmail: false }
  const outcome = await login(core, input, client(c))
  if (outcome.kind === 'signed_in') return signIn(c, outcome)
  const ticket = await issueTicket(core, 'sign-in', outcome.challengeToken)
  return c.json(success(renderUnfinished(ticket, email, outcome.method)))
})

auth.post(
  '/v1/auth/login/2fa',
  shield,
  body(requests.SecondFactorBody, plainOptions),
  async (c) => {
    const { core } = c.var
    const { code, tempToken } = c.req.valid('json')
    const challengeToken = await openTicket(core, 'sign-in', tempToken).catch((error) => {
      if (failureOf(error)?.code === 'invalid_code') fail({ code: 'invalid_second_factor' })
      throw error
    })
    const input = { challengeToken, code, accountId: null }
    return signIn(c, await completeSecondFactor(core, input, client(c)))
  },
)

auth.post('/v1/auth/2fa/email/code', shield, body(requests.EmailBody, plainOptions), async (c) => {
  await resendSignInCode(c.var.core, c.req.valid('json'), client(c))
  return c.json(success())
})

// Asking again is asking: a newer code takes the place of the older.
auth.on(
  'POST',
  ['/v1/auth/password/reset', '/v1/auth/password/reset/resend'],
  shield,
  body(requests.EmailBody, plainOptions),
  async (c) => {
    const { core } = c.var
    const { email } = c.req.valid('json')
    await requestReset(core, { email }, client(c))
    return c.json(success(renderTicket(await issueTicket(core, 'reset', email))))
  },
)

auth.post(
  '/v1/auth/validate/password',
  shield,
  body(requests.VerifyBody, plainOptions),
  async (c) => {
    const { core } = c.var
    const { tempToken, token } = c.req.valid('json')
    const email = await openTicket(core, 'reset', tempToken)
    await checkResetCode(core, { code: token, email })
    return c.json(success())
  },
)

auth.post('/v1/auth/password/change', shield, body(requests.ResetBody, plainOptions), async (c) => {
  const { core } = c.var
  const { tempToken, token, password } = c.req.valid('json')
  const email = await openTicket(core, 'reset', tempToken)
  await resetPassword(core, { code: token, password, email }, client(c))
  return c.json(success({}, passwordChanged))
})

// Clients write the slash at the end.
auth.on(
  'POST',
  ['/v1/auth/referral/validate', '/v1/auth/referral/validate/'],
  shield,
  body(requests.ReferralBody, plainOptions),
  async (c) => {
    const { token } = c.req.valid('json')
    return c.json(success(renderReferrer(await findReferrer(c.var.core, token), token)))
  },
)
