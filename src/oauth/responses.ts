import type { IssuedToken } from '../core/oauth/client-tokens'
import type { TokenInfo } from '../core/oauth/introspection'

/** What clients are answered, in the words of the standards. */

/** RFC 6749 section 5.1. */
export function renderToken({ token, ttlSeconds, scopes }: IssuedToken) {
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: ttlSeconds,
    scope: scopes.join(' '),
  }
}

const seconds = (at: number) => Math.floor(at / 1000)

/** RFC 7662 section 2.2. Of a token that does not count, nothing is said. */
export function renderIntrospection(info: TokenInfo | null, issuer: string) {
  if (info === null) return { active: false }
  const shared = {
    active: true,
    scope: info.scopes.join(' '),
    token_type: 'Bearer',
    iat: seconds(info.issuedAt),
    exp: seconds(info.expiresAt),
    iss: issuer,
  }
  if (info.kind === 'client') {
    return { ...shared, client_id: info.clientId, sub: info.clientId, aud: issuer, jti: info.jti }
  }
  return { ...shared, sub: info.account.id, username: info.account.username }
}

/** The older shape, for clients that ask with a token of their own. */
export function renderTokenInfo(token: string, info: TokenInfo | null) {
  if (info === null) return { ok: 1, data: { tokenInfo: null } }
  const user =
    info.kind === 'session'
      ? {
          user: {
            _id: info.account.id,
            username: info.account.username,
            firstName: info.account.firstName,
            lastName: info.account.lastName,
            role: info.account.role,
          },
        }
      : { client: { id: info.clientId } }
  const tokenInfo = {
    accessToken: token,
    accessTokenExpiresAt: new Date(info.expiresAt).toISOString(),
    scope: info.scopes,
    ...user,
  }
  return { ok: 1, data: { tokenInfo } }
}

/** RFC 8414 section 2: what works, and nothing else. */
export function renderMetadata(issuer: string, scopes: readonly string[]) {
  const methods = ['client_secret_basic', 'client_secret_post']
  return {
    issuer,
    token_endpoint: `${issuer}/oauth/token`,
    jwks_uri: `${issuer}/oauth/jwks`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    scopes_supported: scopes,
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_methods_supported: methods,
  }
}
