import { and, desc, getTableColumns, lt, type SQL } from 'drizzle-orm'
import type { Query } from '../storage/database'
import { loginHistory } from '../storage/schema'
import { sql } from '../storage/sql'
import type { Client, Core } from './context'
import { authenticate, type Caller, ownNumber, type Viewer } from './sessions'

/** The sign-ins to an account, the failed ones too, as its owner may see them. */

export type HistoryEntry = Omit<typeof loginHistory.$inferSelect, 'accountNumber'>

/** An attempt to sign in as the history will know it. */
export interface AttemptRecord {
  readonly id: string
  /** The number of the account that it names in SQL; NULL where there is none, and nothing to keep. */
  readonly account: SQL
  readonly client: Client
}

/** Keeps why an attempt opened no session; one that did is kept with it (migrations/0019). */
export function keepAttempt(
  core: Core,
  { id, account, client }: AttemptRecord,
  reason: string,
): Query {
  return core.db.run(sql`INSERT INTO login_history (id, account_number, at, success, reason, dialect, ip_address, user_agent)
    SELECT ${id}, number, ${core.now}, 0, ${reason}, ${client.dialect}, ${client.address}, ${client.userAgent}
    FROM accounts WHERE number = ${account} ON CONFLICT (id) DO NOTHING`)
}

function olderThan(before: { at: number } | { id: string }): SQL {
  if ('at' in before) return lt(loginHistory.at, before.at)
  return sql`(${loginHistory.at}, ${loginHistory.id}) <
    (SELECT at, id FROM login_history WHERE id = ${before.id})`
}

type Page = { limit: number; before: { at: number } | { id: string } | null }

/** The history of an account, newest first; `account` is its number in SQL. */
export function historyOf(core: Core, account: SQL, { limit, before }: Page) {
  const { accountNumber, ...columns } = getTableColumns(loginHistory)
  return core.db
    .select(columns)
    .from(loginHistory)
    .where(and(sql`${accountNumber} = ${account}`, before === null ? undefined : olderThan(before)))
    .orderBy(desc(loginHistory.at), desc(loginHistory.id))
    .limit(limit)
}

/** The caller's own history, `limit` entries older than a time or an entry. One round trip. */
export async function listLoginHistory(
  core: Core,
  caller: Caller,
  page: Page,
): Promise<{ viewer: Viewer; entries: HistoryEntry[] }> {
  const own = await ownNumber(caller)
  const { viewer, rows } = await authenticate(core, caller, historyOf(core, own, page))
  return { viewer, entries: rows[0] }
}
