import { firstCompleteness } from '../../src/core/completeness'
import {
  emailIssue,
  emailKey,
  nameIssue,
  nameKey,
  usernameIssue,
  usernameKey,
} from '../../src/core/identifiers'
import { madeUpNames } from '../../src/core/made-up-names'
import { type Profile, profileIssues } from '../../src/core/profiles'
import { toBase64Url, toUtf8 } from '../../src/crypto/encoding'
import { newAccountNumber, newId } from '../../src/crypto/random'
import { type PasswordProblem, passwordProblem } from './passwords'
import type { Newcomer } from './sources'

/** Makes accounts of newcomers, by the rules that hold for everybody else's. */

export interface Terms {
  /** The name of the system they come from: its ids are its own. */
  readonly origin: string
  readonly withAdmins: boolean
  /** Whether to take people whose password cannot be taken over: they get one by a reset. */
  readonly withoutPassword: boolean
  readonly now: number
}

/** A row of `accounts`, by the names of its columns, with what it is told by. */
export interface NewAccount {
  readonly origin: string
  readonly columns: {
    readonly number: number
    readonly id: string
    readonly username: string
    readonly username_key: string
    readonly email: string | null
    readonly email_key: string | null
    readonly email_verified_at: number | null
    readonly password_hash: string | null
    readonly account_key_hash: string | null
    readonly role: 'user' | 'admin'
    readonly second_factor: 'email' | null
    readonly disabled_at: number | null
    readonly first_name: string
    readonly first_name_key: string
    readonly last_name: string
    readonly last_name_key: string
    readonly is_private: 0 | 1
    readonly profile: string
    readonly profile_completeness: number
    readonly created_at: number
    readonly updated_at: number
  }
  /** What is not as it was. */
  readonly notes: readonly string[]
}

export type Reason =
  | 'id_missing'
  | 'deleted'
  | 'anonymous'
  | 'username_missing'
  | 'username_format'
  | 'username_reserved'
  | 'email_format'
  | 'password_missing'
  | PasswordProblem
  | 'second_factor_without_address'

export type Prepared =
  | { readonly account: NewAccount; readonly reason?: never }
  | { readonly account?: never; readonly reason: Reason }

/** What a person is remembered by: nobody can be found by it who does not know their old id. */
async function digestOf(origin: string, oldId: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', toUtf8(`${origin}\n${oldId}`))
  return toBase64Url(new Uint8Array(digest))
}

function whyNot(
  person: Newcomer,
  { username, email }: { username: string | null; email: string | null },
  terms: Terms,
): Reason | null {
  if (person.oldId === null) return 'id_missing'
  if (person.isGone) return person.isGone
  // Without an address there is nothing else to sign in with.
  if (username === null && email === null) return 'username_missing'
  const issue = username === null ? null : usernameIssue(username)
  if (issue) return issue.rule === 'reserved' ? 'username_reserved' : 'username_format'
  if (email !== null && emailIssue(email)) return 'email_format'
  // Dropping it would leave a door open that its owner had locked.
  if (person.hasSecondFactor && !(email !== null && person.isEmailConfirmed)) {
    return 'second_factor_without_address'
  }
  const problem = person.password === null ? 'password_missing' : passwordProblem(person.password)
  return terms.withoutPassword && email !== null ? null : problem
}

/** The account that a newcomer gets, or why they get none. */
export async function prepareAccount(person: Newcomer, terms: Terms): Promise<Prepared> {
  const { now } = terms
  const given = {
    username: person.username?.trim() ?? null,
    email: person.email?.trim() ?? null,
  }
  const reason = whyNot(person, given, terms)
  if (reason) return { reason }

  const firstName = nameIssue('firstName', person.firstName) ? '' : person.firstName
  const lastName = nameIssue('lastName', person.lastName) ? '' : person.lastName
  const username = given.username ?? madeUpNames(firstName, lastName)[0] ?? ''
  const unfit = new Set(profileIssues(person.profile).map(({ field }) => field))
  const kept = Object.entries(person.profile).filter(([part]) => !unfit.has(part))
  const profile: Profile = {
    ...Object.fromEntries(kept),
    ...(given.username === null ? { isNameMade: true } : {}),
  }
  const password =
    person.password !== null && passwordProblem(person.password) === null ? person.password : null
  const accountKey =
    person.accountKey !== null && passwordProblem(person.accountKey) === null
      ? person.accountKey
      : null
  const leftOut = [
    ...(firstName === person.firstName ? [] : ['firstName']),
    ...(lastName === person.lastName ? [] : ['lastName']),
    ...(accountKey === person.accountKey ? [] : ['accountKey']),
    ...(password === person.password ? [] : ['password']),
    ...unfit,
  ]
  const isPast = person.createdAt !== null && person.createdAt > 0 && person.createdAt <= now
  const createdAt = isPast ? Math.floor(person.createdAt ?? now) : now
  return {
    account: {
      origin: await digestOf(terms.origin, person.oldId ?? ''),
      columns: {
        number: newAccountNumber(),
        id: newId(createdAt),
        username,
        username_key: usernameKey(username),
        email: given.email,
        email_key: given.email === null ? null : emailKey(given.email),
        email_verified_at: given.email !== null && person.isEmailConfirmed ? now : null,
        password_hash: password,
        account_key_hash: accountKey,
        role: terms.withAdmins && person.isAdmin ? 'admin' : 'user',
        second_factor: person.hasSecondFactor ? 'email' : null,
        disabled_at: person.isDisabled ? now : null,
        first_name: firstName,
        first_name_key: nameKey(firstName),
        last_name: lastName,
        last_name_key: nameKey(lastName),
        is_private: person.isPrivate ? 1 : 0,
        profile: JSON.stringify(profile),
        profile_completeness: firstCompleteness(profile),
        created_at: createdAt,
        updated_at: now,
      },
      notes: [
        ...(given.username === null ? ['username made up'] : []),
        ...(password === null ? ['no password: to be chosen by a reset'] : []),
        ...(given.email !== null && !person.isEmailConfirmed ? ['address not confirmed'] : []),
        ...(person.hasSecondFactor ? ['second factor is by mail now'] : []),
        ...(person.isAdmin && !terms.withAdmins ? ['was an administrator'] : []),
        ...(person.isDisabled ? ['disabled'] : []),
        ...(leftOut.length > 0 ? [`left out: ${leftOut.join(', ')}`] : []),
      ],
    },
  }
}

/** The same account under another made-up name, where the one before was taken. */
export function renamed(account: NewAccount): NewAccount {
  const { first_name, last_name } = account.columns
  const username = madeUpNames(first_name, last_name)[0] ?? ''
  const columns = { ...account.columns, username, username_key: usernameKey(username) }
  return { ...account, columns }
}

export function isNameMade({ columns }: NewAccount): boolean {
  return (JSON.parse(columns.profile) as Profile).isNameMade === true
}
