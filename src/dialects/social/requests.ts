import * as z from 'zod/mini'
import type { AccountChanges, ChangeOptions } from '../../core/account-changes'
import { accountIssues } from '../../core/account-issues'
import { isAdministrator } from '../../core/administrators'
import type { Core } from '../../core/context'
import { entryTime } from '../../core/entry-ids'
import { fail, type Issue } from '../../core/errors'
import type { FollowPage } from '../../core/follow-lists'
import { idPattern, isEmail, usernamePattern } from '../../core/identifiers'
import type { LoginInput } from '../../core/login'
import type { Registration } from '../../core/registration'
import type { Viewer } from '../../core/sessions'

/** What clients of this API send, and what it means to the core. */

/** The document's samples wrap some bodies into a list of one. */
export function unwrapped(input: unknown): unknown {
  return Array.isArray(input) && input.length === 1 ? input[0] : input
}

/** A rule over several fields is told together with those of the single ones. */
const isObject = ({ value }: { value: unknown }) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const text = (min: number, max: number) => z.string().check(z.minLength(min), z.maxLength(max))
const trimmed = (min: number, max: number) =>
  z.string().check(z.trim(), z.minLength(min), z.maxLength(max))

const Username = z.string().check(z.regex(/^[A-Za-z0-9_]{8,30}$/))
const Email = z.stringFormat('email', isEmail)
const Name = trimmed(1, 100)
const Password = text(8, 1024)
/** On the way in any password is let through that could be stored: the core knows the rest. */
const AnyPassword = text(1, 1024)
const Phone = z.string().check(z.regex(/^\d{4,15}$/))
const PhoneCountryCode = z.string().check(z.regex(/^\+?\d{1,4}$/))
export const Id = z.string().check(z.regex(idPattern))
/** The document calls codes strings and shows a number. */
const Code = z.pipe(z.union([trimmed(1, 128), z.int().check(z.nonnegative())]), z.transform(String))
/** Forms send the fields that were left empty, and some clients send null for them. */
const blank = z.pipe(
  z.union([z.literal(''), z.null()]),
  z.transform(() => undefined),
)
const orBlank = <Schema extends z.ZodMiniType>(schema: Schema) =>
  z.optional(z.union([blank, schema]))
/** Forms know no booleans. */
const FormBoolean = z.pipe(
  z.enum(['true', 'false']),
  z.transform((word) => word === 'true'),
)
const State = z.union([z.boolean(), FormBoolean])

export const CreateBody = z
  .object({
    username: Username,
    firstName: Name,
    lastName: Name,
    email: Email,
    password: Password,
    phoneCountryCode: orBlank(PhoneCountryCode),
    phone: orBlank(Phone),
    inviteCode: orBlank(z.string().check(z.maxLength(128))),
  })
  .check(
    z.refine((given) => given.phone === undefined || given.phoneCountryCode !== undefined, {
      path: ['phoneCountryCode'],
      when: isObject,
    }),
  )

/** What the core refuses of the fields sent, to be told together with what breaks the document's limits. */
export function coreIssues(core: Core, sent: unknown): Issue[] {
  const texts = Object.entries(Object(sent)).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' && entry[1] !== '' && entry[1] !== unset,
  )
  const { username, email, password, firstName, lastName, ...rest } = Object.fromEntries(texts)
  const isKnown = ([key]: [string, string]) => (profileFields as string[]).includes(key)
  const profile = Object.fromEntries(Object.entries(rest).filter(isKnown))
  return accountIssues(core, {
    ...(username === undefined ? {} : { username }),
    ...(email === undefined ? {} : { email }),
    ...(password === undefined ? {} : { password }),
    ...(firstName === undefined ? {} : { firstName: firstName.trim() }),
    ...(lastName === undefined ? {} : { lastName: lastName.trim() }),
    profile,
  })
}

export function toRegistration(sent: z.infer<typeof CreateBody>): Registration {
  const { username, firstName, lastName, email, password, phone, phoneCountryCode } = sent
  return {
    username,
    firstName,
    lastName,
    email,
    password,
    profile: {
      ...(phone === undefined ? {} : { phone }),
      ...(phoneCountryCode === undefined ? {} : { phoneCountryCode }),
    },
    inviteCode: sent.inviteCode ?? null,
    replacesUnconfirmed: true,
  }
}

export const VerifyEmailBody = z.object({ code: Code, target: z.optional(Id) })
export const VerifyEmailQuery = VerifyEmailBody
export const ResendQuery = z.object({ target: z.optional(Id) })

export const LoginBody = z
  .object({
    username: orBlank(z.string().check(z.regex(usernamePattern))),
    email: orBlank(Email),
    password: AnyPassword,
    userAgent: text(1, 1024),
  })
  .check(
    z.refine((sent) => sent.username !== undefined || sent.email !== undefined, {
      path: ['username'],
      when: isObject,
    }),
  )

export function toLogin(sent: z.infer<typeof LoginBody>): LoginInput {
  const { username, email, password } = sent
  const name = username === undefined ? { email: email ?? '' } : { username }
  return { name, password, needsConfirmedEmail: true }
}

export const SecondFactorBody = z.object({
  target: Id,
  code: Code,
  sessionHash: text(3, 128),
})

export const UserPath = z.object({ userId: Id })

export const TwoFactorBody = z.object({ state: State, currentPassword: z.optional(AnyPassword) })
export const CodeRequest = z.object({ email: Email })
export const ResetBody = z.object({ code: Code, password: Password })
export const PrivateBody = z.object({ state: State })

