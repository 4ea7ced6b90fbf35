import type { SQL } from 'drizzle-orm'
import { hashToken } from '../crypto/token'
import { commit, type Query, run } from '../storage/database'
import { deleteSessionRecords } from '../storage/session-records'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { fail } from './errors'
import { owedId, oweForgetting } from './outbox'
import { holds } from './scopes'
import { type Credentials, findHolder, isAlive, type Viewer } from './sessions'

/** How sessions end before their time: one, those of a condition, or all of an account when its epoch moves. */

/** Ends the session of a token at once. A token without a session ends nothing, and says nothing. */
export async function endSession(core: Core, { token }: Credentials): Promise<void> {
  if (token !== null) await endSessions(core, sql`token_hash = ${await hashToken(token)}`)
}

/** Ends the sessions of `which`, a condition in SQL, and gives how many they were. */
export async function endSessions(core: Core, which: SQL): Promise<number> {
  const [ended] = await run(
    core.db,
    core.db.all<{ tokenHash: string; mayBeInKv: number }>(sql`DELETE FROM sessions WHERE ${which}
      RETURNING token_hash AS tokenHash, may_be_in_kv AS mayBeInKv`),
  )
  const kept = ended.filter(({ mayBeInKv }) => mayBeInKv).map(({ tokenHash }) => tokenHash)
  if (kept.length > 0) core.defer(deleteSessionRecords(core.kv, kept))
  return ended.length
}

/** For an UPDATE of accounts: every session, grant and pending sign-in of the one before is dead. */
export const movedEpoch = sql`epoch = epoch + 1`

/** Ends the sessions of `which` as part of a change, which owes the end of what KV knows of them. */
export function endStatements(core: Core, which: SQL): readonly Query[] {
  return [oweForgetting(core, which), core.db.run(sql`DELETE FROM sessions WHERE ${which}`)]
}

/**
 * The statements that end an account's sessions, grants and pending sign-ins: the epoch moves, so
 * that a sign-in whose proof was checked before cannot open a session afterwards. The session in
 * `keep` lives on in the new epoch. `account` is a number in SQL, NULL for nothing to do.
 */
export function endAllStatements(core: Core, account: SQL, keep: string | null): readonly Query[] {
  return [
    core.db.run(sql`UPDATE accounts SET ${movedEpoch} WHERE number = ${account}`),
    endFormerStatement(core, account, keep),
  ]
}

/** The same where the claim has moved the epoch; what else it ends goes by a trigger (migrations/0018). */
export function endFormerStatement(core: Core, account: SQL, keep: string | null): Query {
  // The view's trigger ends them, and owes the end of what KV knows of them (migrations/0020).
  return core.db.run(sql`INSERT INTO session_endings (account_number, kept_token_hash, owed_id, at)
    SELECT number, ${keep}, ${owedId(core, 'forget')}, ${core.now} FROM accounts WHERE number = ${account}`)
}

/**
 * Ends every session of the account that a token belongs to, its own among them. An application needs
 * to be allowed all of the account. Two round trips.
 */
export async function endAllSessions(core: Core, credentials: Credentials): Promise<void> {
  const holder = await findHolder(core, credentials)
  if (holder) await endSessionsOf(core, holder)
}

/** The same where the caller is known already. One round trip. */
export async function endSessionsOf(
  core: Core,
  { account: { number }, scopes }: Pick<Viewer, 'account' | 'scopes'>,
): Promise<void> {
  const scope = 'delegated:all'
  if (!holds(scopes, scope)) fail({ code: 'missing_scope', scope })
  await commit(
    core.db,
    endAllStatements(core, sql`${number}`, null),
    core.db.all(sql`SELECT 1 AS ended WHERE NOT EXISTS
      (SELECT 1 FROM sessions WHERE account_number = ${number})`),
    (rows) => rows.length > 0,
  )
}

/**
 * Ends every session and grant of the viewer's account but their own. Done twice, the second ends
 * nothing more. Fails with not_authenticated when their own has ended meanwhile. One round trip.
 */
export async function endOtherSessions(core: Core, viewer: Viewer): Promise<void> {
  const { number } = viewer.account
  const mine = sql`(SELECT number FROM accounts WHERE number = ${number} AND changed_by = ${core.requestId})`
  const [ended] = await commit(
    core.db,
    [
      core.db.run(sql`UPDATE accounts SET changed_by = ${core.requestId}, ${movedEpoch}
        WHERE number = ${number} AND ${isAlive(core, viewer)}`),
      endFormerStatement(core, mine, viewer.session.tokenHash),
    ],
    core.db.all(sql`SELECT 1 FROM accounts WHERE number = ${mine}`),
    (rows) => rows.length > 0,
  )
  if (!ended) fail({ code: 'not_authenticated' })
}
