import * as z from 'zod'
import type { AccountChanges, ChangeOptions } from '../../core/account-changes'
import { accountIssues } from '../../core/account-issues'
import type { Core } from '../../core/context'
import { entryTime } from '../../core/entry-ids'
import { fail, type Issue } from '../../core/errors'
import type { FollowPage } from '../../core/follow-lists'
import { isEmail, isId, isUsername } from '../../core/identifiers'
import type { LoginInput } from '../../core/login'
import type { Registration } from '../../core/registration'

/** What clients of this API send, and what it means to the core. */

/** The document's samples wrap some bodies into a list of one. */
export function unwrapped(input: unknown): unknown {
  return Array.isArray(input) && input.length === 1 ? input[0] : input
}

/** A rule over several fields is told together with those of the single ones. */
const isObject = ({ value }: { value: unknown }) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const Username = z.string().regex(/^[A-Za-z0-9_]{8,30}$/)
const Email = z.string().refine(isEmail)
const Name = z.string().trim().min(1).max(100)
const Password = z.string().min(8).max(1024)
/** On the way in any password is let through that could be stored: the core knows the rest. */
const AnyPassword = z.string().min(1).max(1024)
const Phone = z.string().regex(/^\d{4,15}$/)
const PhoneCountryCode = z.string().regex(/^\+?\d{1,4}$/)
const Id = z.string().refine(isId)
/** The document calls codes strings and shows a number. */
const Code = z
  .union([z.string().trim().min(1).max(128), z.number().int().nonnegative()])
  .transform(String)
/** Forms send the fields that were left empty, and some clients send null for them. */
const blank = z.union([z.literal(''), z.null()]).transform(() => undefined)
/** Forms know no booleans. */
const State = z.union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')])

export const CreateBody = z
  .object({
    username: Username,
    firstName: Name,
    lastName: Name,
    email: Email,
    password: Password,
    phoneCountryCode: z.union([blank, PhoneCountryCode]).optional(),
    phone: z.union([blank, Phone]).optional(),
    inviteCode: z.union([blank, z.string().max(128)]).optional(),
  })
  .refine((given) => given.phone === undefined || given.phoneCountryCode !== undefined, {
    path: ['phoneCountryCode'],
    when: isObject,
  })

/** What the core refuses of the fields sent, to be told together with what breaks the document's limits. */
export function coreIssues(core: Core, sent: unknown): Issue[] {
  const texts = Object.entries(Object(sent)).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' && entry[1] !== '' && entry[1] !== unset.value,
  )
  const { username, email, password, firstName, lastName, ...rest } = Object.fromEntries(texts)
  const known = Object.keys(ProfileFields.shape)
  const profile = Object.fromEntries(Object.entries(rest).filter(([key]) => known.includes(key)))
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

export const VerifyEmailBody = z.object({ code: Code, target: Id.optional() })
export const VerifyEmailQuery = VerifyEmailBody
export const ResendQuery = z.object({ target: Id.optional() })

export const LoginBody = z
  .object({
    username: z.union([blank, z.string().refine(isUsername)]).optional(),
    email: z.union([blank, Email]).optional(),
    password: AnyPassword,
    userAgent: z.string().min(1).max(1024),
  })
  .refine((sent) => sent.username !== undefined || sent.email !== undefined, {
    path: ['username'],
    when: isObject,
  })

export function toLogin(sent: z.infer<typeof LoginBody>): LoginInput {
  const { username, email, password } = sent
  const name = username === undefined ? { email: email ?? '' } : { username }
  return { name, password, needsConfirmedEmail: true }
}

export const SecondFactorBody = z.object({
  target: Id,
  code: Code,
  sessionHash: z.string().min(3).max(128),
})

export const UserPath = z.object({ userId: Id })

export const TwoFactorBody = z.object({ state: State, currentPassword: AnyPassword.optional() })
export const CodeRequest = z.object({ email: Email })
export const ResetBody = z.object({ code: Code, password: Password })
export const PrivateBody = z.object({ state: State })

const Limit = z.coerce.number().int().min(1).max(100).default(10)
const date = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))

