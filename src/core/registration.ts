import type { SQL } from 'drizzle-orm'
import { hashPassword, verifyPassword } from '../crypto/password-hash'
import { newAccountNumber, newId } from '../crypto/random'
import { commitReturning, run } from '../storage/database'
import type { Profile } from '../storage/profile'
import { accounts } from '../storage/schema'
import { sql } from '../storage/sql'
import { accountIssues } from './account-issues'
import { type Account, accountColumns } from './accounts'
import { isAdministering } from './administrators'
import { auditOn } from './audit'
import { firstCompleteness } from './completeness'
import type { Client, Core } from './context'
import { undoRegistration } from './deletion'
import { confirmationQuotas, prepareConfirmation } from './email-confirmation'
import { fail, failInput } from './errors'
import { emailKey, nameKey, usernameKey } from './identifiers'
import { isInvited, useInvite } from './invites'
import { drawReferralCode, keepReferral } from './referrals'
import { findMadeBefore } from './registration-conflicts'
import type { Viewer } from './sessions'
import { completeSignIn, type SignedIn } from './sign-in'
import { sourcesOf } from './sources'
import { hourlyQuota, quotaState, requireQuota } from './throttle'

/** Making an account. Uniqueness is decided by the constraints of one statement. */

export interface Registration {
  readonly username: string
  /** Null where the dialect knows no addresses. */
  readonly email: string | null
  readonly password: string
  readonly firstName: string
  readonly lastName: string
  readonly profile: Profile
  readonly inviteCode: string | null
  /** Whether an account that never confirmed the same address gives way, as some documents say. */
  readonly replacesUnconfirmed: boolean
  /** The code of whoever brought the person in; unknown ones count for nobody. */
  readonly referralCode?: string | null
  /** Whether the same registration sent again within a minute is answered by the account it made. */
  readonly isRepeatable?: boolean
  /** The administrator who makes it for somebody: then it is made where nobody else may register. */
  readonly administrator?: Viewer
}

/**
 * Makes an account and mails the code that confirms its address. Fails with invalid_input (all
 * fields at once), taken (all fields at once), registration_closed, invalid_invite_code, too_many_attempts
 * or, of a former administrator, not_authenticated. Two round trips; sent twice, the second finds the name taken.
 */
export async function registerAccount(
  core: Core,
  input: Registration,
  client: Client,
): Promise<Account> {
  const made = await requireRegistration(core, input, client)
  if (made) return made
  const { account } = await insertAccount(core, input, client, { signsIn: false })
  return account
}

/** The same where a dialect's registration signs in at once. Two round trips as well. */
export async function registerAndSignIn(
  core: Core,
  input: Registration,
  client: Client,
): Promise<SignedIn> {
  await requireRegistration(core, input, client)
  const { account, signedIn } = await insertAccount(core, input, client, { signsIn: true })
  if (!signedIn) fail({ code: 'internal' })
  return { ...signedIn, account }
}

/**
 * Refuses a registration before anything is hashed for it. Gives the account that the same
 * registration made a moment ago, where it may be repeated.
 */
async function requireRegistration(
  core: Core,
  input: Registration,
  client: Client,
): Promise<Account | null> {
  const isClosed = !core.settings.registrationOpen && !input.administrator
  if (isClosed) fail({ code: 'registration_closed' })
  const issues = accountIssues(core, input)
  if (issues.length > 0) failInput(issues)

  const made = input.isRepeatable ? await findRepeated(core, input) : null
  if (made) return made
  const invitation = isAdmitted(core, input, replacedAccount(core, input))
  if (core.settings.throttle || invitation !== null) {
    await requireSignUpQuota(core, input, client, invitation ?? sql`1`)
  }
  return null
}

const repeatMs = 60 * 1000
/** Clients repeat up to four times; whoever does it more often registers anew. */
const repeatsPerHour = 20

/**
 * The account that the very same registration has made within the last minute. One that is confirmed
 * by now is not looked at: this must not tell who has which password.
 */
