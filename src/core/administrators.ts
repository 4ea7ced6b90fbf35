import type { SQL } from 'drizzle-orm'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { fail } from './errors'
import { holds } from './scopes'
import { isAlive, type Viewer } from './sessions'

/** Who may act on what is not their own. */

/** An application needs to have been allowed it as well, whoever it acts for. */
export function isAdministrator({ account, scopes }: Viewer): boolean {
  return account.role === 'admin' && holds(scopes, 'admin:profile:write')
}

/** Fails with forbidden. */
export function requireAdministrator(viewer: Viewer): void {
  if (!isAdministrator(viewer)) fail({ code: 'forbidden' })
}

/**
 * Whether an account may be made an administrator, in SQL: a mail to an address that nobody confirmed would
 * hand everybody's accounts to whoever reads it.
 */
export const mayAdminister = sql`(email IS NULL OR email_verified_at IS NOT NULL)`

/** Whether the viewer's session still counts and is still an administrator's when a change is made, in SQL. */
export function isAdministering(core: Core, viewer: Viewer): SQL {
  return sql`(${isAlive(core, viewer)} AND EXISTS (SELECT 1 FROM accounts AS administrator
    WHERE administrator.number = ${viewer.account.number} AND administrator.role = 'admin'))`
}
