import { z } from 'zod'
import type { Background } from './background'
import type { CallLog } from './calls'
import type { Clock } from './clock'
import { type FaultList, parseFaults } from './faults'

export interface Harness {
  readonly clock: Clock
  readonly log: CallLog
  readonly faults: FaultList
  readonly background: Background
  readonly runScheduled: (cron: string) => Promise<void>
}

type Route = (harness: Harness, request: Request, url: URL) => Promise<Response> | Response

const ClockBody = z.strictObject({ offsetSeconds: z.number() })
const ScheduledBody = z.strictObject({ cron: z.string().optional() })
const SettleBody = z.strictObject({ timeoutMs: z.number().min(0).max(60_000).optional() })

const everyMinute = '* * * * *'
const settleTimeoutMs = 30_000

const routes: Record<string, Record<string, Route>> = {
  '/__harness/clock': { GET: ({ clock }) => clockAnswer(clock), POST: setClock },
  '/__harness/faults': {
    GET: ({ faults }) => answer(200, faults.report()),
    POST: setFaults,
  },
  '/__harness/calls': {
    GET: ({ log }, _, url) => answer(200, log.report(url.searchParams.get('log') === '1')),
  },
  '/__harness/reset': { POST: reset },
  '/__harness/scheduled': { POST: scheduled },
  '/__harness/settle': { POST: settle },
}

/** Everything under /__harness. Nothing here goes through the bindings that are watched. */
export async function answerHarness(
  request: Request,
  url: URL,
  harness: Harness,
): Promise<Response> {
  const methods = routes[url.pathname]
  if (!methods) return answer(404, { error: `unknown: ${Object.keys(routes).join(', ')}` })
  const route = methods[request.method]
  if (route) return route(harness, request, url)
  const allow = Object.keys(methods).join(', ')
  const refusal = answer(405, { error: `use ${allow}` })
  refusal.headers.set('Allow', allow)
  return refusal
}

async function setClock({ clock }: Harness, request: Request): Promise<Response> {
  const body = await readBody(request, ClockBody)
  if ('error' in body) return answer(400, body)
  if (!clock.canShift(body.data.offsetSeconds)) {
    return answer(400, { error: 'offsetSeconds: leads to no date' })
  }
  clock.shift(body.data.offsetSeconds)
  return clockAnswer(clock)
}

function clockAnswer(clock: Clock): Response {
  const now = new Date(clock.now()).toISOString()
  return answer(200, { offsetSeconds: clock.offsetSeconds(), now })
}

async function setFaults({ faults }: Harness, request: Request): Promise<Response> {
  const body = await readBody(request, z.unknown())
  if ('error' in body) return answer(400, body)
  const parsed = parseFaults(body.data)
  if ('error' in parsed) return answer(400, parsed)
  faults.replace(parsed.faults)
  return answer(200, { faults: parsed.faults.length })
}

function reset({ clock, log, faults }: Harness): Response {
  clock.shift(0)
  log.reset()
  faults.replace([])
  return answer(200, { reset: true })
}

async function scheduled(harness: Harness, request: Request): Promise<Response> {
  const body = await readBody(request, ScheduledBody)
  if ('error' in body) return answer(400, body)
  const cron = body.data.cron ?? everyMinute
  try {
    await harness.runScheduled(cron)
    return answer(200, { cron })
  } catch (error) {
    return answer(500, { cron, error: String(error) })
  }
}

async function settle({ background }: Harness, request: Request): Promise<Response> {
  const body = await readBody(request, SettleBody)
  if ('error' in body) return answer(400, body)
  const settled = await background.settle(body.data.timeoutMs ?? settleTimeoutMs)
  return answer(settled ? 200 : 504, { settled, pending: background.pending() })
}

// A body left out is an empty object: most of what can be posted here needs none.
async function readBody<T>(
  request: Request,
  schema: z.ZodType<T>,
): Promise<{ data: T } | { error: string }> {
  const text = await request.text()
  try {
    const parsed = schema.safeParse(text.trim() === '' ? {} : JSON.parse(text))
    if (parsed.success) return { data: parsed.data }
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    return { error: issues.join('; ') }
  } catch {
    return { error: 'the body is not JSON' }
  }
}

function answer(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: { 'Cache-Control': 'no-store' } })
}
