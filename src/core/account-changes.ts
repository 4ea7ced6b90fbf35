import { eq, type SQL, sql } from 'drizzle-orm'
import { hashPassword } from '../crypto/password-hash'
import { commitAndRead, type Query, run } from '../storage/database'
import { accounts } from '../storage/schema'
import { type AccountFields, accountIssues } from './account-issues'
import { type Account, accountColumns } from './accounts'
import { prepareAddressChange } from './address-change'
import { isAdministering, mayAdminister, requireAdministrator } from './administrators'
import { auditOn } from './audit'
import { storeCompleteness } from './completeness'
import type { Client, Core } from './context'
import { fail, failInput } from './errors'
import { nameKey, usernameKey } from './identifiers'
import { preparePasswordChange } from './password-change'
import { approvePending, oweApproval } from './pending-follows'
import { type Portfolio, portfolioColumns, toPortfolio } from './portfolios'
import { requireRecentAuthentication } from './reauthentication'
import { isAlive, type Viewer } from './sessions'
import { foreignImages, type ImageField } from './shown-images'
import { prepareTags, tagIssues } from './tags'
import { failUntil } from './throttle'

/** Changing an account: its own by its owner, any by an administrator. All fields at once or none. */

export interface AccountChanges extends AccountFields {
  /** Takes effect when the new address is confirmed. */
  readonly email?: string
  readonly role?: Account['role']
  /** An account that becomes public says yes to everybody who has asked to follow it. */
  readonly isPrivate?: boolean
  /** All tags, in the person's own order. */
  readonly tags?: readonly string[]
}

export interface Changed {
  readonly account: Account
  readonly portfolio: Portfolio
}

export interface ChangeOptions {
  /** The account to change, by id; null for the viewer's own. */
  readonly targetId: string | null
  /** The viewer's password, where the sign-in may be too long ago. */
  readonly currentPassword: string | null
}

/**
 * Applies the changes. Another account, or a role, is an administrator's to change, and kept in the audit
 * trail; nobody takes the role from themselves, so one is always left. A new password ends all other
 * sessions; images are uploads of the account's own. Fails with forbidden,
 * account_not_found, reauthentication_required, invalid_input (all fields at once), taken, or
 * no_confirmed_email for a new administrator; applied twice, the second run changes nothing more.
 */
export async function changeAccount(
  core: Core,
  viewer: Viewer,
  changes: AccountChanges,
  options: ChangeOptions,
  client: Client,
): Promise<void> {
  await change(core, viewer, changes, options, client, () => core.db.nothing())
}

/** The same, and gives the account as it is then. */
export async function updateAccount(
  core: Core,
  viewer: Viewer,
  changes: AccountChanges,
  options: ChangeOptions,
  client: Client,
): Promise<Changed> {
  const [found] = await change(core, viewer, changes, options, client, ({ number }) =>
    core.db
      .select({
        account: accountColumns,
        portfolio: portfolioColumns(sql`${viewer.account.number}`),
      })
      .from(accounts)
      .where(eq(accounts.number, number)),
  )
  if (!found) fail({ code: 'account_not_found' })
  return { account: found.account, portfolio: toPortfolio(found.portfolio) }
}

/** `show` is what to read of the account once it is changed, in the same round trip. */
async function change<Q extends Query>(
  core: Core,
  viewer: Viewer,
  changes: AccountChanges,
  options: ChangeOptions,
  client: Client,
  show: (target: Account) => Q,
): Promise<Q['_']['result']> {
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
  const issues = [
    ...accountIssues(core, changes, { ...target, ...changes }),
    ...tagIssues(changes.tags ?? []),
  ]
  if (issues.length > 0) failInput(issues)

  const { password } = changes
  // A role that somebody has already is not given again, and so not kept as given.
  const { role, ...others } = changes
  const made = role === target.role ? others : changes
  return applyChanges(core, viewer, target, made, client, {
    isAdministration: !isOwn,
    keepToken: isOwn ? viewer.session.tokenHash : null,
    passwordHash: password === undefined ? null : await hashPassword(password, core.hashing),
    shown: show(target),
  })
}

async function getAccount(core: Core, id: string): Promise<Account> {
  const [[found]] = await run(
    core.db,
    core.db.select(accountColumns).from(accounts).where(eq(accounts.id, id)),
  )
  return found ?? fail({ code: 'account_not_found' })
}

/** The columns that change; what is not given keeps its value. */
function assignments(changes: AccountChanges, passwordHash: string | null): SQL[] {
  const { username, firstName, lastName, role, isPrivate } = changes
  // A username that somebody sets is made up no longer.
  const chosen = username === undefined ? {} : { isNameMade: null }
  const profile = { ...changes.profile, ...chosen }
  return [
    ...(username === undefined
      ? []
      : [sql`username = ${username}`, sql`username_key = ${usernameKey(username)}`]),
    ...(firstName === undefined
      ? []
      : [sql`first_name = ${firstName}`, sql`first_name_key = ${nameKey(firstName)}`]),
    ...(lastName === undefined
      ? []
      : [sql`last_name = ${lastName}`, sql`last_name_key = ${nameKey(lastName)}`]),
    ...(role === undefined ? [] : [sql`role = ${role}`]),
    ...(isPrivate === undefined ? [] : [sql`is_private = ${isPrivate ? 1 : 0}`]),
    ...(Object.keys(profile).length === 0 ? [] : [sql`profile = ${patchedProfile(profile)}`]),
    ...(passwordHash === null ? [] : [sql`password_hash = ${passwordHash}`]),
  ]
}

