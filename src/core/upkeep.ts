import type { SQL } from 'drizzle-orm'
import { idsFrom } from '../crypto/random'
import { run } from '../storage/database'
import { expiredCodeKeptMs } from '../storage/reset-records'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { rotateKeys } from './oauth/signing-keys'
import { oweForgetting } from './outbox'
import { sweepAbandonedUploads } from './uploads'
import { deleteRemoved } from './webhooks'

/**
 * Sweeping out what has expired. Nothing depends on it: whatever is past its time is already
 * refused by the statement that reads it.
 */

const rowsPerSweep = 1000
/** Every event has one for each webhook, so these may be more than all others. */
const deliveriesPerSweep = 10_000
const roundsMax = 20
/** How long a tag is kept that nobody uses. */
const unusedTagMs = 24 * 60 * 60 * 1000
const usedCodeKeptMs = 24 * 60 * 60 * 1000
/** How long what a webhook did not take is kept, whether it was given up or waits for one that is paused. */
const deliveryKeptMs = 30 * 24 * 60 * 60 * 1000
/** 400 days, so that a season can be held against the one before. */
const recordKeptMs = 9600 * 60 * 60 * 1000

/** Deletes what has expired, up to 20,000 rows of each table, of deliveries ten times as many. Two round trips, and one for each 1,000 rows. */
export async function sweepExpired(core: Core): Promise<void> {
  await sweepAbandonedUploads(core)
  await rotateKeys(core)
  for (let round = 0; round < roundsMax; round += 1) {
    const [, ...swept] = await run(core.db, ...sweeps(core))
    if (swept.every(({ meta }) => meta.changes < rowsPerSweep)) return
  }
}

function sweeps(core: Core) {
  const { now, settings } = core
  const expired = (table: SQL, isExpired: SQL, rowsMax = rowsPerSweep) => sql`rowid IN
    (SELECT rowid FROM ${table} WHERE ${isExpired} LIMIT ${rowsMax})`
  const sweep = (table: SQL, isExpired: SQL, rowsMax?: number) =>
    core.db.run(sql`DELETE FROM ${table} WHERE ${expired(table, isExpired, rowsMax)}`)
  const sweepDeliveries = (isExpired: SQL) =>
    sweep(
      sql`webhook_deliveries`,
      sql`webhook_id IN (SELECT webhook_id FROM webhooks) AND ${isExpired}`,
      deliveriesPerSweep,
    )
  const deliveriesUntil = now - deliveryKeptMs
  const historyUntil = now - settings.loginHistorySeconds * 1000
  const isEnded = sql`idle_expires_at <= ${now}`
  return [
    oweForgetting(core, expired(sql`sessions`, isEnded)),
    sweep(sql`sessions`, isEnded),
    sweep(sql`challenges`, sql`expires_at <= ${now}`),
    sweep(sql`codes`, sql`expires_at <= ${now - expiredCodeKeptMs}`),
    sweep(sql`throttles`, sql`expires_at <= ${now}`),
    sweep(sql`known_sources`, sql`seen_at <= ${now - settings.knownSourceSeconds * 1000}`),
    // Found by their ids, which know whole seconds.
    sweep(sql`login_history`, sql`id < ${idsFrom(historyUntil + 1000)} AND at <= ${historyUntil}`),
    sweep(sql`revoked_tokens`, sql`expires_at <= ${now}`),
    // Kept for a day, so that a code that is shown again is still known for what it is.
    sweep(sql`authorization_codes`, sql`expires_at <= ${now - usedCodeKeptMs}`),
    sweep(sql`pushed_requests`, sql`expires_at <= ${now}`),
    sweep(sql`refresh_tokens`, sql`refresh_expires_at <= ${now}`),
    sweep(sql`deployment_checks`, sql`expires_at <= ${now}`),
    sweepDeliveries(sql`given_up_at <= ${deliveriesUntil}`),
    sweepDeliveries(sql`given_up_at IS NULL AND due_at <= ${deliveriesUntil}`),
    ...deleteRemoved(core, deliveriesPerSweep),
    sweep(sql`tags`, sql`entry_count = 0 AND tagged_at <= ${now - unusedTagMs}`),
    sweep(sql`audit_entries`, sql`at <= ${now - recordKeptMs}`),
    sweep(sql`hourly_figures`, sql`hour <= ${now - recordKeptMs}`),
    sweep(sql`held_usernames`, sql`held_until <= ${now}`),
    // Names of before, which would wait for as long as nobody changes theirs.
    core.db.run(sql`DELETE FROM account_search_pending`),
  ] as const
}
