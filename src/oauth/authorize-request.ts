import type { Context } from 'hono'
import { fail, failInput } from '../core/errors'
import {
  type Authorization,
  checkAuthorization,
  chooseDestination,
  type Destination,
  readMark,
} from '../core/oauth/authorization'
import { findClient } from '../core/oauth/clients'
import { findRequest } from '../core/oauth/pushed-requests'
import { isExclusive } from '../core/oauth/redirect-uris'
import { check, parseForm } from '../http/body'
import type { AppEnv } from '../http/dialect'
import { type AuthorizeParameters, AuthorizeQuery, dropEmpty } from './requests'

/** Requests for authorization, as they stand in a query or were left with us beforehand. */

export interface AskedRequest {
  readonly destination: Destination
  readonly state: string | null
  readonly prompts: readonly string[]
  readonly maxAgeSeconds: number | null
  /** In milliseconds; null unless the person was sent to sign in again. */
  readonly signedInSince: number | null
  readonly pushedHash: string | null
  /** What is asked for. Fails with what is wrong with it, which is the client's to hear. */
  authorization(): Authorization
}

const pushedPrefix = 'urn:ietf:params:oauth:request_uri:'

export function nameRequest(name: string): string {
  return pushedPrefix + name
}

function read(search: string): Promise<AuthorizeParameters> {
  return check(AuthorizeQuery, dropEmpty(parseForm(search)), 'query')
}

/**
 * What a query asks for. Whatever it fails with is for the person's eyes alone, because nobody has
 * registered the place where it says the answer should go.
 */
export async function readRequest(c: Context<AppEnv>, search: string): Promise<AskedRequest> {
  const sent = await read(search)
  const { client_id: clientId, request_uri: requestUri } = sent
  if (clientId === undefined) fail({ code: 'invalid_client' })
  const mark = sent.signed_in_since
  const signedInSince = mark === undefined ? null : await readMark(c.var.core, mark)
  if (requestUri === undefined) {
    return toRequest(c, sent, {
      destination: chooseDestination(await findClient(c.var.core, clientId), redirectOf(sent)),
      pushedHash: null,
      signedInSince,
    })
  }
  if (!requestUri.startsWith(pushedPrefix)) failInput([{ field: 'request_uri', rule: 'format' }])
  const name = requestUri.slice(pushedPrefix.length)
  const { client, kept } = await findRequest(c.var.core, clientId, name)
  const pushed = await read(kept.parameters)
  return toRequest(c, pushed, {
    destination: chooseDestination(client, redirectOf(pushed)),
    pushedHash: kept.requestHash,
    signedInSince,
  })
}

const redirectOf = (sent: AuthorizeParameters) => sent.redirect_uri ?? null

function toRequest(
  c: Context<AppEnv>,
  sent: AuthorizeParameters,
  found: Pick<AskedRequest, 'destination' | 'pushedHash' | 'signedInSince'>,
): AskedRequest {
  const { destination } = found
  return {
    ...found,
    state: sent.state ?? null,
    prompts: sent.prompt?.split(' ').filter((word) => word !== '') ?? [],
    maxAgeSeconds: toSeconds(sent.max_age),
    authorization: () => toAuthorization(c, destination, sent),
  }
}

function toSeconds(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : null
}

/** What of a request is our protocol's to refuse; the rest is the core's. */
export function toAuthorization(
  c: Context<AppEnv>,
  destination: Destination,
  sent: AuthorizeParameters,
): Authorization {
  const refuse = (field: keyof AuthorizeParameters, rule: 'missing' | 'format') =>
    failInput([{ field, rule }])
  if (sent.request !== undefined) refuse('request', 'format')
  if (sent.response_type === undefined) refuse('response_type', 'missing')
  if (sent.response_type !== 'code') refuse('response_type', 'format')
  if ((sent.response_mode ?? 'query') !== 'query') refuse('response_mode', 'format')
  if (sent.max_age !== undefined && toSeconds(sent.max_age) === null) refuse('max_age', 'format')
  // Left out, it would mean "plain", which tells whoever sees the request how to redeem the code.
  const isHashed = sent.code_challenge === undefined || sent.code_challenge_method === 'S256'
  if (!isHashed) refuse('code_challenge_method', 'format')
  if (/\bnone\b/.test(sent.prompt ?? '') && sent.prompt !== 'none') refuse('prompt', 'format')
  return checkAuthorization(c.var.core, destination, {
    scopes: sent.scope ?? null,
    resources: sent.resource ?? [],
    challenge: sent.code_challenge ?? null,
    nonce: sent.nonce ?? null,
  })
}

/**
 * Where the way to a redirect URI may lead, as sources of a CSP: any place of the web, because applications
 * send people on from there, and the scheme of an installed application or a place on the person's machine.
 */
export function formTarget(redirectUri: string): string {
  const { origin, protocol, hostname } = new URL(redirectUri)
  if (protocol === 'https:') return protocol
  // A CSP cannot name an IPv6 address.
  const isNameless = origin === 'null' || hostname.startsWith('[')
  return `https: ${isNameless ? protocol : origin}`
}

/** Where somebody is sent, in words by which they can know the place. */
export function placeOf(redirectUri: string): string {
  const { host, protocol } = new URL(redirectUri)
  if (isExclusive(redirectUri)) return host
  // The host of an app's own scheme is what it likes to call itself.
  return `an app on this device (${protocol === 'http:' ? host : protocol.slice(0, -1)})`
}

/** Which application waits behind a path of ours that somebody is on their way to; null for none. */
export async function whoAsks(
  c: Context<AppEnv>,
  path: string,
): Promise<{ name: string; formTarget: string } | null> {
  const place = '/oauth/authorize?'
  if (!path.startsWith(place)) return null
  try {
    const { destination } = await readRequest(c, path.slice(place.length))
    return { name: destination.client.name, formTarget: formTarget(destination.redirectUri) }
  } catch {
    // What is wrong with it is said where it leads.
    return null
  }
}
