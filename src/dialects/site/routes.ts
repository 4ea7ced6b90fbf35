import type { Context, Next } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { CookieOptions } from 'hono/utils/cookie'
import type { Client } from '../../core/context'
import { fail, failureOf } from '../../core/errors'
import { login } from '../../core/login'
import { asStranger, getPersonByUsername } from '../../core/profiles'
import { requestReset, resetPassword } from '../../core/recovery'
import { registerAndSignIn } from '../../core/registration'
import { endSession } from '../../core/session-endings'
import { authenticate, type Credentials } from '../../core/sessions'
import type { SignedIn } from '../../core/sign-in'
import { body, check, readBody } from '../../http/body'
import { clientOf } from '../../http/client'
import { setDeviceCookie } from '../../http/cookies'
import { fromOwnPages, ofSession, readBearer, visitorOf } from '../../http/credentials'
import type { AppEnv } from '../../http/dialect'
import { createRoutes } from '../../http/routing'
import { shield } from '../../http/shield'
import * as requests from './requests'
import { envelope, renderProfile, success } from './responses'

/** The document in its order, and signing out, without which its cookie could not be given back. */

const cookieName = 'TOKEN'
/** Browsers keep no cookie longer than this. */
const maxAgeSecondsMax = 400 * 24 * 60 * 60

function cookieOptions(c: Context<AppEnv>): CookieOptions {
  const secure = c.var.core.settings.origin.startsWith('https:')
  return { path: '/', httpOnly: true, sameSite: 'Lax', secure }
}

/** The token in the cookie, as it came; an empty cookie is none. */
function readTokenCookie(c: Context<AppEnv>): string | null {
  return getCookie(c, cookieName) || null
}

/** The header alone counts where both are sent, as everywhere. */
function carried(c: Context<AppEnv>): Credentials {
  return c.req.header('Authorization') === undefined ? ofSession(readTokenCookie(c)) : readBearer(c)
}

/** A sign-in here takes the place of the session in this dialect's cookie, and leaves others alone. */
function client(c: Context<AppEnv>): Client {
  return { ...clientOf(c, 'site'), formerToken: ofSession(readTokenCookie(c)).token }
}

function keepSignedIn(c: Context<AppEnv>, { session, deviceToken }: SignedIn): void {
  const maxAge = Math.floor((session.expiresAt - c.var.core.now) / 1000)
  setCookie(c, cookieName, session.token, {
    ...cookieOptions(c),
    maxAge: Math.min(maxAge, maxAgeSecondsMax),
  })
  setDeviceCookie(c, deviceToken)
}

export const routes = createRoutes()

routes.post(
  '/user/create',
  fromOwnPages,
  shield,
  body(requests.CreateBody, { further: requests.createIssues }),
  async (c) => {
    const registration = requests.toRegistration(c.req.valid('json'))
    const signedIn = await registerAndSignIn(c.var.core, registration, client(c))
    keepSignedIn(c, signedIn)
    const profile = renderProfile(await asStranger(c.var.core, signedIn.account))
    return c.json(success('User created successfully', profile))
  },
)

/** The document knows one way in which a sign-in fails. */
function refuseDisabled(error: unknown): never {
  if (failureOf(error)?.code === 'account_disabled') {
    fail({ code: 'invalid_credentials', reason: 'wrong_password' })
  }
  throw error
}

routes.post('/user/auth', fromOwnPages, shield, body(requests.AuthBody), async (c) => {
  const input = requests.toLogin(c.req.valid('json'))
  const outcome = await login(c.var.core, input, client(c)).catch(refuseDisabled)
  if (outcome.kind !== 'signed_in') {
    return c.json(envelope(401, 'Two-factor code required'), 401)
  }
  keepSignedIn(c, outcome)
  return c.json(success('Authenticated'))
})

routes.get('/user/logged', async (c) => {
  const credentials = carried(c)
  const isInHeader = c.req.header('Authorization') !== undefined
  if ((isInHeader ? credentials.token : readTokenCookie(c)) === null)
    return c.json(envelope(404, 'TOKEN was not found', 'false'), 404)
  await authenticate(c.var.core, {
    ...credentials,
    scope: 'delegated:all',
    needsConfirmedEmail: false,
  })
  return c.json(success('Validation', 'true'))
})

routes.get('/user/profile/:username', async (c) => {
  const visitor = visitorOf(carried(c))
  const person = await getPersonByUsername(c.var.core, visitor, c.req.param('username'))
  return c.json(success(person.username, renderProfile(person)))
})

/** "User not found" has other words here than at a profile, and means an account that is disabled. */
function tellDisabled(error: unknown): never {
  if (failureOf(error)?.code === 'account_not_found') fail({ code: 'account_disabled' })
  throw error
}

routes.post('/user/password-reset', shield, body(requests.ResetBody), async (c) => {
  const { uuid, newPassword } = c.req.valid('json')
  const input = { code: uuid, password: newPassword }
  await resetPassword(c.var.core, input, client(c)).catch(tellDisabled)
  return c.json(success('New password has been set successfully'))
})

/** 16 random bytes in the form of a UUID: all 128 bits are secret, where a real one has 122. */
function newUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** The document calls the address a parameter: it may stand in the query or in the body. */
async function requestedEmail(c: Context<AppEnv>): Promise<string> {
  const [one, ...more] = c.req.queries('email') ?? []
  if (one === undefined)
    return (await check(requests.ResetRequest, await readBody(c), 'body')).email
  const email = more.length === 0 ? one : [one, ...more]
  return (await check(requests.ResetRequest, { email }, 'query')).email
}

routes.post('/user/password-reset-token', shield, async (c) => {
  const { core } = c.var
  const input = { email: await requestedEmail(c), newCode: newUuid }
  const { isKnown } = await requestReset(core, input, client(c))
  return isKnown || !core.settings.revealAccounts
    ? c.json(success('Password reset token generated'))
    : c.json(envelope(400, 'User with this email not found'), 404)
})

/** A bearer is no cookie: whoever sends it has it. */
function ownPagesForCookies(c: Context<AppEnv>, next: Next) {
  return c.req.header('Authorization') === undefined ? fromOwnPages(c, next) : next()
}

routes.post('/user/logout', ownPagesForCookies, async (c) => {
  const credentials = carried(c)
  await endSession(c.var.core, credentials)
  if (readTokenCookie(c) !== null) deleteCookie(c, cookieName, cookieOptions(c))
  return c.json(success('Logged out'))
})