const limitUpTo = (max: number) =>
  z._default(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(max)), 10)
const Limit = limitUpTo(100)
const date = z.pipe(
  z.iso.datetime({ offset: true }),
  z.transform((text) => Date.parse(text)),
)

const byId = z.pipe(
  Id,
  z.transform((id) => ({ id })),
)
const byDate = z.pipe(
  date,
  z.transform((at) => ({ at })),
)
export const HistoryQuery = z.object({
  limit: Limit,
  offset: z.optional(z.union([byId, byDate])),
})

/** The last entry that was seen: by its id, or by its date as older clients know it. */
const Offset = z.union([z.pipe(z.pipe(z.string(), z.transform(entryTime)), z.number()), date])

export const FollowsQuery = z.object({
  limit: Limit,
  offset: z.optional(Offset),
  order: z._default(z.enum(['desc', 'asc']), 'desc'),
})

export function toPage({ limit, offset, order }: z.infer<typeof FollowsQuery>): FollowPage {
  return { limit, after: offset ?? null, order: order === 'desc' ? 'newest' : 'oldest' }
}

export const TargetBody = z.object({ target: Id })
export const TargetQuery = TargetBody
export const RequestBody = z.object({ request: Id })
export const EntryBody = z.object({ entry: Id })

export const SearchBody = z.object({ query: trimmed(1, 100), limit: limitUpTo(50) })

/** The word that takes an optional field away. */
const unset = '__unset__'
const unsetAsNull = z.pipe(
  z.literal(unset),
  z.transform(() => null),
)
const unsettable = <Schema extends z.ZodMiniType>(schema: Schema) =>
  z.optional(z.union([unsetAsNull, z.null(), schema]))

const ProfileFields = z.object({
  middleName: unsettable(text(1, 100)),
  gender: unsettable(text(1, 128)),
  bio: unsettable(text(1, 256)),
  designation: unsettable(text(1, 128)),
  pronouns: unsettable(text(1, 24)),
  customLink: unsettable(text(1, 256)),
  organization: unsettable(text(1, 128)),
  country: unsettable(z.string().check(z.regex(/^[A-Z]{2}$/))),
  preferredLanguage: unsettable(z.string().check(z.regex(/^[a-z]{2}$/))),
  phone: unsettable(Phone),
  phoneCountryCode: unsettable(PhoneCountryCode),
  customData: z.optional(z.record(z.string(), z.unknown())),
})
const profileFields = Object.keys(ProfileFields.shape) as (keyof typeof ProfileFields.shape)[]

export const UpdateBody = z.object({
  target: z.optional(Id),
  username: z.optional(Username),
  firstName: z.optional(Name),
  lastName: z.optional(Name),
  email: z.optional(Email),
  password: z.optional(Password),
  role: z.optional(z.enum(['user', 'admin'])),
  currentPassword: z.optional(AnyPassword),
  ...ProfileFields.shape,
})

/** Keys that this document shows but nobody sets here: sending one is a mistake worth naming. */
const shownOnly = new Set(
  `_id verified verifiedDate varifiedDate followingCount followerCount isPrivate
  profilePictureUrl isSubscribed subscriptionTier subscriptionExpiry isBanned isRestricted
  emailVerified createdAt updatedAt`.split(/\s+/),
)

/** Keys that say how to change and whom, not what. */
const control = ['target', 'role', 'currentPassword']
const settable = new Set(Object.keys(UpdateBody.shape).filter((key) => !control.includes(key)))
/** Of these, an administrator's. */
const administratorsOnly = new Set(['role', 'target'])

/**
 * What is refused of the fields sent, those that the setting does not open among them; those of no document
 * are none of our business. Who sent them is asked where they are an administrator's to send: fails
 * with forbidden for somebody else's `role` and `target`.
 */
export async function updateIssues(
  core: Core,
  sent: unknown,
  identify: () => Promise<Viewer>,
): Promise<Issue[]> {
  const keys = Object.keys(Object(sent))
  const among = (some: ReadonlySet<string>) => keys.filter((key) => some.has(key))
  const theirs = among(administratorsOnly)
  const unopened = among(settable).filter((key) => !core.settings.editableFields.includes(key))
  const isTheirs = theirs.length + unopened.length > 0 && isAdministrator(await identify())
  if (theirs.length > 0 && !isTheirs) fail({ code: 'forbidden' })
  const closed = [...among(shownOnly), ...(isTheirs ? [] : unopened)].map(
    (field): Issue => ({ field, rule: 'not_editable', value: Reflect.get(Object(sent), field) }),
  )
  return [...closed, ...coreIssues(core, sent)]
}

export function toChanges(sent: z.infer<typeof UpdateBody>): {
  changes: AccountChanges
  options: ChangeOptions
} {
  const {
    target,
    currentPassword,
    username,
    firstName,
    lastName,
    email,
    password,
    role,
    ...parts
  } = sent
  const profile = Object.fromEntries(
    Object.entries(parts).filter(([, value]) => value !== undefined),
  )
  const changes: AccountChanges = {
    ...(username === undefined ? {} : { username }),
    ...(firstName === undefined ? {} : { firstName }),
    ...(lastName === undefined ? {} : { lastName }),
    ...(email === undefined ? {} : { email }),
    ...(password === undefined ? {} : { password }),
    ...(role === undefined ? {} : { role }),
    ...(Object.keys(profile).length === 0 ? {} : { profile }),
  }
  return {
    changes,
    options: { targetId: target ?? null, currentPassword: currentPassword ?? null },
  }
}
