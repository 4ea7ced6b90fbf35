import { commit } from '../storage/database'
import { sql } from '../storage/sql'
import { confirmedAddress, hasConfirmedEmail } from './accounts'
import type { Core } from './context'
import { fail } from './errors'
import { prepareLetter } from './outbox'
import { requireRecentAuthentication } from './reauthentication'
import { endFormerStatement, movedEpoch } from './session-endings'
import { isAlive, type Viewer } from './sessions'

/**
 * The second factor that an account asks for after its password. A mailed code is the weaker kind
 * (NIST SP 800-63B-4 section 3.1.3.1): it never replaces an authenticator app.
 */

interface Outcome {
  readonly isAlive: number
  readonly factor: 'email' | 'app' | null
  readonly noticeTo: string | null
}

/**
 * Switches the mailed second factor on or off. Going on, it ends every other session, as none has
 * proven it. Needs a recent sign-in or the password. Fails with
 * no_confirmed_email where a code could reach nobody; done twice, the second changes nothing. Where an
 * app is on, on changes nothing either, and off fails with second_factor_in_use: that takes its code.
 */
export async function setMailedSecondFactor(
  core: Core,
  viewer: Viewer,
  input: { isOn: boolean; currentPassword: string | null },
): Promise<void> {
  const { account } = viewer
  await requireRecentAuthentication(core, viewer, input.currentPassword)
  if (input.isOn && !hasConfirmedEmail(account)) fail({ code: 'no_confirmed_email' })
  const [from, to] = input.isOn ? [null, 'email'] : ['email', null]
  const letter = await prepareLetter(core, {
    kind: input.isOn ? 'second_factor_on' : 'second_factor_off',
  })
  const mine = sql`(SELECT number FROM accounts WHERE number = ${account.number} AND changed_by = ${core.requestId})`
  const [changed] = await commit(
    core.db,
    [
      core.db.run(sql`UPDATE accounts SET second_factor = ${to}, updated_at = ${core.now}, changed_by = ${core.requestId}
          ${input.isOn ? sql`, ${movedEpoch}` : sql``}
        WHERE number = ${account.number} AND second_factor IS ${from} AND ${isAlive(core, viewer)}
          AND (${to} IS NULL OR email_verified_at IS NOT NULL)`),
      ...(input.isOn ? [endFormerStatement(core, mine, viewer.session.tokenHash)] : []),
      letter.owe(confirmedAddress(mine)),
    ],
    core.db.all<Outcome>(sql`SELECT ${isAlive(core, viewer)} AS isAlive, second_factor AS factor, ${letter.owed} AS noticeTo
      FROM accounts WHERE number = ${account.number}`),
    ([row]) => row?.factor === to,
  )
  // The session ended while the request was under way, so the request never was allowed.
  if (!changed?.isAlive) fail({ code: 'not_authenticated' })
  if (!input.isOn && changed.factor === 'app') fail({ code: 'second_factor_in_use' })
  letter.sendSoon(changed.noticeTo)
}
