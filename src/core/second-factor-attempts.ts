import type { SQL } from 'drizzle-orm'
import { equalInConstantTime } from '../crypto/keyed'
import { commit, type Query } from '../storage/database'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { fail } from './errors'
import { switchingCodeHash } from './second-factor-codes'
import { type StoredProofs, tidyDigits, unusedBackupHash } from './second-factor-proofs'
import type { Viewer } from './sessions'
import {
  closedUntil,
  evaluationsPerHour,
  failUntil,
  giveBack,
  isClosed,
  isUsedUp,
  reserve,
  secondFactorBucket,
  usedUpUntil,
} from './throttle'

/** Codes that somebody signed in gives to switch a second factor on or off. */

export interface StoredFactor extends StoredProofs {
  readonly factor: 'email' | 'app' | null
  readonly pendingMethod: 'email' | 'app' | null
  readonly pendingSecret: string | null
  readonly pendingSession: string | null
  readonly pendingUntil: number | null
  readonly codeHash: string | null
  readonly codeExpiresAt: number | null
}

interface AttemptRow extends StoredFactor {
  readonly attemptBy: string | null
  readonly closedUntil: number | null
  readonly usedUpUntil: number | null
}

export interface CodeAttempt {
  readonly stored: StoredFactor
  /** Gives the attempt back, as a right code is no guess; to come before what `when` is changed by. */
  giveBack(when: SQL): readonly Query[]
}

/**
 * Counts an attempt against the account before it is evaluated, and reads what to compare it with. It
 * is counted as a sign-in's are, and by session as if that was a known source: whoever holds one gets
 * five wrong ones from wherever they come, and closes nothing for others. Fails with too_many_attempts,
 * and with invalid_second_factor, uncounted, where no code could be right. One round trip.
 */
export async function countCodeAttempt(
  core: Core,
  viewer: Viewer,
  typed: string,
): Promise<CodeAttempt> {
  const { number } = viewer.account
  const counted = sql`${String(number)}`
  const holder = sql`${`session:${viewer.session.tokenHash}`}`
  const bucket = secondFactorBucket(core, counted, holder)
  const perHour = evaluationsPerHour(core, counted)
  const backupHash = await unusedBackupHash(sql`${number}`, typed)
  const isMine = sql`EXISTS (SELECT 1 FROM second_factors
    WHERE account_number = ${number} AND attempt_by = ${core.requestId})`
  const [row] = await commit(
    core.db,
    [
      core.db.run(sql`UPDATE second_factors SET attempt_by = ${core.requestId}
        WHERE account_number = ${number}
          AND NOT ${isClosed(core, bucket)} AND NOT ${isUsedUp(core, perHour)}`),
      reserve(core, bucket, isMine),
      reserve(core, perHour, isMine),
    ],
    core.db.all<AttemptRow>(sql`SELECT second_factor AS factor, app_secret AS appSecret, last_step AS lastStep,
        pending_method AS pendingMethod, pending_secret AS pendingSecret,
        pending_session AS pendingSession, pending_until AS pendingUntil,
        code_hash AS codeHash, code_expires_at AS codeExpiresAt, attempt_by AS attemptBy,
        ${backupHash} AS backupHash,
        ${closedUntil(bucket)} AS closedUntil, ${usedUpUntil(core, perHour)} AS usedUpUntil
      FROM second_factors JOIN accounts ON accounts.number = second_factors.account_number
      WHERE account_number = ${number}`),
    ([found]) => found?.attemptBy === core.requestId,
  )
  if (!row) fail({ code: 'invalid_second_factor' })
  if (row.attemptBy !== core.requestId) {
    failUntil(core, Math.max(row.closedUntil ?? 0, row.usedUpUntil ?? 0))
  }
  return {
    stored: row,
    giveBack: (when) => [giveBack(core, bucket, when), giveBack(core, perHour, when)],
  }
}

/** Whether the code that was mailed to this session was typed. */
export async function isSwitchingCode(
  core: Core,
  viewer: Viewer,
  typed: string,
  stored: StoredFactor,
): Promise<boolean> {
  const typedHash = await switchingCodeHash(core, viewer, tidyDigits(typed))
  return (
    stored.codeHash !== null &&
    (stored.codeExpiresAt ?? 0) > core.now &&
    equalInConstantTime(typedHash, stored.codeHash)
  )
}
