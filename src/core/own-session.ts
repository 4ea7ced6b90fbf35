import type { SQL } from 'drizzle-orm'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { type Caller, fromLiving, type Sliding, tokenHashOf } from './sessions'

/**
 * A person's own session in SQL, for what is changed in one round trip with the verdict about its caller.
 * It is no more than a claim: what was not changed goes to authenticate(), which finds out why.
 */

export interface OwnSession {
  /** The number of its account, NULL for nobody's. */
  readonly number: SQL
  /**
   * The same where it lets its caller change that account, else NULL. No application's does: what one may is not
   * asked by its session alone.
   */
  readonly actingNumber: SQL
  /** When it was seen, as a column of whatever is selected or returned. */
  readonly seen: SQL
  readonly tokenHash: string
}

export type Seen = Omit<Sliding, 'tokenHash'>

export async function ownSession(
  core: Core,
  caller: Pick<Caller, 'token' | 'needsConfirmedEmail'>,
): Promise<OwnSession> {
  const tokenHash = await tokenHashOf(caller)
  const mustBeConfirmed = caller.needsConfirmedEmail && core.settings.requireEmailVerification
  const isConfirmed = mustBeConfirmed
    ? sql`AND (holder.email IS NULL OR holder.email_verified_at IS NOT NULL)`
    : sql``
  const isIt = sql`FROM sessions WHERE token_hash = ${tokenHash}`
  return {
    tokenHash,
    number: sql`(SELECT account_number ${isIt})`,
    actingNumber: sql`(SELECT holder.number ${fromLiving(core, tokenHash)}
      AND sessions.granted_to IS NULL ${isConfirmed})`,
    seen: sql`(SELECT seen_at ${isIt}) AS seenAt`,
  }
}
