import { signJwt, verifyJwt } from '../../crypto/jwt'
import { newToken } from '../../crypto/random'
import type { Core } from '../context'
import { findPublicKey, signingKey } from './signing-keys'

/** Who signed in, and when, as a statement to one application (OpenID Connect Core section 2). */

const type = 'JWT'
const ttlSeconds = 3600

export interface SignInStatement {
  readonly clientId: string
  readonly accountId: string
  readonly grantId: string
  readonly nonce: string | null
  /** In milliseconds. */
  readonly authenticatedAt: number
}

export async function issueIdToken(core: Core, given: SignInStatement): Promise<string> {
  const seconds = Math.floor(core.now / 1000)
  return signJwt(await signingKey(core), type, {
    iss: core.settings.origin,
    aud: given.clientId,
    sub: given.accountId,
    sid: given.grantId,
    auth_time: Math.floor(given.authenticatedAt / 1000),
    ...(given.nonce === null ? {} : { nonce: given.nonce }),
    jti: newToken(),
    iat: seconds,
    exp: seconds + ttlSeconds,
  })
}

/** Whom a statement of ours was about, and made to; null for any other text. It may be long past its end. */
export async function readIdToken(
  core: Core,
  token: string,
): Promise<{ clientId: string; accountId: string } | null> {
  const expected = { type, issuer: core.settings.origin, audience: null, now: 0 }
  const claims = await verifyJwt(token, (kid) => findPublicKey(core, kid), expected)
  if (typeof claims?.aud !== 'string' || claims.sub === undefined) return null
  return { clientId: claims.aud, accountId: claims.sub }
}
