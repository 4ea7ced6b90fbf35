import { type SQL, sql } from 'drizzle-orm'

/**
 * Who sees what of whom, as conditions in SQL, so that a query that may not show something does not
 * read it either. All names are account numbers in SQL; a viewer that is NULL is nobody signed in.
 */

/** Whether one account has blocked the other. */
export function hasBlocked(blocker: SQL, blocked: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM blocks
    WHERE blocker_number = ${blocker} AND blocked_number = ${blocked})`
}

/** Whether either of two accounts has blocked the other: neither finds the other by looking around. */
export function areApart(one: SQL, other: SQL): SQL {
  return sql`(${hasBlocked(one, other)} OR ${hasBlocked(other, one)})`
}

/** An account in SQL: the columns that its audience depends on. */
export interface Subject {
  readonly number: SQL
  readonly disabledAt: SQL
  readonly isPrivate: SQL
}

export const subjectColumns: Subject = {
  number: sql`accounts.number`,
  disabledAt: sql`accounts.disabled_at`,
  isPrivate: sql`accounts.is_private`,
}

/** Whether a viewer who asks for an account by name or id is told that there is one. */
export function isKnownTo(viewer: SQL, { number, disabledAt }: Subject = subjectColumns): SQL {
  return sql`(${disabledAt} IS NULL AND NOT ${hasBlocked(number, viewer)})`
}

/** Whether a viewer meets an account in lists and searches. */
export function isShownTo(viewer: SQL, { number, disabledAt }: Subject = subjectColumns): SQL {
  return sql`(${disabledAt} IS NULL AND NOT ${areApart(number, viewer)})`
}

/** Whether a viewer may look through an account's lists, provided that they know it. */
export function isOpenTo(viewer: SQL, { number, isPrivate }: Subject = subjectColumns): SQL {
  return sql`(NOT ${isPrivate} OR ${number} IS ${viewer} OR EXISTS (SELECT 1 FROM follows
    WHERE follower_number = ${viewer} AND followed_number = ${number} AND approved))`
}
