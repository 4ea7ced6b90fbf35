import { eq } from 'drizzle-orm'
import { commit, run } from '../storage/database'
import { sessions } from '../storage/schema'
import { findSessionRecord, putSessionRecord } from '../storage/session-records'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { fail } from './errors'
import { authenticate, type Caller, type SessionRecord, tokenHashOf, type Viewer } from './sessions'

/** What a session is for people: the device and the door that it was opened from. KV knows it once somebody has asked. */

/** Who calls and what their session is: from KV, or from D1 together with the verdict where KV has nothing. One round trip. */
export async function describeSession(
  core: Core,
  caller: Caller,
): Promise<{ viewer: Viewer; record: SessionRecord }> {
  const tokenHash = await tokenHashOf(caller)
  const known = caller.token && (await findSessionRecord(core.kv, tokenHash, core.now))
  if (known) return { ...(await authenticate(core, caller)), record: known }
  const { viewer, rows } = await authenticate(
    core,
    caller,
    core.db
      .select({ device: sessions.device })
      .from(sessions)
      .where(eq(sessions.tokenHash, tokenHash)),
  )
  const [row] = rows[0]
  if (!row) fail({ code: 'not_authenticated' })
  const record = JSON.parse(row.device) as SessionRecord
  core.defer(rememberSession(core, tokenHash, record))
  return { viewer, record }
}

/** Tells KV what somebody has asked for, after D1, which knows by that what there will be to forget. */
async function rememberSession(core: Core, tokenHash: string, record: SessionRecord) {
  const [{ meta }] = await run(
    core.db,
    core.db.run(sql`UPDATE sessions SET may_be_in_kv = 1 WHERE token_hash = ${tokenHash}`),
  )
  if (meta.changes > 0) await putSessionRecord(core.kv, tokenHash, record, core.now)
}

/**
 * Changes the name of the session's device, and where pushes reach it. A session that was opened
 * without a device has one from then on. One round trip.
 */
export async function updateDevice(
  core: Core,
  viewer: Viewer,
  changes: { readonly name: string; readonly token?: string },
): Promise<SessionRecord> {
  const { tokenHash, id } = viewer.session
  const fallback = {
    id: id.toUpperCase(),
    name: '',
    model: 'unknown',
    token: null,
    transport: 'none',
  }
  const present = sql`json_set(device, '$.device',
    json(COALESCE(json_extract(device, '$.device'), ${JSON.stringify(fallback)})))`
  const named = sql`json_set(${present}, '$.device.name', ${changes.name})`
  const changed =
    changes.token === undefined
      ? named
      : sql`json_set(${named}, '$.device.token', ${changes.token})`
  const [row] = await commit(
    core.db,
    [core.db.run(sql`UPDATE sessions SET device = ${changed} WHERE token_hash = ${tokenHash}`)],
    core.db.all<{ device: string; mayBeInKv: number }>(
      sql`SELECT device, may_be_in_kv AS mayBeInKv FROM sessions WHERE token_hash = ${tokenHash}`,
    ),
    ([found]) => found !== undefined && isNamed(found.device, changes.name),
  )
  if (!row) fail({ code: 'not_authenticated' })
  const record = JSON.parse(row.device) as SessionRecord
  if (row.mayBeInKv) core.defer(putSessionRecord(core.kv, tokenHash, record, core.now))
  return record
}

function isNamed(device: string, name: string): boolean {
  return (JSON.parse(device) as SessionRecord).device?.name === name
}
