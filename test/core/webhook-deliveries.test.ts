import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sweepExpired } from '../../src/core/upkeep'
import {
  deliverWebhooks,
  type PostOutcome,
  type SignedMessage,
} from '../../src/core/webhook-deliveries'
import {
  addWebhook,
  listDeadLetters,
  listWebhooks,
  redeliver,
  setPaused,
} from '../../src/core/webhooks'
import { newAdministrator } from '../support/accounts'
import { callerWith, change, rowsOf, testCore } from '../support/core'
import { interceptDatabase } from '../support/database'

/** A receiver that does as it is told, and remembers what it was sent. */
const receiver = {
  sent: [] as SignedMessage[],
  answer: (_: SignedMessage): PostOutcome | Promise<PostOutcome> => ({ kind: 'taken' }),
}
const taken: PostOutcome = { kind: 'taken' }
const gone: PostOutcome = { kind: 'gone' }
const failed = (retryAfterSeconds: number | null = null): PostOutcome => ({
  kind: 'failed',
  problem: 'answers 500',
  retryAfterSeconds,
})

const atrium = testCore({}, async (message) => {
  receiver.sent.push(message)
  return receiver.answer(message)
})
let admin: Awaited<ReturnType<typeof newAdministrator>>
beforeAll(async () => {
  admin = await newAdministrator(atrium)
})
const drain = () => atrium.request(deliverWebhooks)
const none = { delivered: 0, undelivered: 0, givenUp: 0 }

const startedAt = atrium.now
beforeEach(async () => {
  // The administrator's sign-in stays recent.
  atrium.now = startedAt
  await change('DELETE FROM webhooks')
  receiver.sent = []
  receiver.answer = () => taken
})

async function add(host = 'receiver') {
  const input = { url: `https://${host}.example/hook`, eventTypes: [] }
  return atrium.request((core) => addWebhook(core, admin.viewer, input))
}

/** Something has happened, once for each id. */
async function happen(webhookId: string, ...ids: string[]) {
  for (const id of ids) {
    await change(
      `INSERT INTO webhook_deliveries (delivery_id, webhook_id, event_type, event_data, happened_at, due_at)
       VALUES (?, ?, 'account.created', '{"accountId":"1"}', ?, ?)`,
      id,
      webhookId,
      Date.parse('2026-11-22T10:20:30.456Z'),
      atrium.now,
    )
  }
}
const rows = () =>
  rowsOf<{ delivery_id: string; due_at: number; tries: number; given_up_at: number | null }>(
    'SELECT * FROM webhook_deliveries ORDER BY delivery_id',
  )

