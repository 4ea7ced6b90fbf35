import { sql } from 'drizzle-orm'
import { type Claims, signJwt, verifyJwt } from '../../crypto/jwt'
import { newToken } from '../../crypto/random'
import { run } from '../../storage/database'
import { clients } from '../../storage/oauth-schema'
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
  const own = clientScopes.filter((scope) => holds(client.scopes, scope))
  // Clients of older servers ask for everything, and mean all that they have.
  const isAnything = asked === null || asked.every((name) => name === '*')
  const wanted = isAnything ? own : own.filter((scope) => asked.includes(scope))
  const isGiven = isAnything || asked.every((name) => wanted.some((scope) => scope === name))
  if (!isGiven || wanted.length === 0) fail({ code: 'invalid_scope' })
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

function readClaims({ client_id, sub, scope, jti, iat, exp }: Claims): ClientToken | null {
  if (typeof client_id !== 'string' || sub !== client_id) return null
  if (typeof scope !== 'string' || !jti || !iat || !exp) return null
  const scopes = toScopes(scope.split(' '))
  return { clientId: client_id, scopes, jti, issuedAt: iat * 1000, expiresAt: exp * 1000 }
}

/** What a token of ours says, whether it was ended before its time or not. */
async function readSigned(core: Core, token: string): Promise<ClientToken | null> {
  const { origin } = core.settings
  const expected = { type: tokenType, issuer: origin, audience: origin, now: core.now }
  const claims = await verifyJwt(token, (kid) => findPublicKey(core, kid), expected)
  return claims ? readClaims(claims) : null
}

/**
 * What a client's token says, while it counts: not given back, its client still there, and of its
 * scopes those that the client still has.
 */
export async function readClientToken(core: Core, token: string): Promise<ClientToken | null> {
  const read = await readSigned(core, token)
  if (!read) return null
  const [[client]] = await run(
    core.db,
    core.db
      .select({ scopes: clients.clientScopes })
      .from(clients)
      .where(
        // A client of the same name that was made later is another one; a token knows seconds.
        sql`client_id = ${read.clientId} AND registered_at < ${read.issuedAt + 1000}
          AND NOT EXISTS (SELECT 1 FROM revoked_tokens WHERE jti = ${read.jti})`,
      ),
  )
  if (!client) return null
  const own = toScopes(client.scopes)
  return { ...read, scopes: read.scopes.filter((scope) => holds(own, scope)) }
}

/** Ends a client's own token before its time. Anybody else's, and what is no token, stay as they are. */
export async function revokeClientToken(
  core: Core,
  client: OAuthClient,
  token: string,
): Promise<void> {
  const read = await readSigned(core, token)
  if (read?.clientId !== client.clientId) return
  await run(
    core.db,
    core.db.run(sql`INSERT INTO revoked_tokens (jti, expires_at)
      VALUES (${read.jti}, ${read.expiresAt}) ON CONFLICT DO NOTHING`),
  )
}
