import { and, gt, type SQL } from 'drizzle-orm'
import { newTotpSecret, otpauthUrl } from '../crypto/totp'
import { commit, type Query } from '../storage/database'
import { secondFactors } from '../storage/schema'
import { sql } from '../storage/sql'
import { confirmedAddress } from './accounts'
import { prepareBackupCodes } from './backup-codes'
import type { Core } from './context'
import { fail } from './errors'
import { prepareLetter } from './outbox'
import { requireRecentAuthentication } from './reauthentication'
import { countCodeAttempt, isSwitchingCode, type StoredFactor } from './second-factor-attempts'
import {
  type FactorState,
  factorState,
  prepareSwitchingCode,
  requireMailed,
} from './second-factor-codes'
import { openAppSecret, sealAppSecret, stepOf } from './second-factor-proofs'
import { endFormerStatement, movedEpoch } from './session-endings'
import { authenticate, type Caller, isAlive, ownNumber, type Viewer } from './sessions'

/**
 * Setting up a second factor: it is initiated, and counts from when a code of it was given. An
 * authenticator app may take the place of mailed codes; nothing takes the place of an app.
 */

const setUpMs = 15 * 60 * 1000

export type InitiatedFactor =
  | { readonly method: 'email' }
  | { readonly method: 'app'; readonly secret: string; readonly otpauthUrl: string }

/**
 * Begins to set a second factor up: this session has 15 minutes to activate it. Again, it begins anew
 * with another secret or code. A session that was open before does not disturb what another has begun;
 * who has signed in since may.
 *
 * Fails with reauthentication_required (stale), second_factor_in_use while an app is on or another
 * session is at it, and for the mailed method with no_confirmed_email and too_many_attempts. One round
 * trip.
 */
export async function initiateSecondFactor(
  core: Core,
  viewer: Viewer,
  method: 'email' | 'app',
): Promise<InitiatedFactor> {
  await requireRecentAuthentication(core, viewer, null)
  const { number, username } = viewer.account
  const secret = method === 'app' ? newTotpSecret() : null
  const sealed = secret === null ? null : await sealAppSecret(core, number, secret)
  const until = core.now + setUpMs
  const isBegun = sql`EXISTS (SELECT 1 FROM second_factors WHERE account_number = ${number}
    AND pending_method = ${method} AND pending_secret IS ${sealed}
    AND pending_session = ${viewer.session.tokenHash} AND pending_until = ${until})`
  const code = method === 'email' ? await prepareSwitchingCode(core, viewer) : null
  const [state] = await commit(
    core.db,
    [
      core.db.run(sql`INSERT INTO second_factors (account_number, pending_method, pending_secret, pending_session, pending_until)
        SELECT number, ${method}, ${sealed}, ${viewer.session.tokenHash}, ${until} FROM accounts
        WHERE number = ${number} AND second_factor IS NOT 'app' AND ${isAlive(core, viewer)}
          AND (${method} = 'app' OR email_verified_at IS NOT NULL)
        ON CONFLICT (account_number) DO UPDATE SET pending_method = excluded.pending_method,
          pending_secret = excluded.pending_secret, pending_session = excluded.pending_session,
          pending_until = excluded.pending_until
        WHERE pending_session IS NULL OR pending_session = excluded.pending_session
          OR pending_until <= ${core.now}
          OR pending_until - ${setUpMs} <= ${viewer.session.authenticatedAt}`),
      ...(code?.statements(isBegun) ?? []),
    ],
    core.db.all<FactorState & { isBegun: number }>(
      sql`SELECT state.*, ${isBegun} AS isBegun FROM (${factorState(core, viewer, code)}) AS state`,
    ),
    ([row]) => row?.isBegun === 1,
  )
  if (!state?.isBegun) {
    if (!state?.isAlive) fail({ code: 'not_authenticated' })
    const isUnconfirmed = method === 'email' && state.emailVerifiedAt === null
    if (state.factor !== 'app' && isUnconfirmed) fail({ code: 'no_confirmed_email' })
    fail({ code: 'second_factor_in_use' })
  }
  if (secret === null) {
    requireMailed(core, state)
    code?.sendSoon()
    return { method: 'email' }
  }
  return appToShow(core, username, secret)
}

function appToShow(core: Core, username: string, secret: string): InitiatedFactor {
  const label = { issuer: core.settings.appName, account: username, secret }
  return { method: 'app', secret, otpauthUrl: otpauthUrl(label) }
}

