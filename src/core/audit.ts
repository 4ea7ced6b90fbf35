import type { SQL } from 'drizzle-orm'
import type { Query } from '../storage/database'
import { sql } from '../storage/sql'
import { requireAdministrator } from './administrators'
import type { Core } from './context'
import { afterAllIds, entryIdAt, newEntryTail } from './entry-ids'
import { authenticate, type Caller, type Viewer } from './sessions'

/**
 * What administrators do to others, kept beyond both. An entry is written in the batch of the act that it
 * tells of, so there is neither one without the other.
 */

export type Act =
  | 'account_created'
  | 'account_changed'
  | 'account_disabled'
  | 'account_enabled'
  | 'account_deleted'
  | 'sessions_ended'
  | 'administrator_granted'
  | 'administrator_revoked'
  | 'reset_mailed'
  | 'application_added'
  | 'application_removed'
  | 'application_secret_renewed'
  | 'webhook_added'
  | 'webhook_paused'
  | 'webhook_resumed'
  | 'webhook_removed'
  | 'webhook_redelivered'

/** What was done to whom. Texts are ours or shown to administrators anyway: never a secret or an address. */
export interface AuditedAct {
  readonly act: Act
  readonly subjectId: string
  readonly subjectName: string | SQL
  readonly detail?: string | null
}

/** Who did what Atrium does by itself; no username has a space. */
const nobody = { id: null, username: 'by itself' }

/**
 * Keeps an act of the viewer's, or with null of nobody's, provided that `when` holds: the act's own claim, or, before the act in its
 * batch, that there is something to do. Sent twice, it is kept once.
 */
export function audit(core: Core, viewer: Viewer | null, done: AuditedAct, when: SQL): Query {
  const { act, subjectId, subjectName, detail = null } = done
  return insertEntry(
    core,
    viewer,
    sql`${act}, ${subjectId}, ${subjectName}, ${detail} WHERE ${when}`,
  )
}

/** The same about an account whose number is given in SQL, NULL for nothing to keep. */
export function auditOn(
  core: Core,
  viewer: Viewer,
  act: Act,
  account: SQL,
  detail: string | null = null,
): Query {
  return insertEntry(
    core,
    viewer,
    sql`${act}, id, username, ${detail} FROM accounts WHERE number = ${account}`,
  )
}

/** `rest` is what follows the entry's id, time and actor in a SELECT. */
function insertEntry(core: Core, viewer: Viewer | null, rest: SQL): Query {
  const actor = viewer?.account ?? nobody
  const id = entryIdAt(sql`${core.now}`, newEntryTail())
  return core.db.run(sql`INSERT INTO audit_entries
      (id, at, actor_id, actor_name, act, subject_id, subject_name, detail)
    SELECT ${id}, ${core.now}, ${actor.id}, ${actor.username}, ${rest}
    ON CONFLICT (id) DO NOTHING`)
}

export interface AuditEntry {
  readonly id: string
  readonly at: number
  /** The administrator's id; null for whoever has the shell, and for what Atrium did by itself. */
  readonly actorId: string | null
  /** The username of then; null for whoever has the shell. */
  readonly actorName: string | null
  /** A text, because entries outlive the words of the version that wrote them. */
  readonly act: string
  readonly subjectId: string | null
  readonly subjectName: string | null
  readonly detail: string | null
}

/** At most `limit` entries, the newest first, of one subject or of all, older than the entry `before`. */
export interface AuditPage {
  readonly subjectId?: string
  readonly before?: string | undefined
  readonly limit: number
}

export function auditPage(core: Core, { subjectId, before = afterAllIds, limit }: AuditPage) {
  const isAbout = subjectId === undefined ? sql`` : sql`subject_id = ${subjectId} AND`
  return core.db.all<AuditEntry>(sql`SELECT id, at, actor_id AS actorId, actor_name AS actorName, act,
      subject_id AS subjectId, subject_name AS subjectName, detail
    FROM audit_entries WHERE ${isAbout} id < ${before} ORDER BY id DESC LIMIT ${limit}`)
}

/** Fails with forbidden. One round trip. */
export async function listAudit(
  core: Core,
  caller: Caller,
  page: AuditPage,
): Promise<{ viewer: Viewer; entries: AuditEntry[] }> {
  const { viewer, rows } = await authenticate(core, caller, auditPage(core, page))
  requireAdministrator(viewer)
  return { viewer, entries: rows[0] }
}
