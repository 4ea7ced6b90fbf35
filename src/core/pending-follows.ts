import type { SQL } from 'drizzle-orm'
import { type Query, run } from '../storage/database'
import { sql } from '../storage/sql'
import type { Core } from './context'

/**
 * Saying yes to everybody who waits for an account that has become public. They may be hundreds of thousands,
 * and each is counted and told to webhooks: so it is done in pieces, the first with the change itself and
 * the others by cron.
 */

const approvedAtOnce = 1000
const piecesPerRun = 10

/** Whether somebody waits for an account that is public, which `number` is in SQL. */
function pendingAt(number: SQL): SQL {
  return sql`follows WHERE followed_number = ${number} AND NOT approved
    AND EXISTS (SELECT 1 FROM accounts WHERE accounts.number = ${number} AND NOT is_private)`
}

/** Says yes to a thousand of those who asked, once the account is public; `number` is its number in SQL. */
export function approvePending(core: Core, number: SQL): Query<D1Result> {
  return core.db.run(sql`UPDATE follows SET approved = 1 WHERE entry_id IN
    (SELECT entry_id FROM ${pendingAt(number)} LIMIT ${approvedAtOnce})`)
}

/** Owes the others a yes, if there are any. */
export function oweApproval(core: Core, number: SQL): Query {
  return core.db.run(sql`INSERT INTO outbox (id, kind, target, payload, created_at, due_at)
    SELECT ${`approve ${core.requestId}`}, 'approve', ${number}, '', ${core.now}, ${core.now}
    WHERE EXISTS (SELECT 1 FROM ${pendingAt(number)}) ON CONFLICT (id) DO NOTHING`)
}

/** Does what is owed; false where some still wait. A round trip for each piece. */
export async function approveOwed(core: Core, number: number): Promise<boolean> {
  for (let piece = 0; piece < piecesPerRun; piece += 1) {
    const [{ meta }] = await run(core.db, approvePending(core, sql`${number}`))
    if (meta.changes < approvedAtOnce) return true
  }
  return false
}
