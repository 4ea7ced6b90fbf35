import { sql } from 'drizzle-orm'
import {
  check,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  unique,
} from 'drizzle-orm/sqlite-core'
import { accounts } from './schema'

/** The tables between accounts. */

/**
 * Who follows whom, and who has asked to. Triggers keep the counts of both accounts, so rows are
 * only ever inserted, updated and deleted, never replaced.
 */
export const follows = sqliteTable(
  'follows',
  {
    /** 24 hex digits that begin with `followedAt`; made in core/entry-ids.ts. */
    entryId: text('entry_id').primaryKey(),
    followerNumber: integer('follower_number')
      .notNull()
      .references(() => accounts.number, { onDelete: 'cascade' }),
    followedNumber: integer('followed_number')
      .notNull()
      .references(() => accounts.number, { onDelete: 'cascade' }),
    /** False while a private account has not yet said yes. */
    approved: integer('approved', { mode: 'boolean' }).notNull(),
    /** No two entries of one account share a millisecond, so that pages can be cut between them. */
    followedAt: integer('followed_at').notNull(),
  },
  (t) => [
    unique('follows_pair').on(t.followerNumber, t.followedNumber),
    index('follows_followers').on(t.followedNumber, t.approved, t.followedAt),
    index('follows_following').on(t.followerNumber, t.approved, t.followedAt),
    check('follows_not_oneself', sql`${t.followerNumber} <> ${t.followedNumber}`),
  ],
)

export const blocks = sqliteTable(
  'blocks',
  {
    blockerNumber: integer('blocker_number')
      .notNull()
      .references(() => accounts.number, { onDelete: 'cascade' }),
    blockedNumber: integer('blocked_number')
      .notNull()
      .references(() => accounts.number, { onDelete: 'cascade' }),
    blockedAt: integer('blocked_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.blockerNumber, t.blockedNumber] }),
    index('blocks_blocked').on(t.blockedNumber),
    check('blocks_not_oneself', sql`${t.blockerNumber} <> ${t.blockedNumber}`),
  ],
)

/** What an account may hand to people whom it invites; each counts once. */
export const inviteCodes = sqliteTable(
  'invite_codes',
  {
    code: text('code').primaryKey(),
    inviterNumber: integer('inviter_number')
      .notNull()
      .references(() => accounts.number, { onDelete: 'cascade' }),
    slot: integer('slot').notNull(),
    /** The id of the account that was made with it. It stays when that account goes: used is used. */
    inviteeId: text('invitee_id'),
    madeAt: integer('made_at').notNull(),
    changedAt: integer('changed_at').notNull(),
  },
  (t) => [
    unique('invite_codes_slot').on(t.inviterNumber, t.slot),
    index('invite_codes_invitee').on(t.inviteeId),
  ],
)
