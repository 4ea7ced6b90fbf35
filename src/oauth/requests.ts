import * as z from 'zod/mini'
import { fail, failInput } from '../core/errors'
import type { Redemption } from '../core/oauth/authorization-codes'
import type { NewClient } from '../core/oauth/client-registration'
import type { ClientCredentials } from '../core/oauth/clients'
import type { Refresh } from '../core/oauth/refresh-tokens'
import { parseBasic, parseBearer } from '../http/credentials'

/** What clients send, and who they say they are. */

const text = z.optional(z.string())
const credentials = { client_id: text, client_secret: text }

/** By spaces as the standard says, or by commas as older clients do. */
const ScopeList = z.pipe(
  z.string(),
  z.transform((list) => list.split(/[\s,]+/).filter((name) => name !== '')),
)

/** RFC 8707 section 2: the one parameter that may be given more than once. */
const Resources = z.optional(
  z.pipe(
    z.union([z.string(), z.array(z.string())]),
    z.transform((given) => [given].flat()),
  ),
)

// What a request must have is asked for by require…(), after the client has said who it is.
export const TokenBody = z.object({
  grant_type: text,
  scope: z.optional(ScopeList),
  resource: Resources,
  code: text,
  redirect_uri: text,
  code_verifier: text,
  refresh_token: text,
  ...credentials,
})
export const IntrospectBody = z.object({ token: text, ...credentials })
export const RevokeBody = IntrospectBody

export const AuthorizeQuery = z.object({
  client_id: text,
  redirect_uri: text,
  response_type: text,
  response_mode: text,
  scope: z.optional(ScopeList),
  state: text,
  nonce: text,
  prompt: text,
  max_age: text,
  code_challenge: text,
  code_challenge_method: text,
  resource: Resources,
  request: text,
  request_uri: text,
  /** Ours: since when, added on the way to a sign-in that has to be a new one. */
  signed_in_since: text,
})

export const PushedBody = z.extend(AuthorizeQuery, { client_secret: text })

/** Parameters as a query; one with several values is repeated. */
export function toParameters(sent: { readonly [name: string]: unknown }): string {
  const pairs = Object.entries(sent).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, String(one)]),
  )
  return new URLSearchParams(pairs).toString()
}

export type AuthorizeParameters = z.infer<typeof AuthorizeQuery>

/** The request, so that it is the same one that is shown and decided, and the account that decides. */
export const ConsentBody = z.object({
  request: z.string(),
  account: z.string(),
  decision: z.enum(['allow', 'deny']),
})

const Uris = z.optional(z.array(z.string()))

/** RFC 7591 section 2, as far as it means something here; the rest is ignored as it says. */
export const RegistrationBody = z.object({
  client_name: text,
  redirect_uris: Uris,
  post_logout_redirect_uris: Uris,
  scope: z.optional(ScopeList),
  token_endpoint_auth_method: z.optional(
    z.enum(['client_secret_basic', 'client_secret_post', 'none']),
  ),
  grant_types: z.optional(z.array(z.enum(['authorization_code', 'refresh_token']))),
  response_types: z.optional(z.array(z.literal('code'))),
})

export function toNewClient(sent: z.infer<typeof RegistrationBody>): NewClient {
  const secretIn = {
    client_secret_basic: 'header',
    client_secret_post: 'body',
    none: null,
  } as const
  return {
    name: sent.client_name ?? null,
    redirectUris: sent.redirect_uris ?? [],
    logoutUris: sent.post_logout_redirect_uris ?? [],
    scopes: sent.scope ?? null,
    secretIn: secretIn[sent.token_endpoint_auth_method ?? 'client_secret_basic'],
  }
}

export const LogoutBody = z.object({ request: z.string() })
export const LogoutQuery = z.object({
  id_token_hint: text,
  client_id: text,
  post_logout_redirect_uri: text,
  state: text,
})

/** RFC 6749 section 3.2: a parameter without a value counts as left out. */
export function dropEmpty(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== ''))
}

export function requireToken(token: string | undefined): string {
  return token ?? failInput([{ field: 'token', rule: 'missing' }])
}

/** What a grant cannot be asked for without. */
const needs: { readonly [grant: string]: string } = {
  authorization_code: 'code',
  refresh_token: 'refresh_token',
}

/** Says why there is nothing to give, to a client that has proven to be one. */
export function refuseGrant({ grant_type: grant }: z.infer<typeof TokenBody>): never {
  if (grant === undefined) failInput([{ field: 'grant_type', rule: 'missing' }])
  const field = Object.hasOwn(needs, grant) ? needs[grant] : undefined
  failInput([field ? { field, rule: 'missing' } : { field: 'grant_type', rule: 'format' }])
}

/** Null where the code is left out. */
export function toRedemption(sent: z.infer<typeof TokenBody>): Redemption | null {
  if (sent.code === undefined) return null
  return {
    code: sent.code,
    redirectUri: sent.redirect_uri ?? null,
    verifier: sent.code_verifier ?? null,
    resources: sent.resource ?? [],
  }
}

/** Null where the token is left out. */
export function toRefresh(sent: z.infer<typeof TokenBody>): Refresh | null {
  if (sent.refresh_token === undefined) return null
  return {
    token: sent.refresh_token,
    scopes: sent.scope ?? null,
    resources: sent.resource ?? [],
  }
}

function decode(part: string): string {
  return decodeURIComponent(part.replaceAll('+', ' '))
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined and encoded again. */
function parseClient(header: string): ClientCredentials | null {
  const basic = parseBasic(header)
  if (basic === null || basic.username === '') return null
  try {
    const secret = decode(basic.password)
    return { clientId: decode(basic.username), secret, secretIn: 'header' }
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
    return { clientId: sent.client_id, secret: sent.client_secret ?? null, secretIn: 'body' }
  }
  if (sent.client_secret !== undefined) refuseSecond('client_secret')
  const given = parseClient(header) ?? fail({ code: 'invalid_client' })
  if ((sent.client_id ?? given.clientId) !== given.clientId) refuseSecond('client_id')
  return given
}
