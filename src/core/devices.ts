import { sql } from 'drizzle-orm'
import { commit } from '../storage/database'
import { putSessionRecord } from '../storage/session-records'
import type { Core } from './context'
import { fail } from './errors'
import type { SessionRecord, Viewer } from './sessions'

/** What a client says of the device that its session was opened from. */

/** Changes the name of the session's device, and where pushes reach it. One round trip. */
export async function updateDevice(
  core: Core,
  viewer: Viewer,
  changes: { readonly name: string; readonly token?: string },
): Promise<SessionRecord> {
  const { tokenHash } = viewer.session
  const named = sql`json_set(device, '$.device.name', ${changes.name})`
  const changed =
    changes.token === undefined
      ? named
      : sql`json_set(${named}, '$.device.token', ${changes.token})`
  const [row] = await commit(
    core.db,
    [
      core.db.run(sql`UPDATE sessions SET device = ${changed}
        WHERE token_hash = ${tokenHash} AND json_type(device, '$.device') = 'object'`),
    ],
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
