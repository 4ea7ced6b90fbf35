import type { SQL } from 'drizzle-orm'
import { newToken } from '../crypto/random'
import { hashToken } from '../crypto/token'
import type { Query } from '../storage/database'
import type { SessionRecord } from '../storage/session-records'
import { sql } from '../storage/sql'
import type { Client, Core } from './context'
import { newlyKnown, type Sources, sourcesOf } from './sources'

/** How sessions come into the world: a person's own, and those that they grant to applications. */

interface NewSession {
  readonly tokenHash: string
  readonly id: string
  readonly authenticatedAt: number
  readonly idleExpiresAt: number
  readonly expiresAt: number
  readonly record: SessionRecord
  readonly signIn: SignIn | null
  readonly grant: Grant | null
}

/** What is kept of the sign-in that opens a person's own session: where from, and the entry of its attempt, if any. */
interface SignIn {
  readonly sources: Sources
  readonly historyId: string | null
}

/** What a person grants to an application. */
export interface Grant {
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
}

/**
 * Opens a session of an account in one of its epochs, provided that it is still there and `when` holds, and tells by
 * a row that it is open. By triggers, what it makes known and its entry in the history go with it (migrations/0019),
 * and when the person signed in last (migrations/0018).
 */
function insertSession(
  core: Core,
  account: { number: number; epoch: number },
  given: NewSession,
  when: SQL,
): Query<{ opened: number }[]> {
  const { record, signIn, grant } = given
  const known = newlyKnown(core, signIn?.sources ?? null)
  const json = (list: readonly string[] | undefined) => (list ? JSON.stringify(list) : null)
  // The token is this request's own: where the row is there, the same batch has been sent before.
  return core.db.all(sql`INSERT INTO sessions_to_open (token_hash, session_id, account_number, session_epoch,
      system_epoch, opened_at, authenticated_at, idle_expires_at, expires_at, device, device_id,
      granted_to, granted_scopes, granted_resources, sources, known_again_until, history_id)
    SELECT ${given.tokenHash}, ${given.id}, accounts.number, accounts.epoch,
      system.global_epoch, ${core.now}, ${given.authenticatedAt}, ${given.idleExpiresAt}, ${given.expiresAt},
      ${JSON.stringify(record)}, ${record.device?.id ?? null},
      ${grant?.clientId ?? null}, ${json(grant?.scopes)}, ${json(grant?.resources)},
      ${known.sources}, ${known.againUntil}, ${signIn?.historyId ?? null}
    FROM accounts JOIN system ON system.one = 1
    WHERE accounts.number = ${account.number} AND accounts.epoch = ${account.epoch}
      AND accounts.disabled_at IS NULL AND ${when}
    RETURNING 1 AS opened`)
}

function newEnds({ now, settings }: Core): { idleExpiresAt: number; expiresAt: number } {
  const expiresAt = now + settings.sessionMaxSeconds * 1000
  return {
    expiresAt,
    idleExpiresAt: Math.min(now + settings.sessionIdleSeconds * 1000, expiresAt),
  }
}

export interface OpenedSession {
  /** The secret, handed to the client once and stored nowhere. */
  readonly token: string
  readonly tokenHash: string
  readonly id: string
  readonly expiresAt: number
  /** What it is, as the lists of sessions tell. */
  readonly record: SessionRecord
  /** Opens it, provided that the account is as it was when the proof was checked and `when` holds: a row says that it is. */
  insert(when: SQL): Query<{ opened: number }[]>
}

/**
 * Prepares a session of an account in one of its epochs. The only way to one: whoever calls it has seen
 * every factor that the account asks for. `historyId` is the attempt's entry in the history, if it has one.
 */
export async function prepareSession(
  core: Core,
  account: { number: number; epoch: number },
  client: Client,
  historyId: string | null,
): Promise<OpenedSession> {
  const token = newToken()
  const [tokenHash, sources] = await Promise.all([hashToken(token), sourcesOf(core, client)])
  const id = crypto.randomUUID()
  const ends = newEnds(core)
  const record: SessionRecord = {
    dialect: client.dialect,
    ipAddress: client.address,
    userAgent: client.userAgent,
    device: client.device,
    expiresAt: ends.expiresAt,
  }
  const signIn = { sources, historyId }
  const opened = { tokenHash, id, authenticatedAt: core.now, ...ends, record, signIn, grant: null }
  return {
    token,
    tokenHash,
    id,
    expiresAt: ends.expiresAt,
    record,
    insert: (when) => insertSession(core, account, opened, when),
  }
}

/**
 * Under what a grant is found where a session is found by its token. No token looks like it, and it
 * counts together with a signed one alone.
 */
export function grantToken(grantId: string): string {
  return `grant:${grantId}`
}

export interface OpenedGrant {
  readonly id: string
  readonly tokenHash: string
  readonly expiresAt: number
  insert(when: SQL): Query
}

/** Prepares what an application gets of an account. `authenticatedAt` is when the person proved who they are. */
export async function prepareGrant(
  core: Core,
  account: { number: number; epoch: number },
  grant: Grant & { readonly authenticatedAt: number },
): Promise<OpenedGrant> {
  const id = crypto.randomUUID()
  const tokenHash = await hashToken(grantToken(id))
  const ends = newEnds(core)
  const record: SessionRecord = {
    dialect: 'oauth',
    ipAddress: null,
    userAgent: null,
    device: null,
    expiresAt: ends.expiresAt,
  }
  const { authenticatedAt } = grant
  const opened = { tokenHash, id, authenticatedAt, ...ends, record, signIn: null, grant }
  return {
    id,
    tokenHash,
    expiresAt: ends.expiresAt,
    insert: (when) => insertSession(core, account, opened, when),
  }
}
