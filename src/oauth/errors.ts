import type { Issue } from '../core/errors'
import type { FailureTable, WireError } from '../http/dialect'

/** Every failure as RFC 6749 section 5.2 words it: `{error, error_description?}`. */

export interface OAuthError {
  readonly error: string
  readonly error_description?: string
  /** What would have been enough (RFC 6750 section 3.1). */
  readonly scope?: string
}

type Told = WireError<OAuthError>

function says(
  status: Told['status'],
  error: string,
  description?: string,
  headers?: Told['headers'],
): () => Told {
  const body = {
    error,
    ...(description === undefined ? {} : { error_description: description }),
  }
  return () => ({ status, body, ...(headers ? { headers } : {}) })
}

const basic = { 'WWW-Authenticate': 'Basic realm="atrium"' }
const bearer = { 'WWW-Authenticate': 'Bearer realm="atrium", error="invalid_token"' }

/** Parameters a value of which has a refusal of its own; left out or sent twice, they have none. */
const valueNames: { readonly [field: string]: string } = {
  grant_type: 'unsupported_grant_type',
  response_type: 'unsupported_response_type',
  resource: 'invalid_target',
  request: 'request_not_supported',
}

/** What an application registers, whatever is wrong with it. */
const metadataNames: { readonly [field: string]: string } = {
  redirect_uris: 'invalid_redirect_uri',
  client_name: 'invalid_client_metadata',
  post_logout_redirect_uris: 'invalid_client_metadata',
  token_endpoint_auth_method: 'invalid_client_metadata',
  grant_types: 'invalid_client_metadata',
  response_types: 'invalid_client_metadata',
}

function errorOf({ field, rule }: Issue): string | null {
  const [name = ''] = field.split('.')
  return metadataNames[name] ?? (rule === 'format' ? valueNames[name] : null) ?? null
}

export const failures: FailureTable<OAuthError> = {
  invalid_input: ({ issues }) => {
    const fields = issues.map(({ field }) => field).filter((field) => field !== '')
    const description =
      fields.length === 0 ? 'The body is no set of parameters.' : fields.join(', ')
    const error = issues.map(errorOf).find((name) => name !== null) ?? 'invalid_request'
    return { status: 400, body: { error, error_description: description } }
  },
  malformed_body: says(400, 'invalid_request', 'The body cannot be read.'),
  unsupported_media_type: says(415, 'invalid_request', 'Send a form or JSON.'),
  body_too_large: says(413, 'invalid_request', 'The body is too large.'),
  invalid_client: says(401, 'invalid_client', undefined, basic),
  unauthorized_client: says(400, 'unauthorized_client'),
  invalid_scope: says(400, 'invalid_scope'),
  not_authenticated: says(401, 'invalid_token', undefined, bearer),
  missing_scope: ({ scope }) => ({
    status: 403,
    body: { error: 'insufficient_scope', scope },
    headers: { 'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  }),
  too_many_attempts: says(429, 'slow_down'),
  method_not_allowed: says(405, 'invalid_request', 'Not by this method.'),
  route_not_found: says(404, 'invalid_request', 'There is nothing here.'),
  internal: says(500, 'server_error'),
  unavailable: says(503, 'temporarily_unavailable'),

  invalid_code: says(400, 'invalid_grant'),

  // No endpoint here ends in these today.
  invalid_credentials: says(400, 'invalid_grant'),
  invalid_second_factor: says(400, 'invalid_grant'),
  second_factor_in_use: says(400, 'invalid_request'),
  invalid_account_key: says(400, 'invalid_request'),
  invalid_invite_code: says(400, 'invalid_request'),
  invalid_picture: says(400, 'invalid_request'),
  nothing_to_confirm: says(400, 'invalid_request'),
  no_confirmed_email: says(400, 'invalid_request'),
  same_account: says(400, 'invalid_request'),
  taken: says(409, 'invalid_request'),
  upload_too_large: says(413, 'invalid_request'),
  reauthentication_required: says(403, 'access_denied'),
  registration_closed: says(403, 'access_denied'),
  email_not_confirmed: says(403, 'access_denied'),
  account_disabled: says(403, 'access_denied'),
  forbidden: says(403, 'access_denied'),
  blocked: says(403, 'access_denied'),
  not_following: says(403, 'access_denied'),
  cross_origin: says(403, 'access_denied'),
  account_not_found: says(404, 'invalid_request'),
  follow_not_found: says(404, 'invalid_request'),
  upload_not_found: says(404, 'invalid_request'),
  photo_not_found: says(404, 'invalid_request'),
  picture_not_found: says(404, 'invalid_request'),
}
