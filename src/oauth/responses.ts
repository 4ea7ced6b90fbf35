import type * as z from 'zod/mini'
import type { Account } from '../core/accounts'
import type { IssuedToken } from '../core/oauth/access-tokens'
import type { RegisteredClient } from '../core/oauth/client-registration'
import type { TokenInfo } from '../core/oauth/introspection'
import type { TokenSet } from '../core/oauth/token-sets'
import { holds } from '../core/scopes'
import type { Viewer } from '../core/sessions'
import { isoDate } from '../http/dates'
import { nameRequest } from './authorize-request'
import type { RegistrationBody } from './requests'

/** What clients are answered, in the words of the standards. */

/** RFC 6749 section 5.1. */
export function renderToken({ token, ttlSeconds, scopes }: IssuedToken) {
  return {
    access_token: token,
    token_type: 'Bearer' as const,
    expires_in: ttlSeconds,
    scope: scopes.join(' '),
  }
}

const seconds = (at: number) => Math.floor(at / 1000)

/** The same for a person, with what comes after it (OpenID Connect Core section 3.1.3.3). */
export function renderTokenSet({ access, refreshToken, idToken }: TokenSet) {
  return {
    ...renderToken(access),
    refresh_token: refreshToken,
    ...(idToken === null ? {} : { id_token: idToken }),
  }
}

/** RFC 7662 section 2.2. Of a token that does not count, nothing is said. */
export function renderIntrospection(info: TokenInfo | null, issuer: string) {
  if (info === null) return { active: false as const }
  const shared = {
    active: true as const,
    scope: info.scopes.join(' '),
    token_type: 'Bearer' as const,
    iat: seconds(info.issuedAt),
    exp: seconds(info.expiresAt),
    iss: issuer,
  }
  const person = ({ id, username }: Account) => ({ sub: id, username })
  if (info.kind === 'session') return { ...shared, ...person(info.account) }
  const { clientId, audience, jti } = info
  const aud = audience.length === 1 ? audience[0] : audience
  const shown = { ...shared, client_id: clientId, aud, jti }
  return info.kind === 'client'
    ? { ...shown, sub: clientId }
    : { ...shown, ...person(info.account) }
}

/** The older shape, for clients that ask with a token of their own. */
export function renderTokenInfo(token: string, info: TokenInfo | null) {
  if (info === null) return { ok: 1 as const, data: { tokenInfo: null } }
  const tokenInfo = {
    accessToken: token,
    accessTokenExpiresAt: isoDate(info.expiresAt),
    scope: info.scopes,
    ...(info.kind === 'session' ? {} : { client: { id: info.clientId } }),
    ...(info.kind === 'client' ? {} : { user: renderTokenUser(info.account) }),
  }
  return { ok: 1 as const, data: { tokenInfo } }
}

function renderTokenUser({ id, username, firstName, lastName, role }: Account) {
  return { _id: id, username, firstName, lastName, role }
}

/** Claims of OpenID Connect Core section 5.1, those that the scopes are for. */
export function renderUserInfo({ account, scopes }: Viewer, pictureUrl: string | null) {
  const { id, username, firstName, lastName, email, emailVerifiedAt } = account
  const name = `${firstName} ${lastName}`.trim() || username
  const profile = {
    name,
    ...(firstName === '' ? {} : { given_name: firstName }),
    ...(lastName === '' ? {} : { family_name: lastName }),
    preferred_username: username,
    ...(pictureUrl === null ? {} : { picture: pictureUrl }),
    updated_at: seconds(account.updatedAt),
  }
  return {
    sub: id,
    ...(holds(scopes, 'profile') ? profile : {}),
    ...(holds(scopes, 'email') && email !== null
      ? { email, email_verified: emailVerifiedAt !== null }
      : {}),
  }
}

/** RFC 7591 section 3.2.1. */
export function renderRegistration(
  sent: z.infer<typeof RegistrationBody>,
  { clientId, name, secret, scopes, registeredAt }: RegisteredClient,
) {
  return {
    client_id: clientId,
    client_id_issued_at: seconds(registeredAt),
    ...(secret === null ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
    client_name: name,
    redirect_uris: sent.redirect_uris,
    ...(sent.post_logout_redirect_uris
      ? { post_logout_redirect_uris: sent.post_logout_redirect_uris }
      : {}),
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: sent.token_endpoint_auth_method ?? 'client_secret_basic',
    scope: scopes.join(' '),
  }
}

/** RFC 9126 section 2.2. */
export function renderPushed(name: string, ttlSeconds: number) {
  return { request_uri: nameRequest(name), expires_in: ttlSeconds }
}
