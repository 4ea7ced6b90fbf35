import * as z from 'zod/mini'
import type { AccountChanges } from '../../core/account-changes'
import { accountIssues } from '../../core/account-issues'
import type { Core } from '../../core/context'
import type { Issue } from '../../core/errors'
import { idPattern, isEmail, isLine } from '../../core/identifiers'
import type { PortfolioFilters } from '../../core/portfolio-search'
import type { Registration } from '../../core/registration'
import { tagIssues } from '../../core/tags'
import { createPlaces, onboardPlaces, type Places, partsAt, placeOf, updatePlaces } from './places'

/** What clients of this API send, and what it means to the core. */

const isObject = ({ value }: { value: unknown }) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const text = (min: number, max: number) => z.string().check(z.minLength(min), z.maxLength(max))

const Email = z.string().check(z.refine(isEmail))
const FirstName = z.string().check(z.trim(), z.minLength(1))
const LastName = z.string().check(z.trim())
/** On the way in any password is let through that could be stored: the core knows the rest. */
const AnyPassword = text(1, 1024)
const TempToken = text(1, 4096)
/** Some clients send numbers for numbers. */
const Code = z.pipe(
  z.union([
    z.string().check(z.trim(), z.minLength(1), z.maxLength(128)),
    z.int().check(z.nonnegative()),
  ]),
  z.transform(String),
)
const OptionalCode = z.nullish(z.string().check(z.maxLength(128)))
/** A part of the profile: null or nothing takes it away, and the core knows what it may hold. */
const Part = z.nullish(z.string())

export const CreateBody = z
  .object({
    firstName: FirstName,
    lastName: z.optional(LastName),
    email: Email,
    password: AnyPassword,
    confirmPassword: z.string(),
    referral: OptionalCode,
    inviteCode: OptionalCode,
    type: Part,
  })
  .check(
    z.refine(({ password, confirmPassword }) => password === confirmPassword, {
      path: ['confirmPassword'],
      when: isObject,
    }),
  )

export function toRegistration(sent: z.infer<typeof CreateBody>, username: string): Registration {
  const { persona } = partsAt(sent, createPlaces)
  return {
    username,
    email: sent.email,
    password: sent.password,
    firstName: sent.firstName,
    lastName: sent.lastName ?? '',
    profile: { isNameMade: true, ...(persona ? { persona } : {}) },
    inviteCode: sent.inviteCode ?? null,
    referralCode: sent.referral || null,
    replacesUnconfirmed: true,
    isRepeatable: true,
  }
}

export const VerifyBody = z.object({ tempToken: TempToken, token: Code })
export const EmailBody = z.object({ email: Email })
export const LoginBody = z.object({ email: text(1, 1024), password: AnyPassword })
export const SecondFactorBody = z.object({ code: Code, tempToken: TempToken })
export const ResetBody = z.extend(VerifyBody, { password: AnyPassword })
export const ReferralBody = z.object({ token: z.string().check(z.maxLength(128)) })

const https = z.nullish(z.string().check(z.trim(), z.regex(/^(?:https:|$)/i)))
const Socials = z.object({ github: Part, twitter: Part, linkedin: Part, website: https })
const Contact = z.object({ country: Part, state: Part, city: Part, address: Part, phone: Part })
const Talent = z.object({
  about: Part,
  availability: Part,
  tags: z.nullish(z.array(z.string())),
  tagsCategory: Part,
  skillCategory: Part,
})
const ProfileParts = z.object({
  contact: z.optional(Contact),
  bio: z.optional(z.object({ title: Part, description: Part })),
  talent: z.optional(Talent),
})

export const UpdateBody = z.object({
  firstName: z.optional(FirstName),
  lastName: z.nullish(LastName),
  type: Part,
  isPrivate: z.optional(z.boolean()),
  profileImage: Part,
  bgImage: Part,
  meta: z.nullish(z.record(z.string(), z.unknown())),
  profile: z.optional(ProfileParts),
  socials: z.optional(Socials),
})

export function toChanges(sent: z.infer<typeof UpdateBody>): AccountChanges {
  const { firstName, lastName, isPrivate, meta } = sent
  const tags = sent.profile?.talent?.tags
  const profile = { ...partsAt(sent), ...(meta === undefined ? {} : { meta }) }
  return {
    ...(firstName === undefined ? {} : { firstName }),
    ...(lastName === undefined ? {} : { lastName: lastName ?? '' }),
    ...(isPrivate === undefined ? {} : { isPrivate }),
    ...(tags === undefined ? {} : { tags: tags ?? [] }),
    ...(Object.keys(profile).length === 0 ? {} : { profile }),
  }
}

export const OnboardBody = z.object({ skillCategory: Part, profileImage: Part, type: Part })

export function toOnboarding(sent: z.infer<typeof OnboardBody>): AccountChanges {
  // Clients pass by position, and leave empty what they do not mean.
  const given = Object.entries(partsAt(sent, onboardPlaces)).filter(([, part]) => part !== null)
  return { profile: { ...Object.fromEntries(given), isOnboarded: true } }
}

