import * as z from 'zod/mini'
import type { MeteorError, PlainError } from '../../src/dialects/directory/errors'
import type {
  renderCreated,
  renderListed,
  renderRecord,
  renderSelf,
  renderSignedIn,
} from '../../src/dialects/directory/responses'
import { describes } from '../describe'

/** What this API answers. */

const date = z.iso.datetime()

export const SignedIn = describes<ReturnType<typeof renderSignedIn>>()(
  z.strictObject({ id: z.string(), token: z.string(), tokenExpires: date }),
)

const emails = z.array(z.strictObject({ address: z.string(), verified: z.boolean() }))
const empty = z.strictObject({})

export const Self = describes<ReturnType<typeof renderSelf>>()(
  z.strictObject({
    _id: z.string(),
    createdAt: date,
    username: z.string(),
    emails,
    isAdmin: z.optional(z.literal(true)),
    profile: empty,
  }),
)

export const User = describes<ReturnType<typeof renderRecord>>()(
  z.strictObject({
    _id: z.string(),
    createdAt: date,
    services: z.strictObject({
      password: empty,
      email: z.strictObject({ verificationTokens: z.array(z.never()) }),
      resume: z.strictObject({ loginTokens: z.array(z.strictObject({ when: date })) }),
    }),
    username: z.string(),
    emails,
    isAdmin: z.boolean(),
    profile: empty,
    loginDisabled: z.boolean(),
  }),
)

export const Created = describes<ReturnType<typeof renderCreated>>()(
  z.strictObject({ _id: z.string(), id: z.string() }),
)

export const ListedUser = describes<ReturnType<typeof renderListed>>()(
  z.strictObject({ _id: z.string(), username: z.string() }),
)

export const Done = z.strictObject({ message: z.string() })

/** Everywhere but under `/api`. */
export const Failure = describes<PlainError>()(
  z.strictObject({ error: z.union([z.string(), z.number()]), reason: z.string() }),
)

export const Refusal = describes<MeteorError>()(
  z.strictObject({
    isClientSafe: z.literal(true),
    error: z.union([z.string(), z.number()]),
    reason: z.string(),
    message: z.string(),
    errorType: z.literal('Meteor.Error'),
    statusCode: z.int(),
  }),
)
