import type { SQL } from 'drizzle-orm'
import { randomBytes } from '../crypto/random'
import { signMessage } from '../crypto/webhook-signature'
import { type Query, run } from '../storage/database'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { auditOnWebhook, secretPurpose } from './webhooks'

/**
 * Sending what webhooks are told, signed by Standard Webhooks 1.0.0. Each is sent at least once and in no
 * promised order: a try that was taken but not noted is repeated under the same id. A webhook has a lane of
 * its own, in which one message is under way at a time.
 */

/** A try to deliver a message, which its receiver can verify. */
export interface SignedMessage {
  readonly url: string
  readonly id: string
  /** When this try is made, in seconds. */
  readonly seconds: number
  readonly signature: string
  readonly body: string
}

export type PostOutcome =
  | { readonly kind: 'taken' }
  /** The receiver wants nothing more, ever. */
  | { readonly kind: 'gone' }
  | {
      readonly kind: 'failed'
      /** A few words of ours for whoever looks why; nothing that the receiver said. */
      readonly problem: string
      readonly retryAfterSeconds: number | null
    }

/** Brings a message to its address within seconds, whatever the outcome; it never throws. */
export type PostMessage = (message: SignedMessage) => Promise<PostOutcome>

const minute = 60 * 1000
const hour = 60 * minute
/** How long is waited after each failed try; after the last there is one more: eight in a day and a half. */
const waitsMs = [minute, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 18 * hour]
/** The longest that a receiver may put a try off. */
const waitMsMax = 24 * hour
/** How long a run has a lane to itself: more than the time that it may take. */
const leaseMs = 2 * minute
const runMsMax = 25 * 1000
/** What a run takes for one webhook at most: five lanes stay below the thousand calls that a Worker may make. */
const laneRowsMax = 150
/** After so many failures in a row the rest of a lane waits for the next run. */
const laneFailuresMax = 3
/** A webhook that took nothing for so long is paused: what happens would only pile up for it. */
const failingDaysMax = 3

interface Lane {
  readonly webhookId: string
  readonly url: string
  readonly signingSecret: string
  readonly failingSince: number | null
}

interface Delivery {
  readonly deliveryId: string
  readonly eventType: string
  readonly eventData: string
  readonly happenedAt: number
  readonly tries: number
}

type Counts = {
  delivered: number
  undelivered: number
  givenUp: number
}

/**
 * Sends what is due, for cron. Null where nobody is told anything. One round trip then; otherwise two, and
 * one for each webhook that was sent something.
 */
export async function deliverWebhooks(core: Core): Promise<Readonly<Counts> | null> {
  const counts = { delivered: 0, undelivered: 0, givenUp: 0 }
  const isOpen = sql`paused_at IS NULL AND removed_at IS NULL`
  const [lanes] = await run(
    core.db,
    core.db.all<Lane>(sql`SELECT webhook_id AS webhookId, url, signing_secret AS signingSecret,
      failing_since AS failingSince FROM webhooks WHERE ${isOpen}`),
  )
  if (lanes.length === 0) return null
  const [, ...leased] = await run(
    core.db,
    core.db.run(sql`UPDATE webhooks SET leased_by = ${core.requestId}, leased_until = ${core.now + leaseMs}
      WHERE ${isOpen} AND leased_until <= ${core.now} AND EXISTS (SELECT 1 FROM webhook_deliveries
        WHERE webhook_deliveries.webhook_id = webhooks.webhook_id AND ${isDue(core)})`),
    ...lanes.map((lane) => dueOf(core, lane)),
  )
  const ends = AbortSignal.timeout(runMsMax)
  const problems: unknown[] = []
  await Promise.all(
    lanes.map(async (lane, i) => {
      const due = leased[i] ?? []
      const work = due.length === 0 ? null : workOffLane(core, lane, due, { ends, counts })
      // One that breaks must not end the run for the others.
      await work?.catch((problem) => problems.push(problem))
    }),
  )
  if (problems.length > 0) throw problems[0]
  return counts
}

function isDue(core: Core): SQL {
  return sql`given_up_at IS NULL AND due_at <= ${core.now}`
}

/** What is due of a lane that this run has. Nothing is written: what is not tried keeps its place and its age. */
function dueOf(core: Core, { webhookId }: Lane): Query<Delivery[]> {
  return core.db.all(sql`SELECT delivery_id AS deliveryId, event_type AS eventType,
      event_data AS eventData, happened_at AS happenedAt, tries
    FROM webhook_deliveries WHERE webhook_id = ${webhookId} AND ${isDue(core)} AND EXISTS
      (SELECT 1 FROM webhooks WHERE webhook_id = ${webhookId} AND leased_by = ${core.requestId})
    ORDER BY due_at LIMIT ${laneRowsMax}`)
}

