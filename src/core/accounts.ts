import { getTableColumns } from 'drizzle-orm'
import { accounts } from '../storage/schema'

/** What the core says of an account. Hashes and claims stay where the rows are. */

const { passwordHash, accountKeyHash, changedBy, ...shown } = getTableColumns(accounts)

/** The columns to select for an Account. */
export const accountColumns = shown

export type Account = Omit<
  typeof accounts.$inferSelect,
  'passwordHash' | 'accountKeyHash' | 'changedBy'
>

/** Whether the account's address is proven to be its own; an account without one has nothing to prove. */
export function hasConfirmedEmail(account: Pick<Account, 'email' | 'emailVerifiedAt'>): boolean {
  return account.email !== null && account.emailVerifiedAt !== null
}
