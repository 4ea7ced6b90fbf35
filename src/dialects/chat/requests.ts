import * as z from 'zod/mini'
import type { AccountChanges } from '../../core/account-changes'
import { accountIssues } from '../../core/account-issues'
import type { Core } from '../../core/context'
import type { Issue } from '../../core/errors'
import { isLine } from '../../core/identifiers'
import type { NewPhoto } from '../../core/photos'
import type { Registration } from '../../core/registration'
import type { DeviceInfo } from '../../core/sessions'

/** What clients of this API send, and what it means to the core. */

/** Swift writes them in capitals, browsers do not: one device, photo or file is one in both. */
const Uuid = z
  .string()
  .check(z.regex(/^[\dA-Fa-f]{8}(-[\dA-Fa-f]{4}){3}-[\dA-Fa-f]{12}$/), z.toUpperCase())
/** On the way in any secret is let through that could be stored: the core knows the rest. */
const Secret = z.string().check(z.maxLength(1024))
const Line = z.string().check(z.maxLength(200), z.refine(isLine))
const PushToken = z.string().check(z.maxLength(4096), z.refine(isLine))

export const Device = z.pipe(
  z.object({
    id: Uuid,
    name: Line,
    model: Line,
    token: z.nullish(PushToken),
    transport: z.enum(['none', 'apns', 'fcm', 'web']),
  }),
  z.transform((sent): DeviceInfo => ({ ...sent, token: sent.token ?? null })),
)

export const LoginBody = z.object({ deviceInfo: Device })

/** A sign-in sends its device under a key as documented, or bare as its clients do. */
export function wrappedDevice(input: unknown): unknown {
  return Object.hasOwn(Object(input), 'deviceInfo') ? input : { deviceInfo: input }
}

/** Names are one text here and two in the core: what follows the first space is the last name. */
function nameParts(name: string): { firstName: string; lastName: string } {
  const [firstName = '', ...rest] = name.trim().split(' ')
  return { firstName, lastName: rest.join(' ') }
}

const Name = z.string().check(z.trim(), z.minLength(1))

export const RegisterBody = z.object({
  name: Name,
  username: z.string(),
  password: Secret,
  deviceInfo: Device,
  inviteCode: z.nullish(z.string().check(z.maxLength(128))),
})

export function toRegistration(sent: z.infer<typeof RegisterBody>): Registration {
  const { name, username, password, inviteCode } = sent
  return {
    username,
    password,
    ...nameParts(name),
    email: null,
    profile: {},
    inviteCode: inviteCode ?? null,
    replacesUnconfirmed: false,
  }
}

/** What the core refuses, to be told in the order of the fields and not after all of the device's. */
export function coreIssues(core: Core, sent: unknown): Issue[] {
  const { username, password } = Object(sent)
  return accountIssues(core, {
    ...(typeof username === 'string' ? { username } : {}),
    ...(typeof password === 'string' ? { password } : {}),
  })
}

export const ChangePasswordBody = z.object({ oldPassword: Secret, newPassword: Secret })
export const SetAccountKeyBody = z.object({ password: Secret, accountKey: Secret })
export const ResetPasswordBody = z.object({
  userId: z.int(),
  accountKey: Secret,
  newPassword: Secret,
})

export const UpdateBody = z.object({ name: z.optional(Name), about: z.nullish(z.string()) })

export function toChanges({ name, about }: z.infer<typeof UpdateBody>): AccountChanges {
  return {
    ...(name === undefined ? {} : nameParts(name)),
    ...(about === undefined ? {} : { profile: { bio: about || null } }),
  }
}

export const DeviceBody = z.pipe(
  z.object({ deviceName: Line, deviceToken: z.nullish(PushToken) }),
  z.transform(({ deviceName, deviceToken }) => ({
    name: deviceName,
    ...(deviceToken === undefined || deviceToken === null ? {} : { token: deviceToken }),
  })),
)

/** One name for what has two. */
const aliases: { readonly [type: string]: string } = { 'octet-stream': 'bin', jpeg: 'jpg' }

function fileTypeIn(text: string): string {
  const type = (text.split(';')[0] ?? '').trim().toLowerCase().split('/').at(-1) ?? ''
  return aliases[type] ?? type.replace(/\+.*$/, '')
}

/** An ending of letters and digits, or the media type of a header. */
const FileType = z.pipe(
  z.pipe(z.string(), z.transform(fileTypeIn)),
  z.string().check(z.regex(/^[a-z0-9]{1,16}$/)),
)

const Pixels = z._default(z.int().check(z.minimum(1), z.maximum(10_000)), 100)

const Photo = z.object({
  id: Uuid,
  fileType: FileType,
  fileSize: z.int().check(z.nonnegative()),
  previewWidth: Pixels,
  previewHeight: Pixels,
})

export const PhotoBody = z.pipe(
  z.object({ photo: Photo }),
  z.transform(({ photo }): NewPhoto => {
    const { id, fileType, previewWidth, previewHeight } = photo
    return { photoId: id, fileType, previewWidth, previewHeight }
  }),
)

export const PhotoPath = z.object({ photoId: Uuid })

const digits = /^[1-9]\d*$/
const UserId = z.pipe(z.pipe(z.string().check(z.regex(digits)), z.transform(Number)), z.int())
export const UserPath = z.object({ id: UserId })

const SearchTerms = z.pipe(
  z.object({ s: z.optional(z.string()), search: z.optional(z.string()) }),
  z.transform(({ s, search }) => ({ query: s ?? search })),
)
export const SearchQuery = z.pipe(SearchTerms, z.object({ query: z.string() }))

/** The id that a search asks for, where it is one: a positive integer. */
export function idIn(text: string): number | null {
  return digits.test(text.trim()) ? Number(text.trim()) : null
}

const Length = z.pipe(z.string().check(z.regex(/^\d{1,15}$/)), z.transform(Number))

/** Content-Length is counted by whoever takes the body; here it only has to be a number. */
export const UploadHead = z.object({
  file: z.pipe(Length, z.int().check(z.minimum(1))),
  fileName: Uuid,
  fileType: FileType,
})

const fileName = /^(.+)\.([^.]+)$/

/** The name and type in a path; null for what no upload could be called. */
export function parseFileName(text: string): { name: string; type: string } | null {
  const [, name, type] = fileName.exec(text) ?? []
  const uuid = Uuid.safeParse(name)
  return uuid.success && type !== undefined
    ? { name: uuid.data, type: aliases[type.toLowerCase()] ?? type.toLowerCase() }
    : null
}
