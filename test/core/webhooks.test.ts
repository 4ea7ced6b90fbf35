import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listAudit } from '../../src/core/audit'
import {
  addWebhook,
  listDeadLetters,
  listWebhooks,
  redeliver,
  removeWebhook,
  setPaused,
} from '../../src/core/webhooks'
import { newAdministrator } from '../support/accounts'
import { callerWith, change, refusal, rowsOf, testCore } from '../support/core'

const atrium = testCore()
const startedAt = atrium.now
let admin: Awaited<ReturnType<typeof newAdministrator>>
beforeAll(async () => {
  admin = await newAdministrator(atrium)
})
beforeEach(async () => {
  atrium.now = startedAt
  await change('DELETE FROM webhooks')
})

const add = (url = 'https://receiver.example/hook', eventTypes: string[] = [], test = atrium) =>
  test.request((core) => addWebhook(core, admin.viewer, { url, eventTypes }))
const list = () =>
  atrium
    .request((core) => listWebhooks(core, callerWith(admin.token)))
    .then(({ webhooks }) => webhooks)
const issue = (field: string, rule: string) => ({
  code: 'invalid_input',
  issues: [{ field, rule }],
})

describe('a webhook', () => {
  test('is added with a secret that is shown once, listed and removed', async () => {
    const { webhookId, secret } = await add('https://receiver.example', ['follow.created'])
    expect(webhookId).toMatch(/^wh_[0-9a-f]{24}$/)
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(await list()).toEqual([
      {
        webhookId,
        url: 'https://receiver.example/',
        eventTypes: ['follow.created'],
        addedAt: atrium.now,
        pausedAt: null,
        waiting: 0,
        givenUp: 0,
      },
    ])
    const remove = () => atrium.request((core) => removeWebhook(core, admin.viewer, webhookId))
    await remove()
    await remove()
    expect(await list()).toEqual([])
  })

  test('is paused and goes on, each by when it was first said', async () => {
    const { webhookId } = await add()
    const set = (isPaused: boolean) =>
      atrium.request((core) => setPaused(core, admin.viewer, { webhookId, isPaused }))
    await set(true)
    atrium.pass(60)
    await set(true)
    expect(await list()).toMatchObject([{ pausedAt: atrium.now - 60_000 }])
    await set(false)
    await set(false)
    expect(await list()).toMatchObject([{ pausedAt: null }])
  })

  test('takes with it what waits, when it is removed', async () => {
    const { webhookId } = await add()
    await change(
      `INSERT INTO webhook_deliveries (delivery_id, webhook_id, event_type, event_data, happened_at, due_at)
       VALUES ('abc', ?, 'account.created', '{}', 0, 0)`,
      webhookId,
    )
    await atrium.request((core) => removeWebhook(core, admin.viewer, webhookId))
    expect(await rowsOf('SELECT * FROM webhook_deliveries')).toEqual([])
  })

  test('is one of five at most', async () => {
    for (let i = 0; i < 5; i += 1) await add()
    expect(await refusal(add())).toEqual(issue('webhooks', 'too_long'))
    expect(await list()).toHaveLength(5)
  })

  test('asks for events that there are', async () => {
    const asking = add('https://receiver.example/', ['account.created', 'account.hacked'])
    expect(await refusal(asking)).toEqual(issue('eventTypes', 'unusable'))
  })

  test('that is not there can be paused, sent to and removed, which changes nothing', async () => {
    const webhookId = 'ffffffffffffffffffffffff'
    const { viewer } = admin
    await atrium.request((core) => setPaused(core, viewer, { webhookId, isPaused: true }))
    await atrium.request((core) => redeliver(core, viewer, { webhookId, deliveryId: null }))
    await atrium.request((core) => removeWebhook(core, viewer, webhookId))
    const asking = { webhookId, limit: 10 }
    expect(
      await atrium.request((core) => listDeadLetters(core, callerWith(admin.token), asking)),
    ).toMatchObject({ webhook: null, deadLetters: [] })
    expect(await rowsOf('SELECT * FROM audit_entries WHERE subject_id = ?', webhookId)).toEqual([])
  })
})

test('every act is in the audit trail once, by the host alone', async () => {
  const { webhookId } = await add('https://receiver.example/hook?key=of-the-receiver')
  const { viewer } = admin
  for (const isPaused of [true, true, false]) {
    atrium.pass(1)
    await atrium.request((core) => setPaused(core, viewer, { webhookId, isPaused }))
  }
  await change(
    `INSERT INTO webhook_deliveries (delivery_id, webhook_id, event_type, event_data, happened_at, due_at, given_up_at)
     VALUES ('abc', ?, 'account.created', '{}', 0, 0, 1)`,
    webhookId,
  )
  for (let i = 0; i < 2; i += 1) {
    atrium.pass(1)
    await atrium.request((core) => redeliver(core, viewer, { webhookId, deliveryId: null }))
  }
  atrium.pass(1)
  await atrium.request((core) => removeWebhook(core, viewer, webhookId))
  const { entries } = await atrium.request((core) =>
    listAudit(core, callerWith(admin.token), { subjectId: webhookId, limit: 10 }),
  )
  expect(entries.map(({ act, subjectName }) => `${act} ${subjectName}`)).toEqual([
    'webhook_removed receiver.example',
    'webhook_redelivered receiver.example',
    'webhook_resumed receiver.example',
    'webhook_paused receiver.example',
    'webhook_added receiver.example',
  ])
})
