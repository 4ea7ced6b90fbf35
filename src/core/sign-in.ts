import type { SQL } from 'drizzle-orm'
import { newToken } from '../crypto/random'
import { hashToken } from '../crypto/token'
import { commitReturning, type Query } from '../storage/database'
import { sql } from '../storage/sql'
import type { Account } from './accounts'
import type { Client, Core } from './context'
import { endStatements } from './session-endings'
import { type OpenedSession, prepareSession } from './session-opening'
import { clear, strangersBucket } from './throttle'

/** The end of every way to sign in. Nothing else opens a session. */

/** What a completed sign-in hands to the client. */
export interface SignedIn {
  readonly kind: 'signed_in'
  readonly account: Account
  readonly session: OpenedSession
  /** Names this device to Atrium from now on; the one it had already, if any. Null for one that cannot be named. */
  readonly deviceToken: string | null
}

export interface Completion {
  /** Opens the session if `when` holds, and tells by a row that it did. */
  open(when: SQL): Query<{ opened: number }[]>
  /** What else a completed sign-in writes, where the session is open. */
  readonly statements: readonly Query[]
  /** Tells the same as `open`, where nobody knows what became of it. */
  readonly readBack: Query<{ opened: number }[]>
  /** What the client needs, once all of it is in. */
  signedIn(account: Account): SignedIn
}

/** What ends when a session opens: the one that the browser had, and the last one of the same device. */
async function endFormer(
  core: Core,
  given: Pick<Client, 'formerToken' | 'device'> & {
    account: Pick<Account, 'number'>
    tokenHash: string
    isOpen: SQL
  },
): Promise<readonly Query[]> {
  const { account, formerToken, device, tokenHash, isOpen } = given
  const former = [
    ...(formerToken === null
      ? []
      : [sql`token_hash = ${await hashToken(formerToken)} AND granted_to IS NULL`]),
    ...(device === null
      ? []
      : [
          sql`account_number = ${account.number} AND device_id = ${device.id}
          AND token_hash <> ${tokenHash}`,
        ]),
  ]
  if (former.length === 0) return []
  return endStatements(core, sql`(${sql.join(former, sql` OR `)}) AND ${isOpen}`)
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
    /** The entry in the history of the attempt that this completes, if there was one. */
    historyId?: string
    /** Whether the account is made in the same batch, and has no past that could be corrected. */
    isNew?: boolean
  },
): Promise<Completion> {
  const { account, historyId = null, isNew = false } = given
  const fresh = given.client.isNameless ? null : newToken()
  const deviceToken = given.client.deviceToken ?? fresh
  const client = { ...given.client, deviceToken }
  const session = await prepareSession(core, account, client, historyId)
  const { tokenHash } = session
  const isOpen = sql`EXISTS (SELECT 1 FROM sessions WHERE token_hash = ${tokenHash})`
  const { formerToken } = client
  const device = isNew ? null : client.device
  const ending = await endFormer(core, { account, formerToken, device, tokenHash, isOpen })
  return {
    open: session.insert,
    statements: [
      ...ending,
      ...(isNew ? [] : [clear(core, strangersBucket(sql`${String(account.number)}`), isOpen)]),
    ],
    readBack: core.db.all(sql`SELECT 1 AS opened WHERE ${isOpen}`),
    signedIn: (signedInto) => ({
      kind: 'signed_in',
      account: { ...signedInto, loggedInAt: core.now },
      session,
      deviceToken,
    }),
  }
}

/**
 * Signs in where `when` holds, after the statements of `before`, and gives whether it did. One round trip.
 */
export async function commitSignIn(
  core: Core,
  completion: Completion,
  when: SQL,
  before: readonly Query[] = [],
  after: readonly Query[] = [],
): Promise<boolean> {
  const [opened] = await commitReturning(
    core.db,
    { before, claim: completion.open(when), after: [...completion.statements, ...after] },
    [completion.readBack],
    (rows) => rows.length > 0,
  )
  return opened.length > 0
}
