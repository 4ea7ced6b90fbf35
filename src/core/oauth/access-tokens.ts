import { type Claims, signJwt, verifyJwt } from '../../crypto/jwt'
import { newToken } from '../../crypto/random'
import type { Core } from '../context'
import { type Scope, toScopes } from '../scopes'
import { grantToken } from '../session-opening'
import type { Credentials } from '../sessions'
import { findPublicKey, signingKey } from './signing-keys'

/**
 * What applications call with: JWTs of RFC 9068, for themselves or for a person. What one says is
 * believed; whether it still counts, D1 says.
 */

const tokenType = 'at+jwt'
/** Others may believe a token without asking us, so that of a person is short. */
const grantTtlSeconds = 600
const clientTtlSeconds = 3600

export interface IssuedToken {
  readonly token: string
  readonly ttlSeconds: number
  readonly scopes: readonly Scope[]
}

export interface AccessToken {
  readonly clientId: string
  /** The grant of a person that it acts under; null where the application acts for itself. */
  readonly grantId: string | null
  readonly scopes: readonly Scope[]
  readonly audience: readonly string[]
  readonly jti: string
  readonly issuedAt: number
  readonly expiresAt: number
}

/** `subject` is the account's id, or the client's own. No resource means our own APIs. */
export async function issueAccessToken(
  core: Core,
  given: {
    clientId: string
    subject: string
    grantId: string | null
    scopes: readonly Scope[]
    resources: readonly string[]
  },
): Promise<IssuedToken> {
  const { clientId, subject, grantId, scopes, resources } = given
  const { origin } = core.settings
  const seconds = Math.floor(core.now / 1000)
  const audience = resources.length > 1 ? [...resources] : (resources[0] ?? origin)
  const ttlSeconds = grantId === null ? clientTtlSeconds : grantTtlSeconds
  const token = await signJwt(await signingKey(core), tokenType, {
    iss: origin,
    aud: audience,
    sub: subject,
    client_id: clientId,
    scope: scopes.join(' '),
    ...(grantId === null ? {} : { sid: grantId }),
    jti: newToken(),
    iat: seconds,
    exp: seconds + ttlSeconds,
  })
  return { token, ttlSeconds, scopes }
}

function readClaims(claims: Claims): AccessToken | null {
  const { client_id, sub, sid, scope, aud, jti, iat, exp } = claims
  if (typeof client_id !== 'string' || typeof scope !== 'string') return null
  const audience = [aud ?? []].flat()
  if (!audience[0] || !jti || !iat || !exp) return null
  // Whoever it is for is known by the grant. Without one it is the client, under its own name alone.
  const grantId = typeof sid === 'string' ? sid : null
  if (grantId === null && sub !== client_id) return null
  return {
    clientId: client_id,
    grantId,
    scopes: toScopes(scope.split(' ')),
    audience,
    jti,
    issuedAt: iat * 1000,
    expiresAt: exp * 1000,
  }
}

/**
 * What a token of ours says, ended before its time or not; null for any other text. `audience` is where
 * it is shown, null for somebody who only asks what it is.
 */
export async function readAccessToken(
  core: Core,
  token: string,
  audience: string | null = core.settings.origin,
): Promise<AccessToken | null> {
  const expected = { type: tokenType, issuer: core.settings.origin, audience, now: core.now }
  const claims = await verifyJwt(token, (kid) => findPublicKey(core, kid), expected)
  return claims ? readClaims(claims) : null
}

/** By what an application acts for a person at our own APIs; null where a token does not let it. */
export async function findGrant(core: Core, token: string): Promise<Credentials | null> {
  const read = await readAccessToken(core, token)
  if (read === null || read.grantId === null) return null
  return { token: grantToken(read.grantId), scopes: read.scopes }
}
