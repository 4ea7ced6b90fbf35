import { z } from 'zod'
import { type BindingName, bindingNames, operations } from './calls'

const count = z.int().min(0)

const Fault = z.strictObject({
  binding: z.enum(bindingNames),
  op: z.string().optional(),
  match: z.string().optional(),
  mode: z.enum(['fail-before', 'fail-after', 'delay', 'stale', 'miss']),
  message: z.string().optional(),
  times: count.optional(),
  skip: count.optional(),
  ms: z.number().min(0).max(600_000).optional(),
})

export type Fault = z.infer<typeof Fault>

interface ActiveFault {
  readonly fault: Fault
  /** How many calls have fitted so far, the skipped ones among them. */
  fitted: number
  hits: number
}

/** What shall happen to one call. */
export interface Verdict {
  readonly delayMs: number
  readonly outcome: 'fail-before' | 'fail-after' | 'stale' | 'miss' | undefined
  readonly message: string
}

/** Names every way of running one prepared statement: run, all, first and raw. */
const anyStatement = 'prepare'

/** The reads that can be answered as if from another time. KV and R2 only: D1 never lies. */
const readsByMode: Record<'stale' | 'miss', Partial<Record<BindingName, readonly string[]>>> = {
  stale: { KV: ['get', 'getWithMetadata'], R2: ['get', 'head'] },
  miss: { KV: ['get', 'getWithMetadata', 'list'], R2: ['get', 'head', 'list'] },
}

/** Reads a list of faults, or says what is wrong with it. */
export function parseFaults(body: unknown): { faults: Fault[] } | { error: string } {
  const parsed = z.array(Fault).max(1000).safeParse(body)
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${place(issue.path)}: ${issue.message}`)
    return { error: issues.join('; ') }
  }
  for (const [index, fault] of parsed.data.entries()) {
    const problem = problemOf(fault)
    if (problem) return { error: `[${index}].${problem}` }
  }
  return { faults: parsed.data }
}

function place(path: readonly PropertyKey[]): string {
  const [index, ...rest] = path
  return index === undefined ? 'the list' : [`[${String(index)}]`, ...rest.map(String)].join('.')
}

function problemOf({ binding, op, mode, ms }: Fault): string | undefined {
  const known = opsOf(binding)
  if (op !== undefined && !known.includes(op)) return `op: ${binding} has ${known.join(', ')}`
  if (mode === 'delay' && ms === undefined) return 'ms: a delay needs it'
  if (mode !== 'stale' && mode !== 'miss') return undefined
  const reads = readsByMode[mode][binding]
  if (!reads) return `mode: ${mode} is for KV and R2`
  return op === undefined || reads.includes(op)
    ? undefined
    : `op: ${mode} is for ${reads.join(', ')}`
}

function opsOf(binding: BindingName): readonly string[] {
  return binding === 'DB' ? [...operations.DB, anyStatement] : operations[binding]
}

export type FaultList = ReturnType<typeof createFaultList>

/**
 * Every fault counts the calls that fit it by itself. When several hit one call, delays add up and
 * the first of the others in the list decides.
 */
export function createFaultList() {
  let active: ActiveFault[] = []

  return {
    replace(faults: readonly Fault[]): void {
      active = faults.map((fault) => ({ fault, fitted: 0, hits: 0 }))
    },

    judge(binding: BindingName, op: string, text: string): Verdict {
      const hits = active.filter((entry) => fits(entry.fault, binding, op, text) && takeHit(entry))
      const delays = hits.filter(({ fault }) => fault.mode === 'delay')
      const decisive = hits.find(({ fault }) => fault.mode !== 'delay')?.fault
      return {
        delayMs: delays.reduce((sum, { fault }) => sum + (fault.ms ?? 0), 0),
        outcome: decisive?.mode === 'delay' ? undefined : decisive?.mode,
        message: decisive?.message ?? defaultMessage(binding),
      }
    },

    report() {
      return active.map(({ fault, fitted, hits }) => ({
        ...fault,
        fitted,
        hits,
        remaining: fault.times === undefined ? null : fault.times - hits,
      }))
    },
  }
}

function fits(fault: Fault, binding: BindingName, op: string, text: string): boolean {
  if (fault.binding !== binding) return false
  if (fault.op === anyStatement ? op === 'batch' || op === 'exec' : (fault.op ?? op) !== op) {
    return false
  }
  if (fault.mode === 'stale' || fault.mode === 'miss') {
    if (!readsByMode[fault.mode][binding]?.includes(op)) return false
  }
  return fault.match === undefined || text.toLowerCase().includes(fault.match.toLowerCase())
}

function takeHit(entry: ActiveFault): boolean {
  entry.fitted += 1
  if (entry.fitted <= (entry.fault.skip ?? 0)) return false
  if (entry.hits >= (entry.fault.times ?? Number.POSITIVE_INFINITY)) return false
  entry.hits += 1
  return true
}

// What D1 throws begins with its own code; the words are no known transient ones, so nothing retries.
function defaultMessage(binding: BindingName): string {
  return binding === 'DB' ? 'D1_ERROR: internal error (injected fault)' : 'injected fault'
}
