import * as z from 'zod/mini'
import type { AccountChanges } from '../core/account-changes'

/** What the forms of an account send, and what it means to the core, which knows the rules. */

const text = z.string()
const trimmed = z.string().check(z.trim())
/** Browsers send line breaks as two characters, and count one. */
const lines = z.pipe(
  z.string().check(z.trim()),
  z.transform((sent) => sent.replaceAll('\r\n', '\n')),
)
/** A field that is shown but cannot be changed is not always sent. */
const optional = z._default(trimmed, '')

export const ProfileForm = z.object({
  firstName: trimmed,
  lastName: trimmed,
  username: trimmed,
  pronouns: trimmed,
  bio: lines,
  organization: trimmed,
  customLink: trimmed,
  country: optional,
  preferredLanguage: optional,
})
export type ProfileForm = z.infer<typeof ProfileForm>

const profileParts = [
  'pronouns',
  'bio',
  'organization',
  'customLink',
  'country',
  'preferredLanguage',
] as const

/** The changes among the fields that the setting opens; a part that was emptied is taken away. */
export function toChanges(sent: ProfileForm, editable: (field: string) => boolean): AccountChanges {
  const named = (['username', 'firstName', 'lastName'] as const).filter(editable)
  const parts = profileParts.filter(editable)
  return {
    ...Object.fromEntries(named.map((field) => [field, sent[field]])),
    profile: Object.fromEntries(parts.map((field) => [field, sent[field] || null])),
  }
}

/** A box that is not ticked is not sent. */
export const PrivacyForm = z.object({ isPrivate: z.optional(text) })

export const EmailForm = z.object({ email: trimmed, currentPassword: z.optional(text) })
export const PasswordForm = z.object({ currentPassword: text, password: text })
export const CodeForm = z.object({ code: text })
export const EmptyForm = z.object({})
export const SessionForm = z.object({ id: text })
export const ApplicationForm = z.object({ clientId: text })
export const DeletionForm = z.object({ username: trimmed, currentPassword: text })

export const HistoryQuery = z.object({ before: z.optional(z.string().check(z.maxLength(64))) })
