import type { SQL } from 'drizzle-orm'
import { newInviteCode } from '../crypto/random'
import type { Query } from '../storage/database'
import { inviteCodes } from '../storage/graph-schema'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { authenticate, type Caller, isTokenAlive, ownNumber } from './sessions'

/** Invite codes: each account has a few to give away, and each lets one account be made. */

const codesPerAccount = 5

export interface InviteCode {
  readonly code: string
  readonly madeAt: number
  readonly changedAt: number
  /** The id of the account that was made with it; null while it can still be used. */
  readonly inviteeId: string | null
}

/**
 * The caller's own codes, in the order in which they were made. They are made when somebody first
 * asks for them and accounts are by invitation only. One round trip.
 */
export async function listInviteCodes(core: Core, caller: Caller): Promise<InviteCode[]> {
  const own = await ownNumber(caller)
  const fresh = Array.from({ length: codesPerAccount }, newInviteCode)
  const isWanted = core.settings.inviteOnly ? await isTokenAlive(core, caller.token) : sql`0`
  const { rows } = await authenticate(
    core,
    caller,
    core.db.run(sql`INSERT INTO invite_codes (code, inviter_number, slot, made_at, changed_at)
      SELECT fresh.value, ${own}, fresh.key + 1, ${core.now}, ${core.now}
      FROM json_each(${JSON.stringify(fresh)}) AS fresh WHERE ${isWanted} ON CONFLICT DO NOTHING`),
    core.db
      .select({
        code: inviteCodes.code,
        madeAt: inviteCodes.madeAt,
        changedAt: inviteCodes.changedAt,
        inviteeId: inviteCodes.inviteeId,
      })
      .from(inviteCodes)
      .where(sql`${inviteCodes.inviterNumber} = ${own}`)
      .orderBy(inviteCodes.slot),
  )
  return rows[1]
}

/**
 * Whether a code lets somebody in, as a condition in SQL: its giver is not disabled, and it is unused
 * or was used for the account `givesWay`, a number in SQL that may be NULL.
 */
export function isInvited(code: string, givesWay: SQL): SQL {
  return sql`EXISTS (SELECT 1 FROM invite_codes JOIN accounts AS inviter ON inviter.number = inviter_number
    WHERE code = ${code} AND inviter.disabled_at IS NULL AND inviter.number IS NOT ${givesWay} AND (invitee_id IS NULL OR invitee_id =
      (SELECT id FROM accounts WHERE accounts.number = ${givesWay})))`
}

/** Uses a code up for the account with an id, provided that `when` holds. */
export function useInvite(core: Core, code: string, inviteeId: string, when: SQL): Query {
  return core.db.run(sql`UPDATE invite_codes SET invitee_id = ${inviteeId}, changed_at = ${core.now}
    WHERE code = ${code} AND invitee_id IS NULL AND ${when}`)
}

/** Gives the code back by which an account was made; `number` is its number in SQL, NULL for none. */
export function giveInviteBack(core: Core, number: SQL): Query {
  return core.db.run(sql`UPDATE invite_codes SET invitee_id = NULL, changed_at = ${core.now}
    WHERE invitee_id = (SELECT id FROM accounts WHERE accounts.number = ${number})`)
}
