import type { SQL } from 'drizzle-orm'
import type { Query } from '../storage/database'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { fail } from './errors'

/**
 * Counting attempts in D1, always before the work that they would cost: an attempt is reserved by
 * one statement, evaluated only if the reservation was made, and given back when it succeeds.
 * Parallel attempts therefore never get more evaluations than attempts in a row. Where the setting
 * switches throttling off, nothing is reserved, closed or used up.
 */

const hourMs = 60 * 60 * 1000
const dayMs = 24 * hourMs

/** A counter with what happens when it is full. All keys begin with what they count. */
export interface Bucket {
  readonly key: SQL
  /** How many attempts are free. */
  readonly max: number
  /** How long the bucket is closed once `count` attempts have been made, in milliseconds. */
  readonly blockMs: (count: SQL) => SQL
  /** When the count starts anew: this long after its first attempt, or after its latest one. */
  readonly windowMs: number
  readonly windowFrom: 'first' | 'latest'
  /** Whether the count starts anew after a closure, or goes on where it was. */
  readonly forgets: boolean
}

/** Wrong passwords of one account from one source: after the free ones 2, 4, 8 … seconds each. */
export function passwordBucket(core: Core, subject: SQL, source: SQL): Bucket {
  const { passwordFailuresMax: max, passwordBlockSecondsMax } = core.settings
  return {
    key: sql`'password:' || ${subject} || ':' || ${source}`,
    max,
    // Shifting by 20 is past any maximum, and keeps the shift defined for any count.
    blockMs: (count) =>
      sql`MIN(${passwordBlockSecondsMax}, 1 << MIN(20, ${count} - ${max - 1})) * 1000`,
    windowMs: dayMs,
    windowFrom: 'latest',
    forgets: false,
  }
}

/** Wrong passwords from one address over all accounts. */
export function addressBucket(core: Core, address: string): Bucket {
  const { addressFailuresMax, addressWindowSeconds, addressBlockSeconds } = core.settings
  return {
    key: sql`${`address:${address}`}`,
    max: addressFailuresMax,
    blockMs: () => sql`${addressBlockSeconds * 1000}`,
    windowMs: addressWindowSeconds * 1000,
    windowFrom: 'first',
    forgets: true,
  }
}

/** Consecutive failures of an account by strangers. It never closes; from its maximum on it asks for more. */
export function strangersBucket(number: SQL): Bucket {
  return {
    key: sql`'account:' || ${number}`,
    max: Number.MAX_SAFE_INTEGER,
    blockMs: () => sql`0`,
    windowMs: 365 * 24 * 60 * 60 * 1000,
    windowFrom: 'latest',
    forgets: false,
  }
}

/** Wrong second factors of one account: strangers share one bucket, each known source has its own. */
export function secondFactorBucket(core: Core, account: SQL, known: SQL): Bucket {
  const { codeFailuresMax, codeBlockSeconds } = core.settings
  return {
    key: sql`'second-factor:' || ${account} || ':' || COALESCE(${known}, 'stranger')`,
    max: codeFailuresMax,
    blockMs: () => sql`${codeBlockSeconds * 1000}`,
    windowMs: codeBlockSeconds * 1000,
    windowFrom: 'latest',
    forgets: true,
  }
}

/** So many in a time, counted from the first; what is over the quota is refused until the time ends. */
export function quota(key: SQL, max: number, windowMs: number): Bucket {
  return { key, max, blockMs: () => sql`0`, windowMs, windowFrom: 'first', forgets: false }
}

export function hourlyQuota(key: SQL, max: number): Bucket {
  return quota(key, max, hourMs)
}

/**
 * Reserves one attempt, provided that `when` holds and the bucket is not closed. Whether it was
 * made, isReserved and mayEvaluate tell; without it nothing may be evaluated.
 */
export function reserve(core: Core, bucket: Bucket, when: SQL = sql`1`): Query {
  if (!core.settings.throttle) return core.db.nothing()
  const { now } = core
  const next = sql`(CASE WHEN throttles.expires_at <= ${now} THEN 1 ELSE throttles.count + 1 END)`
  const blocked = (count: SQL) =>
    sql`CASE WHEN ${count} >= ${bucket.max} THEN ${bucket.blockMs(count)} ELSE 0 END`
  const fresh = sql`${now + bucket.windowMs}`
  const renewed =
    bucket.windowFrom === 'latest'
      ? fresh
      : sql`CASE WHEN throttles.expires_at <= ${now} THEN ${fresh} ELSE throttles.expires_at END`
  const expires = bucket.forgets
    ? sql`CASE WHEN ${blocked(next)} > 0 THEN ${now} + ${blocked(next)} ELSE ${renewed} END`
    : renewed
  return core.db.run(sql`INSERT INTO throttles (key, count, reserved_by, blocked_until, expires_at)
    SELECT ${bucket.key}, 1, ${core.requestId}, CASE WHEN ${blocked(sql`1`)} > 0 THEN ${now} + ${blocked(sql`1`)} ELSE 0 END, ${fresh}
    WHERE ${when}
    ON CONFLICT (key) DO UPDATE SET count = ${next}, reserved_by = excluded.reserved_by,
      blocked_until = CASE WHEN ${blocked(next)} > 0 THEN ${now} + ${blocked(next)} ELSE 0 END,
      expires_at = ${expires}
    WHERE throttles.blocked_until <= ${now}`)
}

