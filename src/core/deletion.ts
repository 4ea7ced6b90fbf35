import type { SQL } from 'drizzle-orm'
import { commit, type Query } from '../storage/database'
import { sql } from '../storage/sql'
import { confirmedAddress } from './accounts'
import { isAdministering } from './administrators'
import { auditOn } from './audit'
import type { Core } from './context'
import { fail } from './errors'
import { giveInviteBack } from './invites'
import { oweForgetting, oweObjects, prepareLetter } from './outbox'
import { pictureOf } from './pictures'
import { isAlive, type Viewer } from './sessions'
import { objectsOf } from './uploads'

/** Deleting an account with everything in it. Only its username is kept back for a while. */

/** `account` is the number of the account in SQL, NULL for nothing to do. */
function deletionStatements(core: Core, account: SQL): readonly Query[] {
  const heldUntil = core.now + core.settings.usernameHoldSeconds * 1000
  return [
    core.db.run(sql`INSERT INTO held_usernames (username_key, held_until)
      SELECT username_key, ${heldUntil} FROM accounts WHERE number = ${account}
      ON CONFLICT (username_key) DO UPDATE SET held_until = excluded.held_until`),
    ...removalStatements(core, account),
  ]
}

/**
 * The same without keeping the name back or the invitation used: for accounts that a stranger made
 * with somebody's address, whose owner may want the name.
 */
export function undoRegistration(core: Core, account: SQL): readonly Query[] {
  return [giveInviteBack(core, account), ...removalStatements(core, account)]
}

function removalStatements(core: Core, account: SQL): readonly Query[] {
  return [
    oweForgetting(core, sql`account_number = ${account}`),
    oweObjects(
      core,
      sql`${objectsOf(sql`account_number = ${account}`)} UNION ALL ${pictureOf(account)}`,
    ),
    // Last, because every other table's rows go with it, and with them what the others look at.
    core.db.run(sql`DELETE FROM accounts WHERE number = ${account}`),
  ]
}

/**
 * Deletes an account: rows, sessions, codes and history at once, KV records soon after. The caller
 * has proven that they may; `by` is whose session must live until then, who administers where the
 * account is another's. Deleting it again changes nothing. One round trip.
 */
export async function deleteAccount(
  core: Core,
  account: { readonly number: number },
  by: Viewer | null = null,
): Promise<void> {
  const notice = await prepareLetter(core, { kind: 'account_deleted' })
  const administrator = by?.account.number === account.number ? null : by
  const number =
    by === null
      ? sql`${account.number}`
      : sql`(SELECT number FROM accounts WHERE number = ${account.number}
          AND ${administrator ? isAdministering(core, administrator) : isAlive(core, by)})`
  const [gone] = await commit(
    core.db,
    [
      ...(administrator ? [auditOn(core, administrator, 'account_deleted', number)] : []),
      notice.owe(confirmedAddress(number)),
      ...deletionStatements(core, number),
    ],
    core.db.all<{ noticeTo: string | null }>(
      sql`SELECT ${notice.owed} AS noticeTo WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE number = ${account.number})`,
    ),
    (rows) => rows.length > 0,
  )
  if (!gone) fail({ code: 'not_authenticated' })
  notice.sendSoon(gone.noticeTo)
}
