import * as z from 'zod/mini'
import { scopes, toScopes } from '../../src/core/scopes'
import type { OAuthError } from '../../src/oauth/errors'
import type { renderKeys, renderMetadata } from '../../src/oauth/metadata'
import type {
  renderIntrospection,
  renderPushed,
  renderRegistration,
  renderToken,
  renderTokenInfo,
  renderTokenSet,
  renderUserInfo,
} from '../../src/oauth/responses'
import { describes } from '../describe'

/** What is answered, in the words of the standards. */

export const Failure = describes<OAuthError>()(
  z.strictObject({
    error: z.string(),
    error_description: z.optional(z.string()),
    scope: z.optional(z.string()),
  }),
)

const url = z.url()
const texts = z.array(z.string())

export const Metadata = describes<ReturnType<typeof renderMetadata>>()(
  z.strictObject({
    issuer: url,
    authorization_endpoint: url,
    token_endpoint: url,
    jwks_uri: url,
    userinfo_endpoint: url,
    end_session_endpoint: url,
    introspection_endpoint: url,
    revocation_endpoint: url,
    pushed_authorization_request_endpoint: url,
    registration_endpoint: z.optional(url),
    scopes_supported: texts,
    response_types_supported: texts,
    response_modes_supported: texts,
    grant_types_supported: texts,
    code_challenge_methods_supported: texts,
    authorization_response_iss_parameter_supported: z.boolean(),
    token_endpoint_auth_methods_supported: texts,
    introspection_endpoint_auth_methods_supported: texts,
    revocation_endpoint_auth_methods_supported: texts,
    subject_types_supported: texts,
    id_token_signing_alg_values_supported: texts,
    prompt_values_supported: texts,
    claims_supported: texts,
    claims_parameter_supported: z.boolean(),
    request_parameter_supported: z.boolean(),
    request_uri_parameter_supported: z.boolean(),
  }),
)

export const Keys = describes<ReturnType<typeof renderKeys>>()(
  z.strictObject({
    keys: z.array(
      z.strictObject({
        kty: z.literal('EC'),
        crv: z.literal('P-256'),
        x: z.string(),
        y: z.string(),
        kid: z.string(),
        use: z.literal('sig'),
        alg: z.literal('ES256'),
      }),
    ),
  }),
)

const token = {
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
  scope: z.string(),
}

export const Token = describes<ReturnType<typeof renderToken>>()(z.strictObject(token))

export const TokenSet = describes<ReturnType<typeof renderTokenSet>>()(
  z.strictObject({ ...token, refresh_token: z.string(), id_token: z.optional(z.string()) }),
)

export const Pushed = describes<ReturnType<typeof renderPushed>>()(
  z.strictObject({ request_uri: z.string(), expires_in: z.int() }),
)

export const Registered = describes<ReturnType<typeof renderRegistration>>()(
  z.strictObject({
    client_id: z.string(),
    client_id_issued_at: z.int(),
    client_secret: z.optional(z.string()),
    client_secret_expires_at: z.optional(z.int()),
    client_name: z.string(),
    redirect_uris: texts,
    post_logout_redirect_uris: z.optional(texts),
    grant_types: texts,
    response_types: texts,
    token_endpoint_auth_method: z.enum(['client_secret_basic', 'client_secret_post', 'none']),
    scope: z.string(),
  }),
)

const active = {
  active: z.literal(true),
  scope: z.string(),
  token_type: z.literal('Bearer'),
  iat: z.int(),
  exp: z.int(),
  iss: url,
  sub: z.string(),
}
const ofClient = {
  ...active,
  client_id: z.string(),
  aud: z.union([z.string(), texts]),
  jti: z.string(),
}
const username = z.string()

export const Introspected = describes<ReturnType<typeof renderIntrospection>>()(
  z.union([
    z.strictObject({ active: z.literal(false) }),
    z.strictObject({ ...active, username }),
    z.strictObject(ofClient),
    z.strictObject({ ...ofClient, username }),
  ]),
)

export const TokenInfo = describes<ReturnType<typeof renderTokenInfo>>()(
  z.union([
    z.strictObject({ ok: z.literal(1), data: z.strictObject({ tokenInfo: z.null() }) }),
    z.strictObject({
      ok: z.literal(1),
      data: z.strictObject({
        tokenInfo: z.strictObject({
          accessToken: z.string(),
          accessTokenExpiresAt: z.iso.datetime(),
          scope: z.array(z.enum(toScopes(Object.keys(scopes)))),
          client: z.optional(z.strictObject({ id: z.string() })),
          user: z.optional(
            z.strictObject({
              _id: z.string(),
              username,
              firstName: z.string(),
              lastName: z.string(),
              role: z.enum(['user', 'admin']),
            }),
          ),
        }),
      }),
    }),
  ]),
)

export const UserInfo = describes<ReturnType<typeof renderUserInfo>>()(
  z.strictObject({
    sub: z.string(),
    name: z.optional(z.string()),
    given_name: z.optional(z.string()),
    family_name: z.optional(z.string()),
    preferred_username: z.optional(z.string()),
    picture: z.optional(url),
    updated_at: z.optional(z.int()),
    email: z.optional(z.string()),
    email_verified: z.optional(z.boolean()),
  }),
)
