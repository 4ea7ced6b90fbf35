import { auditing } from './admin-audit.mjs'

// Webhooks, as the operator looks after them. Adding one needs the Worker, which seals its secret.

const shownMax = 100
/** Counting ends here, so that a list costs the same however much waits. */
const countedMax = 1000
/** How much that waits is deleted in one statement; cron deletes the rest. */
const deletedMax = 1000

function checkId(id, form = /^wh_[0-9a-f]{24}$/) {
  if (form.test(id)) return id
  throw new Error(`No id of that kind: "${id}"`)
}

const isoOf = (at) => new Date(at).toISOString()

export async function listWebhooks({ name: place, execute }) {
  const counted = (which) => `(SELECT COUNT(*) FROM (SELECT 1 FROM webhook_deliveries
    WHERE webhook_deliveries.webhook_id = webhooks.webhook_id AND ${which} LIMIT ${countedMax}))`
  const webhooks = await execute(`SELECT webhooks.*, ${counted('given_up_at IS NULL')} AS waiting,
      ${counted('given_up_at IS NOT NULL')} AS given_up
    FROM webhooks WHERE removed_at IS NULL ORDER BY webhook_id`)
  if (webhooks.length === 0) console.log(`There are no webhooks in ${place}.`)
  for (const webhook of webhooks) {
    const state = webhook.paused_at === null ? '' : `  (paused since ${isoOf(webhook.paused_at)})`
    console.log(`${webhook.webhook_id}  ${webhook.url}${state}`)
    console.log(`  since    ${isoOf(webhook.added_at)}`)
    console.log(`  told     ${JSON.parse(webhook.event_types).join(',') || 'everything'}`)
    console.log(`  waiting  ${shown(webhook.waiting)}, given up ${shown(webhook.given_up)}`)
  }
  return 0
}

const shown = (count) => (count < countedMax ? `${count}` : `${countedMax} or more`)

export async function listDeadLetters({ name: place, execute }, given) {
  const id = checkId(given)
  const found = await execute(`SELECT * FROM webhook_deliveries
    WHERE webhook_id = '${id}' AND given_up_at IS NOT NULL ORDER BY given_up_at DESC LIMIT ${shownMax}`)
  if (found.length === 0) console.log(`Nothing was given up for the webhook "${id}" in ${place}.`)
  for (const one of found) {
    console.log(`${one.delivery_id}  ${one.event_type}  ${one.event_data}`)
    console.log(`  happened ${isoOf(one.happened_at)}, given up ${isoOf(one.given_up_at)}`)
    console.log(`  ${one.last_problem}`)
  }
  return 0
}

const isThere = (id) => `webhook_id = '${id}' AND removed_at IS NULL`

/** A webhook as the audit trail calls it: its path may be what keeps others from using the address. */
const subjectOf = (id, isToDo) => `SELECT webhook_id, substr(host, 1, instr(host, '/') - 1)
  FROM (SELECT *, substr(url, instr(url, '://') + 3) AS host FROM webhooks)
  WHERE ${isThere(id)} AND ${isToDo}`

export async function setPaused({ name: place, execute }, given, isPaused) {
  const id = checkId(given)
  const isToDo = `paused_at IS ${isPaused ? '' : 'NOT '}NULL`
  const [webhook] = await execute(
    [
      auditing(isPaused ? 'webhook_paused' : 'webhook_resumed', subjectOf(id, isToDo)),
      `UPDATE webhooks SET paused_at = ${isPaused ? Date.now() : 'NULL'}, failing_since = NULL
        WHERE ${isThere(id)} AND ${isToDo}`,
      `SELECT url FROM webhooks WHERE ${isThere(id)}`,
    ].join('; '),
  )
  if (!webhook) return failUnknown(id, place)
  console.log(
    isPaused
      ? `Nothing is sent to ${webhook.url} any more: it waits, up to 30 days.`
      : `${webhook.url} is sent what waited for it within a minute.`,
  )
  return 0
}

export async function removeWebhook({ name: place, execute }, given) {
  const id = checkId(given)
  const isRemoved = `webhook_id = '${id}' AND removed_at IS NOT NULL`
  // In pieces, as in src/core/webhooks.ts: D1 would stop a statement that deletes millions of rows.
  const [gone] = await execute(
    [
      auditing('webhook_removed', subjectOf(id, '1')),
      `UPDATE webhooks SET removed_at = ${Date.now()} WHERE ${isThere(id)} RETURNING url`,
      `DELETE FROM webhook_deliveries WHERE rowid IN (SELECT rowid FROM webhook_deliveries
        WHERE webhook_id IN (SELECT webhook_id FROM webhooks WHERE ${isRemoved}) LIMIT ${deletedMax})`,
      `DELETE FROM webhooks WHERE ${isRemoved}
        AND NOT EXISTS (SELECT 1 FROM webhook_deliveries WHERE webhook_id = '${id}')`,
    ].join('; '),
  )
  if (!gone) return failUnknown(id, place)
  console.log(`${gone.url} is gone from ${place}, and what waited for it.`)
  return 0
}

export async function redeliver({ name: place, execute }, given, { delivery }) {
  const id = checkId(given)
  const one =
    delivery === undefined ? '' : ` AND delivery_id = '${checkId(delivery, /^[0-9a-f]{24}$/)}'`
  const which = `webhook_id IN (SELECT webhook_id FROM webhooks WHERE ${isThere(id)})
    AND given_up_at IS NOT NULL${one}`
  const again = await execute(
    [
      auditing(
        'webhook_redelivered',
        subjectOf(id, `EXISTS (SELECT 1 FROM webhook_deliveries WHERE ${which})`),
      ),
      `UPDATE webhook_deliveries SET given_up_at = NULL, tries = 0, due_at = ${Date.now()}
        WHERE ${which} RETURNING delivery_id`,
    ].join('; '),
  )
  if (again.length === 0) {
    console.error(`There is nothing to send again for "${id}" in ${place}.`)
    return 1
  }
  console.log(`${again.length} sent again within a minute.`)
  return 0
}

function failUnknown(id, place) {
  console.error(`There is no webhook "${id}" in ${place}.`)
  return 1
}