/**
 * What the core refuses of a body, under the wire's names, to be told together with wrong types; of
 * its plain fields those in `plain`.
 */
function coreIssues(where: Places, plain: readonly string[]) {
  return (core: Core, sent: unknown): Issue[] => {
    const given = Object(sent)
    const texts = plain
      .map((field) => [field, given[field]] as const)
      .filter(([, value]) => typeof value === 'string' && value !== '')
    const profile = partsAt(given, where)
    return accountIssues(core, { ...Object.fromEntries(texts), profile }).map((issue) => ({
      ...issue,
      field: placeOf(issue.field, where),
    }))
  }
}

const names = ['firstName', 'lastName']
const updateIssues = coreIssues(updatePlaces, names)

function tagIssuesOf(sent: unknown): Issue[] {
  const tags: unknown = Object(Object(Object(sent).profile).talent).tags
  const isTags = Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')
  return tagIssues(isTags ? tags : []).map((issue) => ({ ...issue, field: 'profile.talent.tags' }))
}

export const plainOptions = { takesForms: false }
export const createOptions = {
  ...plainOptions,
  further: coreIssues(createPlaces, [...names, 'email', 'password']),
}
export const updateOptions = {
  ...plainOptions,
  further: (core: Core, sent: unknown) => [...updateIssues(core, sent), ...tagIssuesOf(sent)],
}
export const onboardOptions = { ...plainOptions, further: coreIssues(onboardPlaces, []) }

export const ChangePasswordBody = z.object({ oldPassword: AnyPassword, newPassword: AnyPassword })
export const InitiateBody = z.object({ type: z.enum(['email', 'google_auth']) })
export const CodeBody = z.object({ code: Code })
export const EmailCodeBody = z.object({ password: z.nullish(AnyPassword) })
export const DeleteBody = z.object({ password: AnyPassword })
export const BookmarkBody = z.object({
  reference: z.string().check(z.regex(idPattern)),
  type: z.literal('user'),
})

/** Clients send parameters that they leave out as empty, or spelled out. */
const left = z.pipe(
  z.enum(['', 'undefined', 'null']),
  z.transform(() => undefined),
)
const optional = <Schema extends z.ZodMiniType>(schema: Schema) =>
  z.optional(z.union([left, schema]))

const limitMax = 100
const Whole = z.pipe(z.string().check(z.regex(/^\d{1,9}$/)), z.transform(Number))
const Positive = z.pipe(Whole, z.int().check(z.minimum(1)))
const Limit = z.pipe(
  optional(Positive),
  z.transform((limit = 12) => Math.min(limit, limitMax)),
)
const Page = z.pipe(
  optional(Positive),
  z.transform((page = 1) => page),
)
const Percent = optional(
  z.pipe(z.pipe(z.string(), z.transform(Number)), z.number().check(z.minimum(0), z.maximum(100))),
)
/** The least and the most of a hundred. */
const Range = z.pipe(
  z.string().check(z.regex(/^\d{1,3},\d{1,3}$/)),
  z.transform((text) => text.split(',').map(Number)),
)

export const PageQuery = z.object({ page: Page, limit: Limit })

/** A client for the test network adds its name to whatever type it asks for. */
const Types = z.pipe(
  z.optional(z.union([z.string(), z.array(z.string())])),
  z.transform((given = []) => [given].flat().filter((type) => type !== 'testnet')),
)
const Type = z.pipe(
  z.pipe(Types, z.array(z.string()).check(z.maxLength(1))),
  z.transform(([type]) => type),
)

export const SearchQuery = z.extend(PageQuery, {
  role: optional(z.string()),
  type: z.pipe(Type, optional(z.string())),
  profileCompletenessMin: Percent,
  profileCompletenessMax: Percent,
  range: optional(Range),
  tags: optional(z.string().check(z.maxLength(2000))),
  owner: optional(z.enum(['true', 'false'])),
  search: optional(z.string().check(z.trim(), z.minLength(2), z.maxLength(100), z.refine(isLine))),
})

/** What is looked for; null where nobody can have it. */
export function toFilters(sent: z.infer<typeof SearchQuery>): PortfolioFilters | null {
  const { role, type, tags = '', owner, search } = sent
  const { persona } = partsAt({ type }, createPlaces)
  const isKnown = [undefined, 'user', 'admin'].includes(role)
  if (!isKnown || (persona && !['recipient', 'creator'].includes(persona))) return null
  const [from = 0, to = 100] = sent.range ?? []
  return {
    role: (role as PortfolioFilters['role']) ?? null,
    persona: persona ?? null,
    completenessMin: Math.max(sent.profileCompletenessMin ?? 0, from),
    completenessMax: Math.min(sent.profileCompletenessMax ?? 100, to),
    tags: tags.split(',').filter((tag) => tag.trim() !== ''),
    text: search ?? null,
    isOwn: owner === 'true',
  }
}