/** Whether this request has made a reservation in the bucket, as a condition in SQL. */
export function isReserved(core: Core, bucket: Bucket): SQL {
  return sql`EXISTS (SELECT 1 FROM throttles WHERE key = ${bucket.key} AND reserved_by = ${core.requestId})`
}

/** Whether the bucket is closed now, as a condition in SQL. */
export function isClosed(core: Core, bucket: Bucket): SQL {
  if (!core.settings.throttle) return sql`0`
  return sql`EXISTS (SELECT 1 FROM throttles WHERE key = ${bucket.key} AND blocked_until > ${core.now})`
}

/** Whether an hourly quota is used up, as a condition in SQL. */
export function isUsedUp(core: Core, quota: Bucket): SQL {
  if (!core.settings.throttle) return sql`0`
  return sql`EXISTS (SELECT 1 FROM throttles WHERE key = ${quota.key}
    AND count >= ${quota.max} AND expires_at > ${core.now})`
}

/** Until when a bucket is closed, in SQL; in the past or NULL when it is open. */
export function closedUntil(bucket: Bucket): SQL {
  return sql`(SELECT blocked_until FROM throttles WHERE key = ${bucket.key})`
}

/** Until when an hourly quota is used up, in SQL; NULL while it is not. */
export function usedUpUntil(core: Core, quota: Bucket): SQL {
  return sql`(SELECT expires_at FROM throttles WHERE key = ${quota.key} AND ${isUsedUp(core, quota)})`
}

/** How many codes of one account are evaluated, wherever they come from. */
export function evaluationsPerHour(core: Core, account: SQL): Bucket {
  return hourlyQuota(sql`'codes:' || ${account}`, core.settings.codesEvaluatedPerHour)
}

export interface BucketState {
  readonly count: number
  readonly reservedBy: string | null
  readonly blockedUntil: number
  readonly expiresAt: number
}

/** The bucket as it stands: at most one row. */
export function bucketState(core: Core, bucket: Bucket): Query<BucketState[]> {
  if (!core.settings.throttle) return core.db.nothing()
  return core.db.all<BucketState>(sql`SELECT count, reserved_by AS reservedBy, blocked_until AS blockedUntil,
    expires_at AS expiresAt FROM throttles WHERE key = ${bucket.key}`)
}

/** Whether this request may evaluate what it wanted a reservation in the bucket for. */
export function mayEvaluate(core: Core, state: BucketState | undefined): boolean {
  return !core.settings.throttle || state?.reservedBy === core.requestId
}

/** Gives an attempt back that turned out not to be a failure, and opens what it had closed. */
export function giveBack(core: Core, bucket: Bucket, when: SQL = sql`1`): Query {
  if (!core.settings.throttle) return core.db.nothing()
  return core.db.run(sql`UPDATE throttles SET count = MAX(0, count - 1),
      blocked_until = CASE WHEN count <= ${bucket.max} THEN 0 ELSE blocked_until END
    WHERE key = ${bucket.key} AND ${when}`)
}

/** Forgets all failures of a bucket. */
export function clear(core: Core, bucket: Bucket, when: SQL = sql`1`): Query {
  if (!core.settings.throttle) return core.db.nothing()
  return core.db.run(sql`DELETE FROM throttles WHERE key = ${bucket.key} AND ${when}`)
}

/** Refuses until a time in milliseconds since the epoch; at least a second from now. */
export function failUntil(core: Core, until: number): never {
  const retryAfterSeconds = Math.max(1, Math.ceil((until - core.now) / 1000))
  fail({ code: 'too_many_attempts', retryAfterSeconds })
}

/** Takes one from an hourly quota, provided that `when` holds, and tells how it stands. */
export function quotaState(core: Core, quota: Bucket, when: SQL = sql`1`) {
  return [reserve(core, quota, when), bucketState(core, quota)] as const
}

/** Whether more was taken from a quota than there is. */
export function isOverQuota(core: Core, quota: Bucket, [found]: readonly BucketState[]): boolean {
  return core.settings.throttle && found !== undefined && found.count > quota.max
}

/** Refuses when the quota is over its maximum. */
export function requireQuota(core: Core, quota: Bucket, state: readonly BucketState[]): void {
  const [found] = state
  if (found && isOverQuota(core, quota, state)) failUntil(core, found.expiresAt)
}
