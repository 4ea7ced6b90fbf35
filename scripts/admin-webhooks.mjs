import { auditing } from './admin-audit.mjs'

// Webhooks, as the operator looks after them. Adding one needs the Worker, which seals its secret.

const shownMax = 100

function checkId(id, form = /^wh_[0-9a-f]{24}$/) {
  if (form.test(id)) return id
  throw new Error(`No id of that kind: "${id}"`)
}

const isoOf = (at) => new Date(at).toISOString()

export async function listWebhooks({ name: place, execute }) {
  const webhooks = await execute(`SELECT webhooks.*,
      (SELECT COUNT(*) FROM webhook_deliveries
        WHERE webhook_deliveries.webhook_id = webhooks.webhook_id AND given_up_at IS NULL) AS waiting,
      (SELECT COUNT(*) FROM webhook_deliveries
        WHERE webhook_deliveries.webhook_id = webhooks.webhook_id AND given_up_at IS NOT NULL) AS given_up
    FROM webhooks ORDER BY webhook_id`)
  if (webhooks.length === 0) console.log(`There are no webhooks in ${place}.`)
  for (const webhook of webhooks) {
    const state = webhook.paused_at === null ? '' : `  (paused since ${isoOf(webhook.paused_at)})`
    console.log(`${webhook.webhook_id}  ${webhook.url}${state}`)
    console.log(`  since    ${isoOf(webhook.added_at)}`)
    console.log(`  told     ${JSON.parse(webhook.event_types).join(',') || 'everything'}`)
    console.log(`  waiting  ${webhook.waiting}, given up ${webhook.given_up}`)
  }
  return 0
}

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

/** A webhook as the audit trail calls it: its path may be what keeps others from using the address. */
const subjectOf = (id, isToDo) => `SELECT webhook_id, substr(host, 1, instr(host, '/') - 1)
  FROM (SELECT *, substr(url, instr(url, '://') + 3) AS host FROM webhooks)
  WHERE webhook_id = '${id}' AND ${isToDo}`

export async function setPaused({ name: place, execute }, given, isPaused) {
  const id = checkId(given)
  const isToDo = `paused_at IS ${isPaused ? '' : 'NOT '}NULL`
  const [webhook] = await execute(
    [
      auditing(isPaused ? 'webhook_paused' : 'webhook_resumed', subjectOf(id, isToDo)),
      `UPDATE webhooks SET paused_at = ${isPaused ? Date.now() : 'NULL'}
        WHERE webhook_id = '${id}' AND ${isToDo}`,
      `SELECT url FROM webhooks WHERE webhook_id = '${id}'`,
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
  const [gone] = await execute(
    `${auditing('webhook_removed', subjectOf(id, '1'))}; DELETE FROM webhooks WHERE webhook_id = '${id}' RETURNING url`,
  )
  if (!gone) return failUnknown(id, place)
  console.log(`${gone.url} is gone from ${place}, and what waited for it.`)
  return 0
}

export async function redeliver({ name: place, execute }, given, { delivery }) {
  const id = checkId(given)
  const one =
    delivery === undefined ? '' : ` AND delivery_id = '${checkId(delivery, /^[0-9a-f]{24}$/)}'`
  const which = `webhook_deliveries WHERE webhook_id = '${id}' AND given_up_at IS NOT NULL${one}`
  const again = await execute(
    [
      auditing('webhook_redelivered', subjectOf(id, `EXISTS (SELECT 1 FROM ${which})`)),
      `UPDATE webhook_deliveries SET given_up_at = NULL, tries = 0, due_at = ${Date.now()}
        WHERE webhook_id = '${id}' AND given_up_at IS NOT NULL${one} RETURNING delivery_id`,
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
