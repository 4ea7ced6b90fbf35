import type { Context } from 'hono'
import { changeAccount, oneself } from '../../core/account-changes'
import { completeSecondFactor } from '../../core/challenges'
import type { Core } from '../../core/context'
import { describeSession } from '../../core/devices'
import { confirmEmail, resendConfirmation } from '../../core/email-confirmation'
import { fail, failInput, failureOf } from '../../core/errors'
import { login } from '../../core/login'
import { listLoginHistory } from '../../core/login-history'
import { asSelf, getPerson } from '../../core/profiles'
import { requestReset, resetPassword } from '../../core/recovery'
import { registerAccount } from '../../core/registration'
import { endAllSessions, endSession } from '../../core/session-endings'
import type { Credentials } from '../../core/sessions'
import type { SignedIn } from '../../core/sign-in'
import { setMailedSecondFactor } from '../../core/two-factor'
import { body, params, query, type WireIssue } from '../../http/body'
import { clientOf } from '../../http/client'
import { clearSessionCookie, keepSignedIn } from '../../http/cookies'
import {
  askerOf,
  findCredentials,
  fromOwnPages,
  notByHead,
  readCredentials,
} from '../../http/credentials'
import type { AppEnv } from '../../http/dialect'
import { createRoutes } from '../../http/routing'
import { shield } from '../../http/shield'
import { caller, session } from './callers'
import { graph } from './graph-routes'
import * as requests from './requests'
import { unwrapped } from './requests'
import {
  renderHistory,
  renderOwn,
  renderSecondFactorRequired,
  renderSession,
  renderSignedIn,
  renderUser,
  success,
} from './responses'

/** The account half of the document, in its order; the rest is in graph-routes.ts. */

const client = (c: Context<AppEnv>, userAgent?: string) => clientOf(c, 'social', userAgent)

async function signIn(c: Context<AppEnv>, signedIn: SignedIn): Promise<Response> {
  keepSignedIn(c, signedIn)
  return c.json(renderSignedIn(await asSelf(c.var.core, signedIn.account)))
}

export const routes = createRoutes()

routes.post(
  '/user/create',
  shield,
  body(requests.CreateBody, { unwrap: unwrapped, further: requests.coreIssues }),
  async (c) => {
    const account = await registerAccount(
      c.var.core,
      requests.toRegistration(c.req.valid('json')),
      client(c),
    )
    return c.json(renderUser(await asSelf(c.var.core, account)), 201)
  },
)

/** What the core refuses of a query is told as standing in the query. */
function inQuery(field: string) {
  return (error: unknown): never => {
    const code = failureOf(error)?.code
    if (code !== 'invalid_code' && code !== 'nothing_to_confirm') throw error
    const issue: WireIssue = { field, rule: 'format', location: 'query' }
    return failInput([issue])
  }
}

const confirmed = 'Your email has been verified successfully. You can now login.'

async function verifyEmail(
  c: Context<AppEnv>,
  sent: { code: string; target?: string | undefined },
) {
  const { token, scopes } = findCredentials(c)
  // An application is not the person at whose session a confirmation spares what was set before.
  const own = scopes === null ? token : null
  const given = { code: sent.code, accountId: sent.target ?? null, token: own }
  await confirmEmail(c.var.core, given, client(c))
  return c.json(success(confirmed))
}

routes.post(
  '/user/verify-email',
  shield,
  body(requests.VerifyEmailBody, { unwrap: unwrapped }),
  (c) => verifyEmail(c, c.req.valid('json')),
)
routes.get('/user/verify-email', notByHead, shield, query(requests.VerifyEmailQuery), (c) =>
  verifyEmail(c, c.req.valid('query')).catch(inQuery('code')),
)

async function resendVerification(c: Context<AppEnv>, target: string | undefined) {
  const oneself = () => ({
    ...readCredentials(c),
    scope: 'delegated:profile:read' as const,
    needsConfirmedEmail: false,
  })
  await resendConfirmation(c.var.core, target === undefined ? oneself() : { id: target })
  return c.json(success('Verification email resent successfully.'))
}

routes.get('/user/resend-verification', notByHead, shield, query(requests.ResendQuery), (c) =>
  resendVerification(c, c.req.valid('query').target).catch(inQuery('target')),
)
routes.post(
  '/user/resend-verification',
  shield,
  body(requests.ResendQuery, { unwrap: unwrapped }),
  (c) => resendVerification(c, c.req.valid('json').target),
)

