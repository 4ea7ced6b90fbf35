import * as z from 'zod/mini'
import { fail, failInput } from '../core/errors'
import type { ClientCredentials } from '../core/oauth/clients'
import { parseBasic, parseBearer } from '../http/credentials'

/** What clients send, and who they say they are. */

const text = z.optional(z.string())
const credentials = { client_id: text, client_secret: text }

/** By spaces as the standard says, or by commas as older clients do. */
const ScopeList = z.pipe(
  z.string(),
  z.transform((list) => list.split(/[\s,]+/).filter((name) => name !== '')),
)

// What a request must have is asked for by require…(), after the client has said who it is.
export const TokenBody = z.object({
  grant_type: text,
  scope: z.optional(ScopeList),
  ...credentials,
})
export const IntrospectBody = z.object({ token: text, ...credentials })
export const RevokeBody = IntrospectBody

/** RFC 6749 section 3.2: a parameter without a value counts as left out. */
export function dropEmpty(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== ''))
}

export function requireToken(token: string | undefined): string {
  return token ?? failInput([{ field: 'token', rule: 'missing' }])
}

export function requireGrant(grant: string | undefined): void {
  if (grant === 'client_credentials') return
  failInput([{ field: 'grant_type', rule: grant === undefined ? 'missing' : 'format' }])
}

function decode(part: string): string {
  return decodeURIComponent(part.replaceAll('+', ' '))
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined and encoded again. */
function parseClient(header: string): ClientCredentials | null {
  const basic = parseBasic(header)
  if (basic === null || basic.username === '') return null
  try {
    return { clientId: decode(basic.username), secret: decode(basic.password) }
  } catch {
    return null
  }
}

/** One way to say who asks is taken per request (RFC 6749 section 2.3). */
function refuseSecond(field: 'client_id' | 'client_secret'): never {
  failInput([{ field, rule: 'format' }])
}

/** The token by which a client asks, or null where it does not ask by one. */
export function readOwnToken(
  header: string | undefined,
  sent: { client_secret?: string | undefined },
): string | null {
  const token = parseBearer(header)
  if (token !== null && sent.client_secret !== undefined) refuseSecond('client_secret')
  return token
}

/**
 * The credentials of a client, in the header or in the body. None fails with invalid_client, both at
 * once with invalid_input (RFC 6749 section 5.2).
 */
export function toCredentials(
  header: string | undefined,
  sent: { client_id?: string | undefined; client_secret?: string | undefined },
): ClientCredentials {
  if (header === undefined) {
    if (sent.client_id === undefined) fail({ code: 'invalid_client' })
    return { clientId: sent.client_id, secret: sent.client_secret ?? null }
  }
  if (sent.client_secret !== undefined) refuseSecond('client_secret')
  const given = parseClient(header) ?? fail({ code: 'invalid_client' })
  if ((sent.client_id ?? given.clientId) !== given.clientId) refuseSecond('client_id')
  return given
}
