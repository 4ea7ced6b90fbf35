import type { SQL } from 'drizzle-orm'
import { newId } from '../crypto/random'
import { newSigningSecret } from '../crypto/webhook-signature'
import { commit, type Query } from '../storage/database'
import { sql } from '../storage/sql'
import { isAdministering, requireAdministrator } from './administrators'
import { type Act, audit } from './audit'
import type { Core } from './context'
import { fail, failInput } from './errors'
import { requireRecentAuthentication } from './reauthentication'
import { authenticate, type Caller, type Viewer } from './sessions'
import { isReachable } from './webhook-addresses'

/**
 * Who is told of what happens here: addresses that administrators add. What is told is written by triggers
 * (migrations/0013_webhook_events.sql) and sent by webhook-deliveries.ts.
 */

/** Everything that can be told, by the names that the triggers write. */
export const eventTypes = [
  'account.created',
  'account.updated',
  'account.email_confirmed',
  'account.password_changed',
  'account.disabled',
  'account.enabled',
  'account.deleted',
  'follow.requested',
  'follow.created',
  'follow.deleted',
  'block.created',
  'block.deleted',
] as const

/** A Worker has six connections at once: each webhook has one of its own, so that none waits for another. */
export const webhooksMax = 5

/** Counting ends here, so that a list costs the same however much waits. */
export const countedMax = 1000

export interface ListedWebhook {
  readonly webhookId: string
  readonly url: string
  /** The types that it asked for; empty for all. */
  readonly eventTypes: readonly string[]
  readonly addedAt: number
  readonly pausedAt: number | null
  /** How many deliveries are still to be sent, counted up to `countedMax`. */
  readonly waiting: number
  /** How many were tried for the last time, counted up to `countedMax`. */
  readonly givenUp: number
}

/** A delivery that was tried for the last time. */
export interface DeadLetter {
  readonly deliveryId: string
  readonly eventType: string
  readonly happenedAt: number
  readonly givenUpAt: number
  readonly lastProblem: string | null
}

export const secretPurpose = 'webhook'

/**
 * Adds an address, and gives the secret that its messages are signed with, which nobody can read again.
 * Without types it is told everything. Fails with forbidden, reauthentication_required and invalid_input:
 * `url`, `eventTypes`, or `webhooks` where there are `webhooksMax` already. Two round trips with the verdict.
 */
export async function addWebhook(
  core: Core,
  viewer: Viewer,
  input: { url: string; eventTypes: readonly string[] },
): Promise<{ webhookId: string; secret: string }> {
  requireAdministrator(viewer)
  await requireRecentAuthentication(core, viewer, null)
  if (!isReachable(core, input.url)) failInput([{ field: 'url', rule: 'unusable' }])
  const known: readonly string[] = eventTypes
  if (!input.eventTypes.every((type) => known.includes(type))) {
    failInput([{ field: 'eventTypes', rule: 'unusable' }])
  }
  // Like no account's id, so that the audit trail tells them apart.
  const webhookId = `wh_${newId(core.now)}`
  const url = new URL(input.url).href
  const secret = newSigningSecret()
  const sealed = await core.keys.seal(secretPurpose, secret, webhookId)
  const types = JSON.stringify([...new Set(input.eventTypes)])
  const isMade = sql`EXISTS (SELECT 1 FROM webhooks WHERE webhook_id = ${webhookId})`
  const isFull = sql`((SELECT COUNT(*) FROM webhooks WHERE removed_at IS NULL) >= ${webhooksMax})`
  const [outcome] = await commit(
    core.db,
    [
      core.db.run(sql`INSERT INTO webhooks (webhook_id, url, signing_secret, event_types, added_at)
        SELECT ${webhookId}, ${url}, ${sealed}, ${types}, ${core.now}
        WHERE NOT ${isFull} AND ${isAdministering(core, viewer)}
        ON CONFLICT DO NOTHING`),
      auditOnWebhook(core, viewer, { act: 'webhook_added', webhookId }, isMade),
    ],
    core.db.all<{ isMade: number; isFull: number }>(sql`SELECT ${isMade} AS isMade,
      ${isFull} AS isFull`),
    ([row]) => row?.isMade === 1,
  )
  if (outcome?.isMade) return { webhookId, secret }
  if (outcome?.isFull) failInput([{ field: 'webhooks', rule: 'too_long' }])
  fail({ code: 'not_authenticated' })
}

