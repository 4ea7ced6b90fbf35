import * as z from 'zod/mini'
import { idPattern } from '../../src/core/identifiers'
import type {
  renderActivated,
  renderConfirmed,
  renderInitiated,
  renderReferrer,
  renderRegistered,
  renderSignedIn,
  renderTicket,
  renderUnfinished,
} from '../../src/dialects/talent/auth-responses'
import type { ErrorBody } from '../../src/dialects/talent/errors'
import type {
  renderAccount,
  renderBookmark,
  renderBookmarks,
  renderFound,
  renderPerson,
  Success,
} from '../../src/dialects/talent/responses'
import { type Answer, describes, type Examples, type Schema } from '../describe'

/** What this API answers. */

export const Failure = describes<ErrorBody>()(
  z.strictObject({
    status: z.literal('error'),
    message: z.string(),
    data: z.null(),
    statusCode: z.int(),
    validation: z.optional(z.array(z.strictObject({ field: z.string(), message: z.string() }))),
  }),
)

const Id = z.string().check(z.regex(idPattern))
const date = z.iso.datetime()
const text = z.nullable(z.string())
const Role = z.enum(['user', 'admin'])
const Persona = z.enum(['recipient', 'creator'])
const percent = z.int().check(z.minimum(0), z.maximum(100))
const whole = z.int().check(z.minimum(0))
/** What nothing changes yet. */
const offline = z.strictObject({ status: z.literal('OFFLINE') })

const Contact = z.strictObject({
  country: text,
  state: text,
  city: text,
  address: text,
  phone: text,
})
const Bio = z.strictObject({ title: text, description: text })

