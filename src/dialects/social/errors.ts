import type { Issue } from '../../core/errors'
import type { Location } from '../../http/body'
import type { FailureTable, WireError } from '../../http/dialect'

/** Every failure in the words of this API: `{ok: 0, error, additionalInfo?}`. */

type ErrorName =
  | 'ClientInputError'
  | 'InvalidFile'
  | 'InvalidInviteCode'
  | 'Unauthorized'
  | 'ResourceNotActive'
  | 'InsufficientPrivileges'
  | 'Banned'
  | 'Forbidden'
  | 'Blocked'
  | 'NotFound'
  | 'MethodNotAllowed'
  | 'ResourceConflict'
  | 'RateLimitError'
  | 'InternalServerError'
  | 'ServiceUnavailable'

/** What is wrong with one field. */
interface WireProblem {
  readonly type: 'field'
  readonly value?: unknown
  readonly msg: string
  readonly path: string
  readonly param: string
  readonly location: Location
}

type AdditionalInfo =
  | { readonly errors: readonly WireProblem[] }
  | { readonly reason: string }
  | { readonly bytesMax: number }
  | { readonly scope: string }
  | { readonly allow: readonly string[] }
  | { readonly duplicateFields: readonly string[] }
  | { readonly retryAfter: number }

export interface ErrorBody {
  readonly ok: 0
  readonly error: ErrorName
  readonly additionalInfo?: AdditionalInfo
}

type Refusal = WireError<ErrorBody>

const secretFields = new Set(['password', 'currentPassword', 'code', 'sessionHash'])

const messages: { readonly [R in Issue['rule']]: string } = {
  missing: 'Invalid value',
  type: 'Invalid value',
  format: 'Invalid value',
  too_short: 'Invalid value',
  too_long: 'Invalid value',
  unusable: 'Invalid value',
  reserved: 'This name is reserved',
  too_common: 'This password is too common',
  is_own_word: 'This password is too easy to guess',
  not_editable: 'This field cannot be edited',
}

function renderIssue(issue: Issue & { readonly location?: Location }): WireProblem {
  const { field, rule, value, location = 'body' } = issue
  // A body that is wrong as a whole has no field, and may hold passwords.
  const isShown = value !== undefined && field !== '' && !secretFields.has(field)
  const shown = isShown ? { value } : {}
  return { type: 'field', ...shown, msg: messages[rule], path: field, param: field, location }
}

function error(
  status: Refusal['status'],
  name: ErrorName,
  additionalInfo?: AdditionalInfo,
): Refusal {
  const info = additionalInfo === undefined ? {} : { additionalInfo }
  return { status, body: { ok: 0, error: name, ...info } }
}

function invalid(field: string): Refusal {
  return error(400, 'ClientInputError', { errors: [renderIssue({ field, rule: 'format' })] })
}

/** RFC 6750 section 3: a refused bearer is told which scheme, and which scope, would be taken. */
function challenged(wire: Refusal, parameters = ''): Refusal {
  return { ...wire, headers: { 'WWW-Authenticate': `Bearer realm="atrium"${parameters}` } }
}

export const failures: FailureTable<ErrorBody> = {
  invalid_input: ({ issues }) =>
    error(400, 'ClientInputError', { errors: issues.map(renderIssue) }),
  malformed_body: () => error(400, 'ClientInputError', { reason: 'malformed_body' }),
  unsupported_media_type: () => error(415, 'ClientInputError', { reason: 'content_type' }),
  body_too_large: ({ bytesMax }) => error(413, 'ClientInputError', { bytesMax }),
  invalid_code: () => invalid('code'),
  invalid_second_factor: () => invalid('code'),
  nothing_to_confirm: () => invalid('target'),
  no_confirmed_email: () => error(400, 'ClientInputError', { reason: 'email_not_confirmed' }),
  same_account: () => invalid('target'),
  invalid_picture: ({ problem }) => error(400, 'InvalidFile', { reason: problem }),
  invalid_invite_code: () => error(400, 'InvalidInviteCode'),

  invalid_scope: () => invalid('scope'),
  unauthorized_client: () => error(400, 'ClientInputError', { reason: 'unauthorized_client' }),
  invalid_client: () => error(401, 'Unauthorized'),
  invalid_credentials: () => error(401, 'Unauthorized'),
  not_authenticated: () => challenged(error(401, 'Unauthorized')),
  reauthentication_required: ({ reason }) => error(401, 'Unauthorized', { reason }),
  email_not_confirmed: () => error(401, 'ResourceNotActive'),

  missing_scope: ({ scope }) =>
    challenged(
      error(403, 'InsufficientPrivileges', { scope }),
      `, error="insufficient_scope", scope="${scope}"`,
    ),
  account_disabled: () => error(403, 'Banned'),
  forbidden: () => error(403, 'Forbidden'),
  cross_origin: () => error(403, 'Forbidden', { reason: 'cross_origin' }),
  blocked: () => error(403, 'Blocked', { reason: 'blocked' }),
  not_following: () => error(403, 'Forbidden', { reason: 'not_following' }),
  registration_closed: () => error(403, 'Forbidden', { reason: 'registration_closed' }),

  invalid_account_key: () => error(403, 'Forbidden'),
  account_not_found: () => error(404, 'NotFound'),
  upload_not_found: () => error(404, 'NotFound'),
  photo_not_found: () => error(404, 'NotFound'),
  picture_not_found: () => error(404, 'NotFound'),
  follow_not_found: () => error(404, 'NotFound'),
  upload_too_large: ({ bytesMax }) => error(413, 'InvalidFile', { bytesMax }),
  route_not_found: () => error(404, 'NotFound'),
  method_not_allowed: ({ allow }) => error(405, 'MethodNotAllowed', { allow }),
  taken: ({ fields }) => error(409, 'ResourceConflict', { duplicateFields: fields }),
  second_factor_in_use: () => error(409, 'ResourceConflict', { reason: 'second_factor_in_use' }),
  too_many_attempts: ({ retryAfterSeconds }) =>
    error(429, 'RateLimitError', { retryAfter: retryAfterSeconds }),
  internal: () => error(500, 'InternalServerError'),
  unavailable: () => error(503, 'ServiceUnavailable'),
}
