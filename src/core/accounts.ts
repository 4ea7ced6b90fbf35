import { getTableColumns, type SQL } from 'drizzle-orm'
import { accounts } from '../storage/schema'
import { sql } from '../storage/sql'

/** What the core says of an account. Hashes, keys and claims stay where the rows are. */

const {
  passwordHash,
  accountKeyHash,
  firstNameKey,
  lastNameKey,
  referralCode,
  changedBy,
  ...shown
} = getTableColumns(accounts)

/** The columns to select for an Account. */
export const accountColumns = shown

export type Account = Omit<
  typeof accounts.$inferSelect,
  'passwordHash' | 'accountKeyHash' | 'firstNameKey' | 'lastNameKey' | 'referralCode' | 'changedBy'
>

/** Whether the account's address is proven to be its own; an account without one has nothing to prove. */
export function hasConfirmedEmail(account: Pick<Account, 'email' | 'emailVerifiedAt'>): boolean {
  return account.email !== null && account.emailVerifiedAt !== null
}

/** The same as a column of an account's row: NULL where there is none. */
export const confirmedEmail = sql`CASE WHEN email_verified_at IS NOT NULL THEN email END`

/** The same as a SELECT that letters are owed by; `account` is the account's number in SQL. */
export function confirmedAddress(account: SQL): SQL {
  return sql`SELECT ${confirmedEmail} AS address FROM accounts WHERE number = ${account}`
}
