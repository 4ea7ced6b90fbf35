import type { SQL } from 'drizzle-orm'
import { keptQuery } from '../storage/database'
import { accounts } from '../storage/schema'
import { sql } from '../storage/sql'
import { accountColumns } from './accounts'
import type { Core } from './context'
import { emailKey, isEmail, isUsername, usernameKey } from './identifiers'
import { pendingChallenge } from './sign-in-codes'
import { keptKnownSource, knownSince, type Sources } from './sources'

/** What people type to sign in as somebody, and how that account is found. */

export type LoginName = { readonly username: string } | { readonly email: string }

const numberBy = {
  username: (key: unknown) => sql`(SELECT number FROM accounts WHERE username_key = ${key})`,
  email: (key: unknown) => sql`(SELECT number FROM accounts WHERE email_key = ${key})`,
}

/** The account of a number in SQL, and what decides how a sign-in to it goes on. */
function keptAccount(number: SQL) {
  const pending = pendingChallenge(number, sql.placeholder('address'), sql.placeholder('now'))
  return keptQuery((db) =>
    db
      .select({
        account: accountColumns,
        secret: { passwordHash: accounts.passwordHash },
        source: { known: sql<string | null>`${keptKnownSource(number)}`.as('known_source') },
        pending: { tokenHash: sql<string | null>`${pending}`.as('pending_challenge') },
      })
      .from(accounts)
      .where(sql`${accounts.number} = ${number}`),
  )
}

const accountBy = {
  username: keptAccount(numberBy.username(sql.placeholder('key'))),
  email: keptAccount(numberBy.email(sql.placeholder('key'))),
}

/** `number` is the account's in SQL, NULL where there is none; `find` reads it for a sign-in from `sources`. */
export function named(name: LoginName) {
  const by = 'username' in name ? 'username' : 'email'
  const typed = 'username' in name ? usernameKey(name.username) : emailKey(name.email)
  const couldExist = 'username' in name ? isUsername(name.username) : isEmail(name.email)
  const key = couldExist ? typed : null
  return {
    typed,
    number: numberBy[by](key),
    find: (core: Core, { address, device }: Sources) =>
      accountBy[by](core.db, { key, address, device, since: knownSince(core), now: core.now }),
  }
}
