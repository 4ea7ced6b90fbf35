import { sql } from 'drizzle-orm'
import { run } from '../storage/database'
import { accounts, type Profile } from '../storage/schema'
import { type Account, accountColumns } from './accounts'
import { isKnownTo } from './audience'
import type { Core } from './context'
import { fail, type Issue } from './errors'
import { isLine, isProse, usernameKey } from './identifiers'
import { pictureUrl } from './picture-links'
import { authenticate, type Caller, ownNumber } from './sessions'

/** Profiles: what their parts may hold, and what of them others see. */

export type { Profile }

type TextField = Exclude<keyof Profile, 'customData'>

/** In characters. What is longer than its dialect documents is refused there already. */
const lengthsMax: { readonly [F in TextField]: number } = {
  middleName: 150,
  gender: 128,
  bio: 2000,
  designation: 150,
  pronouns: 50,
  customLink: 256,
  organization: 150,
  country: 2,
  preferredLanguage: 2,
  phone: 15,
  phoneCountryCode: 6,
}

const patterns: { readonly [F in TextField]?: RegExp } = {
  country: /^[A-Z]{2}$/,
  preferredLanguage: /^[a-z]{2}$/,
  phone: /^\d{4,15}$/,
  phoneCountryCode: /^\+?\d{1,4}$/,
}

function isWebLink(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol } = new URL(text)
  // Anything else, javascript: among it, would run in the page that shows the profile.
  return protocol === 'https:' || protocol === 'http:'
}

function textIssue(field: TextField, value: string): Issue | null {
  const problem = (rule: Issue['rule']): Issue => ({ field, rule, value })
  if (Array.from(value).length > lengthsMax[field]) return problem('too_long')
  if (!(field === 'bio' ? isProse(value) : isLine(value))) return problem('format')
  if (field === 'customLink' && !isWebLink(value)) return problem('format')
  return patterns[field]?.test(value) === false ? problem('format') : null
}

/** JSON characters: a profile is read whole at every request of its account. */
const customDataLengthMax = 4096
/** SQLite's JSON functions fail far deeper; nothing that people keep here is as deep as this. */
const customDataDepthMax = 32

function isTooDeep(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((part) => isTooDeep(part, levels - 1))
}

/** Checks the parts that are given; a null takes a part away. */
export function profileIssues(profile: { readonly [F in keyof Profile]?: Profile[F] | null }) {
  const issues: Issue[] = []
  for (const [field, value] of Object.entries(profile)) {
    const issue = typeof value === 'string' ? textIssue(field as TextField, value) : null
    if (issue) issues.push(issue)
  }
  const { customData } = profile
  if (isTooDeep(customData, customDataDepthMax)) {
    issues.push({ field: 'customData', rule: 'format' })
  } else if (JSON.stringify(customData ?? null).length > customDataLengthMax) {
    issues.push({ field: 'customData', rule: 'too_long' })
  }
  return issues
}

type PrivateField = 'phone' | 'phoneCountryCode' | 'customData'

/** What anybody may see of a person. */
export interface Person
  extends Pick<
    Account,
    | 'number'
    | 'id'
    | 'username'
    | 'firstName'
    | 'lastName'
    | 'role'
    | 'isPrivate'
    | 'followerCount'
    | 'followingCount'
    | 'createdAt'
    | 'updatedAt'
  > {
  readonly profile: Omit<Profile, PrivateField>
  /** Where the picture is to be had for the next hours; null without one. */
  readonly pictureUrl: string | null
  /** What only the person sees; null in everybody else's view. */
  readonly own: OwnView | null
}

export interface OwnView
  extends Pick<Account, 'email' | 'emailVerifiedAt' | 'secondFactor' | 'disabledAt' | 'loggedInAt'>,
    Pick<Profile, PrivateField> {}

/** An account as its owner sees it. */
export async function asSelf(core: Core, account: Account): Promise<Person> {
  const { email, emailVerifiedAt, secondFactor, disabledAt, loggedInAt, profile } = account
  const { phone, phoneCountryCode, customData } = profile
  return {
    ...(await asStranger(core, account)),
    own: {
      email,
      emailVerifiedAt,
      secondFactor,
      disabledAt,
      loggedInAt,
      ...(phone === undefined ? {} : { phone }),
      ...(phoneCountryCode === undefined ? {} : { phoneCountryCode }),
      ...(customData === undefined ? {} : { customData }),
    },
  }
}

/** An account as everybody else sees it. */
export async function asStranger(core: Core, account: Account): Promise<Person> {
  const { phone, phoneCountryCode, customData, ...profile } = account.profile
  return {
    number: account.number,
    id: account.id,
    username: account.username,
    firstName: account.firstName,
    lastName: account.lastName,
    role: account.role,
    isPrivate: account.isPrivate,
    followerCount: account.followerCount,
    followingCount: account.followingCount,
    pictureUrl: await pictureUrl(core, account),
    createdAt: account.createdAt,
    updatedAt: account.updatedAt,
    profile,
    own: null,
  }
}

export function seenBy(
  core: Core,
  viewer: { readonly account: Pick<Account, 'number'> },
  account: Account,
): Promise<Person> {
  const isOwn = viewer.account.number === account.number
  return isOwn ? asSelf(core, account) : asStranger(core, account)
}

/**
 * The person with an id, as the caller may see them. Fails with account_not_found for an id that is
 * unknown, disabled, or of somebody who has blocked the caller. One round trip.
 */
export async function getPerson(core: Core, caller: Caller, id: string): Promise<Person> {
  const { viewer, rows } = await authenticate(
    core,
    caller,
    core.db
      .select(accountColumns)
      .from(accounts)
      .where(sql`${accounts.id} = ${id} AND ${isKnownTo(await ownNumber(caller))}`),
  )
  const [found] = rows[0]
  return found ? seenBy(core, viewer, found) : fail({ code: 'account_not_found' })
}

/**
 * What anybody may see of the person with a username. `visitor` may carry a session, whose account
 * does not find who has blocked it. Fails with account_not_found. One round trip.
 */
export async function getPersonByUsername(
  core: Core,
  visitor: Pick<Caller, 'token'>,
  username: string,
): Promise<Person> {
  const viewer = await ownNumber(visitor)
  const [[found]] = await run(
    core.db,
    core.db
      .select(accountColumns)
      .from(accounts)
      .where(sql`${accounts.usernameKey} = ${usernameKey(username)} AND ${isKnownTo(viewer)}`),
  )
  return found ? asStranger(core, found) : fail({ code: 'account_not_found' })
}