/** Merged in SQL, so that two updates of different parts both survive. Free data is one part. */
function patchedProfile(profile: NonNullable<AccountChanges['profile']>): SQL {
  const { customData, meta, ...parts } = profile
  const patched = sql`json_patch(profile, ${JSON.stringify(parts)})`
  return Object.entries({ customData, meta }).reduce((merged, [key, value]) => {
    if (value === undefined) return merged
    const path = `$.${key}`
    if (value === null) return sql`json_remove(${merged}, ${path})`
    return sql`json_set(${merged}, ${path}, json(${JSON.stringify(value)}))`
  }, patched)
}

interface Outcome {
  readonly changedBy: string | null
  readonly nameTaken: number
  readonly emailTaken: number
  readonly mayHaveRole: number
  readonly quotaEnd: number | null
  readonly images: string
  readonly noticeTo: string | null
}

async function applyChanges<Q extends Query>(
  core: Core,
  viewer: Viewer,
  target: Account,
  changes: AccountChanges,
  client: Client,
  how: {
    isAdministration: boolean
    keepToken: string | null
    passwordHash: string | null
    shown: Q
  },
): Promise<Q['_']['result']> {
  const { number } = target
  const mayAct = how.isAdministration ? isAdministering(core, viewer) : isAlive(core, viewer)
  const tagging = changes.tags === undefined ? null : prepareTags(core, changes.tags)
  const mine = sql`(SELECT number FROM accounts WHERE number = ${number} AND changed_by = ${core.requestId})`
  const nameTaken = isNameTaken(core, target, changes.username)
  const foreign = foreignImages(changes.profile ?? {}, sql`${number}`)
  const username = changes.username ?? target.username
  const mayHaveRole = changes.role === 'admin' ? mayAdminister : sql`1`
  const address = await prepareAddressChange(core, target, changes.email, username, client)
  const passwordChange =
    how.passwordHash === null ? null : await preparePasswordChange(core, mine, how.keepToken)
  const sets = [
    sql`updated_at = ${core.now}`,
    sql`changed_by = ${core.requestId}`,
    ...address.assignments,
    ...assignments(changes, how.passwordHash),
  ]

  const [[outcome], shown] = await commitAndRead(
    core.db,
    [
      core.db.run(sql`UPDATE accounts SET ${sql.join(sets, sql`, `)}
        WHERE number = ${number} AND ${mayAct} AND ${mayHaveRole}
          AND NOT ${nameTaken} AND NOT ${address.isTaken} AND ${address.quotaEnd} IS NULL
          AND NOT EXISTS (${foreign})`),
      ...(passwordChange?.statements ?? []),
      ...(changes.isPrivate === false ? [approvePending(core, mine), oweApproval(core, mine)] : []),
      ...(tagging?.statements(mine) ?? []),
      ...(changes.profile || tagging ? [storeCompleteness(core, mine)] : []),
      ...address.statements(sql`${mine} IS NOT NULL`),
      ...(how.isAdministration ? auditChanges(core, viewer, mine, changes) : []),
    ],
    [
      core.db.all<Outcome>(sql`SELECT changed_by AS changedBy, ${nameTaken} AS nameTaken,
        ${address.isTaken} AS emailTaken, ${mayHaveRole} AS mayHaveRole, ${address.quotaEnd} AS quotaEnd,
        (SELECT json_group_array(field) FROM (${foreign})) AS images,
        ${passwordChange?.owed ?? sql`NULL`} AS noticeTo
        FROM accounts WHERE number = ${number}`),
      how.shown,
    ],
    ([outcome]) => outcome?.changedBy === core.requestId,
  )
  if (!outcome) fail({ code: 'account_not_found' })
  if (outcome.changedBy !== core.requestId) refuse(core, outcome)
  address.sendSoon()
  passwordChange?.sendSoon(outcome.noticeTo)
  return shown
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

/** Whether a new name is another's or held back, in SQL. */
function isNameTaken(core: Core, target: Account, username: string | undefined): SQL {
  if (username === undefined) return sql`0`
  const key = usernameKey(username)
  return sql`(EXISTS (SELECT 1 FROM accounts WHERE username_key = ${key} AND number <> ${target.number})
    OR EXISTS (SELECT 1 FROM held_usernames WHERE username_key = ${key} AND held_until > ${core.now}))`
}

function refuse(core: Core, outcome: Outcome): never {
  const images = JSON.parse(outcome.images) as ImageField[]
  if (images.length > 0) failInput(images.map((field) => ({ field, rule: 'format' })))
  const fields = [
    ...(outcome.nameTaken ? (['username'] as const) : []),
    ...(outcome.emailTaken ? (['email'] as const) : []),
  ]
  if (fields.length > 0) fail({ code: 'taken', fields })
  if (outcome.quotaEnd !== null) failUntil(core, outcome.quotaEnd)
  if (!outcome.mayHaveRole) fail({ code: 'no_confirmed_email' })
  // Neither name nor address stood in the way: the session ended while the request was under way.
  fail({ code: 'not_authenticated' })
}
