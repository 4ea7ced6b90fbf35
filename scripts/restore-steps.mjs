import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { putObjects } from './backup-objects.mjs'
import {
  checkName,
  formatVersion,
  lastMigration,
  listTables,
  repeat,
  rows,
} from './backup-tables.mjs'
import { endEverything } from './end-sessions.mjs'

/** What one statement takes: a value that is bound may have 2 MB at D1. */
const chunkRows = 500
const chunkCharacters = 300_000

/** Columns that triggers count up from nothing, as the rows that they count come in. */
const counted = {
  accounts: () => ['follower_count', 'following_count'],
  tags: () => ['entry_count'],
  achievements: ({ achievement }) => (achievement === 'referral' ? ['achieved'] : []),
}

/** What lets somebody in or was on its way out, and counts no more unless it is asked for. */
const passing = {
  sessions: () => true,
  refresh_tokens: () => true,
  challenges: () => true,
  codes: ({ purpose }) => purpose !== 'disown',
  authorization_codes: () => true,
  pushed_requests: () => true,
  consents: () => true,
  signing_keys: () => true,
  outbox: ({ kind }) => kind === 'mail',
  webhook_deliveries: () => true,
}

async function* linesOf(file) {
  let number = 0
  for await (const text of createInterface({
    input: createReadStream(file),
    crlfDelay: Infinity,
  })) {
    number += 1
    try {
      yield JSON.parse(text)
    } catch {
      throw new Error(`${file} is damaged in line ${number}.`)
    }
  }
}

/** Reads a backup through before anything is changed, and gives its first line. Throws unless it is whole. */
export async function inspectBackup(file) {
  const counts = {}
  let first
  let last
  for await (const line of linesOf(file)) {
    first ??= line
    last = line
    if (line.table !== undefined) counts[line.table] = (counts[line.table] ?? 0) + 1
  }
  if (first?.atrium !== 'backup') throw new Error(`${file} is no backup.`)
  if (first.version !== formatVersion) {
    throw new Error(`${file} is a backup of another version (${first.version}).`)
  }
  const expected = Object.entries(last.rows ?? {})
  if (
    last.rows === undefined ||
    expected.some(([table, count]) => (counts[table] ?? 0) !== count)
  ) {
    throw new Error(`${file} is not whole: its end is missing, or lines of it.`)
  }
  return first
}

/**
 * Puts the rows of a backup into a database, and its objects into the bucket if a folder is given, as the flags
 * of the command say. Throws before anything is changed unless the tables are those of the backup,
 * and are empty if nothing is to be replaced.
 *
 * Rows go in by statements that do nothing where the row is there, so that a lost answer is repeated, and
 * where what they refer to is not there, as a backup of a working place is no snapshot. Returns how many
 * of each table went in and were left out.
 */
export async function restoreBackup({ db, r2 }, file, header, flags, say) {
  await requireMigration(db, header)
  const tables = await listTables(db)
  if (!flags.replace) await requireEmpty(db, tables)
  // First, so that no row points to an object that is not there yet.
  const objects = flags.objects ? await putObjects(r2, flags.objects, say) : null
  await empty(db, tables, say)
  const keepsSessions = flags['keep-sessions']
  const offered = await load(db, file, tables, { keepsSessions, say })
  await setEpoch(db, offered.epoch, keepsSessions)
  return { tables: await verify(db, offered.counts), objects }
}

async function requireMigration(db, { migration: made }) {
  const migration = await lastMigration(db)
  if (migration === made) return
  throw new Error(
    `The backup was made at migration ${made}, the database is at ${migration}. Restore with the version of Atrium that made the backup, into a database migrated by it, and update after.`,
  )
}

async function requireEmpty(db, tables) {
  const filled = await listFilled(db, tables)
  if (filled.length === 0) return
  throw new Error(
    `The database is not empty: there are rows in ${filled.join(', ')}. With --replace all of them go first.`,
  )
}

/** Names of tables that have rows, in their order; that of the system always has one. */
async function listFilled(db, tables) {
  const names = tables.map(({ name }) => checkName(name)).filter((name) => name !== 'system')
  const isFilled = names.map((name) => `EXISTS (SELECT 1 FROM ${name}) AS ${name}`)
  const [found] = await rows(db, `SELECT ${isFilled.join(', ')}`)
  return names.filter((name) => found[name] === 1)
}

async function empty(db, tables, say) {
  for (;;) {
    const name = (await listFilled(db, tables)).at(-1)
    if (name === undefined) return
    say(`emptying ${name}`)
    const some = `SELECT rowid FROM ${name} LIMIT 1000`
    await repeat(() => db.prepare(`DELETE FROM ${name} WHERE rowid IN (${some})`).run())
  }
}

