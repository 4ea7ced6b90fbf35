import type { Attempt, Mutation } from './attempts'
import {
  databaseCalls,
  type Fault,
  faultHits,
  type Received,
  resetHarness,
  setFaults,
} from './harness'

/** Makes each database call of a request fail in each way that D1 knows, and looks at what is left. */

interface Case {
  readonly label: string
  readonly fault: Fault
  /** Whether the request may be refused, must be, or must succeed in spite of it. */
  readonly outcome: 'refused' | 'either' | 'made'
  /** Whether the call must not be made a second time. */
  readonly isFinal?: true
}

const transient = 'D1_ERROR: Network connection lost.'
const overloaded = 'D1_ERROR: D1 DB is overloaded. Requests queued for too long.'

const seen = new Set<string>()

/** Done after the answer, which therefore knows nothing of its failure. */
const deferred = [/^DELETE FROM outbox WHERE id = \?$/, /^UPDATE sessions SET seen_at/]

/** The calls of a request that succeeds. Parameters are not in them, so the next one's are the same. */
async function callsOf(mutation: Mutation): Promise<string[]> {
  const attempt = await mutation.begin()
  const before = (await databaseCalls()).length
  const answer = await attempt.send()
  const calls = (await databaseCalls()).slice(before)
  await attempt.expectDone(answer)
  return [...new Set(calls)].filter((call) => !deferred.some((pattern) => pattern.test(call)))
}

/**
 * A fault on a statement fails its whole batch, so that all statements of a batch are one case; but
 * the last, which is also asked alone when it is unknown whether the batch was made.
 */
function casesOf(calls: readonly string[]): Case[] {
  return calls.flatMap((match, i): Case[] => {
    // The one that asks who is there is the same everywhere, and comes before everything.
    if (i < calls.length - 1 && seen.has(match)) return []
    seen.add(match)
    const at = `call ${i + 1} of ${calls.length}`
    const last = match.split(';\n').at(-1) ?? match
    const before = { binding: 'DB', mode: 'fail-before' } as const
    const after = { binding: 'DB', mode: 'fail-after', times: 1 } as const
    const refused: Case = {
      label: `${at} and its last statement`,
      fault: { ...before, match: last },
      outcome: 'refused',
    }
    // The call before the last is not yet the change: how it fails makes no difference.
    if (i < calls.length - 1) return [refused]
    return [
      refused,
      {
        label: `${at} is lost on the way back`,
        fault: { ...after, match, message: transient },
        outcome: 'made',
      },
      { label: `${at} fails before`, fault: { ...before, match }, outcome: 'either' },
      { label: `${at} fails after`, fault: { ...after, match }, outcome: 'either' },
      {
        label: `${at} meets an overload`,
        fault: { ...before, match, message: overloaded },
        outcome: 'refused',
        isFinal: true,
      },
    ]
  })
}

function assert(condition: boolean, complaint: string): void {
  if (!condition) throw new Error(complaint)
}

const isRefusedBySocial = ({ status, text }: Received) =>
  status === 503 && text === '{"ok":0,"error":"ServiceUnavailable"}'

const isSuccess = ({ status }: Received) => [200, 201, 303].includes(status)

async function tryCase(
  attempt: Attempt,
  { fault, outcome, isFinal }: Case,
  isWorded: (answer: Received) => boolean,
): Promise<void> {
  const isRefusal = (answer: Received) =>
    isWorded(answer) && Number(answer.headers.get('Retry-After')) >= 1
  await setFaults([fault])
  const answer = await attempt.send()
  const hits = await faultHits()
  await setFaults([])

  const shown = `${answer.status} ${answer.text}`
  assert(isSuccess(answer) || isRefusal(answer), `answered ${shown}`)
  if (outcome === 'made') assert(isSuccess(answer), `was not repeated: ${shown}`)
  if (outcome === 'refused') assert(isRefusal(answer), `answered ${shown}`)
  assert(hits > 0, 'the fault hit nothing')
  if (isFinal) assert(hits === 1, 'an overload was retried')
  if (isSuccess(answer)) return attempt.expectDone(answer)

  if (fault.mode === 'fail-before') await attempt.expectUndone()
  const again = await attempt.send()
  assert(isSuccess(again), `the same again answered ${again.status} ${again.text}`)
  return attempt.expectDone(again)
}

/** What went wrong, one line for each fault that was not borne. */
export async function problemsOf(mutation: Mutation): Promise<string[]> {
  await resetHarness()
  const problems: string[] = []
  for (const given of casesOf(await callsOf(mutation))) {
    const attempt = await mutation.begin()
    try {
      await tryCase(attempt, given, mutation.isRefusal ?? isRefusedBySocial)
    } catch (error) {
      const [complaint = ''] = String(error instanceof Error ? error.message : error).split('\n')
      problems.push(`${mutation.name}: ${given.label}: ${complaint}`)
      await setFaults([])
      // What this case left undone would be the next one's fault.
      await attempt.send()
    }
  }
  return problems
}
