import type { Context } from 'hono'
import { AccountError } from '../core/errors'
import { considerAuthorization, markNow, type Standing } from '../core/oauth/authorization'
import { issueCode } from '../core/oauth/authorization-codes'
import type { Scope } from '../core/scopes'
import type { Credentials } from '../core/sessions'
import { body, readBody } from '../http/body'
import { closeToScripts } from '../http/cors'
import { notByHead, readPageCredentials } from '../http/credentials'
import type { AppEnv } from '../http/dialect'
import { pageBoundary } from '../http/page-failures'
import { createRoutes } from '../http/routing'
import { shield } from '../http/shield'
import { type AskedRequest, readRequest } from './authorize-request'
import { answerConsent } from './consent-page'
import { failures } from './errors'
import { ConsentBody, toParameters } from './requests'

/**
 * Where applications send people (RFC 6749 section 4.1). The request stays in the address until it is
 * decided, so that tabs do not know of each other, and nothing of it grows old.
 */

export const authorize = createRoutes()
authorize.onError(pageBoundary)

/** Sends the person back with an answer, under the name of who gives it (RFC 9207). */
function answerClient(
  c: Context<AppEnv>,
  asked: AskedRequest,
  answer: { readonly [name: string]: string },
): Response {
  const { redirectUri } = asked.destination
  const parameters = new URLSearchParams({
    ...answer,
    ...(asked.state === null ? {} : { state: asked.state }),
    iss: c.var.core.settings.origin,
  })
  // As it was registered, which a parser would not leave it.
  const joint = redirectUri.includes('?') ? '&' : '?'
  return c.redirect(`${redirectUri}${joint}${parameters}`, 303)
}

/** What is wrong with a request whose sender is known is for the sender to hear. */
function answerError(c: Context<AppEnv>, asked: AskedRequest, error: unknown): Response {
  if (!(error instanceof AccountError)) throw error
  const { failure } = error
  // Anybody can introduce themselves, and would have us send people wherever they like.
  if (asked.destination.client.isSelfRegistered) throw error
  if (failure.code === 'email_not_confirmed' && asked.prompts.includes('none')) {
    return answerClient(c, asked, { error: 'interaction_required' })
  }
  if (failure.code !== 'invalid_input' && failure.code !== 'invalid_scope') throw error
  const render = failures[failure.code] as (
    given: typeof failure,
    path: string,
  ) => { body: unknown }
  const told = render(failure, c.req.path).body
  return answerClient(c, asked, told as { readonly [name: string]: string })
}

/** For how long somebody who was sent to sign in counts as having done so. */
const freshMs = 10 * 60 * 1000

/** Since when the person must have signed in, in milliseconds. */
function authenticatedAfter(c: Context<AppEnv>, asked: AskedRequest): number {
  const { prompts, maxAgeSeconds, signedInSince } = asked
  // A mark can be kept: whatever it says, a sign-in of long ago is no new one.
  if (signedInSince !== null) return Math.max(signedInSince, c.var.core.now - freshMs)
  if (prompts.includes('login')) return Number.MAX_SAFE_INTEGER
  return maxAgeSeconds === null ? 0 : c.var.core.now - maxAgeSeconds * 1000
}

/** Sends the person to sign in and back; where it has to be anew, from now on. */
async function sendToSignIn(
  c: Context<AppEnv>,
  asked: AskedRequest,
  search: string,
): Promise<Response> {
  const isAnew = authenticatedAfter(c, asked) > 0
  const request = new URLSearchParams(search)
  if (isAnew) request.set('signed_in_since', await markNow(c.var.core))
  const to = new URLSearchParams({ continue: `/oauth/authorize?${request}` })
  if (isAnew) to.set('again', '1')
  return c.redirect(`/sign-in?${to}`, 303)
}

/** How whoever is at the browser stands to what is asked of them. */
function standingTo(
  c: Context<AppEnv>,
  asked: AskedRequest,
  credentials: Credentials,
): Promise<Standing> {
  const since = authenticatedAfter(c, asked)
  return considerAuthorization(c.var.core, credentials, asked.authorization(), since)
}

type Decided = Exclude<Standing, { kind: 'sign_in_needed' }>

async function answerCode(
  c: Context<AppEnv>,
  asked: AskedRequest,
  { viewer, scopes }: Decided,
  consent: readonly Scope[] | null,
): Promise<Response> {
  const agreed = { scopes, consent, pushedHash: asked.pushedHash }
  const code = await issueCode(c.var.core, viewer, asked.authorization(), agreed)
  return answerClient(c, asked, { code })
}

async function handleRequest(c: Context<AppEnv>, search: string): Promise<Response> {
  const credentials = readPageCredentials(c)
  const asked = await readRequest(c, search)
  const isSilent = asked.prompts.includes('none')
  try {
    const standing = await standingTo(c, asked, credentials)
    if (standing.kind === 'sign_in_needed') {
      return isSilent
        ? answerClient(c, asked, { error: 'login_required' })
        : sendToSignIn(c, asked, search)
    }
    const isAsked = asked.prompts.some((word) => word === 'consent' || word === 'select_account')
    if (standing.kind === 'agreed' && !isAsked) return await answerCode(c, asked, standing, null)
    return isSilent
      ? answerClient(c, asked, { error: 'consent_required' })
      : answerConsent(c, { asked, standing, search })
  } catch (error) {
    return answerError(c, asked, error)
  }
}

authorize.get('/oauth/authorize', notByHead, shield, (c) =>
  handleRequest(c, new URL(c.req.url).search.slice(1)),
)

/** OpenID Connect lets clients post what they ask; a browser brings no cookie along with that. */
authorize.post('/oauth/authorize', shield, async (c) => {
  closeToScripts(c)
  const sent: object = Object(await readBody(c))
  return c.redirect(`/oauth/authorize?${toParameters({ ...sent })}`, 303)
})

authorize.post('/oauth/consent', shield, body(ConsentBody), async (c) => {
  const { request: search, account, decision } = c.req.valid('json')
  const credentials = readPageCredentials(c)
  const asked = await readRequest(c, search)
  try {
    const standing = await standingTo(c, asked, credentials)
    if (standing.kind === 'sign_in_needed') return sendToSignIn(c, asked, search)
    // In another tab somebody else has signed in: they have not been asked yet.
    if (standing.viewer.account.id !== account) return answerConsent(c, { asked, standing, search })
    if (decision === 'deny') return answerClient(c, asked, { error: 'access_denied' })
    const consent = [...new Set([...standing.given, ...standing.scopes])]
    return await answerCode(c, asked, standing, consent)
  } catch (error) {
    return answerError(c, asked, error)
  }
})

// Reloaded by itself, the page has nothing to decide.
authorize.get('/oauth/consent', (c) => c.redirect('/account', 303))
