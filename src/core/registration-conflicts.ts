import type { SQL } from 'drizzle-orm'
import { run } from '../storage/database'
import { accounts, system } from '../storage/schema'
import { sql } from '../storage/sql'
import { type Account, accountColumns } from './accounts'
import type { Core } from './context'
import { fail } from './errors'

/** Why a registration made no account: what stood in its way is asked only where something did. */

interface Conflicts {
  /** The account that was to be made. */
  readonly begun: Pick<Account, 'number' | 'usernameKey' | 'emailKey'>
  /** Whether the name is held back for whoever gave it up, in SQL. */
  readonly isHeld: SQL
  /** Whether an invite code lets the person in, in SQL; null where none is asked for. */
  readonly isAdmitted: SQL | null
  /** Whether whoever makes it may, in SQL. */
  readonly mayAct: SQL
}

/**
 * The account where it is there after all, as after an answer that was lost and a batch sent again. Else fails with
 * not_authenticated, invalid_invite_code, or taken with all fields at once. One round trip.
 */
export async function findMadeBefore(core: Core, conflicts: Conflicts): Promise<Account> {
  const { isHeld, isAdmitted, mayAct } = conflicts
  const { number, usernameKey, emailKey } = conflicts.begun
  const isMine = sql`EXISTS (SELECT 1 FROM accounts WHERE number = ${number})`
  const [found] = await run(
    core.db,
    core.db
      .select({
        account: accountColumns,
        conflict: {
          username: sql<number>`${accounts.usernameKey} IS ${usernameKey}`.as('same_username'),
          email: sql<number>`${accounts.emailKey} IS ${emailKey}`.as('same_email'),
          held: sql<number>`${isHeld}`.as('held_username'),
          admitted: sql<number>`${isAdmitted ?? sql`1`}`.as('admitted'),
          acting: sql<number>`${mayAct}`.as('acting'),
        },
      })
      .from(system)
      .leftJoin(
        accounts,
        sql`${accounts.number} = ${number} OR (NOT ${isMine} AND ${accounts.number} IN (
          SELECT number FROM accounts WHERE username_key = ${usernameKey}
          UNION SELECT number FROM accounts WHERE email_key = ${emailKey}))`,
      ),
  )
  const mine = found.find(({ account }) => account?.number === number)
  return mine?.account ?? refuse(found, emailKey)
}

type Conflict = Record<'username' | 'email' | 'held' | 'admitted' | 'acting', number>

function refuse(
  found: readonly { account: Account | null; conflict: Conflict }[],
  addressKey: string | null,
): never {
  if (found.some(({ conflict }) => conflict.acting === 0)) fail({ code: 'not_authenticated' })
  const others = found.filter(({ account }) => account !== null)
  const isTaken = (field: 'username' | 'email') =>
    others.some(({ conflict }) => conflict[field] === 1)
  const emailTaken = addressKey !== null && isTaken('email')
  const isHeldBack = found.some(({ conflict }) => conflict.held === 1)
  // First, as in requireRegistration(): an account that would give way has taken nothing, and what is
  // taken is nobody's business without an invitation.
  const wasInvited = found.some(({ conflict }) => conflict.admitted === 1)
  if (!wasInvited) fail({ code: 'invalid_invite_code' })
  // A number drawn twice leaves no row: the name is what to change.
  const nameTaken = isTaken('username') || isHeldBack || !emailTaken
  fail({
    code: 'taken',
    fields: [
      ...(nameTaken ? (['username'] as const) : []),
      ...(emailTaken ? (['email'] as const) : []),
    ],
  })
}
