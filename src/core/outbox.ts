import type { SQL } from 'drizzle-orm'
import { newId } from '../crypto/random'
import { type Query, run } from '../storage/database'
import { deleteSessionRecords } from '../storage/session-records'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { composeMail, type Letter } from './mail'
import { approveOwed } from './pending-follows'

/**
 * What is owed to the world outside D1: mails, and KV records to forget; and what one statement would take
 * too long for. The row is written in the batch of the change that owes it and deleted when the work is
 * done, so a crash loses none; a crash in between does it twice.
 */

const sealPurpose = 'outbox'
/** How long one request or one run of cron has a row to itself. */
const leaseMs = 60 * 1000
const retryMsMax = 60 * 60 * 1000
const giveUpMs = 24 * 60 * 60 * 1000
const drainRowsMax = 50

interface Payload {
  readonly letter: Letter
  /** After this the letter says nothing that is still true, and is dropped unsent. */
  readonly uselessAt: number
}

export interface PreparedLetter {
  /** The address that the letter is owed to, in SQL; NULL when it is owed to nobody. */
  readonly owed: SQL
  /** Owes the letter to the address that `recipient`, a SELECT of one column, yields, if it yields one. */
  owe(recipient: SQL): Query
  /** Sends it after the response. Without a recipient the same is done but for the sending. */
  sendSoon(recipient: string | null): void
}

/** `ttlSeconds` is how long the letter is worth sending. */
export async function prepareLetter(
  core: Core,
  letter: Letter,
  ttlSeconds: number = giveUpMs / 1000,
): Promise<PreparedLetter> {
  const id = newId(core.now)
  const payload: Payload = { letter, uselessAt: core.now + ttlSeconds * 1000 }
  const sealed = await core.keys.seal(sealPurpose, JSON.stringify(payload))

  return {
    owed: sql`(SELECT target FROM outbox WHERE id = ${id})`,
    owe: (recipient) =>
      core.db.run(sql`INSERT INTO outbox (id, kind, target, payload, created_at, due_at, tries, leased_by)
        SELECT ${id}, 'mail', owed.address, ${sealed}, ${core.now}, ${core.now + leaseMs}, 1, ${core.requestId}
        FROM (${recipient}) AS owed WHERE owed.address IS NOT NULL
        ON CONFLICT (id) DO NOTHING`),
    sendSoon: (recipient) => core.defer(send(core, id, recipient, letter)),
  }
}

async function send(core: Core, id: string, recipient: string | null, letter: Letter) {
  if (recipient !== null) await deliver(core, recipient, letter)
  await run(core.db, core.db.run(sql`DELETE FROM outbox WHERE id = ${id}`))
}

async function deliver(core: Core, recipient: string, letter: Letter): Promise<void> {
  const { subject, text, html } = composeMail(core.settings, letter)
  await core.mail.send({ from: core.settings.mailFrom, to: recipient, subject, text, html })
}

/** How many keys one row holds: as many as R2 deletes in one call. */
const keysPerRow = 1000

/** What the ids begin with of the rows that a request owes for keys; the first key of each follows. */
export function owedId(core: Core, kind: 'forget' | 'objects'): string {
  return `${kind} ${core.requestId} `
}

/** Owes work on keys, a thousand a row; `keys` is a SELECT of one column `key`. */
function oweKeys(core: Core, kind: 'forget' | 'objects', keys: SQL): Query {
  return core.db.run(sql`INSERT INTO outbox (id, kind, target, payload, created_at, due_at)
    SELECT ${owedId(core, kind)} || MIN(key), ${kind}, json_group_array(key), '', ${core.now}, ${core.now}
    FROM (SELECT key, (row_number() OVER () - 1) / ${keysPerRow} AS chunk FROM (${keys}))
    WHERE 1 GROUP BY chunk ON CONFLICT (id) DO NOTHING`)
}

/** Owes the end of the KV records of sessions; `which` is a condition in SQL. */
export function oweForgetting(core: Core, which: SQL): Query {
  const kept = sql`SELECT token_hash AS key FROM sessions WHERE ${which} AND may_be_in_kv`
  return oweKeys(core, 'forget', kept)
}

/** Owes the deletion of objects in R2; `keys` is a SELECT of one column `key`. */
export function oweObjects(core: Core, keys: SQL): Query {
  return oweKeys(core, 'objects', keys)
}

