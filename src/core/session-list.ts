import { and, gt, isNull, type SQL } from 'drizzle-orm'
import { sessions } from '../storage/schema'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { endSessions } from './session-endings'
import { authenticate, type Caller, ownNumber, type SessionRecord, type Viewer } from './sessions'

/** The sessions of an account as its owner manages them: one per device, each to be ended by itself. */

export interface ListedSession extends SessionRecord {
  readonly id: string
  readonly openedAt: number
  readonly seenAt: number
  readonly isCurrent: boolean
}

/** The live sessions of an account, the one used last first; `account` is its number in SQL. */
export function sessionsOf(core: Core, account: SQL) {
  return core.db
    .select({
      tokenHash: sessions.tokenHash,
      id: sessions.sessionId,
      openedAt: sessions.openedAt,
      seenAt: sessions.seenAt,
      device: sessions.device,
    })
    .from(sessions)
    .where(
      and(
        sql`${sessions.accountNumber} = ${account}`,
        isNull(sessions.grantedTo),
        gt(sessions.idleExpiresAt, core.now),
        sql`${sessions.sessionEpoch} = (SELECT epoch FROM accounts WHERE number = ${account})`,
        sql`${sessions.systemEpoch} = (SELECT global_epoch FROM system WHERE one = 1)`,
      ),
    )
    .orderBy(sql`${sessions.seenAt} DESC`)
    .limit(1000)
}

/** Rows of sessionsOf as the viewer sees them. */
export function asListed(
  rows: Awaited<ReturnType<typeof sessionsOf>>,
  viewer: Viewer,
): ListedSession[] {
  return rows.map(({ device, tokenHash, ...row }) => ({
    ...row,
    ...(JSON.parse(device) as SessionRecord),
    isCurrent: tokenHash === viewer.session.tokenHash,
  }))
}

/** All live sessions of the caller's account, the one used last first. One round trip. */
export async function listSessions(core: Core, caller: Caller): Promise<ListedSession[]> {
  const { viewer, rows } = await authenticate(
    core,
    caller,
    sessionsOf(core, await ownNumber(caller)),
  )
  return asListed(rows[0], viewer)
}

/** Ends one session of the viewer's account by its id. Another account's session is not found. */
export async function endSessionById(core: Core, viewer: Viewer, id: string): Promise<boolean> {
  const own = sql`session_id = ${id} AND account_number = ${viewer.account.number} AND granted_to IS NULL`
  return (await endSessions(core, own)) > 0
}
