import type { SQL } from 'drizzle-orm'
import { randomBytes } from '../crypto/random'
import { sql } from '../storage/sql'

/**
 * Ids of follow entries: 24 hex digits, of which 8 are the second and 3 the millisecond of the
 * entry, 8 are random, and 5 are check digits. A page is cut by the time in the id, which works as
 * well when the entry itself is gone.
 */

const form = /^([0-9a-f]{8})([0-9a-f]{3})([0-9a-f]{8})([0-9a-f]{5})$/
/** The largest prime in five hex digits: any single wrong digit of the random part shows. */
const checkModulus = 1_048_573

function checkDigits(random: string): string {
  // One more, or an id of zeros alone would pass.
  return ((Number.parseInt(random, 16) + 1) % checkModulus).toString(16).padStart(5, '0')
}

/** Everything of an id but its time, which only the statement that stores it can decide. */
export function newEntryTail(): string {
  const random = Array.from(randomBytes(4), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return random + checkDigits(random)
}

/** The id of an entry made at a time in milliseconds, in SQL. */
export function entryIdAt(at: SQL, tail: string): SQL {
  return sql`printf('%08x%03x', ${at} / 1000, ${at} % 1000) || ${tail}`
}

/** Comes after every id of 24 hex digits, so that the newest page is a range of an index like any other. */
export const afterAllIds = 'g'

/** The time in an id, in milliseconds; null for what was never the id of an entry. */
export function entryTime(id: string): number | null {
  const [, seconds = '', milliseconds = '', random = '', check] = form.exec(id) ?? []
  const rest = Number.parseInt(milliseconds, 16)
  if (check === undefined || check !== checkDigits(random) || rest > 999) return null
  return Number.parseInt(seconds, 16) * 1000 + rest
}
