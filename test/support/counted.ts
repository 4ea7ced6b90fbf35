import { env } from 'cloudflare:workers'

interface Rows {
  readonly rowsRead: number
  readonly rowsWritten: number
}

/** A database that counts what its batches read and write, as D1 bills it. */
export function countedDatabase() {
  let [rowsRead, rowsWritten] = [0, 0]
  const client = new Proxy(env.DB, {
    get(target, name) {
      if (name !== 'batch') return Reflect.get(target, name).bind(target)
      return async (statements: D1PreparedStatement[]) => {
        const results = await target.batch(statements)
        for (const { meta } of results) {
          rowsRead += meta.rows_read
          rowsWritten += meta.rows_written
        }
        return results
      }
    },
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
