import { type SQL, sql } from 'drizzle-orm'
import { newToken } from '../crypto/random'
import { hashToken } from '../crypto/token'
import type { Query } from '../storage/database'
import { deleteSessionRecords } from '../storage/session-records'
import type { Account } from './accounts'
import type { Client, Core } from './context'
import { type OpenedSession, prepareSession } from './session-opening'
import { rememberSources, sourcesOf } from './sources'
import { clear, strangersBucket } from './throttle'

/** The end of every way to sign in. Nothing else opens a session. */

/** What a completed sign-in hands to the client. */
export interface SignedIn {
  readonly kind: 'signed_in'
  readonly account: Account
  readonly session: OpenedSession
  /** Names this device to Atrium from now on; the one it had already, if any. */
  readonly deviceToken: string
}

export interface Completion {
  /** Everything that a completed sign-in writes, if `when` holds. */
  statements(when: SQL): readonly Query[]
  readonly readBack: ReturnType<typeof sessionExists>
  /** To be called once the statements are in: tells KV, and gives what the client needs. */
  signedIn(account: Account): SignedIn
}

function sessionExists(core: Core, tokenHash: string) {
  return core.db.all<{ opened: number }>(
    sql`SELECT 1 AS opened FROM sessions WHERE token_hash = ${tokenHash}`,
  )
}

/** What a sign-in changes of what was before it: its device's last session, the history, the strangers' count. */
function correctPast(
  core: Core,
  given: {
    account: Pick<Account, 'number'>
    historyId: string | null
    session: OpenedSession
    client: Client
    isOpen: SQL
  },
): readonly Query[] {
  const { account, historyId, session, client, isOpen } = given
  return [
    client.device === null
      ? core.db.nothing()
      : core.db.run(sql`DELETE FROM sessions WHERE account_number = ${account.number}
          AND device_id = ${client.device.id} AND token_hash <> ${session.tokenHash} AND ${isOpen}`),
    historyId === null
      ? core.db.nothing()
      : core.db.run(sql`UPDATE login_history SET success = 1, reason = NULL
          WHERE id = ${historyId} AND ${isOpen}`),
    core.db.run(sql`UPDATE accounts SET logged_in_at = ${core.now}
      WHERE number = ${account.number} AND ${isOpen}`),
    clear(core, strangersBucket(sql`${String(account.number)}`), isOpen),
  ]
}

/**
 * The end of every way to sign in, once all factors are proven: the session, the device that is
 * known from now on, the history, and the end of the strangers' count.
 */
export async function completeSignIn(
  core: Core,
  given: {
    account: Pick<Account, 'number' | 'epoch'>
    client: Client
    /** The attempt in the history that this completes, if there was one. */
    historyId: string | null
    /** Whether the account is made in the same batch, and has no past that could be corrected. */
    isNew?: boolean
  },
): Promise<Completion> {
  const { account, historyId, isNew = false } = given
  const deviceToken = given.client.deviceToken ?? newToken()
  const client = { ...given.client, deviceToken }
  const [session, sources] = await Promise.all([
    prepareSession(core, account, client),
    sourcesOf(core, client),
  ])
  const formerHash = client.formerToken === null ? null : await hashToken(client.formerToken)
  const isOpen = sql`EXISTS (SELECT 1 FROM sessions WHERE token_hash = ${session.tokenHash})`
  return {
    statements: (when) => [
      session.insert(when),
      formerHash === null
        ? core.db.nothing()
        : core.db.run(sql`DELETE FROM sessions WHERE token_hash = ${formerHash}
            AND granted_to IS NULL AND ${isOpen}`),
      rememberSources(core, account.number, sources, isOpen),
      ...(isNew ? [] : correctPast(core, { account, historyId, session, client, isOpen })),
    ],
    readBack: sessionExists(core, session.tokenHash),
    signedIn: (signedInto) => {
      session.remember()
      if (formerHash !== null) core.defer(deleteSessionRecords(core.kv, [formerHash]))
      return {
        kind: 'signed_in',
        account: { ...signedInto, loggedInAt: core.now },
        session,
        deviceToken,
      }
    },
  }
}