async function load(db, file, tables, { keepsSessions, say }) {
  const counts = {}
  let epoch = 0
  let chunk = { table: null, rows: [], characters: 0 }
  async function flush(table = null) {
    if (chunk.rows.length > 0) await insert(db, chunk, tables)
    if (chunk.table !== null) say(chunk.table, counts[chunk.table])
    chunk = { table, rows: [], characters: 0 }
  }
  for await (const { table, row } of linesOf(file)) {
    if (table === undefined) continue
    if (table === 'system') {
      epoch = row.global_epoch
      continue
    }
    if (!keepsSessions && passing[table]?.(row)) continue
    const characters = JSON.stringify(row).length
    const isFull =
      chunk.rows.length === chunkRows || chunk.characters + characters > chunkCharacters
    if (table !== chunk.table || isFull) await flush(table)
    chunk.rows.push(row)
    chunk.characters += characters
    counts[table] = (counts[table] ?? 0) + 1
  }
  await flush()
  return { counts, epoch }
}

async function insert(db, chunk, tables) {
  const table = tables.find(({ name }) => name === chunk.table)
  if (table === undefined) throw new Error(`The database has no table ${chunk.table}.`)
  const columns = Object.keys(chunk.rows[0]).map(checkName)
  const values = chunk.rows.map((row) => {
    const zeroed = counted[table.name]?.(row) ?? []
    return columns.map((column) => (zeroed.includes(column) ? 0 : row[column]))
  })
  const given = (column) => `json_extract(given.value, '$[${columns.indexOf(column)}]')`
  const found = ({ table: parent, from, to }) =>
    `(SELECT ${to} FROM ${parent} WHERE ${to} = ${given(from)})`
  const loose = table.parents.filter(({ on_delete }) => on_delete === 'SET NULL')
  const strict = table.parents.filter((parent) => !loose.includes(parent))
  const selected = columns.map((column) => {
    const parent = loose.find(({ from }) => from === column)
    return parent ? found(parent) : given(column)
  })
  const isWhole = strict.map(
    (parent) => `(${given(parent.from)} IS NULL OR ${found(parent)} IS NOT NULL)`,
  )
  const sql = `INSERT INTO ${table.name} (${columns.map((column) => `"${column}"`).join(', ')})
    SELECT ${selected.join(', ')} FROM json_each(?) AS given
    WHERE ${isWhole.join(' AND ') || '1'} ON CONFLICT DO NOTHING`
  await repeat(() => db.prepare(sql).bind(JSON.stringify(values)).run())
}

/** Last, so that nothing of the backup counts before all of it is there. */
async function setEpoch(db, epoch, keepsSessions) {
  const set = (sql) => db.prepare(sql).bind(epoch)
  const statements = keepsSessions
    ? [set('UPDATE system SET global_epoch = ?')]
    : [
        set('UPDATE system SET global_epoch = MAX(global_epoch, ?)'),
        ...endEverything.map((sql) => db.prepare(sql)),
        // It may be a copy: whoever listens to the place that it is of must not hear of this one unasked.
        db.prepare('UPDATE webhooks SET paused_at = COALESCE(paused_at, ?)').bind(Date.now()),
      ]
  await repeat(() => db.batch(statements))
}

/** Counts what is there now of the tables that were given rows, and what triggers have made of it. */
async function verify(db, offered) {
  const result = []
  for (const [name, count] of Object.entries(offered)) {
    const [{ there }] = await rows(db, `SELECT COUNT(*) AS there FROM ${checkName(name)}`)
    result.push({ name, there, leftOut: count - there })
  }
  // Whoever waits for the index of the search goes into it, as it is asked below.
  await repeat(() => db.prepare('DELETE FROM account_search_pending').run())
  for (const [what, left, right] of sums) {
    const [{ same }] = await rows(db, `SELECT COALESCE((${left}), 0) = (${right}) AS same`)
    if (!same) throw new Error(`Restored, but ${what} are wrong.`)
  }
  return result
}

/** Accounts of whom the search is asked; their numbers are random. */
const sample = `SELECT number, username FROM accounts WHERE length(username) >= 3 ORDER BY number LIMIT 1000`

const sums = [
  [
    'the follower counts',
    'SELECT SUM(follower_count) FROM accounts',
    'SELECT COUNT(*) FROM follows WHERE approved',
  ],
  [
    'the following counts',
    'SELECT SUM(following_count) FROM accounts',
    'SELECT COUNT(*) FROM follows WHERE approved',
  ],
  ['the tag counts', 'SELECT SUM(entry_count) FROM tags', 'SELECT COUNT(*) FROM account_tags'],
  [
    'the counts of referrals',
    `SELECT SUM(achieved) FROM achievements WHERE achievement = 'referral'`,
    'SELECT COUNT(*) FROM referrals WHERE referrer_number IS NOT NULL',
  ],
  [
    'the entries of the search',
    // Counted it would be the accounts themselves: it holds nothing but what finds them.
    `SELECT COUNT(*) FROM (${sample}) AS some WHERE EXISTS (SELECT 1 FROM account_search
      WHERE account_search MATCH '"' || some.username || '"' AND rowid = some.number)`,
    `SELECT COUNT(*) FROM (${sample})`,
  ],
]
