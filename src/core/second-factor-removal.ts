import type { SQL } from 'drizzle-orm'
import { commit, type Query } from '../storage/database'
import { sql } from '../storage/sql'
import { confirmedAddress } from './accounts'
import type { Core } from './context'
import { fail } from './errors'
import { prepareLetter } from './outbox'
import { requireRecentAuthentication } from './reauthentication'
import { type CodeAttempt, countCodeAttempt, isSwitchingCode } from './second-factor-attempts'
import { type Proof, proveByApp } from './second-factor-proofs'
import { isAlive, type Viewer } from './sessions'

/** Switching a second factor off: by its owner, or because it was never theirs. */

/** What a second factor rests on, deleted; `account` is a number in SQL, NULL for nothing to do. */
function deleteProofs(core: Core, account: SQL): readonly Query[] {
  return [
    core.db.run(sql`DELETE FROM backup_codes WHERE account_number = ${account}`),
    core.db.run(sql`DELETE FROM second_factors WHERE account_number = ${account}`),
  ]
}

/**
 * Voids the second factor and the role of an account, without asking: what somebody had who never proved
 * that the address is theirs is not its owner's. `account` is a number in SQL, NULL for nothing to do.
 */
export function voidUnproven(core: Core, account: SQL): readonly Query[] {
  // Where the first account administers whoever it is, it has not confirmed its address yet either.
  const role = core.settings.firstAccountIsAdmin ? sql`role` : sql`'user'`
  return [
    ...deleteProofs(core, account),
    core.db.run(
      sql`UPDATE accounts SET second_factor = NULL, role = ${role} WHERE number = ${account}`,
    ),
  ]
}

/**
 * Switches the second factor off, by a code of the app or a backup code where an app is on, or by the
 * code of mailSecondFactorCode. All that it rested on is deleted, what was being set up included, and
 * the owner is told.
 *
 * Fails with reauthentication_required (stale), invalid_second_factor for a wrong or used code, also
 * where none is on, since no code is right there, and too_many_attempts when nothing was evaluated. Two
 * round trips.
 */
export async function deactivateSecondFactor(
  core: Core,
  viewer: Viewer,
  code: string,
): Promise<void> {
  await requireRecentAuthentication(core, viewer, null)
  const { number } = viewer.account
  const attempt = await countCodeAttempt(core, viewer, code)
  const { factor } = attempt.stored
  const proof = await prove(core, viewer, code, attempt)
  if (proof === null) fail({ code: 'invalid_second_factor' })
  const letter = await prepareLetter(core, { kind: 'second_factor_off' })
  const mine = sql`(SELECT number FROM accounts WHERE number = ${number} AND changed_by = ${core.requestId})`
  const [outcome] = await commit(
    core.db,
    [
      ...attempt.giveBack(proof.isUnused),
      core.db.run(sql`UPDATE accounts SET second_factor = NULL, updated_at = ${core.now},
          changed_by = ${core.requestId}
        WHERE number = ${number} AND second_factor = ${factor} AND ${proof.isUnused}
          AND ${isAlive(core, viewer)}`),
      ...deleteProofs(core, mine),
      letter.owe(confirmedAddress(mine)),
    ],
    core.db.all<{ isAlive: number; isMine: number; noticeTo: string | null }>(sql`
      SELECT ${isAlive(core, viewer)} AS isAlive, number IS ${mine} AS isMine, ${letter.owed} AS noticeTo
      FROM accounts WHERE number = ${number}`),
    ([row]) => row?.isMine === 1,
  )
  if (!outcome?.isAlive) fail({ code: 'not_authenticated' })
  if (!outcome.isMine) fail({ code: 'invalid_second_factor' })
  letter.sendSoon(outcome.noticeTo)
}

/** What a typed code proves of the factor that is on; null for a wrong one. */
async function prove(
  core: Core,
  viewer: Viewer,
  typed: string,
  { stored }: CodeAttempt,
): Promise<Pick<Proof, 'isUnused'> | null> {
  const { account } = viewer
  if (stored.factor === 'app') return proveByApp(core, account, typed, stored)
  if (stored.factor === null || !(await isSwitchingCode(core, viewer, typed, stored))) return null
  return {
    isUnused: sql`EXISTS (SELECT 1 FROM second_factors
      WHERE account_number = ${account.number} AND code_hash = ${stored.codeHash})`,
  }
}
