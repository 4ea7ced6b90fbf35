import * as z from 'zod/mini'
import type { Envelope, renderProfile } from '../../src/dialects/site/responses'
import { type Answer, describes, type Schema } from '../describe'

/** What this API answers. */

export const Profile = describes<ReturnType<typeof renderProfile>>()(
  z.strictObject({
    username: z.string(),
    name: z.string(),
    bio: z.string(),
    website: z.string(),
    pronounce: z.string(),
    followers: z.string().check(z.regex(/^\d+$/)),
    following: z.string().check(z.regex(/^\d+$/)),
  }),
)

export const Failure = z.strictObject({
  statusCode: z.string().check(z.regex(/^\d{3}$/)),
  message: z.string(),
  data: z.enum(['null', 'true', 'false']),
}) satisfies z.ZodMiniType<Envelope>

/** Most successes say nothing but that they are one. */
export function done(message: string, data: 'null' | 'true' = 'null'): Answer {
  const schema = z.strictObject({
    statusCode: z.literal('200'),
    message: z.literal(message),
    data: z.literal(data),
  }) satisfies z.ZodMiniType<Envelope>
  return {
    status: 200,
    description: message,
    schema,
    examples: { [message]: { statusCode: '200', message, data } },
  }
}

export function withProfile(message: Schema & z.ZodMiniType<string>) {
  return z.strictObject({
    statusCode: z.literal('200'),
    message,
    data: Profile,
  }) satisfies z.ZodMiniType<Envelope>
}
