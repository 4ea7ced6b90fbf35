import * as z from 'zod/mini'
import { fail } from '../../core/errors'
import { isEmail, isId, usernameIssue } from '../../core/identifiers'
import type { LoginInput } from '../../core/login'
import { registerUnderFreeName } from '../../core/made-up-names'
import type { Registration } from '../../core/registration'

/** What clients of this API send, and what it means to the core. */

const text = (min: number, max: number) => z.string().check(z.minLength(min), z.maxLength(max))
/** Forms send the fields that were left empty. */
const blank = z.pipe(
  z.literal(''),
  z.transform(() => undefined),
)
const optionalText = z.optional(z.union([blank, text(1, 1024)]))
/** Any password is let through that could be stored: the core knows the rest. */
const Password = text(1, 1024)

const isObject = ({ value }: { value: unknown }) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function hasName(sent: { username?: string | undefined; email?: string | undefined }): boolean {
  return sent.username !== undefined || sent.email !== undefined
}

const needsName = { path: ['usernameOrEmail'], when: isObject }

export const RegisterBody = z
  .object({
    username: optionalText,
    email: optionalText,
    password: Password,
    inviteCode: z.optional(z.union([blank, z.string().check(z.maxLength(128))])),
  })
  .check(z.refine(hasName, needsName))

const usernameFallback = 'user'
/** Leaves room for a suffix within the longest username there may be. */
const stemLengthMax = 90

/** What an address says of a name, in the letters that usernames are made of. */
function stemOf(email: string): string {
  const [local = ''] = email.split('@')
  const plain = local.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '')
  return plain.slice(0, stemLengthMax) || usernameFallback
}

function withSuffix(stem: string): string {
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1))
  return `${stem}-${String(random % 1_000_000).padStart(6, '0')}`
}

/** The names to try, one after the other, for whoever gave none. */
function madeUpNames(email: string): string[] {
  const stem = stemOf(email)
  const plain = usernameIssue(stem) === null ? [stem] : []
  return [...plain, withSuffix(stem), withSuffix(stem)]
}

/**
 * Registers what was sent. Without a username, one is made up that is free; then only the address
 * can be taken, and the client hears of nothing that it did not send.
 */
export async function registerNamed<Result>(
  sent: z.infer<typeof RegisterBody>,
  register: (registration: Registration) => Promise<Result>,
): Promise<Result> {
  const { username, email, password, inviteCode } = sent
  const rest = {
    email: email ?? null,
    password,
    firstName: '',
    lastName: '',
    profile: {},
    inviteCode: inviteCode ?? null,
    replacesUnconfirmed: false,
  }
  if (username !== undefined) return register({ ...rest, username })
  return registerUnderFreeName(madeUpNames(email ?? ''), (name) =>
    register({ ...rest, username: name }),
  )
}

/** Some clients send numbers for numbers. */
const Code = z.pipe(
  z.union([
    z.string().check(z.trim(), z.minLength(1), z.maxLength(128)),
    z.int().check(z.nonnegative()),
  ]),
  z.transform(String),
)

export const LoginBody = z
  .object({
    username: optionalText,
    email: optionalText,
    password: Password,
    code: z.optional(z.union([blank, Code])),
  })
  .check(z.refine(hasName, needsName))

export function toLogin(sent: z.infer<typeof LoginBody>): LoginInput {
  const { username, email, password, code } = sent
  const named = username ?? email ?? ''
  // No username holds an @, so what looks like an address is one.
  const name = username === undefined || isEmail(named) ? { email: named } : { username: named }
  return { name, password, needsConfirmedEmail: false, ...(code === undefined ? {} : { code }) }
}

/** Forms know no booleans. */
const FormBoolean = z.pipe(
  z.enum(['true', 'false']),
  z.transform((word) => word === 'true'),
)
export const LogoutBody = z.object({ all: z.optional(z.union([z.boolean(), FormBoolean])) })

const pageLengthMax = 1000
const pageLength = 100

export const ListQuery = z.object({
  limit: z.optional(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(pageLengthMax))),
  after: z.optional(z.string().check(z.refine(isId))),
})

/** How long a page is, where one was asked for at all; null is everything. */
export function toPage({ limit, after }: z.infer<typeof ListQuery>) {
  if (limit === undefined && after === undefined) return null
  return { limit: limit ?? pageLength, after: after ?? null }
}

export const ActionBody = z.object({ action: z.enum(['disableLogin', 'enableLogin']) })

/** What a change names is an id: usernames are for looking up alone. */
export function requireId(text: string): string {
  return isId(text) ? text : fail({ code: 'account_not_found' })
}