async function workOffLane(
  core: Core,
  lane: Lane,
  due: readonly Delivery[],
  { ends, counts }: { ends: AbortSignal; counts: Counts },
): Promise<void> {
  const secret = await core.keys.open(secretPurpose, lane.signingSecret, lane.webhookId)
  const taken: string[] = []
  const settling: Query[] = []
  let failures = 0
  let pausedFor: string | null = null
  for (const delivery of due) {
    if (failures === laneFailuresMax || ends.aborted) break
    const outcome = await attempt(core, lane, delivery, secret)
    if (outcome.kind === 'taken') {
      taken.push(delivery.deliveryId)
      failures = 0
    } else if (outcome.kind === 'gone') {
      pausedFor = 'the receiver wants nothing more'
      break
    } else {
      settling.push(settleFailed(core, delivery, outcome, counts))
      failures += 1
    }
  }
  counts.delivered += taken.length
  const failingSince =
    taken.length > 0 ? null : (lane.failingSince ?? (failures > 0 ? core.now : null))
  if (
    failures > 0 &&
    failingSince !== null &&
    failingSince <= core.now - failingDaysMax * 24 * hour
  ) {
    pausedFor = `took nothing for ${failingDaysMax} days`
  }
  await run(
    core.db,
    core.db.run(sql`DELETE FROM webhook_deliveries
      WHERE delivery_id IN (SELECT value FROM json_each(${JSON.stringify(taken)}))`),
    ...settling,
    ...(pausedFor === null ? [] : pause(core, lane, pausedFor)),
    core.db.run(sql`UPDATE webhooks SET leased_until = 0, failing_since = ${failingSince}
      WHERE webhook_id = ${lane.webhookId} AND leased_by = ${core.requestId}`),
    ...(secret === null ? [] : await sealAnew(core, lane, secret)),
  )
}

async function attempt(
  core: Core,
  { url }: Lane,
  delivery: Delivery,
  secret: string | null,
): Promise<PostOutcome> {
  if (secret === null) {
    const problem = 'the key that its secret was sealed with is gone'
    return { kind: 'failed', problem, retryAfterSeconds: null }
  }
  const { deliveryId: id, eventType, eventData, happenedAt } = delivery
  const body = JSON.stringify({
    type: eventType,
    timestamp: new Date(happenedAt).toISOString(),
    data: JSON.parse(eventData),
  })
  const seconds = Math.floor(core.now / 1000)
  const signature = await signMessage(secret, { id, seconds, body })
  return core.post({ url, id, seconds, signature, body })
}

function pause(core: Core, { webhookId }: Lane, detail: string): readonly Query[] {
  const which = sql`webhook_id = ${webhookId} AND paused_at IS NULL AND removed_at IS NULL`
  return [
    auditOnWebhook(
      core,
      null,
      { act: 'webhook_paused', webhookId, detail },
      sql`EXISTS (SELECT 1 FROM webhooks WHERE ${which})`,
    ),
    core.db.run(sql`UPDATE webhooks SET paused_at = ${core.now} WHERE ${which}`),
  ]
}

function settleFailed(
  core: Core,
  { deliveryId, tries }: Delivery,
  { problem, retryAfterSeconds }: PostOutcome & { kind: 'failed' },
  counts: Counts,
): Query {
  const waitMs = waitsMs[tries]
  const isLast = waitMs === undefined
  counts[isLast ? 'givenUp' : 'undelivered'] += 1
  const askedMs = Math.min((retryAfterSeconds ?? 0) * 1000, waitMsMax)
  const dueAt = core.now + Math.max(withJitter(waitMs ?? 0), askedMs)
  return core.db.run(sql`UPDATE webhook_deliveries SET tries = tries + 1, due_at = ${dueAt},
      last_problem = ${problem}, given_up_at = ${isLast ? core.now : null}
    WHERE delivery_id = ${deliveryId} AND tries = ${tries}`)
}

/** Up to a fifth longer, so that what failed together does not come back together. */
function withJitter(waitMs: number): number {
  const [byte = 0] = randomBytes(1)
  return Math.round(waitMs * (1 + byte / (5 * 256)))
}

/** What lives on is sealed by the key of today, so that older ones can go. */
async function sealAnew(core: Core, lane: Lane, secret: string): Promise<readonly Query[]> {
  const { webhookId, signingSecret } = lane
  if (core.keys.isCurrent(signingSecret)) return []
  const sealed = await core.keys.seal(secretPurpose, secret, webhookId)
  return [
    core.db.run(sql`UPDATE webhooks SET signing_secret = ${sealed}
      WHERE webhook_id = ${webhookId} AND signing_secret = ${signingSecret}`),
  ]
}
