import { and, eq, gt, isNull, type SQL } from 'drizzle-orm'
import { hashToken } from '../crypto/token'
import { keptQuery, type Query, type Rows, run } from '../storage/database'
import { clients } from '../storage/oauth-schema'
import { accounts, sessions, system } from '../storage/schema'
import type { DeviceInfo, SessionRecord } from '../storage/session-records'
import { sql } from '../storage/sql'
import { type Account, accountColumns } from './accounts'
import type { Core } from './context'
import { fail } from './errors'
import { holds, type Scope, scopesOf, toScopes } from './scopes'

/**
 * Sessions: D1 says at each request whether one still counts, KV remembers what was asked about it. They slide,
 * and they end at a fixed time, at their own end, or all at once when the account's epoch moves.
 */

export type { DeviceInfo, SessionRecord }

/** What a request carries to prove who sends it. */
export interface Credentials {
  /** The session token, or null when there is none or it could never be one. */
  readonly token: string | null
  /** What an application's token is good for; null where it is a person's own, good for everything. */
  readonly scopes: readonly Scope[] | null
}

/** The same, and what the route that it reached asks for. */
export interface Caller extends Credentials {
  /** What the route needs, if anything. A session has every scope of its account. */
  readonly scope: Scope | null
  /** Whether the route is closed to accounts whose address is not confirmed. */
  readonly needsConfirmedEmail: boolean
}

export interface Session {
  readonly tokenHash: string
  readonly id: string
  readonly openedAt: number
  readonly authenticatedAt: number
  readonly expiresAt: number
  /** The application that the person granted it to, if it is not their own. */
  readonly grantedTo: string | null
}

/** Who is calling. Only authenticate() makes one. */
export interface Viewer {
  readonly account: Account
  readonly session: Session
  /** What they may do now. */
  readonly scopes: readonly Scope[]
}

const { accountNumber, systemEpoch, sessionEpoch, ...verdictColumns } = {
  tokenHash: sessions.tokenHash,
  sessionId: sessions.sessionId,
  accountNumber: sessions.accountNumber,
  sessionEpoch: sessions.sessionEpoch,
  systemEpoch: sessions.systemEpoch,
  openedAt: sessions.openedAt,
  authenticatedAt: sessions.authenticatedAt,
  seenAt: sessions.seenAt,
  expiresAt: sessions.expiresAt,
  grantedTo: sessions.grantedTo,
}

/** The one query that decides about a session: its row, its account and the epochs of both and of all. */
const verdictOn = keptQuery((db) =>
  db
    .select({
      session: verdictColumns,
      account: accountColumns,
      grantee: { clientScopes: clients.clientScopes },
    })
    .from(sessions)
    .innerJoin(accounts, and(eq(accounts.number, accountNumber), eq(accounts.epoch, sessionEpoch)))
    .innerJoin(system, and(eq(system.one, 1), eq(system.globalEpoch, systemEpoch)))
    .leftJoin(clients, eq(clients.clientId, sessions.grantedTo))
    .where(
      and(
        eq(sessions.tokenHash, sql.placeholder('tokenHash')),
        gt(sessions.idleExpiresAt, sql.placeholder('now')),
        gt(sessions.expiresAt, sql.placeholder('now')),
        isNull(accounts.disabledAt),
      ),
    ),
)

function verdict({ db, now }: Core, tokenHash: string) {
  return verdictOn(db, { tokenHash, now })
}

/**
 * What a caller may do: a person whatever their account may, an application what its token says and it
 * still has. Null where a token was shown that does not belong to what was found.
 */
function scopesHeld(
  { scopes }: Credentials,
  found: { session: { grantedTo: string | null }; account: Account },
  clientScopes: readonly string[] | null,
): readonly Scope[] | null {
  const isGrant = found.session.grantedTo !== null
  if (isGrant !== (scopes !== null)) return null
  if (scopes === null) return scopesOf(found.account)
  const left = toScopes(clientScopes ?? [])
  return scopes.filter((scope) => holds(left, scope))
}

const tokenHashes = new WeakMap<Pick<Credentials, 'token'>, string>()

/** What is stored of a caller's token, computed once for the verdict and what is read beside it; for nobody, of no text. */
export async function tokenHashOf(caller: Pick<Credentials, 'token'>): Promise<string> {
  const known = tokenHashes.get(caller)
  if (known !== undefined) return known
  const tokenHash = await hashToken(caller.token ?? '')
  tokenHashes.set(caller, tokenHash)
  return tokenHash
}