describe('a delivery', () => {
  test('is signed as Standard Webhooks says, sent once and forgotten', async () => {
    const { webhookId, secret } = await add()
    await happen(webhookId, 'abc')
    expect(await drain()).toEqual({ ...none, delivered: 1 })
    expect(await drain()).toEqual(none)
    expect(await rows()).toEqual([])
    const [message] = receiver.sent
    const seconds = Math.floor(atrium.now / 1000)
    const body =
      '{"type":"account.created","timestamp":"2026-11-22T10:20:30.456Z","data":{"accountId":"1"}}'
    expect(receiver.sent).toHaveLength(1)
    expect(message).toMatchObject({
      url: 'https://receiver.example/hook',
      id: 'abc',
      seconds,
      body,
    })
    const raw = Uint8Array.from(atob(secret.replace('whsec_', '')), (char) => char.charCodeAt(0))
    expect(raw).toHaveLength(32)
    const hmac = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', raw, hmac, false, ['verify'])
    const [version, signature = ''] = message?.signature.split(',') ?? []
    expect(version).toBe('v1')
    const given = Uint8Array.from(atob(signature), (char) => char.charCodeAt(0))
    const signed = new TextEncoder().encode(`abc.${seconds}.${body}`)
    expect(await crypto.subtle.verify('HMAC', key, given, signed)).toBe(true)
  })

  test('is tried eight times within a day and a half, and then waits for a person', async () => {
    const { webhookId } = await add()
    await happen(webhookId, 'abc')
    receiver.answer = () => failed()
    const waits: number[] = []
    for (let tries = 1; tries < 8; tries += 1) {
      expect(await drain()).toEqual({ ...none, undelivered: 1 })
      const [row] = await rows()
      waits.push(((row?.due_at ?? 0) - atrium.now) / 60_000)
      atrium.now = row?.due_at ?? 0
    }
    const planned = [1, 5, 30, 120, 300, 600, 1080]
    for (const [i, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(planned[i] ?? 0)
      expect(wait).toBeLessThanOrEqual((planned[i] ?? 0) * 1.2)
    }
    expect(await drain()).toEqual({ ...none, givenUp: 1 })
    expect(new Set(receiver.sent.map(({ id, body }) => `${id} ${body}`)).size).toBe(1)
    expect(new Set(receiver.sent.map(({ signature }) => signature)).size).toBe(8)
    const deadLetters = await atrium.request((core) =>
      listDeadLetters(core, callerWith(admin.token), { webhookId, limit: 10 }),
    )
    expect(deadLetters).toMatchObject({
      webhook: { webhookId, waiting: 0, givenUp: 1 },
      deadLetters: [
        {
          deliveryId: 'abc',
          eventType: 'account.created',
          givenUpAt: atrium.now,
          lastProblem: 'answers 500',
        },
      ],
    })
    atrium.pass(24 * 3600)
    expect(await drain()).toEqual(none)
    expect(receiver.sent).toHaveLength(8)
  })

  test('comes later where the receiver asks for it, by a day at most', async () => {
    const { webhookId } = await add()
    await happen(webhookId, 'abc', 'def')
    receiver.answer = ({ id }) => failed(id === 'abc' ? 7200 : 30 * 24 * 3600)
    await drain()
    const waits = (await rows()).map(({ due_at }) => (due_at - atrium.now) / 1000)
    expect(waits).toEqual([7200, 24 * 3600])
  })

  test('is sent by one of several runs at once', async () => {
    const { webhookId } = await add()
    await happen(webhookId, 'abc')
    const counts = await Promise.all([drain(), drain(), drain()])
    expect(counts.map((one) => one?.delivered).sort()).toEqual([0, 0, 1])
    expect(receiver.sent).toHaveLength(1)
  })

  test('is sent again under its id when the run died before it noted that it was taken', async () => {
    const { webhookId } = await add()
    await happen(webhookId, 'abc')
    const { DB } = atrium.env
    const dying = testCore(
      {
        DB: interceptDatabase(DB, (ask) =>
          receiver.sent.length === 0
            ? ask()
            : Promise.reject(new Error('D1_ERROR: D1 DB is overloaded')),
        ),
      },
      async (message) => {
        receiver.sent.push(message)
        return taken
      },
    )
    dying.now = atrium.now
    await expect(dying.request(deliverWebhooks)).rejects.toThrow()
    expect(await drain()).toEqual(none)
    atrium.pass(120)
    expect(await drain()).toEqual({ ...none, delivered: 1 })
    expect(receiver.sent.map(({ id }) => id)).toEqual(['abc', 'abc'])
  })
})

describe('a webhook', () => {
  test('that wants nothing more is paused, and what it did not take waits', async () => {
    const { webhookId } = await add()
    await happen(webhookId, 'abc', 'def')
    receiver.answer = () => gone
    await drain()
    expect(receiver.sent).toHaveLength(1)
    const { webhooks } = await atrium.request((core) => listWebhooks(core, callerWith(admin.token)))
    expect(webhooks).toMatchObject([{ pausedAt: atrium.now, waiting: 2, givenUp: 0 }])
    await happen(webhookId, 'ghi')
    atrium.pass(3600)
    expect(await drain()).toBe(null)
    receiver.answer = () => taken
    await atrium.request((core) => setPaused(core, admin.viewer, { webhookId, isPaused: false }))
    expect(await drain()).toEqual({ ...none, delivered: 3 })
  })

  test('that is down is left in peace after three failures; the others and the rest lose nothing', async () => {
    const [down, up] = [await add('down'), await add('up')]
    await happen(down.webhookId, 'd1', 'd2', 'd3', 'd4', 'd5')
    await happen(up.webhookId, 'u1', 'u2', 'u3', 'u4', 'u5')
    receiver.answer = ({ url }) => (url.includes('down') ? failed() : taken)
    expect(await drain()).toEqual({ ...none, delivered: 5, undelivered: 3 })
    const left = await rows()
    expect(left.map(({ tries }) => tries).sort()).toEqual([0, 0, 1, 1, 1])
    receiver.answer = () => taken
    expect(await drain()).toEqual({ ...none, delivered: 2 })
  })

  test('is told no new try of what a run did not come to, whatever became of the run', async () => {
    const { webhookId } = await add()
    await happen(webhookId, 'a', 'b', 'c', 'd')
    const dying = testCore({}, () => Promise.reject(new Error('the Worker was stopped')))
    dying.now = atrium.now
    await expect(dying.request(deliverWebhooks)).rejects.toThrow()
    expect((await rows()).map(({ tries }) => tries)).toEqual([0, 0, 0, 0])
  })

  test('that is slow holds up nobody else', async () => {
    const [slow, quick] = [await add('slow'), await add('quick')]
    await happen(slow.webhookId, 's1')
    await happen(quick.webhookId, 'q1', 'q2')
    const quickOnes = Promise.withResolvers<PostOutcome>()
    receiver.answer = ({ id, url }) => {
      // The slow one answers when the others are done, or never.
      if (id === 'q2') quickOnes.resolve(taken)
      return url.includes('slow') ? quickOnes.promise : taken
    }
    expect(await drain()).toEqual({ ...none, delivered: 3 })
  })

  test('gets what was given up again, one or all, from the first try', async () => {
    const { webhookId } = await add()
    await happen(webhookId, 'abc', 'def', 'ghi')
    await change('UPDATE webhook_deliveries SET given_up_at = 1, tries = 8')
    const again = (deliveryId: string | null) =>
      atrium.request((core) => redeliver(core, admin.viewer, { webhookId, deliveryId }))
    await again('def')
    await again('def')
    expect(await drain()).toEqual({ ...none, delivered: 1 })
    expect(receiver.sent.map(({ id }) => id)).toEqual(['def'])
    receiver.answer = () => failed()
    await again(null)
    expect(await drain()).toEqual({ ...none, undelivered: 2 })
    expect((await rows()).map(({ tries }) => tries)).toEqual([1, 1])
  })

  test('whose secret nobody can open any more is sent nothing', async () => {
    const { webhookId } = await add()
    await happen(webhookId, 'abc')
    await change("UPDATE webhooks SET signing_secret = '9.AAAA.AAAA'")
    expect(await drain()).toEqual({ ...none, undelivered: 1 })
    expect(receiver.sent).toEqual([])
    const [row] = await rowsOf('SELECT last_problem FROM webhook_deliveries')
    expect(row).toEqual({ last_problem: 'the key that its secret was sealed with is gone' })
  })

  test('has its secret sealed anew where the key has changed', async () => {
    const { webhookId } = await add()
    await happen(webhookId, 'abc')
    const rotated = testCore({ APP_KEY_2: 'another-key-for-tests-only-0123456789' })
    rotated.now = atrium.now
    expect(await rotated.request(deliverWebhooks)).toEqual({ ...none, delivered: 1 })
    const [row] = await rowsOf<{ signing_secret: string }>('SELECT signing_secret FROM webhooks')
    expect(row?.signing_secret).toMatch(/^2\./)
  })
})

test('what nobody took is kept for thirty days', async () => {
  const { webhookId } = await add()
  await happen(webhookId, 'dead', 'waits')
  await change(
    "UPDATE webhook_deliveries SET given_up_at = ? WHERE delivery_id = 'dead'",
    atrium.now,
  )
  const days = (count: number) => atrium.pass(count * 24 * 3600)
  days(29)
  await atrium.request(sweepExpired)
  expect(await rows()).toHaveLength(2)
  days(1)
  await atrium.request(sweepExpired)
  expect(await rows()).toEqual([])
})
