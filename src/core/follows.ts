import type { SQL } from 'drizzle-orm'
import { commit } from '../storage/database'
import { sql } from '../storage/sql'
import { areApart, isKnownTo } from './audience'
import type { Core } from './context'
import { entryIdAt, newEntryTail } from './entry-ids'
import { fail } from './errors'
import { deleteOwnRows } from './own-rows'
import { authenticate, type Caller, isAlive, ownNumber, type Viewer } from './sessions'
import { failUntil, hourlyQuota, isReserved, isUsedUp, reserve } from './throttle'

/**
 * Following, and asking a private account to be followed. Each change is one statement that decides
 * by the rows as they are then; triggers keep the counts. Every one may be repeated.
 */

export type FollowOutcome = 'following' | 'requested' | 'already'

/** When the latest entry on one side of an account was made, in SQL: two look-ups in an index. */
function latest(side: SQL, number: SQL): SQL {
  const of = (approved: SQL) =>
    sql`COALESCE((SELECT MAX(followed_at) FROM follows WHERE ${side} = ${number} AND approved = ${approved}), 0)`
  return sql`${of(sql`0`)}, ${of(sql`1`)}`
}

/**
 * Follows an account, or asks to where it is private. Fails with same_account, account_not_found,
 * blocked in either direction, and too_many_attempts over the hourly quota.
 */
export async function follow(core: Core, viewer: Viewer, id: string): Promise<FollowOutcome> {
  if (id === viewer.account.id) fail({ code: 'same_account' })
  const own = sql`${viewer.account.number}`
  const followed = sql`accounts.number`
  const tail = newEntryTail()
  const quota = hourlyQuota(sql`'follows:' || ${own}`, core.settings.followsPerHour)
  const isFull = isUsedUp(core, quota)
  const isMine = sql`EXISTS (SELECT 1 FROM follows WHERE follower_number = ${own}
    AND followed_number = (SELECT number FROM accounts WHERE id = ${id}) AND entry_id LIKE ${`%${tail}`})`
  // A millisecond later than any entry of either account, so that none is lost between two pages.
  const at = sql`MAX(${core.now}, 1 + MAX(${latest(sql`followed_number`, followed)},
    ${latest(sql`follower_number`, own)}))`

  const [found] = await commit(
    core.db,
    [
      core.db.run(sql`INSERT INTO follows (entry_id, follower_number, followed_number, approved, followed_at)
        SELECT ${entryIdAt(sql`made.at`, tail)}, ${own}, made.number, NOT made.is_private, made.at
        FROM (SELECT number, is_private, ${at} AS at FROM accounts
          WHERE id = ${id} AND disabled_at IS NULL AND NOT ${areApart(followed, own)}) AS made
        WHERE ${isAlive(core, viewer)} AND NOT ${isFull} ON CONFLICT DO NOTHING`),
      // Sent again after a lost connection, it is still one follow.
      reserve(core, quota, sql`${isMine} AND NOT ${isReserved(core, quota)}`),
    ],
    core.db.all<{
      entryId: string | null
      approved: number | null
      isApart: number
      fullUntil: number | null
    }>(sql`SELECT entry_id AS entryId, approved, ${areApart(followed, own)} AS isApart,
      (SELECT expires_at FROM throttles WHERE key = ${quota.key} AND ${isFull}) AS fullUntil
      FROM accounts LEFT JOIN follows ON follower_number = ${own} AND followed_number = accounts.number
      WHERE accounts.id = ${id} AND disabled_at IS NULL`),
    ([row]) => row?.entryId?.endsWith(tail) === true,
  )
  if (!found) fail({ code: 'account_not_found' })
  if (found.isApart) fail({ code: 'blocked' })
  if (found.entryId === null) {
    if (found.fullUntil !== null) failUntil(core, found.fullUntil)
    fail({ code: 'not_authenticated' })
  }
  if (!found.entryId.endsWith(tail)) return 'already'
  return found.approved ? 'following' : 'requested'
}

/** Stops following, or withdraws the request. Whatever the id is, afterwards there is neither. */
export async function unfollow(core: Core, viewer: Viewer, id: string): Promise<void> {
  const own = sql`follows WHERE follower_number = ${viewer.account.number}
    AND followed_number = (SELECT number FROM accounts WHERE id = ${id})`
  await deleteOwnRows(core, viewer, own)
}

/**
 * Says yes to somebody who asked to follow the viewer. Fails with follow_not_found for anything else,
 * whether or not it exists.
 */
export async function acceptFollow(core: Core, viewer: Viewer, entryId: string): Promise<void> {
  const asked = sql`entry_id = ${entryId} AND followed_number = ${viewer.account.number}`
  const [entry] = await commit(
    core.db,
    [
      core.db.run(sql`UPDATE follows SET approved = 1
        WHERE ${asked} AND NOT approved AND ${isAlive(core, viewer)}`),
    ],
    core.db.all<{ approved: number }>(sql`SELECT approved FROM follows WHERE ${asked}`),
    ([row]) => row?.approved === 1,
  )
  if (!entry) fail({ code: 'follow_not_found' })
  if (!entry.approved) fail({ code: 'not_authenticated' })
}

/**
 * Ends a follow or a request by its entry, from either side. Fails with follow_not_found for
 * anybody else's, and for one that is gone already.
 */
export async function removeFollow(core: Core, viewer: Viewer, entryId: string): Promise<void> {
  const { number } = viewer.account
  const isOurs = sql`entry_id = ${entryId} AND ${number} IN (follower_number, followed_number)`
  const [claim] = await commit(
    core.db,
    [
      // The entry itself cannot tell afterwards who removed it, so the account remembers.
      core.db.run(sql`UPDATE accounts SET changed_by = ${core.requestId} WHERE number = ${number}
        AND EXISTS (SELECT 1 FROM follows WHERE ${isOurs}) AND ${isAlive(core, viewer)}`),
      core.db.run(sql`DELETE FROM follows WHERE ${isOurs} AND EXISTS
        (SELECT 1 FROM accounts WHERE number = ${number} AND changed_by = ${core.requestId})`),
    ],
    core.db.all<{ isMade: number; isLeft: number }>(sql`SELECT
      changed_by IS ${core.requestId} AS isMade,
      EXISTS (SELECT 1 FROM follows WHERE ${isOurs}) AS isLeft
      FROM accounts WHERE number = ${number}`),
    ([row]) => row?.isMade === 1,
  )
  if (claim?.isMade) return
  fail({ code: claim?.isLeft ? 'not_authenticated' : 'follow_not_found' })
}

export type FollowStatus = 'none' | 'requested' | 'following'

/** How the caller stands to an account. Fails with account_not_found. One round trip. */
export async function getFollowStatus(core: Core, caller: Caller, id: string) {
  const own = await ownNumber(caller)
  const { rows } = await authenticate(
    core,
    caller,
    core.db.all<{ approved: number | null }>(sql`SELECT approved FROM accounts
      LEFT JOIN follows ON follower_number = ${own} AND followed_number = accounts.number
      WHERE accounts.id = ${id} AND ${isKnownTo(own)}`),
  )
  const [found] = rows[0]
  if (!found) fail({ code: 'account_not_found' })
  if (found.approved === null) return 'none'
  return found.approved ? 'following' : 'requested'
}
