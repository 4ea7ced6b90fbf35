import type { SQL } from 'drizzle-orm'
import type { Query } from '../storage/database'
import { sql } from '../storage/sql'
import { confirmedAddress } from './accounts'
import type { Core } from './context'
import { prepareLetter } from './outbox'
import { endFormerStatement, movedEpoch } from './session-endings'

export interface PreparedPasswordChange {
  /** For the UPDATE of the account; by triggers, codes that would set another go with it (migrations/0018). */
  readonly assignments: SQL
  readonly statements: readonly Query[]
  /** Tells the owner at the account's confirmed address, where it has one. */
  tellSoon(address: string | null): void
}

/**
 * A new password, and what follows from it: other sessions and pending codes end, and the owner is told.
 * `account` is its number in SQL, NULL for nothing to do; the session in `keepToken` lives on.
 */
export async function preparePasswordChange(
  core: Core,
  account: SQL,
  passwordHash: string,
  keepToken: string | null,
): Promise<PreparedPasswordChange> {
  const letter = await prepareLetter(core, { kind: 'password_changed' })
  return {
    assignments: sql`password_hash = ${passwordHash}, ${movedEpoch}`,
    statements: [
      endFormerStatement(core, account, keepToken),
      letter.owe(confirmedAddress(account)),
    ],
    tellSoon(address) {
      if (address !== null) letter.sendSoon(address)
    },
  }
}