export interface PlannedRemoval {
  readonly isPlanned: SQL
  /** Owes it, provided that `when` holds. */
  plan(when: SQL): Query
}

/** The deletion of an object that is about to be stored, unless it is called off before `dueAt`. */
export function planRemoval(core: Core, key: string, dueAt: number): PlannedRemoval {
  const id = plannedId(key)
  return {
    isPlanned: sql`EXISTS (SELECT 1 FROM outbox WHERE id = ${id} AND tries = 0)`,
    plan: (when) =>
      core.db.run(sql`INSERT INTO outbox (id, kind, target, payload, created_at, due_at)
        SELECT ${id}, 'objects', ${JSON.stringify([key])}, '', ${core.now}, ${dueAt}
        WHERE ${when} ON CONFLICT (id) DO NOTHING`),
  }
}

/** Calls a planned deletion off, provided that `when` holds. */
export function cancelRemoval(core: Core, key: string, when: SQL): Query {
  return core.db.run(sql`DELETE FROM outbox WHERE id = ${plannedId(key)} AND ${when}`)
}

function plannedId(key: string): string {
  return `objects ${key}`
}

interface OutboxRow {
  readonly id: string
  readonly kind: 'mail' | 'forget' | 'objects' | 'approve'
  readonly target: string
  readonly payload: string
  readonly tries: number
  readonly createdAt: number
}

/** Does what is due, for cron. Returns how much was done and how much must wait. */
export async function drainOutbox(
  core: Core,
): Promise<{ sent: number; failed: number; dropped: number }> {
  const [due] = await run(
    core.db,
    core.db.all<OutboxRow>(sql`UPDATE outbox SET due_at = ${core.now + leaseMs},
      leased_by = ${core.requestId}, tries = tries + 1
      WHERE id IN (SELECT id FROM outbox WHERE due_at <= ${core.now} ORDER BY due_at LIMIT ${drainRowsMax})
      RETURNING id, kind, target, payload, tries, created_at AS createdAt`),
  )
  const outcomes = await Promise.all(due.map((row) => work(core, row)))
  const [first, ...rest] = due.map((row, i) => settle(core, row, outcomes[i] ?? 'failed'))
  if (first) await run(core.db, first, ...rest)
  const count = (kind: Outcome) => outcomes.filter((outcome) => outcome === kind).length
  return { sent: count('sent'), failed: count('failed'), dropped: count('dropped') }
}

/** Of what was begun the next run does more. */
type Outcome = 'sent' | 'begun' | 'failed' | 'dropped'

async function work(core: Core, row: OutboxRow): Promise<Outcome> {
  // Mail loses its worth; an object that nobody deletes is there for ever.
  if (row.kind === 'mail' && row.createdAt + giveUpMs <= core.now) return 'dropped'
  try {
    if (row.kind === 'mail') return await workOnMail(core, row)
    if (row.kind === 'approve')
      return (await approveOwed(core, Number(row.target))) ? 'sent' : 'begun'
    const keys = JSON.parse(row.target) as string[]
    if (row.kind === 'forget') await deleteSessionRecords(core.kv, keys)
    else await core.r2.delete(keys)
    return 'sent'
  } catch {
    return 'failed'
  }
}

async function workOnMail(core: Core, row: OutboxRow): Promise<Outcome> {
  const opened = await core.keys.open(sealPurpose, row.payload)
  // Sealed under a key slot that was removed: nobody can ever read it again.
  if (opened === null) return 'dropped'
  const { letter, uselessAt } = JSON.parse(opened) as Payload
  if (uselessAt <= core.now) return 'dropped'
  await deliver(core, row.target, letter)
  return 'sent'
}

function settle(core: Core, row: OutboxRow, outcome: Outcome): Query {
  if (outcome === 'sent' || outcome === 'dropped')
    return core.db.run(sql`DELETE FROM outbox WHERE id = ${row.id}`)
  const waitMs = outcome === 'begun' ? 0 : Math.min(retryMsMax, 2 ** row.tries * leaseMs)
  return core.db.run(sql`UPDATE outbox SET due_at = ${core.now + waitMs}
    WHERE id = ${row.id} AND leased_by = ${core.requestId}`)
}