/** Refuses a caller and reads `queries` in the same round trip as the verdict about them. */
export async function authenticate<const Queries extends readonly Query[]>(
  core: Core,
  caller: Caller,
  ...queries: Queries
): Promise<{ viewer: Viewer; rows: Rows<Queries> }> {
  if (caller.token === null) fail({ code: 'not_authenticated' })
  const tokenHash = await tokenHashOf(caller)
  const [[found], ...rows] = await run(core.db, verdict(core, tokenHash), ...queries)
  if (!found) fail({ code: 'not_authenticated' })
  const { account, session } = found
  const scopes = scopesHeld(caller, found, found.grantee?.clientScopes ?? null)
  if (scopes === null) fail({ code: 'not_authenticated' })
  const { scope } = caller
  if (scope !== null && !holds(scopes, scope)) fail({ code: 'missing_scope', scope })
  if (caller.needsConfirmedEmail && !isConfirmedEnough(core, account)) {
    fail({ code: 'email_not_confirmed' })
  }
  slide(core, session)
  return {
    viewer: { account, session: { ...session, id: session.sessionId }, scopes },
    rows: rows as unknown as Rows<Queries>,
  }
}

/**
 * The number of the caller's account in SQL, for queries that run beside the verdict about them, or
 * where a caller is not needed; NULL for nobody.
 */
export async function ownNumber(caller: Pick<Caller, 'token'>): Promise<SQL> {
  const tokenHash = await tokenHashOf(caller)
  return sql`(SELECT account_number FROM sessions WHERE token_hash = ${tokenHash})`
}

/** The same in a kept query, to which the value of `tokenHash` is given. */
export function keptOwnNumber(): SQL {
  return sql`(SELECT account_number FROM sessions WHERE token_hash = ${sql.placeholder('tokenHash')})`
}

/** Whether the setting lets this account in: an account without an address has nothing to confirm. */
export function isConfirmedEnough(core: Core, account: Account): boolean {
  return (
    !core.settings.requireEmailVerification ||
    account.email === null ||
    account.emailVerifiedAt !== null
  )
}

const slideEveryMs = 5 * 60 * 1000

export type Sliding = Pick<typeof sessions.$inferSelect, 'tokenHash' | 'seenAt'>

/** Moves the idle end, after the response and at most every five minutes. A failure costs nothing. */
export function slide(core: Core, session: Sliding): void {
  if (core.now - session.seenAt < slideEveryMs) return
  const idleEnd = core.now + core.settings.sessionIdleSeconds * 1000
  core.defer(
    run(
      core.db,
      core.db.run(sql`UPDATE sessions SET seen_at = ${core.now}, idle_expires_at = MIN(${idleEnd}, expires_at)
        WHERE token_hash = ${session.tokenHash} AND seen_at < ${core.now}`),
    ),
  )
}

/** Whether the viewer's session still counts at the moment of a change, as a condition in SQL. */
export function isAlive(core: Core, viewer: Viewer): SQL {
  return isHashAlive(core, viewer.session.tokenHash)
}

/** The same by a token, for what is done beside the verdict about its caller. */
export async function isTokenAlive(core: Core, token: string | null): Promise<SQL> {
  return isHashAlive(core, await hashToken(token ?? ''))
}

/** The same by what is stored of a token. */
export function isHashAlive(core: Core, tokenHash: string): SQL {
  return sql`EXISTS (SELECT 1 ${fromLiving(core, tokenHash)})`
}

/** The row of a session that counts, with its account, the `holder`, as what a SELECT is from. */
export function fromLiving({ now }: Core, tokenHash: string): SQL {
  return sql`FROM sessions
    JOIN accounts AS holder ON holder.number = sessions.account_number AND holder.epoch = sessions.session_epoch
    JOIN system ON system.one = 1 AND system.global_epoch = sessions.system_epoch
    WHERE sessions.token_hash = ${tokenHash} AND holder.disabled_at IS NULL
      AND sessions.idle_expires_at > ${now} AND sessions.expires_at > ${now}`
}

/** Whether the person proved who they are within the last minutes that the setting names; no application does. */
export function isRecentlyAuthenticated(core: Core, viewer: Viewer): boolean {
  if (viewer.session.grantedTo !== null) return false
  const ageMs = core.now - viewer.session.authenticatedAt
  return ageMs <= core.settings.recentAuthenticationSeconds * 1000
}

/** Whose session or grant a token is, and what it may do there; null for nobody's. One round trip. */
export async function findHolder(
  core: Core,
  credentials: Credentials,
): Promise<Pick<Viewer, 'account' | 'scopes'> | null> {
  if (credentials.token === null) return null
  const [[found]] = await run(core.db, verdict(core, await hashToken(credentials.token)))
  if (!found) return null
  const scopes = scopesHeld(credentials, found, found.grantee?.clientScopes ?? null)
  return scopes && { account: found.account, scopes }
}
