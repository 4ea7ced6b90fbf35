import { asc, gt, sql } from 'drizzle-orm'
import { commit, run } from '../storage/database'
import { accounts } from '../storage/schema'
import { type Account, accountColumns } from './accounts'
import { isAdministering, requireAdministrator } from './administrators'
import { auditOn } from './audit'
import type { Core } from './context'
import { fail } from './errors'
import { usernameKey } from './identifiers'
import { sessionsOf } from './session-list'
import { authenticate, type Caller, endAllStatements, type Viewer } from './sessions'

/** What administrators may do to the accounts of others. */

/**
 * Closes or opens an account. Closing ends every session, grant and pending sign-in at once; it is
 * refused for oneself. Fails with forbidden or account_not_found; done twice, it changes nothing and is
 * kept in the audit trail once. One round trip.
 */
export async function setDisabled(
  core: Core,
  viewer: Viewer,
  input: { accountId: string; isDisabled: boolean },
): Promise<void> {
  requireAdministrator(viewer)
  const { accountId, isDisabled } = input
  if (accountId === viewer.account.id) fail({ code: 'forbidden' })
  const target = sql`(SELECT number FROM accounts WHERE id = ${accountId} AND ${isAdministering(core, viewer)})`
  const disabledAt = isDisabled ? sql`COALESCE(disabled_at, ${core.now})` : sql`NULL`
  const [act, isToDo] = isDisabled
    ? (['account_disabled', sql`disabled_at IS NULL`] as const)
    : (['account_enabled', sql`disabled_at IS NOT NULL`] as const)
  const [found] = await commit(
    core.db,
    [
      auditOn(core, viewer, act, sql`${target} AND ${isToDo}`),
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

export interface ListedAccount {
  readonly id: string
  readonly username: string
}

function accountsAfter(core: Core, page: { limit: number; after: string | null }) {
  return core.db
    .select({ id: accounts.id, username: accounts.username })
    .from(accounts)
    .where(page.after === null ? undefined : gt(accounts.id, page.after))
    .orderBy(asc(accounts.id))
    .limit(page.limit)
}

/** A page of all accounts in the order of their ids, after the id `after`. One round trip. */
export async function listAccounts(
  core: Core,
  caller: Caller,
  page: { limit: number; after: string | null },
): Promise<ListedAccount[]> {
  const { viewer, rows } = await authenticate(core, caller, accountsAfter(core, page))
  requireAdministrator(viewer)
  return rows[0]
}

const rowsPerRead = 1000

/** All accounts, a page at a time: whoever reads slowly holds no more than one in memory. */
export async function* eachAccount(core: Core, viewer: Viewer): AsyncGenerator<ListedAccount[]> {
  requireAdministrator(viewer)
  let after: string | null = null
  for (;;) {
    const [page]: [ListedAccount[]] = await run(
      core.db,
      accountsAfter(core, { limit: rowsPerRead, after }),
    )
    if (page.length > 0) yield page
    after = page.at(-1)?.id ?? null
    if (page.length < rowsPerRead) return
  }
}

/** An account as administrators see it, with when its sessions were opened. */
export interface AccountRecord {
  readonly account: Account
  readonly sessionsOpenedAt: readonly number[]
}

/**
 * The account with an id or a username, and the administrator who asks. Fails with forbidden or
 * account_not_found. One round trip.
 */
export async function getAccountRecord(
  core: Core,
  caller: Caller,
  idOrUsername: string,
): Promise<AccountRecord & { viewer: Viewer }> {
  const key = usernameKey(idOrUsername)
  const number = sql`(SELECT number FROM accounts WHERE id = ${idOrUsername} OR username_key = ${key})`
  const { viewer, rows } = await authenticate(
    core,
    caller,
    core.db.select(accountColumns).from(accounts).where(sql`${accounts.number} = ${number}`),
    sessionsOf(core, number),
  )
  requireAdministrator(viewer)
  const [[account], opened] = rows
  if (!account) fail({ code: 'account_not_found' })
  return { viewer, account, sessionsOpenedAt: opened.map(({ openedAt }) => openedAt) }
}