async function findRepeated(core: Core, input: Registration): Promise<Account | null> {
  const digest = await core.keys.sign('repeated-registration', emailKey(input.email ?? ''))
  // A password is compared here, so it is counted here.
  const repeats = hourlyQuota(sql`${`repeats:${digest}`}`, repeatsPerHour)
  const [, [state], [found]] = await run(
    core.db,
    ...quotaState(core, repeats),
    core.db
      .select({ account: accountColumns, secret: { passwordHash: accounts.passwordHash } })
      .from(accounts)
      .where(
        sql`${accounts.emailKey} = ${emailKey(input.email ?? '')} AND ${accounts.emailVerifiedAt} IS NULL
          AND ${accounts.createdAt} > ${core.now - repeatMs}
          AND ${accounts.firstName} = ${input.firstName} AND ${accounts.lastName} = ${input.lastName}`,
      ),
  )
  if (!found || (state && state.count > repeatsPerHour)) return null
  const isSame = await verifyPassword(input.password, found.secret.passwordHash, core.hashing)
  return isSame ? found.account : null
}

/**
 * Whether an invite code lets the registration in, as a condition in SQL; null where none is asked
 * for. A code that was used for the account which gives way may be used again.
 */
function isAdmitted(core: Core, input: Registration, givesWay: SQL): SQL | null {
  if (!core.settings.inviteOnly || input.administrator) return null
  return isInvited(input.inviteCode ?? '', givesWay)
}

/** How many accounts one client may make, and how often an unconfirmed one may be made anew. */
async function requireSignUpQuota(
  core: Core,
  { email }: Registration,
  client: Client,
  isAllowed: SQL,
): Promise<void> {
  const { address } = await sourcesOf(core, client)
  const signUps = hourlyQuota(sql`${`sign-ups:${address}`}`, core.settings.signUpsPerAddressPerHour)
  const mails = email === null ? [] : await confirmationQuotas(core, email, client)
  // What will be refused as taken mails nothing, and must not use anybody's quota up.
  const isFree = sql`NOT EXISTS (SELECT 1 FROM accounts
    WHERE email_key = ${emailKey(email ?? '')} AND email_verified_at IS NOT NULL) AND ${isAllowed}`
  const [[state], , signedUp, ...mailed] = await run(
    core.db,
    core.db.all<{ isAllowed: number }>(sql`SELECT ${isAllowed} AS isAllowed`),
    ...quotaState(core, signUps),
    ...mails.flatMap((quota) => quotaState(core, quota, isFree)),
  )
  requireQuota(core, signUps, signedUp)
  if (!state?.isAllowed) fail({ code: 'invalid_invite_code' })
  mails.forEach((quota, i) => {
    requireQuota(core, quota, (mailed[2 * i + 1] ?? []) as typeof signedUp)
  })
}

/** A new account as its row begins, but for the role, which may depend on who is there. */
function beginAccount(
  { now }: Core,
  { username, email, firstName, lastName, profile }: Registration,
  given: Pick<Account, 'emailVerifiedAt' | 'loggedInAt'>,
): Omit<Account, 'role'> {
  return {
    number: newAccountNumber(),
    id: newId(now),
    username,
    usernameKey: usernameKey(username),
    email,
    emailKey: email === null ? null : emailKey(email),
    epoch: 0,
    secondFactor: null,
    disabledAt: null,
    firstName,
    lastName,
    isPrivate: false,
    followerCount: 0,
    followingCount: 0,
    profileCompleteness: firstCompleteness(profile),
    pictureKey: null,
    profile,
    createdAt: now,
    updatedAt: now,
    ...given,
  }
}

