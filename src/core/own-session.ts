import type { SQL } from 'drizzle-orm'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { type Caller, isHashAlive, type Sliding, tokenHashOf } from './sessions'

/**
 * A person's own session in SQL, for what is changed in one round trip with the verdict about its caller.
 * It is no more than a claim: what was not changed goes to authenticate(), which finds out why.
 */

export interface OwnSession {
  /** The number of its account, NULL for nobody's. */
  readonly number: SQL
  /** Whether it lets its caller change that account. No application's does, which is not asked by its session alone. */
  readonly mayAct: SQL
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
    mayAct: isHashAlive(core, tokenHash, sql`AND sessions.granted_to IS NULL ${isConfirmed}`),
    seen: sql`(SELECT seen_at ${isIt}) AS seenAt`,
  }
}
