import { createHmac, pbkdf2Sync } from 'node:crypto'
import { constants, cpSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { root } from '../../dev/wrangler.mjs'
import { settings } from '../contestant.mjs'
import { fill } from './fill.mjs'
import { everybodysPassword } from './people.mjs'

// Folders of local state: one that is filled, and a copy of it for everybody who is measured.

/** The file of the one database in a folder that Miniflare has made. */
export function databaseFile(state) {
  const folder = join(state, 'd1/miniflare-D1DatabaseObject')
  const [file] = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name))
  return join(folder, file)
}

export function openState(state) {
  return new DatabaseSync(databaseFile(state))
}

/** Puts what is in the log of the database into its file, so that the file alone can be copied. */
export function settle(db) {
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
}

const migrations = join(root, 'migrations')

export function migrate(db) {
  for (const file of readdirSync(migrations)
    .filter((name) => name.endsWith('.sql'))
    .sort()) {
    db.exec(readFileSync(join(migrations, file), 'utf8'))
  }
}

/** One salt for all, because hashing a million passwords is not what is measured. */
const salt = Buffer.alloc(16, 7)
const iterationsPerCallMax = 100_000

/** What src/crypto/password-hash.ts stores. */
export function storedPassword(iterations) {
  const rounds = Math.ceil(iterations / iterationsPerCallMax)
  const perRound = Math.ceil(iterations / rounds)
  let output = Buffer.alloc(0)
  for (let round = 0; round < rounds; round += 1) {
    output = pbkdf2Sync(everybodysPassword, Buffer.concat([salt, output]), perRound, 32, 'sha256')
  }
  const hash = createHmac('sha256', settings.PEPPER_1).update(output).digest('base64url')
  return `$pb2$sha256$${perRound}x${rounds}$${salt.toString('base64url')}$${hash}$1`
}

/** From this place on, accounts have a password of the full cost. */
export const fullCostFrom = (accounts) => accounts - 100

/** Fills the empty database in a folder. Gives how many accounts and follows there are, and how long it took. */
export function populate(state, { accounts, iterations, fullIterations, now }, progress) {
  const startedAt = performance.now()
  const [lowered, full] = [storedPassword(iterations), storedPassword(fullIterations)]
  const db = openState(state)
  migrate(db)
  const passwordHashOf = (i) => (i >= fullCostFrom(accounts) ? full : lowered)
  const counts = fill(db, { count: accounts, passwordHashOf, now }, progress)
  settle(db)
  const bytes = statSync(databaseFile(state)).size
  return { ...counts, bytes, seconds: (performance.now() - startedAt) / 1000 }
}

/** Copies a folder of state; blocks are shared with the copy where the file system can do so. */
export function copyState(from, to) {
  rmSync(to, { recursive: true, force: true })
  cpSync(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE })
  return to
}
