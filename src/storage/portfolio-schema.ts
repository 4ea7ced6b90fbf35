import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'
import { accounts } from './schema'

/** The tables of what people say they can do, and of whom others keep in mind. */

const account = () =>
  integer('account_number')
    .notNull()
    .references(() => accounts.number, { onDelete: 'cascade' })

/** Words that people describe themselves with; a trigger counts who does. */
export const tags = sqliteTable(
  'tags',
  {
    tagId: text('tag_id').primaryKey(),
    tagKey: text('tag_key').notNull().unique(),
    tagName: text('tag_name').notNull(),
    entryCount: integer('entry_count').notNull().default(0),
    taggedAt: integer('tagged_at').notNull(),
  },
  (t) => [index('tags_unused').on(t.taggedAt).where(sql`${t.entryCount} = 0`)],
)

export const accountTags = sqliteTable(
  'account_tags',
  {
    accountNumber: account(),
    tagId: text('tag_id')
      .notNull()
      .references(() => tags.tagId),
    /** The place in the person's own order. */
    position: integer('position').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.accountNumber, t.tagId] }),
    index('account_tags_tag').on(t.tagId, t.accountNumber),
  ],
)

/** How far accounts have come, where they have; of the rest the view `shown_achievements` tells. */
export const achievements = sqliteTable(
  'achievements',
  {
    achievementId: text('achievement_id').primaryKey(),
    accountNumber: account(),
    achievement: text('achievement', {
      enum: ['five-star', 'referral', 'review', 'squad'],
    }).notNull(),
    achieved: integer('achieved').notNull().default(0),
    startedAt: integer('started_at').notNull(),
    advancedAt: integer('advanced_at').notNull(),
  },
  (t) => [unique('achievements_account').on(t.accountNumber, t.achievement)],
)

/** By whose code an account came. Rows without a referrer are of when each account had one. */
export const referrals = sqliteTable(
  'referrals',
  {
    accountNumber: account().primaryKey(),
    /** The account's own, which its row has as well: older Workers look for it here. */
    referralCode: text('referral_code').notNull().unique(),
    referrerNumber: integer('referrer_number').references(() => accounts.number, {
      onDelete: 'set null',
    }),
  },
  (t) => [
    index('referrals_referrer').on(t.referrerNumber).where(sql`${t.referrerNumber} IS NOT NULL`),
  ],
)

export const bookmarks = sqliteTable(
  'bookmarks',
  {
    bookmarkId: text('bookmark_id').primaryKey(),
    accountNumber: account(),
    bookmarkedNumber: integer('bookmarked_number')
      .notNull()
      .references(() => accounts.number, { onDelete: 'cascade' }),
    bookmarkedAt: integer('bookmarked_at').notNull(),
  },
  (t) => [
    unique('bookmarks_pair').on(t.accountNumber, t.bookmarkedNumber),
    index('bookmarks_bookmarked').on(t.bookmarkedNumber),
  ],
)
