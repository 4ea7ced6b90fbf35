import type { SQL } from 'drizzle-orm'
import type { Query } from '../storage/database'
import { sql } from '../storage/sql'
import type { AccountFields } from './account-issues'
import { completenessOf } from './completeness'
import type { Core } from './context'
import { nameKey, usernameKey } from './identifiers'
import { approvePending, oweApproval } from './pending-follows'
import { foreignImages } from './shown-images'
import { prepareTags } from './tags'

/** What a change of a profile does to the rows, whoever makes it: names, parts, tags, and who may follow. */

export interface ProfileChanges
  extends Pick<AccountFields, 'username' | 'firstName' | 'lastName' | 'profile'> {
  /** An account that becomes public says yes to everybody who has asked to follow it. */
  readonly isPrivate?: boolean
  /** All tags, in the person's own order. */
  readonly tags?: readonly string[]
}

export interface PreparedProfileChange {
  /** The account's number in SQL once the change is made, NULL where it is not. */
  readonly mine: SQL
  /** Whether the new name is another's or held back, in SQL. */
  readonly nameTaken: SQL
  /** The fields of new images that are no uploads of the account's, as a SELECT. */
  readonly foreignImages: SQL
  /**
   * Makes the change of the account that `which` fits, a condition that fits no other, and sets `others` with it, as
   * a statement that may return something.
   */
  update(which: SQL, others?: readonly SQL[]): SQL
  /** What follows from it. */
  readonly statements: readonly Query[]
}

/** `number` is the account's in SQL, NULL for nothing to do. */
export function prepareProfileChange(
  core: Core,
  number: SQL,
  changes: ProfileChanges,
): PreparedProfileChange {
  const mine = sql`(SELECT number FROM accounts WHERE number = ${number} AND changed_by = ${core.requestId})`
  const nameTaken = isNameTaken(core, number, changes.username)
  const foreign = foreignImages(changes.profile ?? {}, number)
  const tagging = changes.tags === undefined ? null : prepareTags(core, changes.tags)
  return {
    mine,
    nameTaken,
    foreignImages: foreign,
    update(which, others = []) {
      const sets = [
        sql`updated_at = ${core.now}`,
        sql`changed_by = ${core.requestId}`,
        ...assignments(changes),
        ...others,
      ]
      return sql`UPDATE accounts SET ${sql.join(sets, sql`, `)}
        WHERE ${which} AND NOT ${nameTaken} AND NOT EXISTS (${foreign})`
    },
    statements: [
      ...(changes.isPrivate === false ? [approvePending(core, mine), oweApproval(core, mine)] : []),
      ...(tagging?.statements(mine) ?? []),
    ],
  }
}

/** The columns that change; what is not given keeps its value. */
function assignments({
  username,
  firstName,
  lastName,
  isPrivate,
  tags,
  ...changes
}: ProfileChanges) {
  // A username that somebody sets is made up no longer.
  const chosen = username === undefined ? {} : { isNameMade: null }
  const parts = { ...changes.profile, ...chosen }
  const isPatched = Object.keys(parts).length > 0
  const profile = isPatched ? patchedProfile(parts) : sql`profile`
  const hasTags =
    tags === undefined
      ? sql`EXISTS (SELECT 1 FROM account_tags WHERE account_number = accounts.number)`
      : sql`${tags.length}`
  return [
    ...(username === undefined
      ? []
      : [sql`username = ${username}`, sql`username_key = ${usernameKey(username)}`]),
    ...(firstName === undefined
      ? []
      : [sql`first_name = ${firstName}`, sql`first_name_key = ${nameKey(firstName)}`]),
    ...(lastName === undefined
      ? []
      : [sql`last_name = ${lastName}`, sql`last_name_key = ${nameKey(lastName)}`]),
    ...(isPrivate === undefined ? [] : [sql`is_private = ${isPrivate ? 1 : 0}`]),
    ...(isPatched ? [sql`profile = ${profile}`] : []),
    ...(changes.profile || tags
      ? [sql`profile_completeness = ${completenessOf(profile, hasTags)}`]
      : []),
  ]
}

/** Merged in SQL, so that two updates of different parts both survive. Free data is one part. */
function patchedProfile(profile: NonNullable<ProfileChanges['profile']>): SQL {
  const { customData, meta, ...parts } = profile
  const patched = sql`json_patch(profile, ${JSON.stringify(parts)})`
  return Object.entries({ customData, meta }).reduce((merged, [key, value]) => {
    if (value === undefined) return merged
    const path = `$.${key}`
    if (value === null) return sql`json_remove(${merged}, ${path})`
    return sql`json_set(${merged}, ${path}, json(${JSON.stringify(value)}))`
  }, patched)
}

function isNameTaken(core: Core, number: SQL, username: string | undefined): SQL {
  if (username === undefined) return sql`0`
  const key = usernameKey(username)
  return sql`(EXISTS (SELECT 1 FROM accounts WHERE username_key = ${key} AND number <> ${number})
    OR EXISTS (SELECT 1 FROM held_usernames WHERE username_key = ${key} AND held_until > ${core.now}))`
}
