import type { Core } from './context'
import type { Issue } from './errors'
import { emailIssue, nameIssue, usernameIssue } from './identifiers'
import { type OwnWords, passwordIssue } from './passwords'
import { type Profile, profileIssues } from './profiles'

/** What the core refuses of an account's fields, whoever sets them and wherever. */

export interface AccountFields {
  readonly username?: string
  readonly email?: string | null
  readonly password?: string
  readonly firstName?: string
  readonly lastName?: string
  /** Where it is merged into another, a null takes a part away. */
  readonly profile?: { readonly [F in keyof Profile]?: Profile[F] | null }
}

/** All fields that break a rule, of those that are given; `own` is what the password must not be. */
export function accountIssues(core: Core, fields: AccountFields, own: OwnWords = fields): Issue[] {
  const { username, email, password, firstName, lastName, profile } = fields
  return [
    username === undefined ? null : usernameIssue(username),
    email === undefined || email === null ? null : emailIssue(email),
    password === undefined ? null : passwordIssue(core.settings, password, own),
    firstName === undefined ? null : nameIssue('firstName', firstName),
    lastName === undefined ? null : nameIssue('lastName', lastName),
    ...profileIssues(profile ?? {}),
  ].filter((issue) => issue !== null)
}
