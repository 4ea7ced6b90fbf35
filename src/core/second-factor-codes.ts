import type { SQL } from 'drizzle-orm'
import { newDigits } from '../crypto/random'
import { commit, type Query } from '../storage/database'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { fail } from './errors'
import { prepareLetter } from './outbox'
import { requireRecentAuthentication } from './reauthentication'
import { isAlive, type Viewer } from './sessions'
import { failUntil, hourlyQuota, isUsedUp, reserve, usedUpUntil } from './throttle'

/**
 * The six digits that are mailed to switch the mailed second factor on or off. They count in the session
 * that asked for them, while no authenticator app is on.
 */

/** What is stored of a code: nothing that counts in another session or for another account. */
export function switchingCodeHash(core: Core, viewer: Viewer, code: string): Promise<string> {
  const { account, session } = viewer
  return core.keys.sign('switching-code', `${account.number} ${session.tokenHash} ${code}`)
}

export interface MailedCode {
  /** Puts the code in the place of an older one and owes the mail, provided that `when` holds. */
  statements(when: SQL): readonly Query[]
  /** Whether the code is stored, in SQL. */
  readonly isStored: SQL
  /** Until when the hour's mails are used up, in SQL; NULL while they are not. */
  readonly usedUpUntil: SQL
  sendSoon(): void
}

export async function prepareSwitchingCode(core: Core, viewer: Viewer): Promise<MailedCode> {
  const { number, username, email } = viewer.account
  const code = newDigits()
  const ttlSeconds = core.settings.twoFactorCodeTtlSeconds
  const [codeHash, letter] = await Promise.all([
    switchingCodeHash(core, viewer, code),
    prepareLetter(core, { kind: 'second_factor_code', username, code }, ttlSeconds),
  ])
  const mails = hourlyQuota(sql`${`switching-codes:${number}`}`, core.settings.signInCodesPerHour)
  const isStored = sql`EXISTS (SELECT 1 FROM second_factors
    WHERE account_number = ${number} AND code_hash = ${codeHash})`
  return {
    isStored,
    usedUpUntil: usedUpUntil(core, mails),
    statements: (when) => [
      core.db.run(sql`INSERT INTO second_factors (account_number, code_hash, code_expires_at)
        SELECT number, ${codeHash}, ${core.now + ttlSeconds * 1000} FROM accounts
        WHERE number = ${number} AND second_factor IS NOT 'app' AND email = ${email}
          AND email_verified_at IS NOT NULL AND ${isAlive(core, viewer)}
          AND NOT ${isUsedUp(core, mails)} AND ${when}
        ON CONFLICT (account_number) DO UPDATE
          SET code_hash = excluded.code_hash, code_expires_at = excluded.code_expires_at`),
      reserve(core, mails, isStored),
      letter.owe(
        sql`SELECT email AS address FROM accounts WHERE number = ${number} AND ${isStored}`,
      ),
    ],
    sendSoon: () => letter.sendSoon(email),
  }
}

/** How an account stood when something of its second factor was asked for. */
export interface FactorState {
  readonly isAlive: number
  readonly factor: 'email' | 'app' | null
  readonly emailVerifiedAt: number | null
  readonly isStored: number
  readonly quotaEndsAt: number | null
}

export function factorState(core: Core, viewer: Viewer, code: MailedCode | null): SQL {
  return sql`SELECT ${isAlive(core, viewer)} AS isAlive, second_factor AS factor,
      email_verified_at AS emailVerifiedAt, ${code?.isStored ?? sql`0`} AS isStored,
      ${code?.usedUpUntil ?? sql`NULL`} AS quotaEndsAt
    FROM accounts WHERE number = ${viewer.account.number}`
}

/** Says why a code was not mailed. */
export function requireMailed(core: Core, state: FactorState | undefined): void {
  if (state?.isStored) return
  if (!state?.isAlive) fail({ code: 'not_authenticated' })
  if (state.factor === 'app') fail({ code: 'second_factor_in_use' })
  if (state.emailVerifiedAt !== null && state.quotaEndsAt) failUntil(core, state.quotaEndsAt)
  fail({ code: 'no_confirmed_email' })
}

/**
 * Mails a code that activateSecondFactor takes where the mailed factor was initiated, and
 * deactivateSecondFactor where it is on, in this session. A newer code replaces the older one. A
 * password is checked where one is given.
 *
 * Fails with reauthentication_required (wrong_password), second_factor_in_use while an app is on, whose
 * code alone would count, no_confirmed_email and too_many_attempts. One round trip, two with a password.
 */
export async function mailSecondFactorCode(
  core: Core,
  viewer: Viewer,
  currentPassword: string | null,
): Promise<void> {
  if (currentPassword !== null) await requireRecentAuthentication(core, viewer, currentPassword)
  const code = await prepareSwitchingCode(core, viewer)
  const [state] = await commit(
    core.db,
    code.statements(sql`1`),
    core.db.all<FactorState>(factorState(core, viewer, code)),
    ([row]) => row?.isStored === 1,
  )
  requireMailed(core, state)
  code.sendSoon()
}
