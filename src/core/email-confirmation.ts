import type { SQL } from 'drizzle-orm'
import { newMailedCode } from '../crypto/random'
import { hashToken } from '../crypto/token'
import { commit, type Query, run } from '../storage/database'
import { sql } from '../storage/sql'
import type { Client, Core } from './context'
import { undoRegistration } from './deletion'
import { fail } from './errors'
import { emailKey } from './identifiers'
import { prepareLetter } from './outbox'
import { voidUnproven } from './second-factor-removal'
import { endAllStatements } from './session-endings'
import { authenticate, type Caller, isTokenAlive, ownNumber } from './sessions'
import { sourcesOf } from './sources'
import { type Bucket, hourlyQuota, isOverQuota, quotaState, requireQuota } from './throttle'

/**
 * Proving that an address is the account's own. Each mail holds two codes: one confirms, the other
 * says "this was not me". Neither does anything by being opened; both are typed in.
 */

/** A code as people return it: with stray spaces, or in capitals. */
export function tidyCode(code: string): string {
  return code.trim().toLowerCase()
}

export interface PreparedConfirmation {
  /** Replaces earlier codes of the account by these, and owes the mail, if `when` holds. */
  statements(when: SQL): readonly Query[]
  /** A row once the statements are in. */
  readonly readBack: ReturnType<typeof codeExists>
  sendSoon(): void
}

function codeExists(core: Core, codeHash: string) {
  return core.db.all<{ issued: number }>(
    sql`SELECT 1 AS issued FROM codes WHERE code_hash = ${codeHash}`,
  )
}

export async function prepareConfirmation(
  core: Core,
  given: {
    kind: 'confirm_email' | 'confirm_new_email'
    account: SQL
    username: string
    address: string
  },
): Promise<PreparedConfirmation> {
  const { kind, account, username, address } = given
  const code = newMailedCode()
  const disownCode = newMailedCode()
  const [codeHash, disownHash] = await Promise.all([hashToken(code), hashToken(disownCode)])
  const ttlSeconds = core.settings.confirmationTtlSeconds
  const letter = await prepareLetter(core, { kind, username, code, disownCode }, ttlSeconds)
  const insert = (hash: string, purpose: 'confirm' | 'disown', when: SQL) =>
    core.db.run(sql`INSERT INTO codes (code_hash, account_number, purpose, address, created_at, expires_at)
      SELECT ${hash}, ${account}, ${purpose}, ${address}, ${core.now}, ${core.now + ttlSeconds * 1000}
      WHERE ${when} ON CONFLICT (code_hash) DO NOTHING`)
  return {
    statements: (when) => [
      core.db.run(sql`DELETE FROM codes WHERE account_number = ${account}
        AND purpose IN ('confirm', 'disown') AND code_hash NOT IN (${codeHash}, ${disownHash}) AND ${when}`),
      insert(codeHash, 'confirm', when),
      insert(disownHash, 'disown', when),
      letter.owe(sql`SELECT ${address} AS address WHERE ${when}`),
    ],
    readBack: codeExists(core, codeHash),
    sendSoon: () => letter.sendSoon(address),
  }
}

/** So many clients can use up what one address is written to in an hour. */
const clientsPerRecipient = 2

/**
 * How often one address is written to: so often for one client, and a little more for all of them,
 * so that a single one neither floods a mailbox nor keeps its owner from asking.
 */
export async function confirmationQuotas(
  core: Core,
  address: string,
  client: Client,
): Promise<readonly Bucket[]> {
  const [digest, sources] = await Promise.all([
    core.keys.sign('mail-recipient', emailKey(address)),
    sourcesOf(core, client),
  ])
  const { confirmationCodesPerHour: max } = core.settings
  return [
    hourlyQuota(sql`${`confirmations:${digest}:${sources.address}`}`, max),
    hourlyQuota(sql`${`confirmations:${digest}`}`, max * clientsPerRecipient),
  ]
}

/**
 * Mails a new code to an account whose address is not confirmed, by its id or address or to whoever
 * asks. Fails with nothing_to_confirm, also for an account that does not exist, and with
 * too_many_attempts. Two round trips, whether or not there is an account.
 */
