import type { Issue } from '../../core/errors'
import type { FailureTable, WireError } from '../../http/dialect'

/** Every failure in the words of this API: `{status: 'error', message, data: null, statusCode}`. */

export interface ErrorBody {
  readonly status: 'error'
  readonly message: string
  readonly data: null
  readonly statusCode: number
  readonly validation?: readonly { readonly field: string; readonly message: string }[]
}

type Validation = NonNullable<ErrorBody['validation']>

function error(
  status: WireError['status'],
  message: string,
  { headers, validation }: { headers?: WireError['headers']; validation?: Validation } = {},
): WireError<ErrorBody> {
  const body = { status: 'error', message, data: null, statusCode: status } as const
  return {
    status,
    body: validation ? { ...body, validation } : body,
    ...(headers ? { headers } : {}),
  }
}

const says = (status: WireError['status'], message: string) => (): WireError<ErrorBody> =>
  error(status, message)

const rules: { readonly [R in Issue['rule']]: string } = {
  missing: 'is required',
  type: 'is not valid',
  format: 'is not valid',
  too_short: 'is too short',
  too_long: 'is too long',
  unusable: 'is not valid',
  reserved: 'is reserved',
  too_common: 'is too common',
  is_own_word: 'is too easy to guess',
  not_editable: 'cannot be changed',
}

/** What a field must be, where its own rule says more than that it is wrong. */
const formats: { readonly [field: string]: string } = {
  confirmPassword: 'must be the same as password',
  'profile.contact.phone': 'must be in international format, as +4412345678987',
  'profile.talent.availability': 'must be available, limited, unavailable, busy or working',
  'socials.github': 'must be an https URL of github.com',
  'socials.twitter': 'must be an https URL of twitter.com or x.com',
  'socials.linkedin': 'must be an https URL of linkedin.com',
  'socials.website': 'must be an https URL',
  profileImage: 'must be an upload of your own',
  bgImage: 'must be an upload of your own',
}

/** The wire's name of a field, where the core found it wrong after the body had been checked. */
function wireField(field: string, path: string): string {
  if (field === 'query') return 'search'
  const isChange = field === 'password' && path.endsWith('/account/password/change')
  return isChange ? 'newPassword' : field
}

function invalid(issues: readonly Issue[], path: string): WireError<ErrorBody> {
  const validation = issues.map(({ field, rule }) => {
    const name = wireField(field, path)
    const rest = (rule === 'format' && formats[name]) || rules[rule]
    return { field: name, message: `${name} ${rest}` }
  })
  const [first] = validation
  // A body that is wrong as a whole has no fields.
  if (first === undefined || first.field === '') return error(400, 'Request body is not valid')
  return error(422, first.message, { validation })
}

function wrongCode(field: string): WireError<ErrorBody> {
  const message = 'The code is not valid, or has expired'
  return error(422, message, { validation: [{ field, message }] })
}

/** RFC 6750 section 3: a refused bearer is told which scheme, and which scope, would be taken. */
const challenge = (parameters = '') => ({
  headers: { 'WWW-Authenticate': `Bearer realm="atrium"${parameters}` },
})

export const failures: FailureTable<ErrorBody> = {
  invalid_input: ({ issues }, path) => invalid(issues, path),
  invalid_code: () => wrongCode('token'),
  invalid_second_factor: (_failure, path) =>
    // Who is not signed in yet has failed to prove who they are.
    path.includes('/auth/')
      ? error(401, 'The code is not valid, or has expired')
      : wrongCode('code'),
  same_account: says(422, 'This cannot be done with your own account'),
  invalid_picture: says(422, 'The picture is not valid'),
  invalid_invite_code: says(422, 'The invite code is not valid'),

  malformed_body: says(400, 'Request body is not valid JSON'),
  nothing_to_confirm: says(400, 'There is nothing to confirm'),

  invalid_credentials: says(401, 'Invalid email or password'),
  not_authenticated: () => error(401, 'Unauthorized', challenge()),
  reauthentication_required: ({ reason }) =>
    error(401, reason === 'stale' ? 'Sign in again to do this' : 'Invalid password'),

  missing_scope: ({ scope }) =>
    error(403, 'Forbidden', challenge(`, error="insufficient_scope", scope="${scope}"`)),
  email_not_confirmed: says(403, 'Email is not verified'),
  no_confirmed_email: says(403, 'Email is not verified'),
  account_disabled: says(403, 'This account is disabled'),
  registration_closed: says(403, 'Registration is closed'),
  forbidden: says(403, 'Forbidden'),
  cross_origin: says(403, 'Forbidden'),
  blocked: says(403, 'Forbidden'),
  not_following: says(403, 'Forbidden'),
  invalid_account_key: says(403, 'Forbidden'),
  invalid_client: says(401, 'Unauthorized'),
  unauthorized_client: says(403, 'Forbidden'),
  invalid_scope: says(403, 'Forbidden'),

  account_not_found: says(404, 'User not found'),
  upload_not_found: says(404, 'Not found'),
  photo_not_found: says(404, 'Not found'),
  picture_not_found: says(404, 'Not found'),
  follow_not_found: says(404, 'Not found'),
  route_not_found: says(404, 'Not found'),
  method_not_allowed: says(405, 'Method not allowed'),
  taken: ({ fields }) =>
    error(409, `${fields.includes('email') ? 'Email' : 'Username'} already exists`),
  second_factor_in_use: says(409, 'TwoFA security is in use already'),
  body_too_large: says(413, 'Request body is too large'),
  upload_too_large: says(413, 'The file is too large'),
  unsupported_media_type: says(415, 'Send application/json'),
  too_many_attempts: says(429, 'Too many requests'),
  internal: says(500, 'Internal server error'),
  unavailable: says(503, 'Service unavailable'),
}
