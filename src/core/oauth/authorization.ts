import { equalInConstantTime } from '../../crypto/keyed'
import { consents } from '../../storage/oauth-schema'
import { sql } from '../../storage/sql'
import type { Core } from '../context'
import { fail, failInput, failureOf } from '../errors'
import { holds, personScopes, type Scope, scopesOf, toScopes } from '../scopes'
import { authenticate, type Credentials, ownNumber, type Viewer } from '../sessions'
import type { OAuthClient } from './clients'
import { isExclusive, isRegistered } from './redirect-uris'

/**
 * What an application asks of a person (RFC 6749 section 4.1, with PKCE of RFC 7636), and how the person
 * stands to it.
 */

/** It is stored, and travels in each statement about the sign-in. */
const nonceLengthMax = 512

/** Where the answer goes. What is wrong before it is known is told to the person alone. */
export interface Destination {
  readonly client: OAuthClient
  readonly redirectUri: string
  readonly isRedirectNamed: boolean
}

/** What an application asks for, as it came. */
export interface AuthorizationInput {
  readonly scopes: readonly string[] | null
  readonly resources: readonly string[]
  /** The SHA-256 of a verifier that only the application knows, in base64url. */
  readonly challenge: string | null
  readonly nonce: string | null
}

export interface Authorization extends Destination {
  readonly scopes: readonly Scope[]
  readonly resources: readonly string[]
  readonly challenge: string
  readonly nonce: string | null
}

/**
 * Where to send the answer to a client. Fails with invalid_client or, for a URI that the client has not
 * registered, invalid_input; one that has registered a single URI need not name it.
 */
export function chooseDestination(
  client: OAuthClient | null,
  redirectUri: string | null,
): Destination {
  if (client === null) fail({ code: 'invalid_client' })
  const [only, ...others] = client.redirectUris
  if (redirectUri === null) {
    if (only === undefined || others.length > 0) {
      failInput([{ field: 'redirect_uri', rule: 'missing' }])
    }
    return { client, redirectUri: only, isRedirectNamed: false }
  }
  if (!isRegistered(client.redirectUris, redirectUri)) {
    failInput([{ field: 'redirect_uri', rule: 'format' }])
  }
  return { client, redirectUri, isRedirectNamed: true }
}

/**
 * What is asked for, once it is known to be something that the client may ask for. Fails with
 * invalid_scope and invalid_input. No scope means all that the client has.
 */
export function checkAuthorization(
  core: Core,
  destination: Destination,
  input: AuthorizationInput,
): Authorization {
  const { challenge, nonce } = input
  if ((nonce?.length ?? 0) > nonceLengthMax) failInput([{ field: 'nonce', rule: 'too_long' }])
  if (challenge === null) failInput([{ field: 'code_challenge', rule: 'missing' }])
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge)) {
    failInput([{ field: 'code_challenge', rule: 'format' }])
  }
  const resources = checkAnyResources(core, input.resources)
  const scopes = grantableScopes(destination.client, input.scopes)
  return { ...destination, scopes, resources, challenge, nonce }
}

function grantableScopes(client: OAuthClient, asked: readonly string[] | null): Scope[] {
  const wanted = asked ?? client.scopes.filter((scope) => personScopes.includes(scope))
  const scopes = toScopes([...new Set(wanted)])
  const isAllowed =
    scopes.length > 0 &&
    scopes.length === new Set(wanted).size &&
    scopes.every((scope) => personScopes.includes(scope) && holds(client.scopes, scope))
  return isAllowed ? scopes : fail({ code: 'invalid_scope' })
}

/** Those of the resources that are asked for, each of which must be known. */
function checkResources(asked: readonly string[], known: readonly string[]): readonly string[] {
  const isKnown = asked.every((resource) => known.includes(resource))
  return isKnown ? [...new Set(asked)] : failInput([{ field: 'resource', rule: 'format' }])
}

/**
 * Where a token is for, out of what was granted: what is asked for or all of it. A token that counts with
 * us counts nowhere else, or whoever is shown it elsewhere could act here.
 */
export function chooseAudience(
  { settings }: Core,
  asked: readonly string[],
  granted: readonly string[],
): readonly string[] {
  const chosen = asked.length > 0 ? checkResources(asked, granted) : granted
  if (chosen.length < 2 || !chosen.includes(settings.origin)) return chosen
  return asked.length > 0 ? failInput([{ field: 'resource', rule: 'format' }]) : [settings.origin]
}

/** Resources out of all that there are: our own APIs, and what the setting names. */
export function checkAnyResources({ settings }: Core, asked: readonly string[]): readonly string[] {
  return checkResources(asked, [settings.origin, ...settings.oauthResources])
}

/**
 * From when on a sign-in is new, for somebody who is sent to sign in again: the time, in seconds, with a
 * mark of ours, because it travels in an address that anybody can write.
 */
export async function markNow(core: Core): Promise<string> {
  const seconds = String(Math.floor(core.now / 1000))
  return `${seconds}.${await core.keys.sign('signed-in-since', seconds)}`
}

/** The time of a mark of ours, in milliseconds; null for any other text. */
export async function readMark(core: Core, text: string): Promise<number | null> {
  const [seconds = '', mark = ''] = text.split('.')
  const expected = await core.keys.sign('signed-in-since', seconds)
  return equalInConstantTime(expected, mark) ? Number(seconds) * 1000 : null
}

/** How the person at the browser stands to what is asked of them. */
export type Standing =
  | { readonly kind: 'sign_in_needed' }
  | {
      /** Whether they have said yes before, or need not be asked. */
      readonly kind: 'consent_needed' | 'agreed'
      readonly viewer: Viewer
      /** Of what was asked for, what this person can give. */
      readonly scopes: readonly Scope[]
      /** What they have given to this client before. */
      readonly given: readonly Scope[]
    }

/**
 * Whether the person is signed in, since `authenticatedAfter` (in milliseconds), and has agreed. Fails
 * with email_not_confirmed, and with invalid_scope where the person has nothing of what is asked for.
 * One round trip.
 */
export async function considerAuthorization(
  core: Core,
  credentials: Credentials,
  asked: Authorization,
  authenticatedAfter: number,
): Promise<Standing> {
  const caller = { ...credentials, scope: null, needsConfirmedEmail: true }
  const { clientId, isFirstParty, isPublic } = asked.client
  try {
    const { viewer, rows } = await authenticate(
      core,
      caller,
      core.db
        .select({ scopes: consents.scopes })
        .from(consents)
        .where(sql`account_number = ${await ownNumber(credentials)} AND client_id = ${clientId}`),
    )
    const { session, account } = viewer
    if (session.grantedTo !== null || session.authenticatedAt < authenticatedAfter) {
      return { kind: 'sign_in_needed' }
    }
    const [consent] = rows[0]
    const given = toScopes(consent?.scopes ?? [])
    const scopes = asked.scopes.filter(
      (scope) => scope !== 'admin:profile:write' || holds(scopesOf(account), scope),
    )
    if (scopes.length === 0) fail({ code: 'invalid_scope' })
    const isAgreed = isFirstParty || scopes.every((scope) => holds(given, scope))
    const isKnownPlace = !isPublic || isExclusive(asked.redirectUri)
    return { kind: isAgreed && isKnownPlace ? 'agreed' : 'consent_needed', viewer, scopes, given }
  } catch (error) {
    if (failureOf(error)?.code === 'not_authenticated') return { kind: 'sign_in_needed' }
    throw error
  }
}
