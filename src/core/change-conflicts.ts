import type { SQL } from 'drizzle-orm'
import { run } from '../storage/database'
import type { Core } from './context'
import { fail, failInput } from './errors'
import type { ImageField } from './shown-images'
import { failUntil } from './throttle'

/** Why an account was not changed: what stood in its way is asked only where something did. */

/** Where the owner is told of what was changed. */
export interface Told {
  readonly address: string | null
}

interface Outcome extends Told {
  readonly changedBy: string | null
  readonly mayAct: number
  readonly nameTaken: number
  readonly emailTaken: number
  readonly mayHaveRole: number
  readonly quotaEnd: number | null
  readonly images: string
}

/**
 * Where nothing was changed: why not, or that the same batch had changed it before its answer was lost. An account that
 * is gone is unknown to others, and its own session has ended with it. One round trip.
 */
export async function findChangedBefore(
  core: Core,
  outcome: SQL,
  { isOwn }: { isOwn: boolean },
): Promise<Told> {
  const [[found]] = await run(core.db, core.db.all<Outcome>(outcome))
  if (!found) fail({ code: isOwn ? 'not_authenticated' : 'account_not_found' })
  if (found.changedBy !== core.requestId) refuse(core, found)
  return found
}

function refuse(core: Core, outcome: Outcome): never {
  const images = JSON.parse(outcome.images) as ImageField[]
  if (images.length > 0) failInput(images.map((field) => ({ field, rule: 'format' })))
  const fields = [
    ...(outcome.nameTaken ? (['username'] as const) : []),
    ...(outcome.emailTaken ? (['email'] as const) : []),
  ]
  if (fields.length > 0) fail({ code: 'taken', fields })
  if (outcome.quotaEnd !== null) failUntil(core, outcome.quotaEnd)
  if (!outcome.mayHaveRole) fail({ code: 'no_confirmed_email' })
  // The session ended while the request was under way.
  if (!outcome.mayAct) fail({ code: 'not_authenticated' })
  // Whatever it was that stood in the way, it has gone since.
  fail({ code: 'unavailable', retryAfterSeconds: 1 })
}
