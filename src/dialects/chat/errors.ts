import type { Issue } from '../../core/errors'
import type { FailureTable, WireError } from '../../http/dialect'

/** Every failure in the words of this API: `{"error": true, "reason": "…"}`. */

const password = 'Password should be at least 8 characters length.'
const username =
  'Username should be at least 5 characters length, start with letter and consist of letters and digits.'
const accountKey = 'Key should be at least 25 characters length.'
const search = 'Search string is missing or too long.'
const media = 'Media fileType or fileSize are missing.'

/** What a field must be, said when it is not; a reason of its own where this would mislead. */
const fieldReasons: { readonly [field: string]: string } = {
  name: 'Name should consist of letters.',
  firstName: 'Name should consist of letters.',
  lastName: 'Name should consist of letters.',
  username,
  password,
  newPassword: password,
  accountKey,
  s: search,
  search,
  query: search,
  id: 'Integer id was not found in the path.',
  photoId: 'Photo id should be a UUID.',
  'photo.id': 'Media resource id is missing.',
  'photo.fileType': media,
  'photo.fileSize': media,
  photo: 'Media resource id is missing.',
  bio: 'About is too long, or holds characters that cannot be used.',
  fileName: 'File-Name should be a UUID.',
  fileType: 'Content-Type should be a file type, such as png.',
  file: 'The file should be as long as its Content-Length says, and not empty.',
}

const tooLong: { readonly [field: string]: string } = {
  name: 'Name is too long.',
  firstName: 'Name is too long.',
  lastName: 'Name is too long.',
  username: 'Username should be at most 100 characters length.',
  password: 'Password should be at most 200 characters length.',
  newPassword: 'Password should be at most 200 characters length.',
  accountKey: 'Key should be at most 100 characters length.',
  photo: 'There are 100 photos already.',
}

const ruleReasons: { readonly [R in Issue['rule']]?: string } = {
  reserved: 'This username is reserved.',
  unusable: 'This text contains characters that cannot be used.',
  too_common: 'This password is too common.',
  is_own_word: 'This password is too easy to guess.',
}

function reasonOf({ field, rule }: Issue): string {
  const special = rule === 'too_long' ? tooLong[field] : ruleReasons[rule]
  return special ?? fieldReasons[field] ?? (field === '' ? badRequest : `Invalid value: ${field}.`)
}

const badRequest = 'Bad Request'

export interface Refusal {
  readonly error: true
  readonly reason: string
}

type Told = WireError<Refusal>

function error(status: Told['status'], reason: string, headers?: Told['headers']): Told {
  return { status, body: { error: true, reason }, ...(headers ? { headers } : {}) }
}

/** Never a Basic challenge: browsers would answer it with a dialog of their own over the app's page. */
const challenge = { 'WWW-Authenticate': 'Bearer realm="atrium"' }

function unauthorized(reason = 'Unauthorized'): Told {
  return error(401, reason, challenge)
}

/** The password was right, and the header X-OTP with the second factor is still to come. */
function codeRequired(reason: string): Told {
  return error(401, reason, { ...challenge, 'X-OTP': 'required' })
}

/** What only this API answers: the core and the edge know no failure of this kind. */
export const secondFactorRequired = codeRequired('Two-factor code required.')
export const lengthRequired = error(411, 'Length Required')

export const failures: FailureTable<Refusal> = {
  invalid_input: ({ issues }) => {
    const [issue] = issues
    // Clients expect that nobody is found by less than two characters.
    if (issue?.field === 'query' && issue.rule === 'too_short') return error(404, 'Not Found')
    return error(400, issue ? reasonOf(issue) : badRequest)
  },
  malformed_body: () => error(400, 'Request body is not valid JSON.'),
  unsupported_media_type: () => error(415, 'Unsupported Media Type'),
  body_too_large: () => error(413, 'Payload Too Large'),
  invalid_code: () => error(400, badRequest),
  invalid_second_factor: () => codeRequired('Two-factor code is not valid.'),
  nothing_to_confirm: () => error(400, badRequest),
  no_confirmed_email: () => error(400, badRequest),
  invalid_picture: () => error(400, badRequest),
  same_account: () => error(400, badRequest),
  invalid_invite_code: () => error(400, 'Invalid invite code.'),

  invalid_credentials: () => unauthorized(),
  not_authenticated: () => unauthorized(),
  reauthentication_required: ({ reason }) =>
    reason === 'stale'
      ? unauthorized('Sign in again to do this.')
      : error(403, 'Invalid user or password.'),
  email_not_confirmed: () => unauthorized(),

  missing_scope: () => error(403, 'Forbidden'),
  account_disabled: () => error(403, 'This account is disabled.'),
  forbidden: () => error(403, 'Forbidden'),
  cross_origin: () => error(403, 'Forbidden'),
  registration_closed: () => error(403, 'Registration is closed.'),
  blocked: () => error(403, 'Forbidden'),
  not_following: () => error(403, 'Forbidden'),
  invalid_client: () => unauthorized(),
  unauthorized_client: () => error(403, 'Forbidden'),
  invalid_scope: () => error(403, 'Forbidden'),
  invalid_account_key: () => error(403, 'Invalid user or account key.'),

  account_not_found: () => error(404, 'Not Found'),
  upload_not_found: () => error(404, 'Media resource is missing.'),
  photo_not_found: () => error(404, 'Media resource is missing.'),
  picture_not_found: () => error(404, 'Media resource is missing.'),
  follow_not_found: () => error(404, 'Not Found'),
  route_not_found: () => error(404, 'Not Found'),
  method_not_allowed: () => error(405, 'Method Not Allowed'),
  taken: ({ fields }) =>
    error(
      409,
      fields.includes('fileName') ? 'File name is already taken.' : 'Username is already taken.',
    ),
  second_factor_in_use: () => error(409, 'Two-factor authentication is in use.'),
  // Spelled as clients know it.
  upload_too_large: () => error(413, 'Your upload exeeded max limit of 50Mb.'),
  too_many_attempts: () => error(429, 'Too Many Requests'),
  internal: () => error(500, 'Internal Server Error'),
  unavailable: () => error(503, 'Service Unavailable'),
}
