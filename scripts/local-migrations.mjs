import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { unstable_splitSqlQuery as splitSql } from 'wrangler'
import { root } from '../dev/wrangler.mjs'
import { openBindings } from './bindings.mjs'

const folder = join(root, 'migrations')

/** As wrangler makes it, so that its own commands go on from here. */
const ledger = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`

/**
 * What `wrangler d1 migrations apply --local` does, each file whole or not at all. Wrangler opens the database
 * anew for every file, at a second each, so that a first start would mostly wait for that.
 */
export async function migrateLocally(target) {
  const { db, close } = await openBindings({ env: 'production', ...target })
  try {
    await db.prepare(ledger).run()
    const { results } = await db.prepare('SELECT name FROM d1_migrations').all()
    const applied = new Set(results.map(({ name }) => name))
    const files = readdirSync(folder).filter((name) => name.endsWith('.sql'))
    for (const name of files.sort().filter((name) => !applied.has(name))) {
      const statements = splitSql(readFileSync(join(folder, name), 'utf8'))
      await db.batch([
        ...statements.map((sql) => db.prepare(sql)),
        db.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name),
      ])
    }
  } finally {
    await close()
  }
}
