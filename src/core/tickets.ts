import { readTicket, signTicket } from '../crypto/ticket'
import type { Core } from './context'
import { fail } from './errors'

/** What a client holds between two steps of signing in, confirming or resetting. */

const signInTtlSeconds = 60 * 60

export type TicketPurpose = 'confirmation' | 'reset' | 'sign-in'

export interface Ticket {
  readonly token: string
  readonly ttlSeconds: number
}

/** `subject` is what the next step is about: an address, or the secret of a pending sign-in. */
export async function issueTicket(
  core: Core,
  purpose: TicketPurpose,
  subject: string,
): Promise<Ticket> {
  const { settings, now } = core
  const ttlSeconds = {
    confirmation: settings.confirmationTtlSeconds,
    reset: settings.resetTtlSeconds,
    // The code's own life, which asking again renews, is the pending sign-in's to know.
    'sign-in': signInTtlSeconds,
  }[purpose]
  const token = await signTicket(core.keys, { purpose, subject, ttlSeconds, now })
  return { token, ttlSeconds }
}

/** The subject of a ticket. Fails with invalid_code for one that has expired or never was ours. */
export async function openTicket(
  core: Core,
  purpose: TicketPurpose,
  ticket: string,
): Promise<string> {
  const subject = await readTicket(core.keys, { purpose, ticket, now: core.now })
  return subject ?? fail({ code: 'invalid_code', reason: 'unknown' })
}
