import { sql } from 'drizzle-orm'
import { verifyPassword } from '../crypto/password-hash'
import { run } from '../storage/database'
import type { Core } from './context'
import { fail } from './errors'
import { isUsablePassword } from './passwords'
import { isRecentlyAuthenticated, type Viewer } from './sessions'
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
  const { number } = viewer.account
  // By session: whoever holds it gets five wrong ones from wherever they come.
  const holder = `session:${viewer.session.tokenHash}`
  const bucket = passwordBucket(core, sql`${String(number)}`, sql`${holder}`)
  const [, [state], [found]] = await run(
    core.db,
    reserve(core, bucket),
    bucketState(core, bucket),
    core.db.all<{ hash: string | null }>(
      sql`SELECT password_hash AS hash FROM accounts WHERE number = ${number}`,
    ),
  )
  if (!mayEvaluate(core, state)) failUntil(core, state?.blockedUntil ?? 0)
  const isRight =
    isUsablePassword(password) &&
    (await verifyPassword(password, found?.hash ?? null, core.hashing))
  if (!isRight) fail({ code: 'reauthentication_required', reason: 'wrong_password' })
  core.defer(run(core.db, clear(core, bucket)))
}
