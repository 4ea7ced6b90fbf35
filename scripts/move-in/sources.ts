import type { Profile } from '../../src/storage/profile'
import { isObject, isSetAt, pick, textAt, timeAt, timeOfId } from './fields'
import { toStoredForm } from './passwords'
import type { Row } from './rows'

/** Where people come from: how each system writes down what we need of them. */

export interface Newcomer {
  readonly oldId: string | null
  readonly username: string | null
  readonly email: string | null
  /** Whether the other system had it confirmed. */
  readonly isEmailConfirmed: boolean
  /** As it is stored here until the first sign-in; null for somebody who had none. */
  readonly password: string | null
  readonly accountKey: string | null
  readonly firstName: string
  readonly lastName: string
  readonly createdAt: number | null
  readonly isAdmin: boolean
  readonly isDisabled: boolean
  readonly isPrivate: boolean
  readonly hasSecondFactor: boolean
  readonly profile: Profile
  /** Why it is nobody to take; null for everybody else. */
  readonly isGone: 'deleted' | 'anonymous' | null
}

export const sourceNames = [
  'wekan',
  'liquid',
  'chatserver',
  'better-auth',
  'supabase',
  'csv',
] as const
export type SourceName = (typeof sourceNames)[number]

function newcomer(given: Partial<Newcomer> & Pick<Newcomer, 'oldId'>): Newcomer {
  return {
    username: null,
    email: null,
    isEmailConfirmed: false,
    password: null,
    accountKey: null,
    firstName: '',
    lastName: '',
    createdAt: null,
    isAdmin: false,
    isDisabled: false,
    isPrivate: false,
    hasSecondFactor: false,
    profile: {},
    isGone: null,
    ...given,
  }
}

/** Cut as everywhere: the first word, and the others. */
function splitName(name: string | null): { firstName: string; lastName: string } {
  const [firstName = '', ...others] = (name ?? '').trim().split(/\s+/)
  return { firstName, lastName: others.join(' ') }
}

function passwordAt(row: Row, ...paths: readonly string[]): string | null {
  const stored = textAt(row, ...paths)
  return stored === null ? null : toStoredForm(stored)
}

/** The profile's texts by the names of the other system's fields; what is absent is left out. */
function profileOf(row: Row, fields: { readonly [F in keyof Profile]?: string }): Profile {
  const found = Object.entries(fields).map(([part, path]) => [part, textAt(row, path)] as const)
  return Object.fromEntries(found.filter(([, text]) => text !== null))
}

