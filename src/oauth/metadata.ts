import type { Core } from '../core/context'
import type { publishedKeys } from '../core/oauth/signing-keys'
import { scopes } from '../core/scopes'

/** What this server is and does, for programs that set themselves up by it. */

/** RFC 8414 section 2 and OpenID Connect Discovery section 3: what works, and nothing else. */
export function renderMetadata({ settings }: Core) {
  const { origin, clientRegistrationOpen } = settings
  const withSecret = ['client_secret_basic', 'client_secret_post']
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/oauth/authorize`,
    token_endpoint: `${origin}/oauth/token`,
    jwks_uri: `${origin}/oauth/jwks`,
    userinfo_endpoint: `${origin}/oauth/userinfo`,
    end_session_endpoint: `${origin}/oauth/logout`,
    introspection_endpoint: `${origin}/oauth/introspect`,
    revocation_endpoint: `${origin}/oauth/revoke`,
    pushed_authorization_request_endpoint: `${origin}/oauth/par`,
    ...(clientRegistrationOpen ? { registration_endpoint: `${origin}/oauth/register` } : {}),
    scopes_supported: Object.keys(scopes).filter((scope) => scope !== '*'),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    token_endpoint_auth_methods_supported: [...withSecret, 'none'],
    introspection_endpoint_auth_methods_supported: withSecret,
    revocation_endpoint_auth_methods_supported: [...withSecret, 'none'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    claims_supported: [
      'sub',
      'auth_time',
      'name',
      'given_name',
      'family_name',
      'preferred_username',
      'picture',
      'updated_at',
      'email',
      'email_verified',
    ],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  }
}

/** RFC 7517 section 5. */
export function renderKeys(keys: Awaited<ReturnType<typeof publishedKeys>>) {
  return { keys: keys.map((key) => ({ ...key, use: 'sig', alg: 'ES256' }) as const) }
}
