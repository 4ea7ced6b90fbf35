import { sql } from 'drizzle-orm'
import { type Claims, signJwt, verifyJwt } from '../../crypto/jwt'
import { newToken } from '../../crypto/random'
import { run } from '../../storage/database'
import type { Core } from '../context'
import { fail } from '../errors'
import { clientScopes, holds, type Scope, toScopes } from '../scopes'
import type { OAuthClient } from './clients'
import { currentKey, findPublicKey } from './signing-keys'

/** Tokens by which an application acts for itself (RFC 6749 section 4.4), as JWTs of RFC 9068. */

const tokenType = 'at+jwt'
export const clientTokenTtlSeconds = 3600

export interface IssuedToken {
  readonly token: string
  readonly ttlSeconds: number
  readonly scopes: readonly Scope[]
}

/**
 * A token for a confidential client, with the scopes that it asks for out of its own, or all of
 * them. Fails with unauthorized_client for a public one, and invalid_scope for one it may not have.
 */
export async function issueClientToken(
  core: Core,
  client: OAuthClient,
  asked: readonly string[] | null,
): Promise<IssuedToken> {
  if (client.isPublic) fail({ code: 'unauthorized_client' })
  const own = toScopes(client.scopes).filter((scope) => clientScopes.includes(scope))
  // Clients of older servers ask for everything, and mean all that they have.
  const wanted = asked === null || asked.includes('*') ? own : toScopes(asked)
  const isAllowed = wanted.every((scope) => clientScopes.includes(scope) && holds(own, scope))
  const isKnown = asked === null || asked.every((name) => toScopes([name]).length === 1)
  if (!isKnown || !isAllowed || wanted.length === 0) {
    fail({ code: 'invalid_scope' })
  }
  const { origin } = core.settings
  const seconds = Math.floor(core.now / 1000)
  const token = await signJwt(await currentKey(core), tokenType, {
    iss: origin,
    aud: origin,
    sub: client.clientId,
    client_id: client.clientId,
    scope: wanted.join(' '),
    jti: newToken(),
    iat: seconds,
    exp: seconds + clientTokenTtlSeconds,
  })
  return { token, ttlSeconds: clientTokenTtlSeconds, scopes: wanted }
}

export interface ClientToken {
  readonly clientId: string
  readonly scopes: readonly Scope[]
  readonly jti: string
  readonly issuedAt: number
  readonly expiresAt: number
}

function readClaims({ client_id, scope, jti, iat, exp }: Claims): ClientToken | null {
  if (typeof client_id !== 'string' || typeof scope !== 'string' || !jti || !iat || !exp)
    return null
  const scopes = toScopes(scope.split(' '))
  return { clientId: client_id, scopes, jti, issuedAt: iat * 1000, expiresAt: exp * 1000 }
}

/** What a client's token says, while it counts: not given back, and its client still there. */
export async function readClientToken(core: Core, token: string): Promise<ClientToken | null> {
  const expected = { type: tokenType, issuer: core.settings.origin, now: core.now }
  const claims = await verifyJwt(token, (kid) => findPublicKey(core, kid), expected)
  const read = claims ? readClaims(claims) : null
  if (!read || claims?.aud !== core.settings.origin || claims.sub !== read.clientId) return null
  const [[alive]] = await run(
    core.db,
    core.db.all(sql`SELECT 1 AS alive FROM clients WHERE client_id = ${read.clientId}
      AND registered_at <= ${read.issuedAt + 1000}
      AND NOT EXISTS (SELECT 1 FROM revoked_tokens WHERE jti = ${read.jti})`),
  )
  return alive ? read : null
}

/** Ends a client's own token before its time. Anybody else's, and what is no token, stay as they are. */
export async function revokeClientToken(
  core: Core,
  client: OAuthClient,
  token: string,
): Promise<void> {
  const read = await readClientToken(core, token)
  if (read?.clientId !== client.clientId) return
  await run(
    core.db,
    core.db.run(sql`INSERT INTO revoked_tokens (jti, expires_at)
      VALUES (${read.jti}, ${read.expiresAt}) ON CONFLICT DO NOTHING`),
  )
}