interface WebhookRow extends Omit<ListedWebhook, 'eventTypes'> {
  readonly eventTypes: string
}

function webhooksWhere(core: Core, condition: SQL): Query<WebhookRow[]> {
  const counted = (which: SQL) => sql`(SELECT COUNT(*) FROM (SELECT 1 FROM webhook_deliveries
    WHERE webhook_deliveries.webhook_id = webhooks.webhook_id AND ${which} LIMIT ${countedMax}))`
  return core.db.all(sql`SELECT webhook_id AS webhookId, url, event_types AS eventTypes,
      added_at AS addedAt, paused_at AS pausedAt,
      ${counted(sql`given_up_at IS NULL`)} AS waiting,
      ${counted(sql`given_up_at IS NOT NULL`)} AS givenUp
    FROM webhooks WHERE removed_at IS NULL AND ${condition} ORDER BY webhook_id`)
}

function toListed(row: WebhookRow): ListedWebhook {
  return { ...row, eventTypes: JSON.parse(row.eventTypes) as string[] }
}

/** Every webhook, the oldest first, without its secret. Fails with forbidden. One round trip. */
export async function listWebhooks(
  core: Core,
  caller: Caller,
): Promise<{ viewer: Viewer; webhooks: readonly ListedWebhook[] }> {
  const { viewer, rows } = await authenticate(core, caller, webhooksWhere(core, sql`1`))
  requireAdministrator(viewer)
  return { viewer, webhooks: rows[0].map(toListed) }
}

/**
 * A webhook and what it never took, the latest first; null for one that is not there. Fails with
 * forbidden. One round trip.
 */
export async function listDeadLetters(
  core: Core,
  caller: Caller,
  { webhookId, limit }: { webhookId: string; limit: number },
): Promise<{
  viewer: Viewer
  webhook: ListedWebhook | null
  deadLetters: readonly DeadLetter[]
}> {
  const { viewer, rows } = await authenticate(
    core,
    caller,
    webhooksWhere(core, sql`webhook_id = ${webhookId}`),
    core.db.all<DeadLetter>(sql`SELECT delivery_id AS deliveryId, event_type AS eventType,
      happened_at AS happenedAt, given_up_at AS givenUpAt, last_problem AS lastProblem
      FROM webhook_deliveries WHERE webhook_id = ${webhookId} AND given_up_at IS NOT NULL
      ORDER BY given_up_at DESC LIMIT ${limit}`),
  )
  requireAdministrator(viewer)
  const [[webhook], deadLetters] = rows
  return { viewer, webhook: webhook ? toListed(webhook) : null, deadLetters }
}

/**
 * Stops sending to a webhook, or goes on. What happens meanwhile waits for it, up to thirty days. One that
 * is not there is left alone; done twice, it changes nothing. Fails with forbidden. One round trip.
 */
export async function setPaused(
  core: Core,
  viewer: Viewer,
  { webhookId, isPaused }: { webhookId: string; isPaused: boolean },
): Promise<void> {
  const which = sql`webhook_id = ${webhookId} AND removed_at IS NULL
    AND (paused_at IS NULL) = ${isPaused ? 1 : 0}`
  await commitAct(core, viewer, webhookId, {
    act: isPaused ? 'webhook_paused' : 'webhook_resumed',
    change: sql`UPDATE webhooks SET paused_at = ${isPaused ? core.now : null}, failing_since = NULL
      WHERE ${which}`,
    toDo: sql`webhooks WHERE ${which}`,
  })
}

/**
 * Forgets a webhook with all that waits for it; where that is much, cron deletes the rest. One that is not
 * there is gone already. Fails with forbidden and reauthentication_required. One round trip.
 */
