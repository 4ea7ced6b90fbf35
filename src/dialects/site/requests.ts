import * as z from 'zod/mini'
import { accountIssues } from '../../core/account-issues'
import type { Core } from '../../core/context'
import type { Issue } from '../../core/errors'
import type { LoginInput } from '../../core/login'
import type { Profile } from '../../core/profiles'
import type { Registration } from '../../core/registration'

/**
 * What clients of this API send, and what it means to the core. The checks of a field stand in the
 * order in which they are told; the order among fields is that of the table in errors.ts.
 */

/** Limits count characters as people do: whole code points, accents composed. */
function characters(min: number, max: number, tidy = (text: string) => text) {
  const check = z.superRefine<string>((text, ctx) => {
    const count = Array.from(tidy(text).normalize('NFC')).length
    const bounds = { origin: 'string', inclusive: true, input: text } as const
    if (count < min) ctx.addIssue({ ...bounds, code: 'too_small', minimum: min })
    if (count > max) ctx.addIssue({ ...bounds, code: 'too_big', maximum: max })
  })
  // As zod's own limits do, so that the API reference shows these.
  check._zod.onattach.push(({ _zod: { bag } }) => {
    Object.assign(bag, { minimum: min, maximum: max })
  })
  return check
}

/** What a field holds is put in order before it is checked. */
const prepared = <Schema extends z.ZodMiniType>(
  prepare: (value: unknown) => unknown,
  schema: Schema,
) => z.pipe(z.transform(prepare), schema)

const trimmed = (text: string) => text.trim()

const Given = z.string().check(z.minLength(1))
const Username = Given.check(z.regex(/^\S*$/), characters(3, 100))
const Password = Given.check(characters(8, 200))
/** A null stands for a field that is left out; an empty text is refused, as the document says. */
const optional = <Schema extends z.ZodMiniType<string>>(schema: Schema) =>
  prepared((value) => value ?? undefined, z.optional(schema))

export const CreateBody = z.object({
  username: Username,
  email: Given,
  password: Password,
  name: optional(Given.check(characters(3, 150, trimmed))),
  bio: optional(Given.check(characters(0, 200))),
  pronounce: optional(Given),
  website: optional(Given),
  inviteCode: prepared(
    (value) => (value === '' ? null : value),
    z.nullish(z.string().check(z.maxLength(128))),
  ),
})

const wireNames: { readonly [field: string]: string } = {
  firstName: 'name',
  lastName: 'name',
  pronouns: 'pronounce',
  customLink: 'website',
}

/** What the core refuses besides, and the one rule over two fields. */
export function createIssues(core: Core, input: unknown): Issue[] {
  const { username, email, password, ...rest } = textsOf(input)
  const issues = accountIssues(core, {
    ...(username === undefined ? {} : { username }),
    ...(email === undefined ? {} : { email }),
    ...(password === undefined ? {} : { password }),
    ...namesOf(rest.name),
    profile: profileOf(rest),
  })
  const isBio = password !== undefined && password === rest.bio
  return [
    ...(isBio ? [{ field: 'password', rule: 'format' } as const] : []),
    ...issues.map((issue) => ({ ...issue, field: wireNames[issue.field] ?? issue.field })),
  ]
}

/** The fields that are texts with something in them: of any other the schema tells. */
function textsOf(input: unknown): { readonly [field: string]: string | undefined } {
  return Object.fromEntries(
    Object.entries(Object(input)).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
    ),
  )
}

/** The first word is the first name, so that the two put together are the name again. */
function namesOf(name = ''): Pick<Registration, 'firstName' | 'lastName'> {
  const [firstName = '', ...others] = name.trim().split(' ')
  return { firstName, lastName: others.join(' ') }
}

function profileOf(sent: {
  readonly bio?: string | undefined
  readonly pronounce?: string | undefined
  readonly website?: string | undefined
}): Profile {
  const { bio, pronounce, website } = sent
  return {
    ...(bio === undefined ? {} : { bio }),
    ...(pronounce === undefined ? {} : { pronouns: pronounce }),
    ...(website === undefined ? {} : { customLink: website }),
  }
}

export function toRegistration(sent: z.infer<typeof CreateBody>): Registration {
  const { username, email, password } = sent
  return {
    username,
    email,
    password,
    ...namesOf(sent.name),
    profile: profileOf(sent),
    inviteCode: sent.inviteCode ?? null,
    replacesUnconfirmed: false,
  }
}

/** The second factor. Clients parse six digits into a number. */
const Code = z.union([z.string().check(z.trim(), z.maxLength(128)), z.int().check(z.nonnegative())])

export const AuthBody = z.object({
  username: Username,
  password: Password,
  code: z.pipe(
    prepared((value) => (value === '' || value === null ? undefined : value), z.optional(Code)),
    z.transform((code) => (code === undefined ? undefined : String(code))),
  ),
})

export function toLogin({ username, password, code }: z.infer<typeof AuthBody>): LoginInput {
  const factor = code === undefined ? {} : { code }
  return { name: { username }, password, needsConfirmedEmail: false, ...factor }
}

export const ResetBody = z.object({ uuid: Given, newPassword: Password })
export const ResetRequest = z.object({ email: Given })
