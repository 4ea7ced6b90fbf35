import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listAudit } from '../../src/core/audit'
import type { Core } from '../../src/core/context'
import { endAllSessions } from '../../src/core/session-endings'
import { deliverWebhooks } from '../../src/core/webhook-deliveries'
import {
  addWebhook,
  listDeadLetters,
  listWebhooks,
  redeliver,
  removeWebhook,
  setPaused,
} from '../../src/core/webhooks'
import { newAdministrator, newSignedIn } from '../support/accounts'
import { callerWith, change, refusal, rowsOf, testCore } from '../support/core'

/**
 * A webhook is told who is here, and its secret makes a receiver believe whatever it is sent. So nobody but
 * administrators may add one or look at one, nobody reads a secret again, and no address leads inside.
 */

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

const input = { url: 'https://receiver.example/hook', eventTypes: [] }
const add = (url = input.url, from = atrium) =>
  from.request((core) => addWebhook(core, admin.viewer, { ...input, url }))
const webhookId = 'ffffffffffffffffffffffff'

describe('who may not', () => {
  test('somebody without the role, whatever they try', async () => {
    const { viewer, token } = await newSignedIn(atrium)
    const caller = callerWith(token)
    const forbidden = { code: 'forbidden' }
    const works: ((core: Core) => Promise<unknown>)[] = [
      (core) => addWebhook(core, viewer, input),
      (core) => listWebhooks(core, caller),
      (core) => listDeadLetters(core, caller, { webhookId, limit: 10 }),
      (core) => setPaused(core, viewer, { webhookId, isPaused: true }),
      (core) => redeliver(core, viewer, { webhookId, deliveryId: null }),
      (core) => removeWebhook(core, viewer, webhookId),
    ]
    for (const work of works) {
      expect(await refusal(atrium.request(work))).toEqual(forbidden)
    }
    expect(await rowsOf('SELECT * FROM webhooks')).toEqual([])
  })

  test('an application, also one that an administrator trusts with everything of theirs', async () => {
    const scopes = ['delegated:all'] as const
    const { viewer } = admin
    const acting = { ...viewer, scopes, session: { ...viewer.session, grantedTo: 'app' } }
    expect(await refusal(atrium.request((core) => addWebhook(core, acting, input)))).toEqual({
      code: 'forbidden',
    })
    // With the scope of administrators as well it may pause; what it may add or remove is still nothing.
    const trusted = { ...acting, scopes: ['*'] as const }
    const stale = { code: 'reauthentication_required', reason: 'stale' }
    expect(await refusal(atrium.request((core) => addWebhook(core, trusted, input)))).toEqual(stale)
    expect(
      await refusal(atrium.request((core) => removeWebhook(core, trusted, webhookId))),
    ).toEqual(stale)
  })

  test('whoever finds an administrator signed in since the morning', async () => {
    const { webhookId } = await add()
    atrium.pass(901)
    const stale = { code: 'reauthentication_required', reason: 'stale' }
    expect(await refusal(add())).toEqual(stale)
    const removing = atrium.request((core) => removeWebhook(core, admin.viewer, webhookId))
    expect(await refusal(removing)).toEqual(stale)
  })

  test('an administrator whose session or role ends while they act', async () => {
    const { webhookId } = await add()
    const former = await newAdministrator(atrium)
    await atrium.request((core) => endAllSessions(core, callerWith(former.token)))
    const demoted = await newAdministrator(atrium)
    await change("UPDATE accounts SET role = 'user' WHERE number = ?", demoted.account.number)
    const ended = { code: 'not_authenticated' }
    for (const { viewer } of [former, demoted]) {
      const works: ((core: Core) => Promise<unknown>)[] = [
        (core) => addWebhook(core, viewer, input),
        (core) => setPaused(core, viewer, { webhookId, isPaused: true }),
        (core) => removeWebhook(core, viewer, webhookId),
      ]
      for (const work of works) {
        expect(await refusal(atrium.request(work))).toEqual(ended)
      }
    }
    expect(await rowsOf('SELECT webhook_id, paused_at FROM webhooks')).toEqual([
      { webhook_id: webhookId, paused_at: null },
    ])
  })
})

test('the secret is stored sealed for its webhook, and nothing shows it again', async () => {
  const { secret } = await add()
  const [bare] = secret.replace('whsec_', '').split('=')
  await change(
    `INSERT INTO webhook_deliveries (delivery_id, webhook_id, event_type, event_data, happened_at, due_at)
     SELECT 'abc', webhook_id, 'account.created', '{}', 0, 0 FROM webhooks`,
  )
  const shown = [
    await atrium.request((core) => listWebhooks(core, callerWith(admin.token))),
    await atrium.request((core) =>
      listDeadLetters(core, callerWith(admin.token), { webhookId, limit: 10 }),
    ),
    await atrium.request((core) => listAudit(core, callerWith(admin.token), { limit: 100 })),
    await atrium.request((core) => deliverWebhooks(core)),
    ...(await rowsOf('SELECT * FROM webhooks')),
  ]
  for (const one of shown) {
    expect(JSON.stringify(one)).not.toContain(bare)
    expect(JSON.stringify(one)).not.toContain('whsec_')
  }
  // Moved to another webhook, whose receiver would then know it, it is worth nothing.
  const other = await add('https://other.example/')
  await change(
    `UPDATE webhooks SET signing_secret = (SELECT signing_secret FROM webhooks WHERE webhook_id <> ?)
     WHERE webhook_id = ?`,
    other.webhookId,
    other.webhookId,
  )
  await change(
    `INSERT INTO webhook_deliveries (delivery_id, webhook_id, event_type, event_data, happened_at, due_at)
     VALUES ('def', ?, 'account.created', '{}', 0, 0)`,
    other.webhookId,
  )
  expect(await atrium.request(deliverWebhooks)).toMatchObject({ delivered: 0, undelivered: 1 })
})

describe('an address', () => {
  const refused = { code: 'invalid_input', issues: [{ field: 'url', rule: 'unusable' }] }

  test.each([
    'http://receiver.example/',
    'https://10.0.0.1/',
    'https://0x0a.1/',
    'https://167772161/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[fd00::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://intranet/',
    'https://db.internal/',
    'https://printer.local./',
    'https://a.localhost/',
    'https://name:secret@receiver.example/',
    'https://receiver.example:8443/',
    'https://receiver.example/#part',
    'https://atrium.test/user/create',
    'https://receiver..example/',
    'https://.receiver.example/',
    'ftp://receiver.example/',
    'javascript:alert(1)',
    'receiver.example',
    '',
  ])('%s is refused', async (url) => {
    expect(await refusal(add(url))).toEqual(refused)
  })

  test('on this machine is taken while developing, and refused in production', async () => {
    const local = 'http://127.0.0.1:8799/hook'
    await add(local)
    const production = testCore({ ENVIRONMENT: 'production', PASSWORD_ITERATIONS: '600000' })
    production.now = atrium.now
    for (const url of [local, 'http://localhost/', 'https://[::1]/', 'https://localhost/']) {
      expect(await refusal(add(url, production))).toEqual(refused)
    }
    await add('https://receiver.example/', production)
  })

  test('of our own is refused, however it is written', async () => {
    const ours = testCore({ ORIGIN: 'https://atrium.example.com' })
    ours.now = atrium.now
    for (const host of ['atrium.example.com', 'atrium.example.com.', 'ATRIUM.example.com:443']) {
      expect(await refusal(add(`https://${host}/user/create`, ours))).toEqual(refused)
    }
  })
})
