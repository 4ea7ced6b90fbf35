import { hashPassword } from '../crypto/password-hash'
import { newMailedCode } from '../crypto/random'
import { hashToken } from '../crypto/token'
import { commit, run } from '../storage/database'
import { expiredCodeKeptMs, findResetRecord, putResetRecord } from '../storage/reset-records'
import { sql } from '../storage/sql'
import { confirmedAddress } from './accounts'
import { isAdministering } from './administrators'
import { auditOn } from './audit'
import type { Client, Core } from './context'
import { tidyCode } from './email-confirmation'
import { fail, failInput } from './errors'
import { emailKey, isEmail, usernameKey } from './identifiers'
import { nameDigest } from './login'
import { prepareLetter } from './outbox'
import { passwordIssue } from './passwords'
import { voidUnproven } from './second-factor-removal'
import { endAllStatements } from './session-endings'
import type { Viewer } from './sessions'
import { type Sources, sourcesOf } from './sources'
import {
  type Bucket,
  clear,
  hourlyQuota,
  isReserved,
  isUsedUp,
  passwordBucket,
  reserve,
  strangersBucket,
} from './throttle'

/**
 * A new password for whoever reads the account's mail. Asking tells nobody whether an account
 * exists: known and unknown addresses cost the same statements and get the same answer.
 */

export interface IssuedReset {
  /** Whether there is such an account. For the one document that tells; everybody else ignores it. */
  readonly isKnown: boolean
  /** Whether the hour's mails allowed it as well. */
  readonly isMailed: boolean
}

/** By the person, who knows the address, or by an administrator for somebody. */
type AskedReset =
  | {
      readonly email: string
      readonly newCode?: () => string
      readonly accountId?: undefined
      readonly administrator?: undefined
    }
  | {
      readonly email?: undefined
      readonly newCode?: undefined
      readonly accountId: string
      readonly administrator: Viewer
    }

/**
 * Mails a reset code, if an account has the address and the hour's mails are not used up. A newer
 * code replaces the older ones. Fails with not_authenticated for who administers no more. One round trip
 * before the answer, one after.
 */
export async function requestReset(
  core: Core,
  input: AskedReset,
  client: Client,
): Promise<IssuedReset> {
  const { now, settings } = core
  const { email = '', newCode = newMailedCode, accountId, administrator } = input
  const code = newCode()
  const key = isEmail(email) ? emailKey(email) : ''
  const expiresAt = now + settings.resetTtlSeconds * 1000
  const [codeHash, digest, sources, letter] = await Promise.all([
    hashToken(code),
    nameDigest(core, key),
    sourcesOf(core, client),
    prepareLetter(core, { kind: 'reset_password', code }, settings.resetTtlSeconds),
  ])
  const whose = administrator
    ? sql`id = ${accountId} AND email IS NOT NULL`
    : sql`email_key = ${key}`
  const number = sql`(SELECT number FROM accounts WHERE ${whose} AND disabled_at IS NULL)`
  const perAccount = hourlyQuota(
    sql`'reset-codes:' || COALESCE(${number}, ${digest})`,
    settings.resetCodesPerHour,
  )
  const perAddress = hourlyQuota(
    sql`${`mails:${sources.address}`}`,
    settings.mailsPerAddressPerHour,
  )
  const mayAsk = administrator ? isAdministering(core, administrator) : sql`1`
  const isAllowed = sql`NOT ${isUsedUp(core, perAccount)} AND NOT ${isUsedUp(core, perAddress)} AND ${mayAsk}`
  const isIssued = sql`EXISTS (SELECT 1 FROM codes WHERE code_hash = ${codeHash})`

  const [issued] = await commit(
    core.db,
    [
      core.db.run(sql`INSERT INTO codes (code_hash, account_number, purpose, address, created_at, expires_at)
        SELECT ${codeHash}, number, 'reset', email_key, ${now}, ${expiresAt}
        FROM accounts WHERE number = ${number} AND ${isAllowed}
        ON CONFLICT (code_hash) DO NOTHING`),
      core.db.run(sql`DELETE FROM codes WHERE account_number = ${number} AND purpose = 'reset'
        AND code_hash <> ${codeHash} AND ${isIssued}`),
      letter.owe(
        sql`SELECT email AS address FROM accounts WHERE number = ${number} AND ${isIssued}`,
      ),
      reserve(core, perAccount, mayAsk),
      reserve(core, perAddress, mayAsk),
      ...(administrator
        ? [auditOn(core, administrator, 'reset_mailed', sql`${number} AND ${isIssued}`)]
        : []),
    ],
    core.db.all<{
      number: number | null
      recipient: string | null
      isCounted: number
      mayAsk: number
    }>(
      sql`SELECT ${number} AS number, ${letter.owed} AS recipient,
        ${isReserved(core, perAddress)} AS isCounted, ${mayAsk} AS mayAsk`,
    ),
    // What is written for unknown addresses as well, so that a failing D1 tells nothing either.
    ([row]) => row?.isCounted === 1,
  )
  if (!issued?.mayAsk) fail({ code: 'not_authenticated' })
  // An unknown address costs a KV write as well, under a hash that no code has.
  const record = { accountNumber: issued.number, dialect: client.dialect, expiresAt }
  core.defer(putResetRecord(core.kv, codeHash, record, now))
  letter.sendSoon(issued.recipient)
  return { isKnown: issued.number !== null, isMailed: issued.recipient !== null }
}

