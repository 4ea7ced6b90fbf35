import { type SQL, sql } from 'drizzle-orm'
import type { Query } from '../storage/database'
import { confirmedAddress } from './accounts'
import type { Core } from './context'
import { prepareLetter } from './outbox'
import { endAllStatements } from './sessions'

export interface PreparedPasswordChange {
  readonly statements: readonly Query[]
  /** The address that is to be told, in SQL; NULL where none is. */
  readonly owed: SQL
  sendSoon(recipient: string | null): void
}

/**
 * What follows from a new password: other sessions and pending codes end, and the owner is told.
 * `account` is a number in SQL, NULL for nothing to do; the session in `keepToken` lives on.
 */
export async function preparePasswordChange(
  core: Core,
  account: SQL,
  keepToken: string | null,
): Promise<PreparedPasswordChange> {
  const letter = await prepareLetter(core, { kind: 'password_changed' })
  return {
    statements: [
      ...endAllStatements(core, account, keepToken),
      core.db.run(sql`DELETE FROM codes WHERE account_number = ${account} AND purpose = 'reset'`),
      letter.owe(confirmedAddress(account)),
    ],
    owed: letter.owed,
    sendSoon: letter.sendSoon,
  }
}
