import * as z from 'zod'
import { fail } from '../core/errors'
import type { ClientCredentials } from '../core/oauth/clients'

/** What clients send, and who they say they are. */

const text = z.string().min(1).max(4096)
const credentials = { client_id: text.optional(), client_secret: text.optional() }

/** By spaces as the standard says, or by commas as older clients do. */
const ScopeList = z
  .string()
  .max(2048)
  .transform((list) => list.split(/[\s,]+/).filter((name) => name !== ''))

export const TokenBody = z.object({
  grant_type: z.literal('client_credentials'),
  scope: ScopeList.optional(),
  ...credentials,
})

export const IntrospectBody = z.object({
  token: text,
  token_type_hint: text.optional(),
  ...credentials,
})
export const RevokeBody = IntrospectBody

function decode(part: string): string {
  return decodeURIComponent(part.replaceAll('+', ' '))
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined and encoded again. */
function parseBasic(header: string): ClientCredentials | null {
  const encoded = /^basic +([A-Za-z0-9+/]+=*) *$/i.exec(header)?.[1]
  if (encoded === undefined) return null
  try {
    const joined = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(
      Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0)),
    )
    const colon = joined.indexOf(':')
    if (colon < 1) return null
    return { clientId: decode(joined.slice(0, colon)), secret: decode(joined.slice(colon + 1)) }
  } catch {
    return null
  }
}

/**
 * The credentials of a client, in the header or in the body. Both at once, or none, fails with
 * invalid_client (RFC 6749 section 2.3).
 */
export function toCredentials(
  header: string | undefined,
  sent: { client_id?: string | undefined; client_secret?: string | undefined },
): ClientCredentials {
  if (header === undefined) {
    if (sent.client_id === undefined) fail({ code: 'invalid_client' })
    return { clientId: sent.client_id, secret: sent.client_secret ?? null }
  }
  const given = parseBasic(header)
  const isTwofold = sent.client_secret !== undefined
  const isOther = sent.client_id !== undefined && sent.client_id !== given?.clientId
  return given && !isTwofold && !isOther ? given : fail({ code: 'invalid_client' })
}
