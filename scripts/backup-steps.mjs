import { checkName, formatVersion, lastMigration, listTables, rows } from './backup-tables.mjs'

const pageRows = 500

const toLines = (values) => values.map((value) => `${JSON.stringify(value)}\n`).join('')

/**
 * Every row as a line of JSON, a page at a time, so that memory does not grow with the database; `counts`
 * is given the number of rows of each table. The last line holds them: a file without it is not whole.
 *
 * Pages are read one after the other while the place goes on working, so that the whole is no
 * snapshot; restoring leaves out what refers to something that was not there yet.
 */
export async function* backupLines(db, counts, say) {
  const migration = await lastMigration(db)
  const madeAt = new Date().toISOString()
  yield toLines([{ atrium: 'backup', version: formatVersion, migration, madeAt }])
  for (const { name: table } of await listTables(db)) {
    counts[table] = 0
    for await (const page of pagesOf(db, table)) {
      yield toLines(page.map((row) => ({ table, row: checkRow(table, row) })))
      counts[table] += page.length
      say(table, counts[table])
    }
  }
  yield toLines([{ rows: counts }])
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