export async function resendConfirmation(
  core: Core,
  to: { readonly id: string } | { readonly email: string } | Caller,
): Promise<void> {
  const isNamed =
    'token' in to
      ? sql`number = ${await ownNumber(to)} AND ${await isTokenAlive(core, to.token)}`
      : 'id' in to
        ? sql`id = ${to.id}`
        : sql`email_key = ${emailKey(to.email)}`
  const number = sql`(SELECT number FROM accounts WHERE ${isNamed})`
  const mails = hourlyQuota(
    sql`'confirmation-codes:' || ${number}`,
    core.settings.confirmationCodesPerHour,
  )
  // Counted for an account that waits for its code alone: nobody uses up the quota of another.
  const unconfirmed = sql`email_key IS NOT NULL AND email_verified_at IS NULL AND disabled_at IS NULL`
  const isOpen = sql`EXISTS (SELECT 1 FROM accounts WHERE ${isNamed} AND ${unconfirmed})`
  const queries = [
    core.db.all<{ number: number; username: string; email: string }>(sql`
      SELECT number, username, email FROM accounts WHERE number = ${number} AND ${unconfirmed}`),
    ...quotaState(core, mails, isOpen),
  ] as const
  const [[account], , counted] =
    'token' in to ? (await authenticate(core, to, ...queries)).rows : await run(core.db, ...queries)
  const isOver = isOverQuota(core, mails, counted)
  const confirmation = await prepareConfirmation(core, {
    kind: 'confirm_email',
    account: sql`${account?.number ?? null}`,
    username: account?.username ?? '',
    address: account?.email ?? '',
  })
  const isStillOpen = sql`EXISTS (SELECT 1 FROM accounts WHERE number = ${account?.number ?? null}
    AND email = ${account?.email ?? null} AND email_verified_at IS NULL AND ${isOver ? 0 : 1})`
  const [issued] = await commit(
    core.db,
    confirmation.statements(isStillOpen),
    confirmation.readBack,
    (rows) => rows.length > 0,
  )
  requireQuota(core, mails, counted)
  if (!issued) fail({ code: 'nothing_to_confirm' })
  confirmation.sendSoon()
}

interface CodeState {
  readonly usedBy: string | null
  readonly usedAt: number | null
  readonly expiresAt: number
  readonly isTaken: number
  /** The former address, where the account had confirmed another one. */
  readonly noticeTo: string | null
}

/**
 * Confirms the address that a code was mailed to. If the account had proven none before, every
 * session but the one of `token` ends, and with them whatever a stranger may have prepared. Unless that
 * session is the account's own, a second factor goes as well, which would lock the address's owner out,
 * and the role of an administrator, which was not given to them.
 *
 * Fails with invalid_code, or with taken when another account has confirmed the address meanwhile.
 * One round trip.
 */
