import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { openBindings } from '../../scripts/bindings.mjs'
import { newPerson, type Person, register, resetHarness, runCron, send, setClock } from './harness'

/**
 * Webhooks end to end: an administrator adds one on the page, people do things, and a receiver of its own,
 * written from the words of Standard Webhooks 1.0.0 alone, gets what it can verify.
 */

interface Got {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

const got: Got[] = []
/** What the receiver does with the next messages, and with all once there is no other. */
let plan: number[] = []
const answering: RequestListener = (request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (text) => {
    body += text
  })
  request.on('end', () => {
    got.push({ headers: request.headers, body })
    const status = plan.shift() ?? 204
    response.writeHead(status, status === 302 ? { Location: '/elsewhere' } : {})
    response.end(status === 204 ? undefined : 'a long story that nobody reads'.repeat(1000))
  })
}
const receiver = createServer(answering)

/** As the specification tells receivers to: the raw body, in constant time, and not too old. */
function isGenuine(secret: string, { headers, body }: Got, now: number): boolean {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']]
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest()
  const signatures = String(headers['webhook-signature']).split(' ')
  const isSigned = signatures.some((one) => {
    const [version, signature = ''] = one.split(',')
    const given = Buffer.from(signature, 'base64')
    return version === 'v1' && given.length === 32 && timingSafeEqual(given, expected)
  })
  return isSigned && Math.abs(now / 1000 - Number(timestamp)) < 300
}

let place: Awaited<ReturnType<typeof openBindings>>
let admin: Person
let address = ''

beforeAll(async () => {
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done))
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  place = await openBindings({ env: 'production', harness: true, 'persist-to': inject('state') })
  await resetHarness()
  admin = await newPerson()
  await place.db.prepare("UPDATE accounts SET role = 'admin' WHERE id = ?").bind(admin.id).run()
})
beforeEach(async () => {
  await resetHarness()
  await place.db.prepare('DELETE FROM webhooks').run()
  got.length = 0
  plan = []
})
afterAll(async () => {
  await place.db.prepare('DELETE FROM webhooks').run()
  await place.close()
  receiver.closeAllConnections()
  receiver.close()
})

async function addWebhook(eventTypes: string): Promise<string> {
  const body = { url: address, eventTypes }
  const shown = await send('/administration/webhooks/add', { body, cookies: admin.cookies })
  const secret = /whsec_[A-Za-z0-9+/=]+/.exec(shown.text)?.[0]
  if (secret === undefined) throw new Error(shown.text)
  return secret
}

test('what happens arrives within a minute, signed, once, and without an address', async () => {
  const secret = await addWebhook('account.created')
  const { username, email } = await register()
  expect(got).toEqual([])
  await Promise.all([runCron(), runCron()])
  await runCron()
  expect(got).toHaveLength(1)
  const [message] = got as [Got]
  expect(isGenuine(secret, message, Date.now())).toBe(true)
  expect(isGenuine(secret, { ...message, body: `${message.body} ` }, Date.now())).toBe(false)
  expect(message.headers).toMatchObject({
    'content-type': 'application/json',
    'webhook-id': expect.stringMatching(/^[0-9a-f]{24}$/),
  })
  expect(JSON.parse(message.body)).toEqual({
    type: 'account.created',
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    data: {
      accountId: expect.stringMatching(/^[0-9a-f]{24}$/),
      accountNumber: expect.any(Number),
      username,
    },
  })
  expect(message.body).not.toContain(email)
})

test('what was answered by a failure or a redirect comes again under the same id, newly signed', async () => {
  const secret = await addWebhook('account.created')
  await register()
  plan = [500, 302]
  await runCron()
  await setClock(100)
  await runCron()
  await setClock(1000)
  await runCron()
  await runCron()
  expect(got).toHaveLength(3)
  expect(new Set(got.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  expect(new Set(got.map(({ body }) => body)).size).toBe(1)
  for (const [i, seconds] of [0, 100, 1000].entries()) {
    expect(isGenuine(secret, got[i] as Got, Date.now() + seconds * 1000)).toBe(true)
  }
})

test('a receiver that wants no more is sent no more', async () => {
  await addWebhook('account.created')
  plan = [410]
  await register()
  await runCron()
  await setClock(3600)
  await runCron()
  expect(got).toHaveLength(1)
  const page = await send('/administration/webhooks', { cookies: admin.cookies })
  expect(page.text).toContain('Paused')
  expect(page.text).toContain('1 to be sent')
})

test('one that hangs up, or is not there, costs nobody else anything', async () => {
  await addWebhook('account.created')
  await register()
  receiver.removeAllListeners('request').on('request', (request) => request.socket.destroy())
  await runCron()
  const problems = await place.db
    .prepare('SELECT tries, last_problem FROM webhook_deliveries')
    .all()
  expect(problems.results).toEqual([{ tries: 1, last_problem: 'cannot be reached' }])
  receiver.removeAllListeners('request').on('request', answering)
  await setClock(100)
  await runCron()
  expect(got).toHaveLength(1)
})
