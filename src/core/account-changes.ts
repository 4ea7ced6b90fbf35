import { eq, type SQL } from 'drizzle-orm'
import { hashPassword } from '../crypto/password-hash'
import { commitReturning, type Query, type Rows, run } from '../storage/database'
import { accounts } from '../storage/schema'
import { sql } from '../storage/sql'
import { type AccountFields, accountIssues } from './account-issues'
import { type Account, accountColumns, confirmedAddress, confirmedEmail } from './accounts'
import { prepareAddressChange } from './address-change'
import { isAdministering, mayAdminister, requireAdministrator } from './administrators'
import { auditOn } from './audit'
import { findChangedBefore, type Told } from './change-conflicts'
import type { Client, Core } from './context'
import { fail, failInput, type Issue } from './errors'
import { ownSession, type Seen } from './own-session'
import { preparePasswordChange } from './password-change'
import { type Portfolio, portfolioColumns, toPortfolio } from './portfolios'
import { type ProfileChanges, prepareProfileChange } from './profile-changes'
import { authenticateAgain, requireRecentAuthentication } from './reauthentication'
import { holds, scopesOf } from './scopes'
import { type Caller, isAlive, slide, type Viewer } from './sessions'
import { tagIssues } from './tags'

/** Changing an account: its own by its owner, any by an administrator. All fields at once or none. */

export interface AccountChanges extends AccountFields, ProfileChanges {
  /** Takes effect when the new address is confirmed. */
  readonly email?: string
  readonly role?: Account['role']
}

export interface Changed {
  readonly account: Account
  readonly portfolio: Portfolio
}

export interface ChangeOptions {
  /** The account to change, by id; null for the own. */
  readonly targetId: string | null
  /** The password of whoever asks, where the sign-in may be too long ago. */
  readonly currentPassword: string | null
}

/** The own account, by no other proof than the session. */
export const oneself: ChangeOptions = { targetId: null, currentPassword: null }

/** What to read of the account in the round trip that changes it; `number` is its own in SQL. */
type Show<Queries> = (number: SQL) => Queries

/**
 * Applies the changes. Another account, or a role, is an administrator's to change, and kept in the audit
 * trail; nobody takes the role from themselves, so one is always left. A new password ends all other
 * sessions; images are uploads of the account's own. Fails with forbidden,
 * account_not_found, reauthentication_required, invalid_input (all fields at once), taken, or
 * no_confirmed_email for a new administrator, and for a caller as authenticate() does; applied twice, the
 * second run changes nothing more.
 *
 * One round trip for a caller who changes what is their own and takes no proof, where nothing is refused.
 * Else one to ask about a caller and their password, one to find another account, and one for the change.
 */
export async function changeAccount<const Queries extends readonly Query[] = []>(
  core: Core,
  asker: Caller | Viewer,
  changes: AccountChanges,
  options: ChangeOptions,
  client: Client,
  show: Show<Queries> = () => [] as unknown as Queries,
): Promise<Rows<Queries>> {
  if (!('token' in asker)) return change(core, asker, changes, options, client, show)
  const shown = isPlain(core, asker, changes, options)
    ? await changeAtOnce(core, asker, changes, show)
    : null
  if (shown !== null) return shown
  // Whatever stood in the way, this way finds it and says which it was.
  const { targetId, currentPassword } = options
  const provesOneself = targetId === null && changes.role === undefined && asker.scopes === null
  const viewer = await authenticateAgain(core, asker, provesOneself ? currentPassword : null)
  return change(core, viewer, changes, provesOneself ? oneself : options, client, show)
}

/** The same, and gives the account as it is then, with what its owner sees of it. */
export async function updateAccount(
  core: Core,
  asker: Caller | Viewer,
  changes: AccountChanges,
  options: ChangeOptions,
  client: Client,
): Promise<Changed> {
  const [[found]] = await changeAccount(core, asker, changes, options, client, (number) => [
    core.db
      .select({ account: accountColumns, portfolio: portfolioColumns(number) })
      .from(accounts)
      .where(eq(accounts.number, number)),
  ])
  if (!found) fail({ code: 'account_not_found' })
  return { account: found.account, portfolio: toPortfolio(found.portfolio) }
}

/** Whether nothing but the session has to be asked about a change: everybody may make it of their own. */
function isPlain(
  core: Core,
  { token, scope, scopes }: Caller,
  changes: AccountChanges,
  { targetId, currentPassword }: ChangeOptions,
): boolean {
  const { password, email, role } = changes
  const sensitive = password ?? email ?? role ?? targetId ?? currentPassword
  return (
    sensitive === null &&
    token !== null &&
    // What an application may is not in its session alone.
    scopes === null &&
    (scope === null || holds(scopesOf({ role: 'user' }), scope)) &&
    issuesOf(core, changes).length === 0
  )
}

function issuesOf(core: Core, changes: AccountChanges, own: AccountFields = changes): Issue[] {
  return [...accountIssues(core, changes, own), ...tagIssues(changes.tags ?? [])]
}

/** Null where it was not made, for whatever reason. One round trip. */
async function changeAtOnce<const Queries extends readonly Query[]>(
  core: Core,
  caller: Caller,
  changes: ProfileChanges,
  show: Show<Queries>,
): Promise<Rows<Queries> | null> {
  const { tokenHash, number, actingNumber, seen } = await ownSession(core, caller)
  const profile = prepareProfileChange(core, number, changes)
  const [[made], ...shown] = await commitReturning(
    core.db,
    {
      claim: core.db.all<Seen>(
        sql`${profile.update(sql`number = ${actingNumber}`)} RETURNING ${seen}`,
      ),
      after: profile.statements,
    },
    [
      core.db.all<Seen>(sql`SELECT ${seen} FROM accounts WHERE number = ${profile.mine}`),
      ...show(number),
    ],
    (rows) => rows.length > 0,
  )
  if (!made) return null
  slide(core, { ...made, tokenHash })
  return shown as Rows<Queries>
}