export const Tag = z.strictObject({
  _id: Id,
  name: z.string(),
  key: z.string(),
  color: z.string().check(z.regex(/^#[0-9A-F]{6}$/)),
  categories: z.array(z.string()),
  isParent: z.boolean(),
  type: z.string(),
  entryCount: whole,
  createdAt: date,
  updatedAt: date,
  __v: whole,
})

export const Achievement = z.strictObject({
  _id: Id,
  owner: Id,
  type: z.enum(['five-star', 'referral', 'review', 'squad']),
  total: z.string().check(z.regex(/^\d+$/)),
  value: z.string().check(z.regex(/^\d+$/)),
  createdAt: date,
  updatedAt: date,
  __v: whole,
})

export const Image = z.strictObject({
  _id: z.string(),
  type: z.string(),
  size: z.string().check(z.regex(/^\d+$/)),
  url: z.url(),
})

const images = { profileImage: z.optional(Image), bgImage: z.optional(Image) }

const skills = {
  availability: z.enum(['available', 'limited', 'unavailable', 'busy', 'working']),
  tags: z.array(z.string()),
  tagsIds: z.array(Tag),
  tagsCategory: z.optional(z.string()),
}

export const TwoFactor = z.strictObject({
  type: z.enum(['undefined', 'email', 'google_auth']),
  status: z.boolean(),
  securityQuestion: z.literal('undefined'),
})

const account = {
  _id: Id,
  firstName: z.string(),
  lastName: z.string(),
  email: text,
  emailVerified: z.boolean(),
  role: Role,
  type: Persona,
  profile: z.strictObject({
    contact: Contact,
    bio: Bio,
    talent: z.strictObject({ about: text, ...skills }),
  }),
  isPrivate: z.boolean(),
  walletGenerated: z.boolean(),
  score: whole,
  twoFa: TwoFactor,
  profileCompleteness: percent,
  socket: offline,
  loggedInAt: z.nullable(date),
  isUserNameUpdated: z.boolean(),
  referralCode: text,
  web3Onboard: z.boolean(),
  accountType: z.literal('email'),
  createdAt: date,
  userName: z.string(),
  emailVerifiedAt: z.nullable(date),
  socials: z.strictObject({ github: text, twitter: text, linkedin: text, website: text }),
  achievements: z.array(Achievement),
  isVerified: z.boolean(),
  kyc: z.boolean(),
  kycStatus: z.literal('pending'),
  ...images,
  meta: z.optional(z.record(z.string(), z.unknown())),
}

export const Account = describes<ReturnType<typeof renderAccount>>()(z.strictObject(account))

const secret = { token: z.string(), token_type: z.literal('bearer'), expiresIn: whole }
const ticket = { tempToken: z.strictObject(secret) }

export const SignedIn = describes<ReturnType<typeof renderSignedIn>>()(
  z.strictObject({ ...account, ...secret, onboarded: z.boolean() }),
)

export const Ticket = describes<ReturnType<typeof renderTicket>>()(z.strictObject(ticket))

export const Registered = describes<ReturnType<typeof renderRegistered>>()(
  z.strictObject({ email: z.string(), ...ticket }),
)

export const Unfinished = describes<ReturnType<typeof renderUnfinished>>()(
  z.strictObject({ ...ticket, email: z.string(), twoFa: TwoFactor }),
)

export const Confirmed = describes<ReturnType<typeof renderConfirmed>>()(
  z.strictObject({
    _id: Id,
    email: text,
    emailVerified: z.boolean(),
    isVerified: z.boolean(),
    twoFa: TwoFactor,
  }),
)

export const Referrer = describes<ReturnType<typeof renderReferrer>>()(
  z.strictObject({
    valid: z.boolean(),
    userId: z.nullable(Id),
    referralCounts: z.nullable(whole),
    totalAllowedReferrals: z.nullable(z.literal(10)),
    referralId: text,
    role: z.nullable(Role),
    isKyc: z.nullable(z.boolean()),
  }),
)

const named = { _id: Id, firstName: z.string(), lastName: z.string(), role: Role, type: Persona }
const standing = {
  isPrivate: z.boolean(),
  score: whole,
  profileCompleteness: percent,
  socket: offline,
}
/** Parts of which nothing is filled are left out. */
const profile = {
  contact: z.optional(Contact),
  bio: z.optional(Bio),
  talent: z.strictObject({ about: z.optional(z.string()), ...skills }),
}

export const Person = describes<ReturnType<typeof renderPerson>>()(
  z.strictObject({
    ...named,
    profile: z.strictObject({ ...profile, verified: z.boolean() }),
    ...standing,
    achievements: z.array(Achievement),
    kyc: z.boolean(),
    kycStatus: z.null(),
    ...images,
  }),
)

export const FoundPerson = z.strictObject({
  ...named,
  profile: z.strictObject(profile),
  ...standing,
  createdAt: date,
  updatedAt: date,
  achievements: z.array(Achievement),
  isBookmarked: z.boolean(),
  bookmarkId: z.string(),
  ...images,
})

const page = {
  pages: whole,
  page: z.int().check(z.minimum(1)),
  total: whole,
  limit: z.int().check(z.minimum(1), z.maximum(100)),
  position: z.int().check(z.minimum(1)),
}

export const Found = describes<ReturnType<typeof renderFound>>()(
  z.strictObject({
    ...page,
    data: z.array(FoundPerson),
    totalIsCapped: z.optional(z.literal(true)),
  }),
)

const bookmark = { _id: Id, type: z.literal('user'), reference: Id }

export const Bookmark = describes<ReturnType<typeof renderBookmark>>()(z.strictObject(bookmark))

export const Bookmarks = describes<ReturnType<typeof renderBookmarks>>()(
  z.strictObject({
    ...page,
    data: z.array(
      z.strictObject({
        ...bookmark,
        user: z.strictObject({ ...named, ...standing }),
        createdAt: date,
      }),
    ),
  }),
)

export const Initiated = describes<ReturnType<typeof renderInitiated>>()(
  z.union([
    z.strictObject({ type: z.literal('email') }),
    z.strictObject({
      type: z.literal('google_auth'),
      secret: z.string(),
      qrCodeUrl: z.string(),
      qrCode: z.string(),
    }),
  ]),
)

export const Activated = describes<ReturnType<typeof renderActivated>>()(
  z.strictObject({ backupCodes: z.optional(z.array(z.string())) }),
)

/** An answer with data: `examples` are of the data. */
export function succeeded(
  description: string,
  data: Schema,
  examples: Examples,
  { status = 200, message = 'OK' } = {},
): Answer {
  const schema = z.strictObject({
    status: z.literal('success'),
    message: z.literal(message),
    data,
  }) satisfies z.ZodMiniType<Success>
  const enveloped = Object.entries(examples).map(([words, data]) => {
    return [words, { status: 'success', message, data }]
  })
  return { status, description, schema, examples: Object.fromEntries(enveloped) }
}

/** An answer that says nothing but that it is done. */
export function done(description: string, sent: { status?: number; message?: string } = {}) {
  return succeeded(description, z.strictObject({}), { done: {} }, sent)
}
