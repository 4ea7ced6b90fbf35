import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** The tables of whoever runs the place. */

/** Tokens of one use that `npm run deploy` puts here, so that nobody else can ask for a check. */
export const deploymentChecks = sqliteTable(
  'deployment_checks',
  {
    tokenHash: text('token_hash').primaryKey(),
    expiresAt: integer('expires_at').notNull(),
  },
  (t) => [index('deployment_checks_expires').on(t.expiresAt)],
)