export const HistoryQuery = z.object({
  limit: Limit,
  offset: z.union([Id.transform((id) => ({ id })), date.transform((at) => ({ at }))]).optional(),
})

/** The last entry that was seen: by its id, or by its date as older clients know it. */
const Offset = z.union([z.string().transform(entryTime).pipe(z.number()), date])

export const FollowsQuery = z.object({
  limit: Limit,
  offset: Offset.optional(),
  order: z.enum(['desc', 'asc']).default('desc'),
})

export function toPage({ limit, offset, order }: z.infer<typeof FollowsQuery>): FollowPage {
  return { limit, after: offset ?? null, order: order === 'desc' ? 'newest' : 'oldest' }
}

export const TargetBody = z.object({ target: Id })
export const TargetQuery = TargetBody
export const RequestBody = z.object({ request: Id })
export const EntryBody = z.object({ entry: Id })

export const SearchBody = z.object({
  query: z.string().trim().min(1).max(100),
  limit: z.coerce.number().int().min(1).max(50).default(10),
})

/** The word that takes an optional field away. */
const unset = z.literal('__unset__')
const unsetAsNull = unset.transform(() => null)
const optionalText = (lengthMax: number) =>
  z.union([unsetAsNull, z.null(), z.string().min(1).max(lengthMax)]).optional()

const ProfileFields = z.object({
  middleName: optionalText(100),
  gender: optionalText(128),
  bio: optionalText(256),
  designation: optionalText(128),
  pronouns: optionalText(24),
  customLink: optionalText(256),
  organization: optionalText(128),
  country: z.union([unsetAsNull, z.null(), z.string().regex(/^[A-Z]{2}$/)]).optional(),
  preferredLanguage: z.union([unsetAsNull, z.null(), z.string().regex(/^[a-z]{2}$/)]).optional(),
  phone: z.union([unsetAsNull, z.null(), Phone]).optional(),
  phoneCountryCode: z.union([unsetAsNull, z.null(), PhoneCountryCode]).optional(),
  customData: z.record(z.string(), z.unknown()).optional(),
})

export const UpdateBody = z.object({
  target: Id.optional(),
  username: Username.optional(),
  firstName: Name.optional(),
  lastName: Name.optional(),
  email: Email.optional(),
  password: Password.optional(),
  role: z.enum(['user', 'admin']).optional(),
  currentPassword: AnyPassword.optional(),
  ...ProfileFields.shape,
})

/** Keys that this document shows but nobody sets here: sending one is a mistake worth naming. */
const shownOnly = `_id verified verifiedDate varifiedDate followingCount followerCount isPrivate
  profilePictureUrl isSubscribed subscriptionTier subscriptionExpiry isBanned isRestricted
  emailVerified createdAt updatedAt`.split(/\s+/)

/**
 * The keys sent that the setting does not open; those of no document are none of our business.
 * Fails with forbidden where an ordinary account sends what is an administrator's to send.
 */
export function closedFields(
  sent: unknown,
  editable: readonly string[],
  isAdministrator: boolean,
): Issue[] {
  if (typeof sent !== 'object' || sent === null) return []
  const isTheirs = Object.hasOwn(sent, 'role') || Object.hasOwn(sent, 'target')
  if (isTheirs && !isAdministrator) fail({ code: 'forbidden' })
  const control = ['target', 'role', 'currentPassword']
  const settable = Object.keys(UpdateBody.shape).filter((key) => !control.includes(key))
  const closed = isAdministrator
    ? shownOnly
    : [...shownOnly, ...settable.filter((key) => !editable.includes(key))]
  return closed
    .filter((key) => Object.hasOwn(sent, key))
    .map((field) => ({ field, rule: 'not_editable', value: Reflect.get(sent, field) }))
}

export function toChanges(sent: z.infer<typeof UpdateBody>): {
  changes: AccountChanges
  options: ChangeOptions
} {
  const { target, currentPassword, username, firstName, lastName, email, password, role } = sent
  const profile = Object.fromEntries(
    Object.keys(ProfileFields.shape)
      .map((key) => [key, sent[key as keyof typeof ProfileFields.shape]] as const)
      .filter(([, value]) => value !== undefined),
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
