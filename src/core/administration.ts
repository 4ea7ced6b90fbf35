import { sql } from 'drizzle-orm'
import { commit } from '../storage/database'
import type { Core } from './context'
import { fail } from './errors'
import { endAllStatements, isAlive, type Viewer } from './sessions'

/** What administrators may do to the accounts of others. */

export function requireAdministrator(viewer: Viewer): void {
  if (viewer.account.role !== 'admin') fail({ code: 'forbidden' })
}

/**
 * Closes or opens an account. Closing ends every session, grant and pending sign-in at once; it is
 * refused for oneself. Fails with forbidden or account_not_found; done twice, it changes nothing.
 */
export async function setDisabled(
  core: Core,
  viewer: Viewer,
  input: { accountId: string; isDisabled: boolean },
): Promise<void> {
  requireAdministrator(viewer)
  const { accountId, isDisabled } = input
  if (accountId === viewer.account.id) fail({ code: 'forbidden' })
  const target = sql`(SELECT number FROM accounts WHERE id = ${accountId} AND ${isAlive(core, viewer)})`
  const disabledAt = isDisabled ? sql`COALESCE(disabled_at, ${core.now})` : sql`NULL`
  const [found] = await commit(
    core.db,
    [
      core.db.run(sql`UPDATE accounts SET disabled_at = ${disabledAt}, updated_at = ${core.now}
        WHERE number = ${target}`),
      ...(isDisabled ? endAllStatements(core, target, null) : []),
    ],
    core.db.all<{ isDisabled: number }>(
      sql`SELECT disabled_at IS NOT NULL AS isDisabled FROM accounts WHERE number = ${target}`,
    ),
    ([row]) => row !== undefined && (row.isDisabled === 1) === isDisabled,
  )
  if (!found) fail({ code: 'account_not_found' })
}