/** What the caller's session has initiated and not yet activated, to be shown again. One round trip. */
export async function findInitiatedFactor(
  core: Core,
  caller: Caller,
): Promise<{ viewer: Viewer; initiated: InitiatedFactor | null }> {
  const own = await ownNumber(caller)
  const { viewer, rows } = await authenticate(
    core,
    caller,
    core.db
      .select({
        method: secondFactors.pendingMethod,
        sealed: secondFactors.pendingSecret,
        session: secondFactors.pendingSession,
      })
      .from(secondFactors)
      .where(
        and(sql`${secondFactors.accountNumber} = ${own}`, gt(secondFactors.pendingUntil, core.now)),
      ),
  )
  const [pending] = rows[0]
  const { account, session } = viewer
  if (pending?.session !== session.tokenHash) return { viewer, initiated: null }
  if (pending.method === 'email') return { viewer, initiated: { method: 'email' } }
  const secret =
    pending.sealed === null ? null : await openAppSecret(core, account.number, pending.sealed)
  return { viewer, initiated: secret === null ? null : appToShow(core, account.username, secret) }
}

/**
 * Activates what this session has initiated, by a code of it, and tells the owner. Every other
 * session ends, as it never proved the factor, and so do sign-ins that are pending. An app comes with ten backup
 * codes, which are handed out this once and replace older ones; the mailed method has none.
 *
 * Fails with invalid_second_factor for a wrong code, nothing initiated here or what was activated
 * meanwhile, and with too_many_attempts when nothing was evaluated. Two round trips.
 */
export async function activateSecondFactor(
  core: Core,
  viewer: Viewer,
  code: string,
): Promise<{ backupCodes: readonly string[] }> {
  const { number } = viewer.account
  const attempt = await countCodeAttempt(core, viewer, code)
  const activation = await prepareActivation(core, viewer, code, attempt.stored)
  if (activation === null) fail({ code: 'invalid_second_factor' })
  const { method, isPending } = activation
  const letter = await prepareLetter(core, { kind: 'second_factor_on' })
  const backup = method === 'app' ? await prepareBackupCodes(core) : null
  const mine = sql`(SELECT number FROM accounts WHERE number = ${number} AND changed_by = ${core.requestId})`
  const [activated] = await commit(
    core.db,
    [
      ...attempt.giveBack(isPending),
      core.db.run(sql`UPDATE accounts SET second_factor = ${method}, updated_at = ${core.now},
          changed_by = ${core.requestId}, ${movedEpoch}
        WHERE number = ${number} AND second_factor IS NOT 'app' AND ${isPending}
          AND ${isAlive(core, viewer)} AND (${method} = 'app' OR email_verified_at IS NOT NULL)`),
      // Whoever came in by the password alone has not proven the factor: only this session stays.
      endFormerStatement(core, mine, viewer.session.tokenHash),
      ...(backup?.statements(mine) ?? []),
      letter.owe(confirmedAddress(mine)),
      activation.settle(mine),
    ],
    core.db.all<{ noticeTo: string | null }>(
      sql`SELECT ${letter.owed} AS noticeTo FROM accounts WHERE number = ${mine}`,
    ),
    (rows) => rows.length > 0,
  )
  if (!activated) fail({ code: 'invalid_second_factor' })
  letter.sendSoon(activated.noticeTo)
  return { backupCodes: backup?.codes ?? [] }
}

interface Activation {
  readonly method: 'email' | 'app'
  /** Whether what the code was compared with is still what waits, in SQL. */
  readonly isPending: SQL
  /** Ends the setting up, and keeps what the factor rests on; `account` is a number in SQL. */
  settle(account: SQL): Query
}

/** What a typed code activates; null for a wrong one, and for what another session has initiated. */
async function prepareActivation(
  core: Core,
  viewer: Viewer,
  typed: string,
  stored: StoredFactor,
): Promise<Activation | null> {
  const { number } = viewer.account
  const { pendingMethod: method, pendingSecret: sealed } = stored
  const isHere = stored.pendingSession === viewer.session.tokenHash
  if (method === null || !isHere || (stored.pendingUntil ?? 0) <= core.now) return null
  const isMine = sql`SELECT 1 FROM second_factors WHERE account_number = ${number}
    AND pending_method = ${method} AND pending_session = ${viewer.session.tokenHash}`
  const cleared = sql`pending_method = NULL, pending_secret = NULL, pending_session = NULL,
    pending_until = NULL, code_hash = NULL, code_expires_at = NULL`
  if (method === 'email') {
    if (!(await isSwitchingCode(core, viewer, typed, stored))) return null
    return {
      method,
      isPending: sql`EXISTS (${isMine} AND code_hash = ${stored.codeHash})`,
      settle: (account) =>
        core.db.run(sql`UPDATE second_factors SET ${cleared} WHERE account_number = ${account}`),
    }
  }
  if (sealed === null) return null
  const found = await stepOf(core, number, { sealed, typed, afterStep: 0 })
  if (found === null) return null
  return {
    method,
    isPending: sql`EXISTS (${isMine} AND pending_secret = ${sealed})`,
    settle: (account) =>
      core.db.run(sql`UPDATE second_factors SET app_secret = pending_secret, last_step = ${found.step}, ${cleared}
        WHERE account_number = ${account} AND pending_secret = ${sealed}`),
  }
}