interface ResetRow {
  readonly number: number
  readonly username: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly expiresAt: number
  readonly usedAt: number | null
  readonly disabledAt: number | null
}

/**
 * Sets a new password by a mailed code, which counts once. Every session and grant ends. An account
 * that had never confirmed its address loses all that was set before, the role of an administrator
 * included, and has confirmed it now;
 * any other keeps its second factor. An account key set before could set a password again, and goes.
 *
 * Fails with invalid_code, account_not_found (disabled) or invalid_input; a password that is
 * refused leaves the code as it was. Two round trips.
 */
export async function resetPassword(
  core: Core,
  input: { code: string; password: string; email?: string },
  client: Client,
): Promise<void> {
  const { now, requestId } = core
  const codeHash = await hashToken(tidyCode(input.code))
  const record = await findResetRecord(core.kv, codeHash)
  // KV's word is enough to refuse what has expired; whatever it has not, D1 is asked.
  if (record && record.expiresAt <= now) {
    const isKept = record.expiresAt > now - expiredCodeKeptMs
    fail({ code: 'invalid_code', reason: isKept ? 'expired' : 'unknown' })
  }
  const code = await getResetCode(core, codeHash, input.email)
  const issue = passwordIssue(core.settings, input.password, code)
  if (issue) failInput([issue])

  const passwordHash = await hashPassword(input.password, core.hashing)
  const [letter, sources] = await Promise.all([
    prepareLetter(core, { kind: 'password_changed' }),
    sourcesOf(core, client),
  ])
  const forgiven = await failuresOf(core, code, sources)
  const mine = sql`(SELECT account_number FROM codes WHERE code_hash = ${codeHash} AND used_by = ${requestId})`
  const unproven = sql`(SELECT number FROM accounts WHERE number = ${mine} AND email_verified_at IS NULL)`
  const [claimed] = await commit(
    core.db,
    [
      core.db.run(sql`UPDATE codes SET used_at = ${now}, used_by = ${requestId}
        WHERE code_hash = ${codeHash} AND purpose = 'reset' AND used_at IS NULL AND expires_at > ${now}
          AND EXISTS (SELECT 1 FROM accounts WHERE number = codes.account_number
            AND email_key = codes.address AND disabled_at IS NULL)`),
      ...endAllStatements(core, mine, null),
      core.db.run(sql`DELETE FROM known_sources WHERE account_number = ${mine}
        AND source NOT IN (${sources.address}, ${sources.device})`),
      core.db.run(
        sql`DELETE FROM codes WHERE account_number = ${mine} AND code_hash <> ${codeHash}`,
      ),
      ...forgiven.map((bucket) => clear(core, bucket, sql`${mine} IS NOT NULL`)),
      letter.owe(confirmedAddress(mine)),
      ...voidUnproven(core, unproven),
      core.db.run(sql`UPDATE accounts SET password_hash = ${passwordHash}, updated_at = ${now},
          account_key_hash = NULL,
          email_verified_at = COALESCE(email_verified_at, ${now})
        WHERE number = ${mine}`),
    ],
    core.db.all<{ noticeTo: string | null }>(sql`SELECT ${letter.owed} AS noticeTo FROM codes
      WHERE code_hash = ${codeHash} AND used_by = ${requestId}`),
    (rows) => rows.length > 0,
  )
  if (!claimed) fail({ code: 'invalid_code', reason: 'used' })
  letter.sendSoon(claimed.noticeTo)
}

/** Wrong passwords that no longer matter: those from where the new one is set, and the strangers' count. */
async function failuresOf(core: Core, account: ResetRow, sources: Sources): Promise<Bucket[]> {
  const digests = await Promise.all(
    [usernameKey(account.username), emailKey(account.email)].map((name) => nameDigest(core, name)),
  )
  const places = [sources.address, sources.device].filter((source) => source !== '')
  return [
    strangersBucket(sql`${String(account.number)}`),
    ...digests.flatMap((digest) =>
      places.map((place) => passwordBucket(core, sql`${digest}`, sql`${place}`)),
    ),
  ]
}

/**
 * Whether a code would set a new password for an address. It stays as it was. Fails with
 * invalid_code and account_not_found as setting one does. One round trip.
 */
export async function checkResetCode(
  core: Core,
  given: { code: string; email: string },
): Promise<void> {
  await getResetCode(core, await hashToken(tidyCode(given.code)), given.email)
}

/** `email` is what the client believes the code was mailed to, where its dialect says so. */
async function getResetCode(core: Core, codeHash: string, email?: string): Promise<ResetRow> {
  const [[code]] = await run(
    core.db,
    core.db.all<ResetRow>(sql`SELECT number, username, email, first_name AS firstName, last_name AS lastName,
        expires_at AS expiresAt, used_at AS usedAt, disabled_at AS disabledAt
      FROM codes JOIN accounts ON accounts.number = codes.account_number
      WHERE code_hash = ${codeHash} AND purpose = 'reset' AND email_key = codes.address
        AND ${email === undefined ? sql`1` : sql`email_key = ${emailKey(email)}`}
        AND expires_at > ${core.now - expiredCodeKeptMs}`),
  )
  if (!code) fail({ code: 'invalid_code', reason: 'unknown' })
  if (code.usedAt !== null) fail({ code: 'invalid_code', reason: 'used' })
  if (code.expiresAt <= core.now) fail({ code: 'invalid_code', reason: 'expired' })
  if (code.disabledAt !== null) fail({ code: 'account_not_found' })
  return code
}
