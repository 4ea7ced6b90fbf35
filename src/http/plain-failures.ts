import type { FailureTable, WireError } from './dialect'

/** Failures of paths that belong to no dialect: the code, and the status that HTTP has for it. */

function plain(status: WireError['status']) {
  return ({ code }: { readonly code: string }): WireError => ({ status, body: { error: code } })
}

export const plainFailures: FailureTable = {
  invalid_input: plain(400),
  malformed_body: plain(400),
  invalid_code: plain(400),
  invalid_second_factor: plain(400),
  invalid_invite_code: plain(400),
  invalid_picture: plain(400),
  same_account: plain(400),
  nothing_to_confirm: plain(400),
  no_confirmed_email: plain(400),
  invalid_account_key: plain(403),
  upload_not_found: plain(404),
  photo_not_found: plain(404),
  picture_not_found: plain(404),
  follow_not_found: plain(404),
  upload_too_large: plain(413),
  invalid_scope: plain(400),
  unauthorized_client: plain(400),
  invalid_client: plain(401),
  invalid_credentials: plain(401),
  not_authenticated: plain(401),
  reauthentication_required: plain(401),
  email_not_confirmed: plain(403),
  missing_scope: plain(403),
  account_disabled: plain(403),
  forbidden: plain(403),
  blocked: plain(403),
  not_following: plain(403),
  cross_origin: plain(403),
  registration_closed: plain(403),
  account_not_found: plain(404),
  route_not_found: plain(404),
  method_not_allowed: plain(405),
  taken: plain(409),
  second_factor_in_use: plain(409),
  body_too_large: plain(413),
  unsupported_media_type: plain(415),
  too_many_attempts: plain(429),
  internal: plain(500),
  unavailable: plain(503),
}
