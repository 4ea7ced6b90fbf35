import { keptQuery, run } from '../storage/database'
import type { Profile } from '../storage/profile'
import { accounts } from '../storage/schema'
import { sql } from '../storage/sql'
import { type Account, accountColumns } from './accounts'
import { isKnownTo } from './audience'
import type { Core } from './context'
import { fail, type Issue } from './errors'
import { isLine, isProse, usernameKey } from './identifiers'
import { pictureUrl } from './picture-links'
import { authenticate, type Caller, keptOwnNumber, ownNumber, tokenHashOf } from './sessions'

/** Profiles: what their parts may hold, and what of them others see. */

export type { Profile }

type ObjectField = 'customData' | 'meta'
type TextField = Exclude<keyof Profile, ObjectField | 'isNameMade' | 'isOnboarded'>

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
  countryName: 100,
  state: 100,
  city: 100,
  streetAddress: 250,
  contactPhone: 16,
  about: 5000,
  availability: 11,
  skillCategory: 100,
  github: 256,
  twitter: 256,
  linkedin: 256,
  profileImage: 64,
  bgImage: 64,
  persona: 9,
}

/** Fields that may have line breaks. */
const proseFields: readonly TextField[] = ['bio', 'about']

/** Whose pages a link may lead to, with everything under them. */
const hosts: { readonly [F in TextField]?: readonly string[] } = {
  github: ['github.com'],
  twitter: ['twitter.com', 'x.com'],
  linkedin: ['linkedin.com'],
}

const patterns: { readonly [F in TextField]?: RegExp } = {
  country: /^[A-Z]{2}$/,
  preferredLanguage: /^[a-z]{2}$/,
  phone: /^\d{4,15}$/,
  phoneCountryCode: /^\+?\d{1,4}$/,
  contactPhone: /^\+[1-9]\d{6,14}$/,
  availability: /^(available|limited|unavailable|busy|working)$/,
  persona: /^(recipient|creator)$/,
}

/**
 * A link to a page, which every program reads alike: javascript: would run in the page that shows
 * the profile, and what stands before an @ or a backslash passes for the host.
 */
function isWebLink(text: string): boolean {
  if (!/^https?:\/\/[^/]/i.test(text) || text.includes('\\') || !URL.canParse(text)) return false
  const { username, password } = new URL(text)
  return username === '' && password === ''
}

function isAt(link: string, places: readonly string[]): boolean {
  if (!isWebLink(link)) return false
  const { protocol, hostname } = new URL(link)
  return (
    protocol === 'https:' &&
    places.some((place) => hostname === place || hostname.endsWith(`.${place}`))
  )
}

function textIssue(field: TextField, value: string): Issue | null {
  const problem = (rule: Issue['rule']): Issue => ({ field, rule, value })
  if (Array.from(value).length > lengthsMax[field]) return problem('too_long')
  if (!(proseFields.includes(field) ? isProse(value) : isLine(value))) return problem('format')
  if (field === 'customLink' && !isWebLink(value)) return problem('format')
  const places = hosts[field]
  if (places && !isAt(value, places)) return problem('format')
  return patterns[field]?.test(value) === false ? problem('format') : null
}

/** JSON characters: a profile is read whole at every request of its account. */
const dataLengthMax = 4096
/** SQLite's JSON functions fail far deeper; nothing that people keep here is as deep as this. */
const dataDepthMax = 32

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
  for (const field of ['customData', 'meta'] as const) {
    const data = profile[field]
    if (isTooDeep(data, dataDepthMax)) issues.push({ field, rule: 'format' })
    else if (JSON.stringify(data ?? null).length > dataLengthMax) {
      issues.push({ field, rule: 'too_long' })
    }
  }
  return issues
}

/** Parts that only their owner sees, apart from the rest of the profile. */
const privateFields = [
  'phone',
  'phoneCountryCode',
  'customData',
  'streetAddress',
  'contactPhone',
  'meta',
  'isNameMade',
  'isOnboarded',
] as const

type PrivateField = (typeof privateFields)[number]

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
    | 'profileCompleteness'
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
  const kept = privateFields.filter((field) => profile[field] !== undefined)
  return {
    ...(await asStranger(core, account)),
    own: {
      email,
      emailVerifiedAt,
      secondFactor,
      disabledAt,
      loggedInAt,
      ...Object.fromEntries(kept.map((field) => [field, profile[field]])),
    },
  }
}

/** An account as everybody else sees it. */
export async function asStranger(core: Core, account: Account): Promise<Person> {
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
    profileCompleteness: account.profileCompleteness,
    pictureUrl: await pictureUrl(core, account),
    createdAt: account.createdAt,
    updatedAt: account.updatedAt,
    profile: shownProfile(account.profile),
    own: null,
  }
}

const isPrivateField: ReadonlySet<string> = new Set(privateFields)

/** Copied field by field, because an object from which fields were deleted is slow to read. */
function shownProfile(profile: Profile): Person['profile'] {
  const shown: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(profile)) {
    if (!isPrivateField.has(field)) shown[field] = value
  }
  return shown
}

export function seenBy(
  core: Core,
  viewer: { readonly account: Pick<Account, 'number'> },
  account: Account,
): Promise<Person> {
  const isOwn = viewer.account.number === account.number
  return isOwn ? asSelf(core, account) : asStranger(core, account)
}

const knownPerson = keptQuery((db) =>
  db
    .select(accountColumns)
    .from(accounts)
    .where(sql`${accounts.id} = ${sql.placeholder('id')} AND ${isKnownTo(keptOwnNumber())}`),
)

/**
 * The person with an id, as the caller may see them. Fails with account_not_found for an id that is
 * unknown, disabled, or of somebody who has blocked the caller. One round trip.
 */
export async function getPerson(core: Core, caller: Caller, id: string): Promise<Person> {
  const { viewer, rows } = await authenticate(
    core,
    caller,
    knownPerson(core.db, { id, tokenHash: await tokenHashOf(caller) }),
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
