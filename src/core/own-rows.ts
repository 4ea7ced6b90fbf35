import type { SQL } from 'drizzle-orm'
import { commit } from '../storage/database'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { fail } from './errors'
import { isAlive, type Viewer } from './sessions'

/**
 * Deletes rows that are the viewer's to delete; `which` is a table with a condition, in SQL. Where there
 * are none there is nothing to do. Fails with not_authenticated when the session has ended meanwhile and
 * they are still there. One round trip.
 */
export async function deleteOwnRows(core: Core, viewer: Viewer, which: SQL): Promise<void> {
  const left = await commit(
    core.db,
    [core.db.run(sql`DELETE FROM ${which} AND ${isAlive(core, viewer)}`)],
    core.db.all(sql`SELECT 1 FROM ${which}`),
    (rows) => rows.length === 0,
  )
  if (left.length > 0) fail({ code: 'not_authenticated' })
}