async function insertAccount(
  core: Core,
  input: Registration,
  client: Client,
  { signsIn }: { signsIn: boolean },
): Promise<{ account: Account; signedIn: SignedIn | null }> {
  const { now, settings } = core
  const passwordHash = await hashPassword(input.password, core.hashing)
  const mustConfirm = input.email !== null && settings.requireEmailVerification
  const begun = beginAccount(core, input, {
    emailVerifiedAt: input.email === null || mustConfirm ? null : now,
    loggedInAt: signsIn ? now : null,
  })
  const { number, id, username, firstName, lastName } = begun
  const { administrator } = input
  const role = settings.firstAccountIsAdmin
    ? sql`CASE WHEN EXISTS (SELECT 1 FROM accounts) THEN 'user' ELSE 'admin' END`
    : sql`'user'`
  const isHeld = sql`EXISTS (SELECT 1 FROM held_usernames WHERE username_key = ${begun.usernameKey} AND held_until > ${now})`
  const isMine = sql`EXISTS (SELECT 1 FROM accounts WHERE number = ${number})`
  const givesWay = replacedAccount(core, input)
  const admission = isAdmitted(core, input, givesWay)
  const mayAct = administrator ? isAdministering(core, administrator) : sql`1`
  const mayMake = sql`NOT ${isHeld} AND ${admission ?? sql`1`} AND ${mayAct}`
  const confirmation = mustConfirm
    ? await prepareConfirmation(core, {
        kind: 'confirm_email',
        account: sql`${number}`,
        username,
        address: input.email ?? '',
      })
    : null

  const completion = signsIn
    ? await completeSignIn(core, {
        account: { number, epoch: 0 },
        client,
        isNew: true,
      })
    : null

  const insertion = sql`INSERT INTO accounts (number, id, username, username_key, email, email_key,
      email_verified_at, password_hash, role, first_name, first_name_key, last_name, last_name_key,
      profile, profile_completeness, referral_code, created_at, updated_at, logged_in_at)
    SELECT ${number}, ${id}, ${username}, ${begun.usernameKey}, ${begun.email}, ${begun.emailKey},
      ${begun.emailVerifiedAt}, ${passwordHash}, ${role}, ${firstName}, ${nameKey(firstName)}, ${lastName}, ${nameKey(lastName)},
      ${JSON.stringify(begun.profile)}, ${begun.profileCompleteness}, ${drawReferralCode()}, ${now}, ${now},
      ${begun.loggedInAt}
    WHERE ${mayMake} ON CONFLICT DO NOTHING RETURNING role`
  const readBack = sql`SELECT role FROM accounts WHERE number = ${number}`
  const [[made]] = await commitReturning(
    core.db,
    {
      before: input.replacesUnconfirmed
        ? undoRegistration(
            core,
            sql`(SELECT number FROM accounts WHERE number = ${givesWay} AND ${mayMake})`,
          )
        : [],
      claim: core.db.all<Pick<Account, 'role'>>(insertion),
      after: [
        ...(admission === null ? [] : [useInvite(core, input.inviteCode ?? '', id, isMine)]),
        keepReferral(core, number, input.referralCode ?? null, isMine),
        ...(confirmation?.statements(isMine) ?? []),
        ...(completion ? [completion.open(isMine), ...completion.statements] : []),
        ...(administrator ? [auditOn(core, administrator, 'account_created', sql`${number}`)] : []),
      ],
    },
    [core.db.all<Pick<Account, 'role'>>(readBack)],
    (rows) => rows.length > 0,
  )
  const conflicts = { begun, isHeld, isAdmitted: admission, mayAct }
  const account = made ? { ...begun, ...made } : await findMadeBefore(core, conflicts)
  confirmation?.sendSoon()
  return { account, signedIn: completion?.signedIn(account) ?? null }
}

/**
 * The number in SQL of the account that never proved the same address and gives way to whoever
 * registers it anew, with everything in it; NULL where the new name is another's, or an
 * administrator would be lost.
 */
function replacedAccount(core: Core, input: Registration): SQL {
  if (!input.replacesUnconfirmed || input.email === null) return sql`NULL`
  const addressKey = emailKey(input.email)
  // The first account of an empty database administers whoever it is; alone, it is nobody's loss.
  const isAlone = sql`(SELECT MIN(number) FROM accounts) = (SELECT MAX(number) FROM accounts)`
  const isExpendable = core.settings.firstAccountIsAdmin
    ? sql`(role = 'user' OR ${isAlone})`
    : sql`role = 'user'`
  return sql`(SELECT number FROM accounts
    WHERE email_key = ${addressKey} AND email_verified_at IS NULL AND ${isExpendable}
      AND NOT EXISTS (SELECT 1 FROM accounts AS other
        WHERE other.username_key = ${usernameKey(input.username)} AND other.email_key IS NOT ${addressKey}))`
}
