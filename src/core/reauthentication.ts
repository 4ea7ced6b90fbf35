import type { SQL } from 'drizzle-orm'
import { verifyPassword } from '../crypto/password-hash'
import { type Rows, run } from '../storage/database'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { fail } from './errors'
import { ownSession } from './own-session'
import { isUsablePassword } from './passwords'
import { authenticate, type Caller, isRecentlyAuthenticated, type Viewer } from './sessions'
import { bucketState, clear, failUntil, mayEvaluate, passwordBucket, reserve } from './throttle'

/**
 * Refuses what needs a fresh proof of who is there: the password in the request, or a sign-in not
 * older than the setting says. No application has it, whatever it sends. A wrong password counts like
 * one at the sign-in.
 */
export async function requireRecentAuthentication(
  core: Core,
  viewer: Viewer,
  password: string | null,
): Promise<void> {
  // An application that has the password proves nothing by it but that it should not have it.
  if (viewer.session.grantedTo !== null) {
    fail({ code: 'reauthentication_required', reason: 'stale' })
  }
  if (password === null) {
    if (isRecentlyAuthenticated(core, viewer)) return
    fail({ code: 'reauthentication_required', reason: 'stale' })
  }
  const { account, session } = viewer
  const proof = passwordProof(core, sql`${String(account.number)}`, session.tokenHash, sql`1`)
  await proof.require(password, await run(core.db, ...proof.queries))
}

/**
 * Who calls by a session of their own, and their password proven in the same round trip where one is given:
 * they count then as having proven just now who they are. Fails as authenticate() and
 * requireRecentAuthentication() do.
 */
export async function authenticateAgain(
  core: Core,
  caller: Caller,
  password: string | null,
): Promise<Viewer> {
  if (password === null) return (await authenticate(core, caller)).viewer
  const { number, actingNumber, tokenHash } = await ownSession(core, caller)
  const proof = passwordProof(core, number, tokenHash, sql`${actingNumber} IS NOT NULL`)
  const { viewer, rows } = await authenticate(core, caller, ...proof.queries)
  await proof.require(password, rows)
  return { ...viewer, session: { ...viewer.session, authenticatedAt: core.now } }
}

/** `number` is the account's in SQL; an attempt is counted if `when` holds. */
function passwordProof(core: Core, number: SQL, tokenHash: string, when: SQL) {
  // By session: whoever holds it gets five wrong ones from wherever they come.
  const bucket = passwordBucket(core, number, sql`${`session:${tokenHash}`}`)
  const queries = [
    reserve(core, bucket, when),
    bucketState(core, bucket),
    core.db.all<{ hash: string | null }>(
      sql`SELECT password_hash AS hash FROM accounts WHERE number = ${number}`,
    ),
  ] as const
  return {
    queries,
    async require(password: string, [, [state], [found]]: Rows<typeof queries>): Promise<void> {
      if (!mayEvaluate(core, state)) failUntil(core, state?.blockedUntil ?? 0)
      const isRight =
        isUsablePassword(password) &&
        (await verifyPassword(password, found?.hash ?? null, core.hashing))
      if (!isRight) fail({ code: 'reauthentication_required', reason: 'wrong_password' })
      core.defer(run(core.db, clear(core, bucket)))
    },
  }
}
