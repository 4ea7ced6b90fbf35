import { eq } from 'drizzle-orm'
import { run } from '../storage/database'
import { accounts } from '../storage/schema'
import { sql } from '../storage/sql'
import { type Account, accountColumns } from './accounts'
import type { Client, Core } from './context'
import { confirmEmail } from './email-confirmation'
import { fail } from './errors'
import { emailKey } from './identifiers'
import { commitSignIn, completeSignIn, type SignedIn } from './sign-in'

/** Confirming an address and signing in by the same mailed code, as a reset would let one in too. */

/**
 * Confirms an address by its code and opens a session. An account that has a second factor is
 * confirmed and not opened: `signedIn` is null. Fails with invalid_code and taken. Three round trips.
 */
export async function confirmAndSignIn(
  core: Core,
  given: { readonly email: string; readonly code: string },
  client: Client,
): Promise<{ account: Account; signedIn: SignedIn | null }> {
  await confirmEmail(core, { ...given, accountId: null, token: null }, client)
  const [[account]] = await run(
    core.db,
    core.db
      .select(accountColumns)
      .from(accounts)
      .where(eq(accounts.emailKey, emailKey(given.email))),
  )
  if (!account) fail({ code: 'invalid_code', reason: 'unknown' })
  if (account.secondFactor !== null || account.disabledAt !== null) {
    return { account, signedIn: null }
  }
  const completion = await completeSignIn(core, { account, client })
  const isOpen = await commitSignIn(core, completion, sql`accounts.second_factor IS NULL`)
  return { account, signedIn: isOpen ? completion.signedIn(account) : null }
}
