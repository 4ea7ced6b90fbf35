import type { Issue } from '../../core/errors'
import type { FailureTable, WireError } from '../../http/dialect'

/**
 * Every failure in the words of this API, which are Meteor's: all the keys of a Meteor.Error under
 * `/api`, `{error, reason}` everywhere else.
 */

export interface PlainError {
  /** A number where Meteor itself has one. */
  readonly error: string | number
  readonly reason: string
}

export interface MeteorError extends PlainError {
  readonly isClientSafe: true
  readonly message: string
  readonly errorType: 'Meteor.Error'
  readonly statusCode: number
}

type Told = WireError<PlainError | MeteorError>

interface Said extends PlainError {
  readonly status: Told['status']
  readonly headers?: Told['headers']
}

function isApi(path: string): boolean {
  return /^\/directory\/api(\/|$)/.test(path)
}

function wire({ status, error, reason, headers }: Said, path: string): Told {
  const body: Told['body'] = isApi(path)
    ? {
        isClientSafe: true,
        error,
        reason,
        message: `${reason} [${error}]`,
        errorType: 'Meteor.Error',
        statusCode: status,
      }
    : { error, reason }
  return { status, body, ...(headers ? { headers } : {}) }
}

/** A failure that always says the same. */
function say(status: Told['status'], error: string | number, reason: string) {
  return (_failure: unknown, path: string) => wire({ status, error, reason }, path)
}

const names: { readonly [field: string]: string } = {
  username: 'Username',
  email: 'Email',
  password: 'Password',
}

const rules: { readonly [R in Issue['rule']]: string } = {
  missing: 'is required.',
  type: 'is not valid.',
  format: 'is not valid.',
  too_short: 'is too short.',
  too_long: 'is too long.',
  unusable: 'is not valid.',
  reserved: 'is reserved.',
  too_common: 'is too common.',
  is_own_word: 'is too easy to guess.',
  not_editable: 'cannot be edited.',
}

/** This API has room for one sentence: the first field that is wrong. What is wrong as a whole did not match. */
function sentence([issue]: readonly Issue[]): string {
  if (issue === undefined || issue.field === '') return 'Match failed'
  if (issue.field === 'usernameOrEmail') return 'Need to set a username or email'
  return `${names[issue.field] ?? issue.field} ${rules[issue.rule]}`
}

/** RFC 6750 section 3: a refused bearer is told which scheme, and which scope, would be taken. */
const challenge = (parameters = '') => ({
  'WWW-Authenticate': `Bearer realm="atrium"${parameters}`,
})

export const failures: FailureTable<Told['body']> = {
  invalid_input: ({ issues }, path) =>
    wire({ status: 400, error: 400, reason: sentence(issues) }, path),
  malformed_body: say(400, 400, 'Match failed'),
  unsupported_media_type: say(415, 415, 'Send application/json or a form.'),
  body_too_large: say(413, 413, 'Request body is too large.'),
  invalid_code: say(400, 'invalid-code', 'Invalid code.'),
  nothing_to_confirm: say(400, 400, 'There is nothing to confirm.'),
  no_confirmed_email: say(400, 400, 'Email is not verified.'),
  second_factor_in_use: say(400, 'second-factor-in-use', 'Two-factor authentication is in use.'),
  invalid_picture: say(400, 400, 'Invalid picture.'),
  same_account: say(400, 400, 'Match failed'),
  invalid_invite_code: say(400, 'invalid-invite-code', 'Invalid invitation code.'),
  taken: ({ fields }, path) => {
    const name = fields.includes('username') ? 'Username' : 'Email'
    // The status is 400 and the error 403, as its server answers.
    return wire({ status: 400, error: 403, reason: `${name} already exists.` }, path)
  },

  invalid_credentials: say(401, 'login-failed', 'Incorrect username, email address or password.'),
  invalid_second_factor: say(401, 'invalid-2fa-code', 'Invalid 2FA code'),
  not_authenticated: (_failure, path) => {
    const error = isApi(path) ? 'Unauthorized' : 'unauthorized'
    return wire({ status: 401, error, reason: 'Unauthorized', headers: challenge() }, path)
  },
  reauthentication_required: say(401, 'Unauthorized', 'Sign in again to do this.'),

  missing_scope: ({ scope }, path) => {
    const headers = challenge(`, error="insufficient_scope", scope="${scope}"`)
    return wire({ status: 403, error: 'Forbidden', reason: 'Forbidden', headers }, path)
  },
  forbidden: say(403, 'Forbidden', 'Forbidden'),
  cross_origin: say(403, 'Forbidden', 'Forbidden'),
  account_disabled: say(403, 'login-disabled', 'Login is disabled for this account.'),
  email_not_confirmed: say(403, 'Forbidden', 'Email is not verified.'),
  registration_closed: say(403, 403, 'Signups forbidden'),
  blocked: say(403, 'Forbidden', 'Forbidden'),
  not_following: say(403, 'Forbidden', 'Forbidden'),
  invalid_client: say(401, 'Unauthorized', 'Unauthorized'),
  unauthorized_client: say(403, 'Forbidden', 'Forbidden'),
  invalid_scope: say(403, 'Forbidden', 'Forbidden'),
  invalid_account_key: say(403, 'Forbidden', 'Forbidden'),

  account_not_found: say(404, 'not-found', 'User not found.'),
  upload_not_found: say(404, 'not-found', 'Not found.'),
  photo_not_found: say(404, 'not-found', 'Not found.'),
  picture_not_found: say(404, 'not-found', 'Not found.'),
  follow_not_found: say(404, 'not-found', 'Not found.'),
  route_not_found: say(404, 'not-found', 'Not found.'),
  method_not_allowed: say(405, 405, 'Method not allowed.'),
  upload_too_large: say(413, 413, 'File is too large.'),
  too_many_attempts: ({ retryAfterSeconds }, path) => {
    const wait = `You must wait ${retryAfterSeconds} seconds before trying again.`
    const reason = `Error, too many requests. Please slow down. ${wait}`
    return wire({ status: 429, error: 'too-many-requests', reason }, path)
  },
  internal: say(500, 500, 'Internal server error'),
  unavailable: say(503, 503, 'Service unavailable'),
}
