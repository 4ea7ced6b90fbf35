import * as z from 'zod/mini'
import { scopes } from '../../src/core/scopes'
import type { ErrorBody } from '../../src/dialects/social/errors'
import { Id } from '../../src/dialects/social/requests'
import type * as renderers from '../../src/dialects/social/responses'
import { type Answer, describes, type Schema } from '../describe'

/** What this API answers. */

export const Time = z.iso.datetime({ precision: 3 })
const Count = z.int().check(z.nonnegative())
const Text = z.nullable(z.string())
const Flag = z.nullable(z.boolean())

export const Person = describes<ReturnType<typeof renderers.renderPerson>>()(
  z.strictObject({
    _id: Id,
    firstName: z.string(),
    middleName: Text,
    lastName: z.string(),
    gender: Text,
    username: z.string(),
    role: z.enum(['user', 'admin']),
    bio: Text,
    designation: Text,
    profilePictureUrl: z.nullable(z.url()),
    pronouns: Text,
    verified: z.boolean(),
    verifiedDate: z.null(),
    customLink: Text,
    followingCount: Count,
    followerCount: Count,
    isPrivate: z.boolean(),
    isSubscribed: Flag,
    subscriptionTier: Text,
    subscriptionExpiry: z.null(),
    isBanned: Flag,
    isRestricted: Flag,
    email: Text,
    phone: Text,
    customData: z.nullable(z.record(z.string(), z.unknown())),
    phoneCountryCode: Text,
    organization: Text,
    country: Text,
    preferredLanguage: Text,
    createdAt: Time,
    updatedAt: Time,
    emailVerified: z.optional(z.boolean()),
  }),
)

export const Self = describes<ReturnType<typeof renderers.renderSelf>>()(
  z.extend(Person, { varifiedDate: z.null() }),
)

/** Before the second factor. */
const NamedSelf = z.strictObject({ _id: Id, username: z.string(), email: Text })

const ok = z.literal(1)
const data = <S extends Schema>(schema: S) => z.strictObject({ ok, data: schema })

export const Done = describes<{ ok: 1 }>()(z.strictObject({ ok }))
export const Told = describes<{ ok: 1; data: string }>()(data(z.string()))

export const User = describes<ReturnType<typeof renderers.renderUser>>()(
  data(z.strictObject({ user: Person })),
)
export const Own = describes<ReturnType<typeof renderers.renderOwn>>()(
  data(z.strictObject({ user: Person, editableFields: z.array(z.string()) })),
)
export const SignedIn = describes<ReturnType<typeof renderers.renderSignedIn>>()(
  data(z.strictObject({ '2faEnabled': z.boolean(), userInfo: Self, user: Self })),
)
export const SecondFactorRequired = describes<
  ReturnType<typeof renderers.renderSecondFactorRequired>
>()(
  data(
    z.strictObject({
      '2faEnabled': z.literal(true),
      sessionHash: z.string(),
      userInfo: NamedSelf,
      user: NamedSelf,
    }),
  ),
)

export const SessionState = describes<ReturnType<typeof renderers.renderSession>>()(
  data(
    z.strictObject({
      userInfo: Self,
      session: z.strictObject({
        _id: z.string(),
        createdAt: Time,
        expiresAt: Time,
        source: z.string(),
        userAgent: Text,
        ipAddress: Text,
      }),
    }),
  ),
)

export const SignIns = describes<ReturnType<typeof renderers.renderHistory>>()(
  data(
    z.strictObject({
      records: z.array(
        z.strictObject({
          _id: Id,
          userAgent: Text,
          ipAddress: Text,
          success: z.boolean(),
          reason: z.optional(z.string()),
          source: z.string(),
          targetId: Id,
          createdAt: Time,
        }),
      ),
    }),
  ),
)

