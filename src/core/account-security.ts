import { accounts } from '../storage/schema'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { fail } from './errors'
import { authenticate, type Caller, ownNumber, type Viewer } from './sessions'

/** How an account is secured, as its owner sees it. */

export interface Security {
  readonly viewer: Viewer
  /** An address that waits for the code that was mailed to it: a new one, or the first. */
  readonly pendingEmail: string | null
  readonly hasPassword: boolean
  readonly backupCodesLeft: number
}

/** The columns beside those of an account, in statements over the table accounts. */
export function securityColumns(core: Core) {
  return {
    pendingEmail: sql<string | null>`(SELECT address FROM codes
      WHERE account_number = accounts.number AND purpose = 'confirm' AND used_at IS NULL
        AND codes.expires_at > ${core.now})`.as('pending_email'),
    hasPassword: sql<number>`accounts.password_hash IS NOT NULL`.as('has_password'),
    backupCodesLeft: sql<number>`(SELECT COUNT(*) FROM backup_codes
      WHERE account_number = accounts.number AND used_at IS NULL)`.as('backup_codes_left'),
  }
}

/** The caller's own. One round trip. */
export async function getSecurity(core: Core, caller: Caller): Promise<Security> {
  const own = await ownNumber(caller)
  const { viewer, rows } = await authenticate(
    core,
    caller,
    core.db
      .select({ security: securityColumns(core) })
      .from(accounts)
      .where(sql`${accounts.number} = ${own}`),
  )
  const [found] = rows[0]
  if (!found) fail({ code: 'not_authenticated' })
  const { pendingEmail, hasPassword, backupCodesLeft } = found.security
  return { viewer, pendingEmail, hasPassword: hasPassword === 1, backupCodesLeft }
}
