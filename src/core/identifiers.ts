import type { Issue } from './errors'

/**
 * Usernames, addresses and names: what they may be, and the key by which two of them are the same.
 * Keys are what uniqueness is decided on; what the person typed is kept for showing and sending.
 */

export const usernamePattern = /^[A-Za-z0-9_.-]{3,100}$/
export const idPattern = /^[0-9a-f]{24}$/

/** Every path segment of every dialect, so that no username can stand where a route stands. */
const reservedUsernames = new Set(
  `.well-known 2fa account achievements activate api auth authorize block bookmark change changepassword chat code
  create create-account deactivate delete-account dev device directory disown-email do-2fa docs email email-code follow
  follow-entry follow-request follow-requests follow-status followers following healthz info
  initiate introspect invite-codes jwks logged login login-history logout logout-all me oauth
  onboard password password-reset password-reset-token photos private profile profile-picture
  referral register resend resend-verification reset reset-password resetpassword revoke scopes search
  session-state setaccountkey site social system talent token unblock unfollow update uploads user
  userinfo users v1 validate verify verify-email well-known
  administration confirm-email openapi.json page.css sign-in sign-out sign-up`.split(/\s+/),
)

export function isUsername(text: string): boolean {
  return usernamePattern.test(text)
}

export function usernameKey(username: string): string {
  return username.toLowerCase()
}

/** Checks a username that is about to be taken; a sign-in takes any that could be stored. */
export function usernameIssue(username: string): Issue | null {
  const problem = (rule: Issue['rule']): Issue => ({ field: 'username', rule, value: username })
  if (!isUsername(username)) return problem('format')
  const key = usernameKey(username)
  // An id is accepted where a username is, so a username must never look like one.
  return reservedUsernames.has(key) || idPattern.test(key) ? problem('reserved') : null
}

const emailLengthMax = 254
const localPart = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
const domainLabel = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/

/**
 * One plain ASCII address as RFC 5321 allows it unquoted. Quotes, comments, lists, and letters that
 * only look like ASCII are refused, because mail systems disagree about whom they reach.
 */
export function isEmail(text: string): boolean {
  if (text.length > emailLengthMax) return false
  const [local = '', domain = '', ...rest] = text.split('@')
  const labels = domain.split('.')
  return (
    rest.length === 0 &&
    local.length <= 64 &&
    localPart.test(local) &&
    labels.length >= 2 &&
    labels.every((label) => domainLabel.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '')
  )
}

export function emailKey(email: string): string {
  return email.toLowerCase()
}

export function emailIssue(email: string): Issue | null {
  return isEmail(email) ? null : { field: 'email', rule: 'format', value: email }
}

/**
 * Control characters, marks with which a text could be made to read backwards, and letters that
 * show nothing. The two joiners stay: Persian and many emoji are written with them.
 */
const unprintable = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\u3164\ufeff]/u
const unprintableInLines = /[^\P{Cc}\n\r\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

/** Whether a text of one line can be stored and shown: any script, but nothing invisible or broken. */
export function isLine(text: string): boolean {
  return text.isWellFormed() && !unprintable.test(text)
}

/** The same for a text that may have line breaks. */
export function isProse(text: string): boolean {
  return text.isWellFormed() && !unprintableInLines.test(text)
}

const nameLengthMax = 150

export function nameIssue(field: 'firstName' | 'lastName', name: string): Issue | null {
  if (Array.from(name).length > nameLengthMax) return { field, rule: 'too_long', value: name }
  return isLine(name) ? null : { field, rule: 'format', value: name }
}

/** A name as it is searched by its beginning: lower case, without accents. */
export function nameKey(name: string): string {
  return name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
}

/** An account's id: 24 hex digits. */
export function isId(text: string): boolean {
  return idPattern.test(text)
}
