import { asc, eq, gt } from 'drizzle-orm'
import { run } from '../storage/database'
import { accounts } from '../storage/schema'
import { sql } from '../storage/sql'
import { securityColumns } from './account-security'
import { type Account, accountColumns } from './accounts'
import { requireAdministrator } from './administrators'
import { type AuditEntry, auditPage } from './audit'
import type { Core } from './context'
import { afterAllIds } from './entry-ids'
import { fail } from './errors'
import { usernameKey } from './identifiers'
import { type HistoryEntry, historyOf } from './login-history'
import { type Application, applicationsOf, asApplications } from './oauth/applications'
import { matchingAccounts } from './search'
import { asListed, type ListedSession, sessionsOf } from './session-list'
import { authenticate, type Caller, type Viewer } from './sessions'

/** The accounts of everybody, as administrators see them. */

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

/**
 * At most `limit` accounts that a text may mean: its owner's id, username, address or a part of the name,
 * closed and private ones too; without a text the newest, older than the id `before`. Fails with forbidden,
 * and with invalid_input for a text of one character. One round trip.
 */
export async function findAccounts(
  core: Core,
  caller: Caller,
  {
    text,
    before = afterAllIds,
    limit,
  }: { text: string; before?: string | undefined; limit: number },
): Promise<{ viewer: Viewer; found: Account[] }> {
  const matches =
    text === ''
      ? sql`(SELECT number AS found, id AS rank FROM accounts WHERE id < ${before} ORDER BY id DESC LIMIT ${limit})`
      : matchingAccounts(text, limit)
  const { viewer, rows } = await authenticate(
    core,
    caller,
    core.db
      .select(accountColumns)
      .from(accounts)
      .innerJoin(sql`${matches} AS matches`, sql`matches.found = ${accounts.number}`)
      .orderBy(text === '' ? sql`matches.rank DESC` : sql`matches.rank`, accounts.usernameKey),
  )
  requireAdministrator(viewer)
  return { viewer, found: rows[0] }
}

/** All that administrators see of one account. */
export interface AccountFile {
  readonly viewer: Viewer
  readonly account: Account
  /** An address that waits for its code. */
  readonly pendingEmail: string | null
  readonly hasPassword: boolean
  readonly sessions: readonly ListedSession[]
  readonly applications: readonly Application[]
  readonly history: readonly HistoryEntry[]
  readonly acts: readonly AuditEntry[]
}

/** With the last `limit` sign-ins and acts of administrators. Fails with forbidden or account_not_found. One round trip. */
export async function getAccountFile(
  core: Core,
  caller: Caller,
  { id, limit }: { id: string; limit: number },
): Promise<AccountFile> {
  const number = sql`(SELECT number FROM accounts WHERE id = ${id})`
  const { viewer, rows } = await authenticate(
    core,
    caller,
    core.db
      .select({ account: accountColumns, security: securityColumns(core) })
      .from(accounts)
      .where(eq(accounts.id, id)),
    sessionsOf(core, number),
    applicationsOf(core, number),
    historyOf(core, number, { limit, before: null }),
    auditPage(core, { subjectId: id, limit }),
  )
  requireAdministrator(viewer)
  const [[found], opened, granted, history, acts] = rows
  if (!found) fail({ code: 'account_not_found' })
  const { pendingEmail, hasPassword } = found.security
  return {
    viewer,
    account: found.account,
    pendingEmail,
    hasPassword: hasPassword === 1,
    sessions: asListed(opened, viewer),
    applications: asApplications(granted),
    history,
    acts,
  }
}
