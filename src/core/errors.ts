import { DatabaseUnavailable } from '../storage/database'
import type { PngProblem } from './png'
import type { Scope } from './scopes'

/**
 * Every way in which the core can refuse, as one closed union. The core is precise; each dialect
 * decides in its own table what it tells, and with which status and words.
 */

/** One rule that one input breaks. Fields are named in the core's words. */
export interface Issue {
  readonly field: string
  readonly rule:
    | 'missing'
    | 'type'
    | 'format'
    | 'too_short'
    | 'too_long'
    | 'reserved'
    | 'unusable'
    | 'too_common'
    | 'is_own_word'
    | 'not_editable'
  /** The offending value, only where it is no secret. */
  readonly value?: unknown
  /** How many characters are asked for, where a setting says so. */
  readonly lengthMin?: number
}

export type Failure =
  | { readonly code: 'invalid_input'; readonly issues: readonly Issue[] }
  | { readonly code: 'invalid_credentials'; readonly reason: 'unknown_account' | 'wrong_password' }
  | { readonly code: 'too_many_attempts'; readonly retryAfterSeconds: number }
  | { readonly code: 'registration_closed' }
  | { readonly code: 'invalid_invite_code' }
  | { readonly code: 'taken'; readonly fields: readonly ('username' | 'email' | 'fileName')[] }
  | { readonly code: 'not_authenticated' }
  | { readonly code: 'reauthentication_required'; readonly reason: 'stale' | 'wrong_password' }
  | { readonly code: 'missing_scope'; readonly scope: Scope }
  | { readonly code: 'forbidden' }
  | { readonly code: 'email_not_confirmed' }
  | { readonly code: 'no_confirmed_email' }
  | { readonly code: 'nothing_to_confirm' }
  | { readonly code: 'account_disabled' }
  | { readonly code: 'account_not_found' }
  /** What is done to somebody else only was asked for with one's own account. */
  | { readonly code: 'same_account' }
  | { readonly code: 'blocked' }
  | { readonly code: 'not_following' }
  | { readonly code: 'follow_not_found' }
  | { readonly code: 'invalid_code'; readonly reason: 'unknown' | 'expired' | 'used' }
  | { readonly code: 'invalid_second_factor' }
  /** An authenticator app is on, or another session is setting a second factor up. */
  | { readonly code: 'second_factor_in_use' }
  | { readonly code: 'invalid_account_key' }
  | { readonly code: 'upload_not_found' }
  | { readonly code: 'photo_not_found' }
  | { readonly code: 'picture_not_found' }
  | { readonly code: 'invalid_picture'; readonly problem: PngProblem }
  | { readonly code: 'upload_too_large'; readonly bytesMax: number }
  | { readonly code: 'invalid_client' }
  | { readonly code: 'unauthorized_client' }
  | { readonly code: 'invalid_scope' }
  | { readonly code: 'unavailable'; readonly retryAfterSeconds: number }
  | { readonly code: 'internal' }

/** The one thing the core throws on purpose. */
export class AccountError extends Error {
  override readonly name = 'AccountError'
  readonly failure: Failure

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.code, options)
    this.failure = failure
  }
}

export function fail(failure: Failure): never {
  throw new AccountError(failure)
}

export function failInput(issues: readonly Issue[]): never {
  fail({ code: 'invalid_input', issues })
}

/** The failure behind something thrown, or null for what nobody expected. */
export function failureOf(error: unknown): Failure | null {
  if (error instanceof AccountError) return error.failure
  return error instanceof DatabaseUnavailable ? { code: 'unavailable', retryAfterSeconds: 2 } : null
}
