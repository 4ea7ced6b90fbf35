import { commit } from '../storage/database'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { fail } from './errors'
import { deleteOwnRows } from './own-rows'
import { isAlive, type Viewer } from './sessions'
import { failUntil, hourlyQuota, isReserved, isUsedUp, reserve, usedUpUntil } from './throttle'

/** Blocking. Who is blocked finds nothing of the other; both stop following each other for good. */

/**
 * Blocks an account, and ends follows and requests between the two in the same batch. Fails with
 * same_account, account_not_found and too_many_attempts over the hourly quota; an account that has blocked
 * the viewer is found here, because people must be able to block each other. Repeated, it changes nothing.
 */
export async function block(core: Core, viewer: Viewer, id: string): Promise<void> {
  if (id === viewer.account.id) fail({ code: 'same_account' })
  const own = sql`${viewer.account.number}`
  const other = sql`(SELECT number FROM accounts WHERE id = ${id} AND disabled_at IS NULL)`
  const isBlocked = sql`EXISTS (SELECT 1 FROM blocks
    WHERE blocker_number = ${own} AND blocked_number = ${other})`
  const mayAct = isAlive(core, viewer)
  const quota = hourlyQuota(sql`'blocks:' || ${own}`, core.settings.blocksPerHour)
  const isCounted = core.settings.throttle ? isReserved(core, quota) : sql`1`
  const [found] = await commit(
    core.db,
    [
      // First, as what is blocked already counts nothing: not when the batch is repeated either.
      reserve(
        core,
        quota,
        sql`${other} IS NOT NULL AND NOT ${isBlocked} AND ${mayAct} AND NOT ${isUsedUp(core, quota)}`,
      ),
      core.db.run(sql`INSERT INTO blocks (blocker_number, blocked_number, blocked_at)
        SELECT ${own}, number, ${core.now} FROM accounts
        WHERE number = ${other} AND ${mayAct} AND ${isCounted} ON CONFLICT DO NOTHING`),
      core.db.run(sql`DELETE FROM follows WHERE ${mayAct} AND ${isBlocked} AND
        (follower_number, followed_number) IN (VALUES (${own}, ${other}), (${other}, ${own}))`),
    ],
    core.db.all<{ isMade: number; fullUntil: number | null }>(sql`SELECT ${isBlocked} AS isMade,
      ${usedUpUntil(core, quota)} AS fullUntil FROM accounts WHERE number = ${other}`),
    ([row]) => row?.isMade === 1,
  )
  if (!found) fail({ code: 'account_not_found' })
  if (found.isMade) return
  if (found.fullUntil !== null) failUntil(core, found.fullUntil)
  fail({ code: 'not_authenticated' })
}

/** Takes a block away. Whatever the id is, afterwards there is none; it says nothing about others. */
export async function unblock(core: Core, viewer: Viewer, id: string): Promise<void> {
  const own = sql`blocks WHERE blocker_number = ${viewer.account.number}
    AND blocked_number = (SELECT number FROM accounts WHERE id = ${id})`
  await deleteOwnRows(core, viewer, own)
}
