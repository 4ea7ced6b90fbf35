import { type Context, Hono } from 'hono'
import type { Step } from './recording'

/**
 * The least that a Worker could do: the very statements that Atrium sent for the same request, the same
 * password work, the same answer, and no checks at all. Never deployed.
 */

/** As it is sent here: the place of its text in a list of texts, and its values. */
type LoadedStatement = [number, ...unknown[]]
type Loaded = Exclude<Step, { kind: 'batch' }> | { kind: 'batch'; statements: LoadedStatement[] }

interface Replay {
  readonly status: number
  readonly contentType: string
  readonly answer: unknown
  readonly before: readonly Loaded[]
  readonly after: readonly Loaded[]
}

interface Bindings {
  DB: D1Database
  KV: KVNamespace
  R2: R2Bucket
  MAIL: SendEmail
}

type FloorEnv = { Bindings: Bindings }

let replays: Replay[] = []
let texts: string[] = []

const salt = new Uint8Array(16)
const password = new TextEncoder().encode('any password')

async function derive(iterations: number): Promise<void> {
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
  await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, key, 256)
}

function ask(DB: D1Database, statements: readonly LoadedStatement[]): Promise<unknown> {
  const prepared = statements.map(([text, ...values]) =>
    DB.prepare(texts[text] ?? '').bind(...values),
  )
  const [only] = prepared
  // As Atrium does: a batch of one would cost more.
  return only !== undefined && prepared.length === 1 ? only.all() : DB.batch(prepared)
}

function perform(step: Loaded, { DB, KV, R2, MAIL }: Bindings): Promise<unknown> {
  switch (step.kind) {
    case 'batch':
      return ask(DB, step.statements)
    case 'derive':
      return derive(step.iterations)
    case 'read':
      return KV.get(step.key, 'json')
    case 'write':
      return KV.put(step.key, step.value, { expirationTtl: step.ttl })
    case 'forget':
      return KV.delete(step.key)
    case 'object':
      return R2.get(step.key)
    case 'mail':
      return MAIL.send(step.message as EmailMessageBuilder)
  }
}

async function performAll(steps: readonly Loaded[], env: Bindings): Promise<unknown> {
  let last: unknown
  for (const step of steps) last = await perform(step, env)
  return last
}

async function replay(c: Context<FloorEnv>): Promise<Response> {
  if (c.req.method !== 'GET') await c.req.json()
  const found = replays[Number(c.req.param('index'))]
  if (!found) return c.json({ error: 'not recorded' }, 404)
  const last = await performAll(found.before, c.env)
  // To local workerd a line of log is a write to a pipe, which would pass for Atrium's own work.
  console.log(logLine)
  if (found.after.length > 0) c.executionCtx.waitUntil(performAll(found.after, c.env))
  if (found.contentType.startsWith('image/')) {
    return c.body((last as R2ObjectBody).body, 200, { 'Content-Type': found.contentType })
  }
  return c.json(found.answer, found.status as 200)
}

/** As long as the one that Atrium writes for each request. */
const logLine = JSON.stringify({
  level: 'info',
  event: 'request',
  requestId: '00000000-0000-4000-8000-000000000000',
  method: 'GET',
  route: '/:index',
  status: 200,
  durationMs: 0,
})

const floor = new Hono<FloorEnv>()

/** Before anything is measured: what is to be replayed, in the place of what was. */
floor.put('/recordings', async (c) => {
  const given = await c.req.json<{ isFirst: boolean; texts: string[]; replays: Replay[] }>()
  replays = given.isFirst ? given.replays : replays.concat(given.replays)
  texts = given.texts
  return c.json({ loaded: replays.length })
})

floor.all('/:index', replay)

export default floor
