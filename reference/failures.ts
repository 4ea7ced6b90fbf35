import type { AnyFailure } from '../src/http/dialect'

/** One failure of each code, for the tables of the dialects to put into words. */
export const exampleFailures: {
  readonly [C in AnyFailure['code']]: readonly Extract<AnyFailure, { code: C }>[]
} = {
  // What is wrong with an input is shown by inputs that are wrong.
  invalid_input: [],
  invalid_credentials: [{ code: 'invalid_credentials', reason: 'wrong_password' }],
  too_many_attempts: [{ code: 'too_many_attempts', retryAfterSeconds: 60 }],
  registration_closed: [{ code: 'registration_closed' }],
  invalid_invite_code: [{ code: 'invalid_invite_code' }],
  taken: [
    { code: 'taken', fields: ['username'] },
    { code: 'taken', fields: ['email'] },
  ],
  not_authenticated: [{ code: 'not_authenticated' }],
  reauthentication_required: [
    { code: 'reauthentication_required', reason: 'stale' },
    { code: 'reauthentication_required', reason: 'wrong_password' },
  ],
  missing_scope: [{ code: 'missing_scope', scope: 'delegated:all' }],
  forbidden: [{ code: 'forbidden' }],
  email_not_confirmed: [{ code: 'email_not_confirmed' }],
  no_confirmed_email: [{ code: 'no_confirmed_email' }],
  nothing_to_confirm: [{ code: 'nothing_to_confirm' }],
  account_disabled: [{ code: 'account_disabled' }],
  account_not_found: [{ code: 'account_not_found' }],
  same_account: [{ code: 'same_account' }],
  blocked: [{ code: 'blocked' }],
  not_following: [{ code: 'not_following' }],
  follow_not_found: [{ code: 'follow_not_found' }],
  invalid_code: [
    { code: 'invalid_code', reason: 'unknown' },
    { code: 'invalid_code', reason: 'expired' },
  ],
  invalid_second_factor: [{ code: 'invalid_second_factor' }],
  second_factor_in_use: [{ code: 'second_factor_in_use' }],
  invalid_account_key: [{ code: 'invalid_account_key' }],
  upload_not_found: [{ code: 'upload_not_found' }],
  photo_not_found: [{ code: 'photo_not_found' }],
  picture_not_found: [{ code: 'picture_not_found' }],
  invalid_picture: [{ code: 'invalid_picture', problem: 'not_png' }],
  upload_too_large: [{ code: 'upload_too_large', bytesMax: 1_048_576 }],
  invalid_client: [{ code: 'invalid_client' }],
  unauthorized_client: [{ code: 'unauthorized_client' }],
  invalid_scope: [{ code: 'invalid_scope' }],
  unavailable: [{ code: 'unavailable', retryAfterSeconds: 2 }],
  internal: [{ code: 'internal' }],
  route_not_found: [{ code: 'route_not_found' }],
  method_not_allowed: [{ code: 'method_not_allowed', allow: ['GET', 'HEAD'] }],
  malformed_body: [{ code: 'malformed_body' }],
  unsupported_media_type: [{ code: 'unsupported_media_type' }],
  body_too_large: [{ code: 'body_too_large', bytesMax: 65_536 }],
  cross_origin: [{ code: 'cross_origin' }],
}
