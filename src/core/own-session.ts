import { type SQL, sql } from 'drizzle-orm'
import { hashToken } from '../crypto/token'
import type { Query } from '../storage/database'
import type { Core } from './context'
import { type Caller, isHashAlive, type Sliding } from './sessions'

/**
 * A person's own session in SQL, for what is changed in one round trip with the verdict about its caller.
 * It is no more than a claim: what was not changed goes to authenticate(), which finds out why.
 */

export interface OwnSession {
  /** The number of its account, NULL for nobody's. */
  readonly number: SQL
  /** Whether it lets its caller change that account. No application's does, which is not asked by its session alone. */
  readonly mayAct: SQL
  /** Its row, and who changed its account last. */
  readonly row: Query<(Sliding & { readonly changedBy: string | null })[]>
}

export async function ownSession(
  core: Core,
  { token, needsConfirmedEmail }: Pick<Caller, 'token' | 'needsConfirmedEmail'>,
): Promise<OwnSession> {
  const tokenHash = await hashToken(token ?? '')
  const mustBeConfirmed = needsConfirmedEmail && core.settings.requireEmailVerification
  const isConfirmed = mustBeConfirmed
    ? sql`AND (holder.email IS NULL OR holder.email_verified_at IS NOT NULL)`
    : sql``
  return {
    number: sql`(SELECT account_number FROM sessions WHERE token_hash = ${tokenHash})`,
    mayAct: isHashAlive(core, tokenHash, sql`AND sessions.granted_to IS NULL ${isConfirmed}`),
    row: core.db.all(sql`SELECT token_hash AS tokenHash, seen_at AS seenAt, expires_at AS expiresAt,
      changed_by AS changedBy FROM sessions JOIN accounts ON number = account_number
      WHERE token_hash = ${tokenHash}`),
  }
}