export async function confirmEmail(
  core: Core,
  given: {
    code: string
    accountId: string | null
    /** The address that the client believes to confirm, where its dialect says so. */
    email?: string
    token: string | null
  },
  client: Client,
): Promise<void> {
  const { now, requestId } = core
  const codeHash = await hashToken(tidyCode(given.code))
  const tokenHash = given.token === null ? null : await hashToken(given.token)
  const sources = await sourcesOf(core, client)
  const code = sql`codes WHERE code_hash = ${codeHash} AND purpose = 'confirm'`
  const isTaken = sql`EXISTS (SELECT 1 FROM accounts WHERE email_key = LOWER(codes.address)
    AND number <> codes.account_number AND email_verified_at IS NOT NULL)`
  const mine = sql`(SELECT account_number FROM ${code} AND used_by = ${requestId})`
  const firstTime = sql`(SELECT number FROM accounts WHERE number = ${mine} AND email_verified_at IS NULL)`
  // Before the others end: whether the one that confirms is the account's own.
  const isOwn = sql`(${await isTokenAlive(core, given.token)} AND EXISTS (SELECT 1 FROM sessions
    WHERE token_hash = ${tokenHash} AND account_number = ${firstTime}))`
  const unowned = sql`(SELECT number FROM accounts WHERE number = ${firstTime} AND NOT ${isOwn})`
  const notice = await prepareLetter(core, { kind: 'email_changed' })

  const [state] = await commit(
    core.db,
    [
      core.db.run(sql`UPDATE codes SET used_at = ${now}, used_by = ${requestId}
        WHERE code_hash = ${codeHash} AND purpose = 'confirm' AND used_at IS NULL AND expires_at > ${now}
          AND NOT ${isTaken} AND ${given.email === undefined ? sql`1` : sql`LOWER(address) = ${emailKey(given.email)}`}
          AND ${given.accountId === null ? sql`1` : sql`account_number = (SELECT number FROM accounts WHERE id = ${given.accountId})`}`),
      ...voidUnproven(core, unowned),
      ...endAllStatements(core, firstTime, tokenHash),
      core.db.run(sql`DELETE FROM known_sources WHERE account_number = ${firstTime}
        AND source NOT IN (${sources.address}, ${sources.device})`),
      core.db.run(
        sql`DELETE FROM codes WHERE account_number = ${mine} AND code_hash <> ${codeHash}`,
      ),
      notice.owe(sql`SELECT email AS address FROM accounts WHERE number = ${mine}
        AND email_verified_at IS NOT NULL AND email_key <> LOWER((SELECT address FROM ${code}))`),
      // Whoever claimed the address without proving it gives it up to the one who reads its mail. It
      // stays written there, unconfirmed, so that the account does not pass for one without address.
      core.db.run(sql`UPDATE accounts SET email_key = NULL
        WHERE email_key = LOWER((SELECT address FROM ${code} AND used_by = ${requestId}))
          AND number <> ${mine} AND email_verified_at IS NULL`),
      core.db.run(sql`UPDATE accounts SET email_verified_at = ${now}, updated_at = ${now},
          email_key = LOWER((SELECT address FROM ${code})), email = (SELECT address FROM ${code})
        WHERE number = ${mine}`),
    ],
    core.db.all<CodeState>(sql`SELECT used_by AS usedBy, used_at AS usedAt, expires_at AS expiresAt,
      ${isTaken} AS isTaken, ${notice.owed} AS noticeTo FROM ${code}`),
    ([row]) => row?.usedBy === requestId,
  )
  if (!state) fail({ code: 'invalid_code', reason: 'unknown' })
  if (state.usedBy === requestId) {
    notice.sendSoon(state.noticeTo)
    return
  }
  if (state.usedAt !== null) fail({ code: 'invalid_code', reason: 'used' })
  if (state.expiresAt <= now) fail({ code: 'invalid_code', reason: 'expired' })
  if (state.isTaken) fail({ code: 'taken', fields: ['email'] })
  fail({ code: 'invalid_code', reason: 'unknown' })
}

/**
 * "This was not me": the account made with somebody else's address is deleted, the change to
 * somebody else's address is dropped. Fails with invalid_code. Two round trips.
 */
export async function disownEmail(core: Core, code: string): Promise<void> {
  const codeHash = await hashToken(tidyCode(code))
  const [[found]] = await run(
    core.db,
    core.db.all<{ number: number; address: string; isUnproven: number }>(sql`
      SELECT accounts.number, codes.address,
        accounts.email_verified_at IS NULL AND accounts.email_key IS LOWER(codes.address) AS isUnproven
      FROM codes JOIN accounts ON accounts.number = codes.account_number
      WHERE code_hash = ${codeHash} AND purpose = 'disown' AND codes.expires_at > ${core.now}`),
  )
  if (!found) fail({ code: 'invalid_code', reason: 'unknown' })
  const { number, address } = found
  const isUnproven = sql`(SELECT number FROM accounts WHERE number = ${number}
    AND email_verified_at IS NULL AND email_key IS LOWER(${address}))`
  await commit(
    core.db,
    found.isUnproven
      ? undoRegistration(core, isUnproven)
      : [
          core.db.run(sql`DELETE FROM codes WHERE account_number = ${number} AND address = ${address}
            AND purpose IN ('confirm', 'disown')`),
        ],
    core.db.all<{ done: number }>(sql`SELECT 1 AS done WHERE NOT EXISTS
      (SELECT 1 FROM codes WHERE code_hash = ${codeHash})`),
    (rows) => rows.length > 0,
  )
}
