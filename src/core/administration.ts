import type { SQL } from 'drizzle-orm'
import { commit } from '../storage/database'
import { sql } from '../storage/sql'
import { isAdministering, mayAdminister, requireAdministrator } from './administrators'
import { type Act, auditOn } from './audit'
import type { Client, Core } from './context'
import { deleteAccount } from './deletion'
import { fail } from './errors'
import { requireRecentAuthentication } from './reauthentication'
import { requestReset } from './recovery'
import { endFormerStatement, movedEpoch } from './session-endings'
import type { Viewer } from './sessions'

/** What administrators do to the accounts of others; each act is kept in the audit trail. */

/** Refuses whoever is no administrator, or signed in too long ago; and what is asked for with one's own account. */
async function requireActing(core: Core, viewer: Viewer, accountId: string): Promise<void> {
  requireAdministrator(viewer)
  if (accountId === viewer.account.id) fail({ code: 'same_account' })
  await requireRecentAuthentication(core, viewer, null)
}

/**
 * One act on one account, in one round trip. Where there is nothing to do nothing is done or kept. Fails
 * with account_not_found, with not_authenticated where the viewer administers no more, and with
 * no_confirmed_email where the account must have one for it.
 */
async function actOn(
  core: Core,
  viewer: Viewer,
  accountId: string,
  given: { act: Act; isToDo: SQL; sets?: SQL; endsSessions?: boolean; mayBe?: SQL },
): Promise<void> {
  const { act, isToDo, sets, endsSessions, mayBe = sql`1` } = given
  const mine = sql`(SELECT number FROM accounts WHERE id = ${accountId} AND changed_by = ${core.requestId})`
  const mayAct = isAdministering(core, viewer)
  const [found] = await commit(
    core.db,
    [
      core.db.run(sql`UPDATE accounts SET changed_by = ${core.requestId}, updated_at = ${core.now}
        ${sets ? sql`, ${sets}` : sql``} ${endsSessions ? sql`, ${movedEpoch}` : sql``} WHERE id = ${accountId} AND ${isToDo} AND ${mayBe} AND ${mayAct}`),
      auditOn(core, viewer, act, mine),
      ...(endsSessions ? [endFormerStatement(core, mine, null)] : []),
    ],
    core.db.all<{
      isMine: number
      mayAct: number
      mayBe: number
    }>(sql`SELECT changed_by IS ${core.requestId} AS isMine,
      ${mayAct} AS mayAct, ${mayBe} AS mayBe FROM accounts WHERE id = ${accountId}`),
    ([row]) => row?.isMine === 1,
  )
  if (!found) fail({ code: 'account_not_found' })
  if (!found.isMine && !found.mayAct) fail({ code: 'not_authenticated' })
  if (!found.isMine && !found.mayBe) fail({ code: 'no_confirmed_email' })
}

/**
 * Closes or opens an account. Closing ends every session, grant and pending sign-in at once; it is
 * refused for oneself. Fails with forbidden, account_not_found or not_authenticated; done twice, it changes
 * nothing and is kept once. One round trip.
 */
export async function setDisabled(
  core: Core,
  viewer: Viewer,
  { accountId, isDisabled }: { accountId: string; isDisabled: boolean },
): Promise<void> {
  requireAdministrator(viewer)
  if (accountId === viewer.account.id) fail({ code: 'forbidden' })
  await actOn(
    core,
    viewer,
    accountId,
    isDisabled
      ? {
          act: 'account_disabled',
          isToDo: sql`disabled_at IS NULL`,
          sets: sql`disabled_at = ${core.now}`,
          endsSessions: true,
        }
      : {
          act: 'account_enabled',
          isToDo: sql`disabled_at IS NOT NULL`,
          sets: sql`disabled_at = NULL`,
        },
  )
}

/**
 * Makes somebody an administrator, or no longer one. Nobody's own, so one is always left. Fails with
 * forbidden, same_account, reauthentication_required, account_not_found, not_authenticated, or
 * no_confirmed_email for a new administrator; done twice, it changes nothing more. One round trip.
 */
export async function setRole(
  core: Core,
  viewer: Viewer,
  { accountId, role }: { accountId: string; role: 'user' | 'admin' },
): Promise<void> {
  await requireActing(core, viewer, accountId)
  await actOn(core, viewer, accountId, {
    act: role === 'admin' ? 'administrator_granted' : 'administrator_revoked',
    isToDo: sql`role <> ${role}`,
    sets: sql`role = ${role}`,
    ...(role === 'admin' ? { mayBe: mayAdminister } : {}),
  })
}

/** Ends every session, grant and pending sign-in of somebody. Fails as setRole() does. One round trip. */
export async function endSessionsOf(core: Core, viewer: Viewer, accountId: string): Promise<void> {
  await requireActing(core, viewer, accountId)
  await actOn(core, viewer, accountId, {
    act: 'sessions_ended',
    isToDo: sql`1`,
    endsSessions: true,
  })
}

/** How long whoever has had all the mails of an hour waits for the next. */
const mailWaitSeconds = 60 * 60

/**
 * Mails somebody a code for a new password, by the rules and within the quotas that hold when they ask
 * themselves. Fails with forbidden, same_account, reauthentication_required, with account_not_found also for
 * an account that is closed or has no address, and with too_many_attempts. One round trip.
 */
export async function mailReset(
  core: Core,
  viewer: Viewer,
  accountId: string,
  client: Client,
): Promise<void> {
  await requireActing(core, viewer, accountId)
  const asked = await requestReset(core, { accountId, administrator: viewer }, client)
  if (!asked.isKnown) fail({ code: 'account_not_found' })
  if (!asked.isMailed) fail({ code: 'too_many_attempts', retryAfterSeconds: mailWaitSeconds })
}

/**
 * Deletes somebody's account, as they could themselves. Fails with forbidden, same_account,
 * reauthentication_required or not_authenticated. One round trip.
 */
export async function deleteAccountOf(
  core: Core,
  viewer: Viewer,
  account: { readonly id: string; readonly number: number },
): Promise<void> {
  await requireActing(core, viewer, account.id)
  await deleteAccount(core, account, viewer)
}
