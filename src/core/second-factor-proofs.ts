import type { SQL } from 'drizzle-orm'
import { matchingStep } from '../crypto/totp'
import type { Query } from '../storage/database'
import { sql } from '../storage/sql'
import { type Account, confirmedAddress, hasConfirmedEmail } from './accounts'
import { backupCodeHash } from './backup-codes'
import type { Core } from './context'
import { prepareLetter } from './outbox'

/**
 * What proves the second factor where an authenticator app is on: its code, or a backup code. Either
 * is compared first and used up later, in the batch of whatever it allows, so that it counts once.
 */

const sealPurpose = 'authenticator'

/** An app's secret as it is stored: it can be opened for this account alone. */
export function sealAppSecret(core: Core, account: number, secret: string): Promise<string> {
  return core.keys.seal(sealPurpose, secret, String(account))
}

/** The secret again; null where it was sealed for another account, or under a key that is gone. */
export function openAppSecret(core: Core, account: number, sealed: string): Promise<string | null> {
  return core.keys.open(sealPurpose, sealed, String(account))
}

/**
 * The step whose code was typed, with whatever spaces, and the secret; null for a wrong code, or one of a step that is
 * not after `afterStep`.
 */
export async function stepOf(
  core: Core,
  account: number,
  given: { sealed: string; typed: string; afterStep: number },
): Promise<{ step: number; secret: string } | null> {
  const secret = await openAppSecret(core, account, given.sealed)
  const digits = tidyDigits(given.typed)
  // A client that takes codes for numbers loses the zeros in front.
  const code = /^\d{1,5}$/.test(digits) ? digits.padStart(6, '0') : digits
  if (secret === null) return null
  const step = await matchingStep(secret, code, core.now, given.afterStep)
  return step === null ? null : { step, secret }
}

/** Digits as people type them: apps show theirs with a space in the middle. */
export function tidyDigits(typed: string): string {
  return typed.replace(/\s/g, '')
}

/** What is stored to compare a typed code with. */
export interface StoredProofs {
  readonly appSecret: string | null
  readonly lastStep: number | null
  /** The hash of the backup code that was typed, where the account has it unused. */
  readonly backupHash: string | null
}

/** The hash of an account's unused backup code that was typed, in SQL; NULL where it has none such. */
export async function unusedBackupHash(account: SQL, typed: string): Promise<SQL> {
  const hash = await backupCodeHash(typed)
  return sql`(SELECT code_hash FROM backup_codes WHERE code_hash = ${hash}
    AND account_number = ${account} AND used_at IS NULL)`
}

export interface Proof {
  /** Whether it still counts, in SQL: somebody else may have used it since it was compared. */
  readonly isUnused: SQL
  /** Uses it up, provided that `when` holds. */
  use(when: SQL): readonly Query[]
  /** To be called once it is used up. */
  tellSoon(): void
}

/** What a typed code proves for an account whose app is on; null for a wrong one. */
export async function proveByApp(
  core: Core,
  account: Account,
  typed: string,
  stored: StoredProofs,
): Promise<Proof | null> {
  const { number } = account
  if (stored.backupHash !== null) return backupProof(core, account, stored.backupHash)
  if (stored.appSecret === null) return null
  const sealed = stored.appSecret
  const found = await stepOf(core, number, { sealed, typed, afterStep: stored.lastStep ?? 0 })
  if (found === null) return null
  const { step, secret } = found
  const kept = core.keys.isCurrent(sealed) ? sealed : await sealAppSecret(core, number, secret)
  const isUnused = sql`account_number = ${number} AND app_secret = ${sealed} AND last_step < ${step}`
  return {
    isUnused: sql`EXISTS (SELECT 1 FROM second_factors WHERE ${isUnused})`,
    use: (when) => [
      core.db.run(sql`UPDATE second_factors SET last_step = ${step}, app_secret = ${kept}
        WHERE ${isUnused} AND ${when}`),
    ],
    tellSoon: () => undefined,
  }
}

/** A backup code is what somebody without the app has, so the owner is told of its use. */
async function backupProof(core: Core, account: Account, codeHash: string): Promise<Proof> {
  const letter = await prepareLetter(core, { kind: 'backup_code_used' })
  const isUnused = sql`code_hash = ${codeHash} AND account_number = ${account.number} AND used_at IS NULL`
  const isMine = sql`EXISTS (SELECT 1 FROM backup_codes
    WHERE code_hash = ${codeHash} AND used_by = ${core.requestId})`
  return {
    isUnused: sql`EXISTS (SELECT 1 FROM backup_codes WHERE ${isUnused})`,
    use: (when) => [
      core.db.run(sql`UPDATE backup_codes SET used_at = ${core.now}, used_by = ${core.requestId}
        WHERE ${isUnused} AND ${when}`),
      letter.owe(sql`${confirmedAddress(sql`${account.number}`)} AND ${isMine}`),
    ],
    tellSoon: () => letter.sendSoon(hasConfirmedEmail(account) ? account.email : null),
  }
}
