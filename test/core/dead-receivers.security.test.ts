import { beforeEach, describe, expect, test } from 'vitest'
import { sweepExpired } from '../../src/core/upkeep'
import { deliverWebhooks, type PostOutcome } from '../../src/core/webhook-deliveries'
import { addWebhook, listWebhooks, removeWebhook, setPaused } from '../../src/core/webhooks'
import { newAdministrator } from '../support/accounts'
import { callerWith, change, refusal, rowsOf, testCore } from '../support/core'

/**
 * A receiver that is gone for good, and whom nobody looks after: every event adds a row for it, and when the
 * database is full nobody can sign up any more. So what it never took ages, it is paused by itself, and
 * removing it takes no statement that D1 would stop.
 */

const receiver = { sent: 0, answer: (): PostOutcome => down }
const down: PostOutcome = { kind: 'failed', problem: 'answers 500', retryAfterSeconds: null }
const atrium = testCore({}, async () => {
  receiver.sent += 1
  return receiver.answer()
})
const startedAt = atrium.now
let admin: Awaited<ReturnType<typeof newAdministrator>>
beforeEach(async () => {
  atrium.now = startedAt
  admin = await newAdministrator(atrium)
  receiver.answer = () => down
  await change('DELETE FROM webhooks')
})

const input = { url: 'https://receiver.example/hook', eventTypes: [] }
const add = () => atrium.request((core) => addWebhook(core, admin.viewer, input))
const drain = () => atrium.request(deliverWebhooks)
const days = (count: number) => atrium.pass(count * 24 * 3600)
const happen = (webhookId: string, count: number) =>
  change(
    `INSERT INTO webhook_deliveries (delivery_id, webhook_id, event_type, event_data, happened_at, due_at)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?3)
     SELECT ?1 || '-' || ?2 || '-' || i, ?1, 'account.created', '{"accountId":"1"}', ?2, ?2 FROM n`,
    webhookId,
    atrium.now,
    count,
  )
const waiting = async () =>
  (await rowsOf<{ n: number }>('SELECT COUNT(*) AS n FROM webhook_deliveries'))[0]?.n
const acts = (webhookId: string) =>
  rowsOf(
    `SELECT actor_id AS actor, actor_name AS name, act, detail FROM audit_entries
     WHERE subject_id = ? AND act <> 'webhook_added' ORDER BY id`,
    webhookId,
  )

test('what was never tried keeps its place, however often a run comes by, and goes after thirty days', async () => {
  const { webhookId } = await add()
  await happen(webhookId, 5)
  atrium.pass(3600)
  await drain()
  const untried = await rowsOf('SELECT due_at FROM webhook_deliveries WHERE tries = 0')
  expect(untried).toEqual([{ due_at: startedAt }, { due_at: startedAt }])
  // Paused or not, nothing more of it is there after its time.
  days(33)
  await atrium.request(sweepExpired)
  expect(await waiting()).toBe(0)
})

describe('a webhook', () => {
  test('that took nothing for three days is paused by itself, and the audit trail says so once', async () => {
    const { webhookId } = await add()
    await happen(webhookId, 2)
    await drain()
    days(2.9)
    await drain()
    expect(await acts(webhookId)).toEqual([])
    days(0.2)
    await happen(webhookId, 1)
    await drain()
    const paused = {
      actor: null,
      name: 'by itself',
      act: 'webhook_paused',
      detail: 'took nothing for 3 days',
    }
    expect(await acts(webhookId)).toEqual([paused])
    expect(await drain()).toBe(null)
    // Whoever lets it go on gives it three days anew.
    await change('UPDATE sessions SET authenticated_at = ?', atrium.now)
    await atrium.request((core) => setPaused(core, admin.viewer, { webhookId, isPaused: false }))
    days(1)
    expect(await drain()).not.toBe(null)
    expect(await drain()).not.toBe(null)
  })

  test('that takes something now and then is not', async () => {
    const { webhookId } = await add()
    for (let day = 0; day < 5; day += 1) {
      await happen(webhookId, 2)
      receiver.answer = () => (receiver.sent % 2 === 0 ? { kind: 'taken' } : down)
      await drain()
      days(1)
    }
    expect(await acts(webhookId)).toEqual([])
  })

  test('whose receiver wants nothing more leaves a trace of it', async () => {
    const { webhookId } = await add()
    await happen(webhookId, 1)
    receiver.answer = () => ({ kind: 'gone' })
    await Promise.all([drain(), drain()])
    expect(await acts(webhookId)).toEqual([
      {
        actor: null,
        name: 'by itself',
        act: 'webhook_paused',
        detail: 'the receiver wants nothing more',
      },
    ])
  })

  test('with more waiting than one statement may delete is gone at once, and what waited bit by bit', async () => {
    const { webhookId } = await add()
    await happen(webhookId, 1500)
    const remove = () => atrium.request((core) => removeWebhook(core, admin.viewer, webhookId))
    await remove()
    expect(await waiting()).toBe(500)
    const caller = callerWith(admin.token)
    expect((await atrium.request((core) => listWebhooks(core, caller))).webhooks).toEqual([])
    // Nobody is sent or told anything any more, and its place is free.
    expect(await drain()).toBe(null)
    await change("UPDATE accounts SET last_name = 'King' WHERE number = ?", admin.account.number)
    expect(await waiting()).toBe(500)
    for (let i = 0; i < 5; i += 1) await add()
    expect(await refusal(add())).toMatchObject({ code: 'invalid_input' })
    await atrium.request(sweepExpired)
    expect(await waiting()).toBe(0)
    expect(await rowsOf('SELECT 1 FROM webhooks WHERE webhook_id = ?', webhookId)).toEqual([])
    await remove()
    expect((await acts(webhookId)).map(({ act }) => act)).toEqual(['webhook_removed'])
  })
})
