// What backup and restore must know of the tables. Most of it they read off the database itself, so
// that a new table needs no line here.

/** Made by the platform, by wrangler or by a trigger, or of no use a minute later. */
const notOurs = /^(_cf_|sqlite_|d1_migrations$|deployment_checks$|account_search_pending$)/

/** What no foreign key says. */
const after = {
  // The trigger that counts referrals is to find the row that was there, with its id.
  referrals: ['achievements'],
  // What is restored is no news, and nobody is told of it.
  webhooks: ['accounts', 'follows', 'blocks'],
}

/**
 * The tables in an order in which whatever a row refers to comes before it. Those of the search are left
 * out: they are virtual, and made again by the triggers of `accounts`.
 */
export async function listTables(db) {
  const all = await rows(db, 'PRAGMA table_list')
  const names = all
    .filter(({ type, name }) => type === 'table' && !notOurs.test(name))
    .map(({ name }) => name)
    .sort()
  const asked = names.map((name) => db.prepare(`PRAGMA foreign_key_list(${checkName(name)})`))
  const answers = await repeat(() => db.batch(asked))
  const tables = new Map(names.map((name, i) => [name, { name, parents: answers[i].results }]))
  const ordered = []
  function place(name) {
    const table = tables.get(name)
    if (table === undefined || ordered.includes(table)) return
    const before = table.parents.map((parent) => parent.table).filter((parent) => parent !== name)
    for (const one of [...before, ...(after[name] ?? [])]) place(one)
    ordered.push(table)
  }
  for (const name of names) place(name)
  return ordered
}

/** The name of the last migration: what the tables look like. */
export async function lastMigration(db) {
  const [{ there }] = await rows(
    db,
    `SELECT COUNT(*) AS there FROM sqlite_schema WHERE name = 'd1_migrations'`,
  )
  const sql = 'SELECT name FROM d1_migrations ORDER BY id DESC LIMIT 1'
  const [last] = there === 0 ? [] : await rows(db, sql)
  if (last === undefined) throw new Error('The database has no tables yet: apply the migrations.')
  return last.name
}

/** Names go into SQL as text. */
export function checkName(name) {
  if (/^\w+$/.test(name)) return name
  throw new Error(`No name of a table or column: ${JSON.stringify(name)}`)
}

const triesMax = 5

/** Runs statements that are as well run twice as once, again where the connection fails. */
export async function repeat(work) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      // A mistake in the statement does not mend itself.
      if (tries === triesMax || /SQLITE_|constraint/.test(error.message)) throw error
      await new Promise((done) => setTimeout(done, 500 * 2 ** tries))
    }
  }
}

export async function rows(db, sql, ...values) {
  const { results } = await repeat(() =>
    db
      .prepare(sql)
      .bind(...values)
      .all(),
  )
  return results
}

export const formatVersion = 1
