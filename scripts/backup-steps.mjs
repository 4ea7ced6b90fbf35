import { once } from 'node:events'
import { checkName, formatVersion, lastMigration, listTables, rows } from './backup-tables.mjs'

const pageRows = 500

/**
 * Writes every row as a line of JSON to a stream, page by page, so that memory does not grow with the
 * database. The last line counts them: a file without it is not whole.
 *
 * Pages are read one after the other while the place goes on working, so that the whole is no
 * snapshot; restoring leaves out what refers to something that was not there yet.
 */
export async function writeBackup(db, stream, say) {
  const put = async (line) => {
    if (!stream.write(`${JSON.stringify(line)}\n`)) await once(stream, 'drain')
  }
  const migration = await lastMigration(db)
  await put({
    atrium: 'backup',
    version: formatVersion,
    migration,
    madeAt: new Date().toISOString(),
  })
  const counts = {}
  for (const { name } of await listTables(db)) {
    counts[name] = 0
    for await (const page of pagesOf(db, name)) {
      for (const row of page) await put({ table: name, row: checkRow(name, row) })
      counts[name] += page.length
      say(name, counts[name])
    }
  }
  await put({ rows: counts })
  return counts
}

async function* pagesOf(db, table) {
  const sql = `SELECT rowid AS _rowid, * FROM ${checkName(table)} WHERE rowid > ?
    ORDER BY rowid LIMIT ${pageRows}`
  for (let from = Number.MIN_SAFE_INTEGER; ; ) {
    const found = await rows(db, sql, from)
    if (found.length > 0) yield found.map(({ _rowid, ...row }) => row)
    if (found.length < pageRows) return
    from = found.at(-1)._rowid
  }
}

/** Numbers and texts are the same in JSON; bytes would not be. */
function checkRow(table, row) {
  for (const [column, value] of Object.entries(row)) {
    const isExact =
      typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value)
    if (typeof value === 'object' && value !== null)
      throw new Error(`${table}.${column} holds bytes.`)
    if (!isExact) throw new Error(`${table}.${column} holds a number that JSON cannot.`)
  }
  return row
}