export async function removeWebhook(core: Core, viewer: Viewer, webhookId: string): Promise<void> {
  requireAdministrator(viewer)
  await requireRecentAuthentication(core, viewer, null)
  const which = sql`webhook_id = ${webhookId} AND removed_at IS NULL`
  await commitAct(core, viewer, webhookId, {
    act: 'webhook_removed',
    change: sql`UPDATE webhooks SET removed_at = ${core.now} WHERE ${which}`,
    toDo: sql`webhooks WHERE ${which}`,
    after: deleteRemoved(core, 1000),
  })
}

/**
 * Deletes what waits for webhooks that were removed, `rowsMax` at most, and each that nothing waits for any
 * more: all at once would take longer than D1 lets a statement run.
 */
export function deleteRemoved(core: Core, rowsMax: number): [Query<D1Result>, Query<D1Result>] {
  return [
    core.db.run(sql`DELETE FROM webhook_deliveries WHERE rowid IN
      (SELECT rowid FROM webhook_deliveries WHERE webhook_id IN
        (SELECT webhook_id FROM webhooks WHERE removed_at IS NOT NULL) LIMIT ${rowsMax})`),
    core.db.run(sql`DELETE FROM webhooks WHERE removed_at IS NOT NULL AND NOT EXISTS
      (SELECT 1 FROM webhook_deliveries WHERE webhook_deliveries.webhook_id = webhooks.webhook_id)`),
  ]
}

/**
 * Sends what was given up again, from the first try: one delivery, or with null all of a webhook. What was
 * sent again already, or is gone, is left alone. Fails with forbidden. One round trip.
 */
export async function redeliver(
  core: Core,
  viewer: Viewer,
  { webhookId, deliveryId }: { webhookId: string; deliveryId: string | null },
): Promise<void> {
  const one = deliveryId === null ? sql`1` : sql`delivery_id = ${deliveryId}`
  const which = sql`webhook_id IN
    (SELECT webhook_id FROM webhooks WHERE webhook_id = ${webhookId} AND removed_at IS NULL)
    AND given_up_at IS NOT NULL AND ${one}`
  await commitAct(core, viewer, webhookId, {
    act: 'webhook_redelivered',
    change: sql`UPDATE webhook_deliveries SET given_up_at = NULL, tries = 0, due_at = ${core.now}
      WHERE ${which}`,
    toDo: sql`webhook_deliveries WHERE ${which}`,
  })
}

/**
 * Makes a change with its entry in the audit trail, where a row of `toDo`, a table with a condition, asks for
 * it. Where one still does afterwards, the session or the role has ended meanwhile.
 */
async function commitAct(
  core: Core,
  viewer: Viewer,
  webhookId: string,
  done: { act: Act; change: SQL; toDo: SQL; after?: readonly Query[] },
): Promise<void> {
  requireAdministrator(viewer)
  const may = isAdministering(core, viewer)
  const isToDo = sql`EXISTS (SELECT 1 FROM ${done.toDo})`
  const [state] = await commit(
    core.db,
    [
      auditOnWebhook(core, viewer, { act: done.act, webhookId }, sql`${isToDo} AND ${may}`),
      core.db.run(sql`${done.change} AND ${may}`),
      ...(done.after ?? []),
    ],
    core.db.all<{ isToDo: number }>(sql`SELECT ${isToDo} AS isToDo`),
    ([row]) => row?.isToDo === 0,
  )
  if (state?.isToDo === 1) fail({ code: 'not_authenticated' })
}

/**
 * Keeps an act on a webhook, provided that `when` holds. It is called by its host: its path may be what keeps
 * others from using the address.
 */
export function auditOnWebhook(
  core: Core,
  viewer: Viewer | null,
  { act, webhookId, detail }: { act: Act; webhookId: string; detail?: string },
  when: SQL,
): Query {
  const host = sql`(SELECT substr(host, 1, instr(host, '/') - 1) FROM
    (SELECT substr(url, instr(url, '://') + 3) AS host FROM webhooks WHERE webhook_id = ${webhookId}))`
  const done = { act, subjectId: webhookId, subjectName: host, detail: detail ?? null }
  return audit(core, viewer, done, when)
}
