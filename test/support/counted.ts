import { env } from 'cloudflare:workers'
import { interceptDatabase } from './database'

interface Rows {
  readonly rowsRead: number
  readonly rowsWritten: number
}

/** A database that counts what is read and written by all that it is asked, as D1 bills it. */
export function countedDatabase() {
  let [rowsRead, rowsWritten] = [0, 0]
  const client = interceptDatabase(env.DB, async (ask) => {
    const results = await ask()
    for (const { meta } of results) {
      rowsRead += meta.rows_read
      rowsWritten += meta.rows_written
    }
    return results
  })
  return {
    client,
    /** What was counted since this was last asked. */
    take(): Rows {
      const taken = { rowsRead, rowsWritten }
      rowsRead = 0
      rowsWritten = 0
      return taken
    },
  }
}
