import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { accounts } from './schema'

/**
 * Who moved in from another system, so that nobody is moved in twice, nor again after they have left:
 * a row outlives its account, and names nobody then. `npm run import` writes it.
 */
export const movedIn = sqliteTable(
  'moved_in',
  {
    /** A digest of the other system's name and the id that the person had there. */
    origin: text('origin').primaryKey(),
    accountNumber: integer('account_number').references(() => accounts.number, {
      onDelete: 'set null',
    }),
    movedInAt: integer('moved_in_at').notNull(),
  },
  (t) => [index('moved_in_account').on(t.accountNumber)],
)
