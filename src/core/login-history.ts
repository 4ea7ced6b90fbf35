import { and, desc, lt, type SQL, sql } from 'drizzle-orm'
import { hashToken } from '../crypto/token'
import { loginHistory } from '../storage/schema'
import type { Core } from './context'
import { authenticate, type Caller, type Viewer } from './sessions'

/** The sign-ins to an account, the failed ones too, as its owner may see them. */

export type HistoryEntry = Omit<typeof loginHistory.$inferSelect, 'accountNumber'>

function olderThan(before: { at: number } | { id: string }): SQL {
  if ('at' in before) return lt(loginHistory.at, before.at)
  return sql`(${loginHistory.at}, ${loginHistory.id}) <
    (SELECT at, id FROM login_history WHERE id = ${before.id})`
}

/** The caller's own history, newest first, `limit` entries older than a time or an entry. One round trip. */
export async function listLoginHistory(
  core: Core,
  caller: Caller,
  page: { limit: number; before: { at: number } | { id: string } | null },
): Promise<{ viewer: Viewer; entries: HistoryEntry[] }> {
  const tokenHash = await hashToken(caller.token ?? '')
  const { accountNumber, ...columns } = {
    id: loginHistory.id,
    accountNumber: loginHistory.accountNumber,
    at: loginHistory.at,
    success: loginHistory.success,
    reason: loginHistory.reason,
    dialect: loginHistory.dialect,
    ipAddress: loginHistory.ipAddress,
    userAgent: loginHistory.userAgent,
  }
  const { viewer, rows } = await authenticate(
    core,
    caller,
    core.db
      .select(columns)
      .from(loginHistory)
      .where(
        and(
          sql`${accountNumber} = (SELECT account_number FROM sessions WHERE token_hash = ${tokenHash})`,
          page.before === null ? undefined : olderThan(page.before),
        ),
      )
      .orderBy(desc(loginHistory.at), desc(loginHistory.id))
      .limit(page.limit),
  )
  return { viewer, entries: rows[0] }
}
