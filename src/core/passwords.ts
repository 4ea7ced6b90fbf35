import type { Settings } from '../env'
import { readAsset } from '../storage/assets'
import { fail, type Issue } from './errors'

/**
 * What a password may be, at every door: NIST SP 800-63B-4 section 3.1.1.2. Length and a blocklist,
 * no composition rules. Hashing is crypto/password-hash.ts.
 */

const lengthMax = 200
/** UTF-16 units, before normalising: room for 200 code points with their combining marks. */
const unitsMax = 1024

/** Null until it has been read: it is no part of the code, which has to start fast. */
let common: ReadonlySet<string> | null = null

/** Reads the list of common passwords, unless this isolate has it. What fails is tried again the next time. */
export async function loadCommonPasswords(assets: Fetcher): Promise<void> {
  if (common !== null) return
  const list = await readAsset(assets, 'common-passwords.txt')
  if (list !== null) common = new Set(list.split('\n'))
}

/** Whether this isolate has the list. */
export function hasCommonPasswords(): boolean {
  return common !== null
}

function isCommon(password: string): boolean {
  // A password that nobody can judge now is better set in a moment.
  if (common === null) fail({ code: 'unavailable', retryAfterSeconds: 2 })
  return common.has(password) || isDate(password)
}

const day = '(0[1-9]|[12]\\d|3[01])'
const month = '(0[1-9]|1[0-2])'
const year = '(19\\d\\d|20[0-3]\\d)'
const dates = new RegExp(`^(${day}${month}${year}|${month}${day}${year}|${year}${month}${day})$`)

/** Birthdays in eight digits, in any order: nearly half of the most common passwords are one. */
function isDate(password: string): boolean {
  return dates.test(password)
}

/** Texts that the account is known by, which are the first that anybody guesses. */
export interface OwnWords {
  readonly username?: string | null
  readonly email?: string | null
  readonly firstName?: string | null
  readonly lastName?: string | null
}

function ownWords(settings: Settings, own: OwnWords): Set<string> {
  const words = [
    settings.appName,
    own.username,
    own.email,
    own.email?.split('@')[0],
    own.firstName,
    own.lastName,
    `${own.firstName ?? ''}${own.lastName ?? ''}`,
    `${own.firstName ?? ''} ${own.lastName ?? ''}`,
  ]
  return new Set(words.map((word) => word?.normalize('NFC').toLowerCase() ?? ''))
}

/** Checks a password that is about to be set. Length counts code points after NFC. */
export function passwordIssue(settings: Settings, password: string, own: OwnWords): Issue | null {
  const problem = (rule: Issue['rule']): Issue => ({ field: 'password', rule })
  if (!isUsablePassword(password)) return problem('unusable')
  const normalised = password.normalize('NFC')
  const length = Array.from(normalised).length
  const lengthMin = settings.passwordLengthMin
  if (length < lengthMin) return { ...problem('too_short'), lengthMin }
  if (length > lengthMax) return problem('too_long')
  const folded = normalised.toLowerCase()
  if (settings.passwordBlocklist && isCommon(folded)) return problem('too_common')
  return ownWords(settings, own).has(folded) ? problem('is_own_word') : null
}

/** Whether a text could be anybody's password at all; a sign-in with another is refused unhashed. */
export function isUsablePassword(password: string): boolean {
  return (
    password.length > 0 &&
    password.length <= unitsMax &&
    password.isWellFormed() &&
    !password.includes('\0')
  )
}