routes.post(
  '/user/login',
  fromOwnPages,
  shield,
  body(requests.LoginBody, { unwrap: unwrapped }),
  async (c) => {
    const sent = c.req.valid('json')
    const outcome = await login(c.var.core, requests.toLogin(sent), client(c, sent.userAgent))
    return outcome.kind === 'signed_in'
      ? signIn(c, outcome)
      : c.json(renderSecondFactorRequired(outcome.account, outcome.challengeToken))
  },
)

routes.post(
  '/user/do-2fa',
  fromOwnPages,
  shield,
  body(requests.SecondFactorBody, { unwrap: unwrapped }),
  async (c) => {
    const { target, code, sessionHash } = c.req.valid('json')
    const input = { challengeToken: sessionHash, code, accountId: target }
    return signIn(c, await completeSecondFactor(c.var.core, input, client(c)))
  },
)

routes.post(
  '/user/2fa',
  shield,
  session('delegated:profile:2fa:write'),
  body(requests.TwoFactorBody, { unwrap: unwrapped }),
  async (c) => {
    const { state, currentPassword = null } = c.req.valid('json')
    const input = { isOn: state, currentPassword }
    await setMailedSecondFactor(c.var.core, c.var.viewer, input)
    return c.json(success())
  },
)

/** Never unauthorized: whoever is not signed in is signed out already. */
function signOut(end: (core: Core, credentials: Credentials) => Promise<void>) {
  return async (c: Context<AppEnv>) => {
    const credentials = readCredentials(c)
    await end(c.var.core, credentials)
    if (credentials.token !== null) clearSessionCookie(c)
    return c.json(success())
  }
}

routes.on(['GET', 'POST'], '/user/logout', notByHead, signOut(endSession))
routes.on(['GET', 'POST'], '/user/logout-all', notByHead, signOut(endAllSessions))

async function mailResetCode(c: Context<AppEnv>, email: string) {
  await requestReset(c.var.core, { email }, client(c))
  return c.json(success())
}

routes.get('/user/code', notByHead, shield, query(requests.CodeRequest), (c) =>
  mailResetCode(c, c.req.valid('query').email),
)
routes.post('/user/code', shield, body(requests.CodeRequest, { unwrap: unwrapped }), (c) =>
  mailResetCode(c, c.req.valid('json').email),
)

routes.post(
  '/user/reset-password',
  shield,
  body(requests.ResetBody, { unwrap: unwrapped }),
  async (c) => {
    await resetPassword(c.var.core, c.req.valid('json'), client(c))
    return c.json(success())
  },
)

routes.post(
  '/user/private',
  shield,
  caller('delegated:profile:write'),
  body(requests.PrivateBody, { unwrap: unwrapped }),
  async (c) => {
    const changes = { isPrivate: c.req.valid('json').state }
    await changeAccount(c.var.core, c.var.caller, changes, oneself, client(c))
    return c.json(success())
  },
)

routes.get('/user/me', session('delegated:profile:read'), async (c) => {
  const { core, viewer } = c.var
  return c.json(renderOwn(await asSelf(core, viewer.account), core.settings.editableFields))
})

routes.patch(
  '/user/me',
  shield,
  caller('delegated:profile:write'),
  body(requests.UpdateBody, { unwrap: unwrapped, further: requests.updateIssues }),
  async (c) => {
    const { changes, options } = requests.toChanges(c.req.valid('json'))
    await changeAccount(c.var.core, askerOf(c), changes, options, client(c))
    return c.json(success())
  },
)

/** "Nobody is signed in" is an answer here, and this API calls it forbidden. */
function forbidSignedOut(error: unknown): never {
  if (failureOf(error)?.code === 'not_authenticated') fail({ code: 'forbidden' })
  throw error
}

routes.get('/user/session-state', caller('delegated:profile:read'), async (c) => {
  const { core } = c.var
  const { viewer, record } = await describeSession(core, c.var.caller).catch(forbidSignedOut)
  return c.json(renderSession(await asSelf(core, viewer.account), viewer.session, record))
})

routes.get(
  '/user/login-history',
  caller('delegated:profile:login-history:read'),
  query(requests.HistoryQuery),
  async (c) => {
    const page = { limit: c.req.valid('query').limit, before: c.req.valid('query').offset ?? null }
    const { viewer, entries } = await listLoginHistory(c.var.core, c.var.caller, page)
    return c.json(renderHistory(viewer.account, entries))
  },
)

routes.route('/', graph)

routes.get(
  '/user/:userId',
  caller('delegated:profile:read'),
  params(requests.UserPath),
  async (c) => {
    const person = await getPerson(c.var.core, c.var.caller, c.req.valid('param').userId)
    return c.json(renderUser(person))
  },
)
