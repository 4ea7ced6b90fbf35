import { sql } from 'drizzle-orm'
import { commit } from '../storage/database'
import { putSessionRecord } from '../storage/session-records'
import type { Core } from './context'
import { fail } from './errors'
import type { SessionRecord, Viewer } from './sessions'

/** What a client says of the device that its session was opened from. */

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
    core.db.all<{ device: string }>(
      sql`SELECT device FROM sessions WHERE token_hash = ${tokenHash}`,
    ),
    ([found]) => found !== undefined && isNamed(found.device, changes.name),
  )
  if (!row) fail({ code: 'not_authenticated' })
  const record = JSON.parse(row.device) as SessionRecord
  core.defer(putSessionRecord(core.kv, tokenHash, record, core.now))
  return record
}

function isNamed(device: string, name: string): boolean {
  return (JSON.parse(device) as SessionRecord).device?.name === name
}
