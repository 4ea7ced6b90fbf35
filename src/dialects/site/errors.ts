import type { Issue } from '../../core/errors'
import type { FailureTable, WireError } from '../../http/dialect'
import { type Envelope, envelope } from './responses'

/** Every failure in the words of this API. HTTP status and `statusCode` differ where the document says so. */

function error(
  status: WireError['status'],
  message: string,
  { statusCode = status as number, data = 'null' as Envelope['data'] } = {},
): WireError {
  return { status, body: envelope(statusCode, message, data) }
}

type Kind =
  | 'null'
  | 'type'
  | 'empty'
  | 'white space'
  | 'length'
  | 'format'
  | 'bio'
  | Exclude<Issue['rule'], 'missing' | 'type' | 'format'>

/**
 * The rows of the document and those that it lacks, in the order in which they are told: of all
 * that is wrong with a request, the row that stands first here is the answer.
 */
const rows: readonly (readonly [
  field: string,
  kind: Kind,
  status: WireError['status'],
  message: string,
])[] = [
  ['username', 'null', 400, 'Username cannot be null'],
  ['email', 'null', 400, 'Email cannot be null'],
  ['uuid', 'null', 400, 'UUID cannot be null'],
  ['password', 'null', 400, 'Password cannot be null'],

  ['username', 'type', 400, 'Username must be a string'],
  ['email', 'type', 400, 'Email must be a string'],
  ['uuid', 'type', 400, 'UUID must be a string'],
  ['password', 'type', 400, 'Password must be a string'],
  ['name', 'type', 400, 'Name must be a string'],
  ['bio', 'type', 400, 'Bio must be a string'],
  ['website', 'type', 400, 'Website must be a string'],
  ['pronounce', 'type', 400, 'Pronounce must be a string'],

  ['username', 'empty', 400, 'Username cannot be empty'],
  ['email', 'empty', 400, 'Email cannot be empty'],
  ['uuid', 'empty', 400, 'UUID cannot be empty'],
  ['password', 'empty', 400, 'Password cannot be empty'],
  ['name', 'empty', 400, 'name cannot be empty'],
  ['bio', 'empty', 400, 'Bio cannot be empty'],
  ['website', 'empty', 400, 'Website cannot be empty'],
  ['pronounce', 'empty', 400, 'Pronounce cannot be empty'],

  ['username', 'white space', 400, 'Username cannot contain white space'],

  ['name', 'length', 406, 'Name cannot be less than 3 or over 150 characters'],
  ['username', 'length', 406, 'Username cannot be less than 3 or over 100 characters'],
  ['password', 'length', 406, 'Password cannot be less than 8 or over 200 characters'],
  ['bio', 'length', 406, 'Bio cannot be over 200 characters'],
  ['website', 'length', 406, 'Website cannot be over 256 characters'],
  ['pronounce', 'length', 406, 'Pronounce cannot be over 50 characters'],

  ['email', 'format', 406, 'Invalid email'],
  ['password', 'bio', 400, 'Password cannot be bio'],
  ['username', 'format', 406, 'Invalid username'],
  ['name', 'format', 406, 'Invalid name'],
  ['bio', 'format', 406, 'Invalid bio'],
  ['website', 'format', 406, 'Invalid website'],
  ['pronounce', 'format', 406, 'Invalid pronounce'],

  ['username', 'reserved', 406, 'Username is reserved'],
  ['password', 'too_short', 406, 'Password is too short'],
  ['password', 'unusable', 406, 'Invalid password'],
  ['password', 'too_common', 406, 'Password is too common'],
  ['password', 'is_own_word', 406, 'Password is too easy to guess'],
]

function kindOf({ field, rule, value }: Issue): Kind {
  if (rule === 'missing' || value === null) return 'null'
  if (value === '') return 'empty'
  if (rule === 'type') return 'type'
  if (field === 'username' && typeof value === 'string' && /\s/.test(value)) return 'white space'
  if (field === 'password') {
    if (rule === 'format') return 'bio'
    // Past the document's own limits only PASSWORD_MIN is left to be short of; the core shows no value.
    if (rule === 'too_short' && value === undefined) return 'too_short'
  }
  return rule === 'too_short' || rule === 'too_long' ? 'length' : rule
}

function firstOf(issues: readonly Issue[]): WireError {
  const found = issues.map((issue) => {
    const field = issue.field === 'newPassword' ? 'password' : issue.field
    return { field, kind: kindOf({ ...issue, field }) }
  })
  const row = rows.find(([field, kind]) =>
    found.some((one) => one.field === field && one.kind === kind),
  )
  if (row) return error(row[2], row[3])
  const [{ field } = { field: '' }] = found
  return field === '' ? error(400, 'Malformed body') : error(406, `Invalid ${field}`)
}

export const failures: FailureTable = {
  invalid_input: ({ issues }) => firstOf(issues),
  taken: ({ fields }) =>
    error(409, fields.includes('username') ? 'User already exists' : 'Email already exists', {
      statusCode: 400,
    }),
  invalid_code: ({ reason }) =>
    reason === 'expired'
      ? error(406, 'Token is expired')
      : error(404, 'Token not found', { statusCode: 400 }),
  invalid_credentials: () => error(401, 'Authenticated failed'),
  not_authenticated: () => error(404, 'No auth info found', { data: 'true' }),
  account_not_found: () => error(404, 'User not found', { data: 'false' }),
  account_disabled: () => error(404, 'User not found', { statusCode: 400 }),

  invalid_second_factor: () => error(401, 'Two-factor code is wrong'),
  registration_closed: () => error(403, 'Registration is closed'),
  invalid_invite_code: () => error(406, 'Invalid invite code'),
  too_many_attempts: () => error(429, 'Too many attempts'),
  malformed_body: () => error(400, 'Malformed body'),
  unsupported_media_type: () => error(415, 'Content type is not supported'),
  body_too_large: () => error(413, 'Body is too large'),
  cross_origin: () => error(403, 'Request from a foreign page'),
  route_not_found: () => error(404, 'Not found'),
  method_not_allowed: () => error(405, 'Method not allowed'),
  internal: () => error(500, 'Internal server error'),
  unavailable: () => error(503, 'Service unavailable'),

  // No route of this dialect ends in these today.
  reauthentication_required: () => error(401, 'Authenticated failed'),
  email_not_confirmed: () => error(403, 'Email is not confirmed'),
  no_confirmed_email: () => error(406, 'Email is not confirmed'),
  nothing_to_confirm: () => error(406, 'Nothing to confirm'),
  second_factor_in_use: () => error(409, 'Two-factor authentication is in use'),
  missing_scope: () => error(403, 'Not allowed'),
  forbidden: () => error(403, 'Not allowed'),
  invalid_account_key: () => error(403, 'Not allowed'),
  invalid_client: () => error(401, 'Authenticated failed'),
  unauthorized_client: () => error(403, 'Not allowed'),
  invalid_scope: () => error(403, 'Not allowed'),
  blocked: () => error(403, 'Not allowed'),
  not_following: () => error(403, 'Not allowed'),
  same_account: () => error(406, 'Not allowed'),
  invalid_picture: () => error(406, 'Invalid picture'),
  upload_not_found: () => error(404, 'Not found'),
  photo_not_found: () => error(404, 'Not found'),
  picture_not_found: () => error(404, 'Not found'),
  follow_not_found: () => error(404, 'Not found'),
  upload_too_large: () => error(413, 'Body is too large'),
}