/** The way by which everything can be changed that can be. */
async function change<const Queries extends readonly Query[]>(
  core: Core,
  viewer: Viewer,
  changes: AccountChanges,
  options: ChangeOptions,
  client: Client,
  show: Show<Queries>,
): Promise<Rows<Queries>> {
  const isOwn = options.targetId === null || options.targetId === viewer.account.id
  if (!isOwn || changes.role !== undefined) requireAdministrator(viewer)
  if (isOwn && changes.role === 'user') fail({ code: 'forbidden' })
  const target = isOwn ? viewer.account : await getAccount(core, options.targetId ?? '')
  const newEmail = changes.email === target.email ? undefined : changes.email
  // The name is what a person signs in with: no application takes that from them.
  const isRenamed = changes.username !== undefined && viewer.session.grantedTo !== null
  const isSensitive =
    changes.password !== undefined ||
    newEmail !== undefined ||
    changes.role !== undefined ||
    isRenamed
  if (isSensitive || options.currentPassword !== null) {
    await requireRecentAuthentication(core, viewer, options.currentPassword)
  }
  const issues = issuesOf(core, changes, { ...target, ...changes })
  if (issues.length > 0) failInput(issues)

  const { password } = changes
  // A role that somebody has already is not given again, and so not kept as given.
  const { role, ...others } = changes
  const made = role === target.role ? others : changes
  return applyChanges(core, viewer, target, made, client, {
    isAdministration: !isOwn,
    keepToken: isOwn ? viewer.session.tokenHash : null,
    passwordHash: password === undefined ? null : await hashPassword(password, core.hashing),
    shown: show(sql`${target.number}`),
  })
}

async function getAccount(core: Core, id: string): Promise<Account> {
  const [[found]] = await run(
    core.db,
    core.db.select(accountColumns).from(accounts).where(eq(accounts.id, id)),
  )
  return found ?? fail({ code: 'account_not_found' })
}

async function applyChanges<const Queries extends readonly Query[]>(
  core: Core,
  viewer: Viewer,
  target: Account,
  changes: AccountChanges,
  client: Client,
  how: {
    isAdministration: boolean
    keepToken: string | null
    passwordHash: string | null
    shown: Queries
  },
): Promise<Rows<Queries>> {
  const { number } = target
  const mayAct = how.isAdministration ? isAdministering(core, viewer) : isAlive(core, viewer)
  const profile = prepareProfileChange(core, sql`${number}`, changes)
  const { mine, nameTaken, foreignImages } = profile
  const username = changes.username ?? target.username
  const mayHaveRole = changes.role === 'admin' ? mayAdminister : sql`1`
  const address = await prepareAddressChange(core, target, changes.email, username, client)
  const passwordChange =
    how.passwordHash === null
      ? null
      : await preparePasswordChange(core, mine, how.passwordHash, how.keepToken)
  const mayBe = sql`${mayAct} AND ${mayHaveRole} AND NOT ${address.isTaken} AND ${address.quotaEnd} IS NULL`
  const others = [
    ...address.assignments,
    ...(changes.role === undefined ? [] : [sql`role = ${changes.role}`]),
    ...(passwordChange === null ? [] : [passwordChange.assignments]),
  ]

  const [[claimed], ...shown] = await commitReturning(
    core.db,
    {
      claim: core.db.all<Told>(
        sql`${profile.update(sql`number = ${number} AND ${mayBe}`, others)} RETURNING ${confirmedEmail} AS address`,
      ),
      after: [
        ...(passwordChange?.statements ?? []),
        ...profile.statements,
        ...address.statements(sql`${mine} IS NOT NULL`),
        ...(how.isAdministration ? auditChanges(core, viewer, mine, changes) : []),
      ],
    },
    [core.db.all<Told>(confirmedAddress(mine)), ...how.shown],
    (rows) => rows.length > 0,
  )
  const made =
    claimed ??
    (await findChangedBefore(
      core,
      sql`SELECT changed_by AS changedBy, ${confirmedEmail} AS address, ${mayAct} AS mayAct, ${nameTaken} AS nameTaken,
        ${address.isTaken} AS emailTaken, ${mayHaveRole} AS mayHaveRole, ${address.quotaEnd} AS quotaEnd,
        (SELECT json_group_array(field) FROM (${foreignImages})) AS images
        FROM accounts WHERE number = ${number}`,
      { isOwn: !how.isAdministration },
    ))
  address.sendSoon()
  passwordChange?.tellSoon(made.address)
  return shown as Rows<Queries>
}

/** Which fields were changed, and never what they hold. */
function auditChanges(core: Core, viewer: Viewer, mine: SQL, changes: AccountChanges): Query[] {
  const { role, profile, ...rest } = changes
  const isSet = (entry: [string, unknown]) => entry[1] !== undefined
  const fields = Object.entries({ ...rest, ...profile })
    .filter(isSet)
    .map(([name]) => name)
  const act = role === 'admin' ? 'administrator_granted' : 'administrator_revoked'
  return [
    ...(role === undefined ? [] : [auditOn(core, viewer, act, mine)]),
    ...(fields.length === 0
      ? []
      : [auditOn(core, viewer, 'account_changed', mine, fields.join(', '))]),
  ]
}