const readers: { readonly [S in SourceName]: (row: Row, now: number) => Newcomer } = {
  /** The collection `users` of Meteor, whose passwords are bcrypt of a SHA-256. */
  wekan(row) {
    const listed = pick(row, 'emails')
    const emails = Array.isArray(listed)
      ? listed.filter(isObject)
      : [{ address: pick(row, 'emails.0.address'), verified: pick(row, 'emails.0.verified') }]
    const email = emails.find((one) => isSetAt(one, 'verified')) ?? emails[0] ?? {}
    const bcrypt = textAt(row, 'services.password.bcrypt')
    return newcomer({
      oldId: textAt(row, '_id'),
      username: textAt(row, 'username'),
      email: textAt(email, 'address'),
      isEmailConfirmed: isSetAt(email, 'verified'),
      password: bcrypt === null ? textAt(row, 'services.password.argon2') : `$meteor${bcrypt}`,
      ...splitName(textAt(row, 'profile.fullname')),
      createdAt: timeAt(row, 'createdAt'),
      isAdmin: isSetAt(row, 'isAdmin'),
      isDisabled: isSetAt(row, 'loginDisabled'),
      hasSecondFactor: textAt(row, 'services.twoFactorAuthentication.type') !== null,
    })
  },

  /** The collection `users`. */
  liquid(row) {
    const oldId = textAt(row, '_id')
    const data = pick(row, 'customData')
    return newcomer({
      oldId,
      username: textAt(row, 'username'),
      email: textAt(row, 'email'),
      isEmailConfirmed: isSetAt(row, 'emailVerified'),
      password: passwordAt(row, 'password'),
      firstName: textAt(row, 'firstName') ?? '',
      lastName: textAt(row, 'lastName') ?? '',
      createdAt: timeAt(row, 'createdAt') ?? timeOfId(oldId),
      isAdmin: /^(super_?)?admin$/i.test(textAt(row, 'role') ?? ''),
      isDisabled: isSetAt(row, 'isBanned') || String(pick(row, 'isActive')) === 'false',
      isPrivate: isSetAt(row, 'isPrivate'),
      hasSecondFactor: isSetAt(row, '2faEnabled'),
      profile: {
        ...profileOf(row, {
          middleName: 'middleName',
          gender: 'gender',
          bio: 'bio',
          designation: 'designation',
          pronouns: 'pronouns',
          customLink: 'customLink',
          organization: 'organization',
          country: 'country',
          preferredLanguage: 'preferredLanguage',
          phone: 'phone',
          phoneCountryCode: 'phoneCountryCode',
        }),
        ...customData(data),
      },
      isGone: isSetAt(row, 'isDeleted', 'deleted') ? 'deleted' : null,
    })
  },

  /** The table `users`. It knows no addresses. */
  chatserver(row) {
    return newcomer({
      oldId: textAt(row, 'id'),
      username: textAt(row, 'username'),
      password: passwordAt(row, 'password_hash'),
      accountKey: passwordAt(row, 'account_key_hash', 'account_key'),
      ...splitName(textAt(row, 'name')),
      createdAt: timeAt(row, 'created_at'),
      profile: profileOf(row, { about: 'about' }),
    })
  },

  /** The table `user`, with the `password` of the account whose provider is "credential". */
  'better-auth'(row) {
    return newcomer({
      oldId: textAt(row, 'id'),
      username: textAt(row, 'displayUsername', 'display_username', 'username'),
      email: textAt(row, 'email'),
      isEmailConfirmed: isSetAt(row, 'emailVerified', 'email_verified'),
      password: passwordAt(row, 'password'),
      ...splitName(textAt(row, 'name')),
      createdAt: timeAt(row, 'createdAt', 'created_at'),
      isAdmin: (textAt(row, 'role') ?? '').split(',').includes('admin'),
      isDisabled: isSetAt(row, 'banned'),
      hasSecondFactor: isSetAt(row, 'twoFactorEnabled', 'two_factor_enabled'),
      isGone: isSetAt(row, 'isAnonymous', 'is_anonymous') ? 'anonymous' : null,
    })
  },

  /** The table `auth.users`; what people call themselves in its metadata is no username. */
  supabase(row, now) {
    const meta = 'raw_user_meta_data'
    const [first, last] = [textAt(row, `${meta}.first_name`), textAt(row, `${meta}.last_name`)]
    const isSplit = first !== null || last !== null
    const isDeleted = timeAt(row, 'deleted_at') !== null
    return newcomer({
      oldId: textAt(row, 'id'),
      email: textAt(row, 'email'),
      isEmailConfirmed: timeAt(row, 'email_confirmed_at', 'confirmed_at') !== null,
      password: passwordAt(row, 'encrypted_password'),
      ...(isSplit
        ? { firstName: first ?? '', lastName: last ?? '' }
        : splitName(textAt(row, `${meta}.full_name`, `${meta}.name`))),
      createdAt: timeAt(row, 'created_at'),
      isAdmin: isSetAt(row, 'is_super_admin'),
      isDisabled: (timeAt(row, 'banned_until') ?? 0) > now,
      hasSecondFactor: isSetAt(row, 'has_second_factor'),
      isGone: isDeleted ? 'deleted' : isSetAt(row, 'is_anonymous') ? 'anonymous' : null,
    })
  },

  /** Columns of our own naming, for whatever else there is. */
  csv(row) {
    const name = textAt(row, 'name')
    return newcomer({
      oldId: textAt(row, 'id', 'username', 'email'),
      username: textAt(row, 'username'),
      email: textAt(row, 'email'),
      isEmailConfirmed: isSetAt(row, 'email_verified'),
      password: passwordAt(row, 'password_hash'),
      ...(name === null
        ? { firstName: textAt(row, 'first_name') ?? '', lastName: textAt(row, 'last_name') ?? '' }
        : splitName(name)),
      createdAt: timeAt(row, 'created_at'),
      isAdmin: isSetAt(row, 'is_admin'),
      isDisabled: isSetAt(row, 'is_disabled'),
      hasSecondFactor: isSetAt(row, 'has_second_factor'),
      profile: profileOf(row, { bio: 'bio' }),
    })
  },
}

/** Liquid keeps it as a text. */
function customData(value: unknown): Profile {
  try {
    const data: unknown = typeof value === 'string' ? JSON.parse(value) : value
    const isUsable = typeof data === 'object' && data !== null && !Array.isArray(data)
    return isUsable && Object.keys(data).length > 0
      ? { customData: data as { [key: string]: unknown } }
      : {}
  } catch {
    return {}
  }
}

/** `now` is for bans that end. */
export function readNewcomer(source: SourceName, row: Row, now: number): Newcomer {
  return readers[source](row, now)
}
