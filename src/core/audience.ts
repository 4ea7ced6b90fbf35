import type { SQL } from 'drizzle-orm'
import { sql } from '../storage/sql'

/**
 * Who sees what of whom, as conditions in SQL, so that a query that may not show something does not
 * read it either. They stand in statements over the table accounts; other names are account numbers in
 * SQL, and a viewer that is NULL is nobody signed in.
 */

/** Whether one account has blocked the other. */
function hasBlocked(blocker: SQL, blocked: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM blocks
    WHERE blocker_number = ${blocker} AND blocked_number = ${blocked})`
}

/** Whether either of two accounts has blocked the other: neither finds the other by looking around. */
export function areApart(one: SQL, other: SQL): SQL {
  return sql`(${hasBlocked(one, other)} OR ${hasBlocked(other, one)})`
}

/** Whether a viewer who asks for the account of the row by name or id is told that there is one. */
export function isKnownTo(viewer: SQL): SQL {
  return sql`(accounts.disabled_at IS NULL AND NOT ${hasBlocked(sql`accounts.number`, viewer)})`
}

/** Whether a viewer meets the account of the row in lists and searches. */
export function isShownTo(viewer: SQL): SQL {
  return sql`(accounts.disabled_at IS NULL AND NOT ${areApart(sql`accounts.number`, viewer)})`
}

/** Whether a viewer may look through the lists of the account of the row, provided that they know it. */
export function isOpenTo(viewer: SQL): SQL {
  return sql`(NOT accounts.is_private OR accounts.number IS ${viewer} OR EXISTS (SELECT 1 FROM follows
    WHERE follower_number = ${viewer} AND followed_number = accounts.number AND approved))`
}