export const Scopes = describes<ReturnType<typeof renderers.renderScopes>>()(
  data(
    z.strictObject({
      scopes: z.record(
        z.string(),
        z.strictObject({
          name: z.enum(Object.keys(scopes) as (keyof typeof scopes)[]),
          description: z.string(),
          parent: z.optional(z.string()),
        }),
      ),
    }),
  ),
)

export const Found = describes<ReturnType<typeof renderers.renderFound>>()(
  data(
    z.strictObject({
      results: z.array(z.extend(Person, { approved: z.boolean(), source: Person })),
    }),
  ),
)

const entry = { _id: Id, approved: z.boolean(), createdAt: Time }

export const Followers = describes<ReturnType<typeof renderers.renderFollowers>>()(
  data(z.strictObject({ records: z.array(z.strictObject({ ...entry, source: Person })) })),
)
export const Following = describes<ReturnType<typeof renderers.renderFollowing>>()(
  data(z.strictObject({ records: z.array(z.strictObject({ ...entry, target: Person })) })),
)

export const Followed = describes<ReturnType<typeof renderers.renderFollowed>>()(
  data(z.strictObject({ status: z.enum(['following', 'requested', 'duplicate']) })),
)
export const FollowStatus = describes<ReturnType<typeof renderers.renderFollowStatus>>()(
  data(z.strictObject({ following: z.boolean(), requested: z.optional(z.boolean()) })),
)

export const InviteCodes = describes<ReturnType<typeof renderers.renderInviteCodes>>()(
  data(
    z.strictObject({
      inviteCodes: z.array(
        z.strictObject({
          code: z.string(),
          createdAt: Time,
          updatedAt: Time,
          targetId: z.optional(Id),
        }),
      ),
    }),
  ),
)

export const PictureSet = describes<{ ok: 1; data: { signedUrl: string } }>()(
  data(z.strictObject({ signedUrl: z.url() })),
)

export const Failure = describes<ErrorBody>()(
  z.strictObject({
    ok: z.literal(0),
    error: z.enum([
      'ClientInputError',
      'InvalidFile',
      'InvalidInviteCode',
      'Unauthorized',
      'ResourceNotActive',
      'InsufficientPrivileges',
      'Banned',
      'Forbidden',
      'Blocked',
      'NotFound',
      'MethodNotAllowed',
      'ResourceConflict',
      'RateLimitError',
      'InternalServerError',
      'ServiceUnavailable',
    ]),
    additionalInfo: z.optional(
      z.union([
        z.strictObject({
          errors: z.array(
            z.strictObject({
              type: z.literal('field'),
              value: z.optional(z.unknown()),
              msg: z.string(),
              path: z.string(),
              param: z.string(),
              location: z.enum(['body', 'query', 'params']),
            }),
          ),
        }),
        z.strictObject({ reason: z.string() }),
        z.strictObject({ bytesMax: Count }),
        z.strictObject({ scope: z.string() }),
        z.strictObject({ allow: z.array(z.string()) }),
        z.strictObject({ duplicateFields: z.array(z.string()) }),
        z.strictObject({ retryAfter: Count }),
      ]),
    ),
  }),
)

/** What tells a failure from others of its status: the field and what is wrong with it, or a reason. */
export function failureWords(body: unknown): string {
  const { error, additionalInfo } = z.parse(Failure, body)
  if (additionalInfo === undefined) return error
  if ('errors' in additionalInfo) {
    const { errors } = additionalInfo
    const fields = errors.map(({ path, location }) => path || location).join(', ')
    return `${error}: ${fields}: ${[...new Set(errors.map(({ msg }) => msg))].join(', ')}`
  }
  const [detail] = Object.values<unknown>(additionalInfo)
  return `${error}: ${detail}`
}

/** Most successes say nothing but that they are one. */
export function done(description: string): Answer {
  return { status: 200, description, schema: Done, examples: { done: { ok: 1 } } }
}

/** An answer with one example. */
export function answer(description: string, schema: Schema, example: unknown): Answer {
  return { status: 200, description, schema, examples: { [description]: example } }
}
