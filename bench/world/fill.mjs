import { countFollows, entryAt, followedBy, isApproved } from './graph.mjs'
import * as people from './people.mjs'
import { hashOf, hexOf, uuidOf } from './random.mjs'

// Fills an empty, migrated database. Rows go in sorted by their key, and indexes and triggers come
// back afterwards, so that a million accounts need minutes and little memory.

const dayMs = 24 * 60 * 60 * 1000
const rowsPerTransaction = 50_000

export function fill(db, { count, passwordHashOf, now }, progress) {
  db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;
    PRAGMA cache_size = -400000; PRAGMA temp_store = FILE`)
  const follows = countFollows(count, progress.phase('drawing follows', count))
  const restore = dropDerived(db)
  const insert = inserter(db, progress)
  const numbers = Float64Array.from({ length: count }, (_, i) => people.numberOf(i))
  const byNumber = Uint32Array.from(numbers.keys()).sort((a, b) => numbers[a] - numbers[b])
  insertAccounts(insert, byNumber, numbers, follows, passwordHashOf)
  insertTags(db, insert, byNumber, numbers, now)
  insertFollows(insert, numbers, follows.total)
  insertSessions(insert, numbers, now)
  derive(db, restore, progress)
  db.exec('PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL')
  return { accounts: count, follows: follows.total }
}

/** Indexes and triggers, without those that a table cannot do without. Gives what makes them again. */
function dropDerived(db) {
  const derived = db
    .prepare(`SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')
      AND sql IS NOT NULL AND tbl_name NOT LIKE '\\_cf%' ESCAPE '\\'`)
    .all()
  for (const { type, name } of derived) db.exec(`DROP ${type} "${name}"`)
  return derived.map(({ sql }) => sql)
}

function inserter(db, progress) {
  return (name, sql, rows, total) => {
    const statement = db.prepare(sql)
    const report = progress.phase(name, total)
    let done = 0
    db.exec('BEGIN')
    for (const row of rows) {
      statement.run(...row)
      done += 1
      if (done % rowsPerTransaction !== 0) continue
      db.exec('COMMIT; BEGIN')
      report(Math.min(done, total - 1))
    }
    db.exec('COMMIT')
    report(total)
  }
}

function insertAccounts(insert, byNumber, numbers, { followers, following }, passwordHashOf) {
  function* rows() {
    for (const i of byNumber) {
      const username = people.usernameOf(i)
      const { firstName, lastName } = people.namesOf(i)
      const [email, createdAt, profile] = [
        people.emailOf(i),
        people.createdAtOf(i),
        people.profileOf(i),
      ]
      yield [
        ...[numbers[i], people.idOf(i), username, username, email, email, createdAt],
        ...[
          passwordHashOf(i),
          firstName,
          lastName,
          firstName.toLowerCase(),
          lastName.toLowerCase(),
        ],
        ...[people.isPrivate(i) ? 1 : 0, followers[i], following[i], JSON.stringify(profile)],
        ...[people.completenessOf(profile, people.tagsOf(i)), createdAt, createdAt],
        hexOf(`referral ${i}`, 16),
      ]
    }
  }
  insert(
    'accounts',
    `INSERT INTO accounts (number, id, username, username_key, email, email_key, email_verified_at,
      password_hash, first_name, last_name, first_name_key, last_name_key,
      is_private, follower_count, following_count, profile,
      profile_completeness, created_at, updated_at, referral_code)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    rows(),
    byNumber.length,
  )
}

const tagIds = people.tagNames.map((_, place) => hexOf(`tag ${place}`, 24))

function insertTags(db, insert, byNumber, numbers, now) {
  function* tags() {
    for (const [place, name] of people.tagNames.entries()) {
      yield [tagIds[place], name.replaceAll(' ', '-'), name, now]
    }
  }
  function* worn() {
    for (const i of byNumber) {
      for (const [position, place] of people.tagsOf(i).entries()) {
        yield [numbers[i], tagIds[place], position]
      }
    }
  }
  const total = byNumber.reduce((sum, i) => sum + people.tagsOf(i).length, 0)
  insert(
    'tags',
    'INSERT INTO tags (tag_id, tag_key, tag_name, tagged_at) VALUES (?, ?, ?, ?)',
    tags(),
    people.tagNames.length,
  )
  insert(
    'tags of accounts',
    'INSERT INTO account_tags (account_number, tag_id, position) VALUES (?, ?, ?)',
    worn(),
    total,
  )
  db.exec(`UPDATE tags SET entry_count = counted.entries FROM
    (SELECT tag_id AS id, COUNT(*) AS entries FROM account_tags GROUP BY tag_id) AS counted
    WHERE tag_id = counted.id`)
}

function insertFollows(insert, numbers, total) {
  const count = numbers.length
  function* rows() {
    let place = 0
    for (let i = 0; i < count; i += 1) {
      for (const followed of followedBy(i, count)) {
        const { id, at } = entryAt(place)
        yield [id, numbers[i], numbers[followed], isApproved(i, followed) ? 1 : 0, at]
        place += 1
      }
    }
  }
  insert(
    'follows',
    `INSERT INTO follows (entry_id, follower_number, followed_number, approved, followed_at)
    VALUES (?, ?, ?, ?, ?)`,
    rows(),
    total,
  )
}

export const sessionColumns = `token_hash, session_id, account_number, session_epoch, system_epoch,
  opened_at, authenticated_at, seen_at, idle_expires_at, expires_at, device, may_be_in_kv`
export const sessionMarks = sessionColumns.replaceAll(/\w+/g, '?')

/** Seen in an hour, so to speak: no session slides while it is measured. */
export function sessionRow({ tokenHash, id, number, dialect, now }) {
  const [seenAt, idleEnd, end] = [now + dayMs / 24, now + 30 * dayMs, now + 90 * dayMs]
  const device = { dialect, ipAddress: null, userAgent: null, device: null, expiresAt: end }
  return [tokenHash, id, number, 0, 0, now, now, seenAt, idleEnd, end, JSON.stringify(device), 0]
}

function insertSessions(insert, numbers, now) {
  const count = numbers.length
  function* rows() {
    for (let i = 0; i < count; i += 1) {
      const tokenHash = hashOf(people.sessionTokenOf(i))
      const id = uuidOf(`session ${i}`)
      yield sessionRow({ tokenHash, id, number: numbers[i], dialect: 'social', now })
    }
  }
  const into = `INSERT INTO sessions (${sessionColumns}) VALUES (${sessionMarks})`
  insert('sessions', into, rows(), count)
}

/** The search index, and what was dropped. */
function derive(db, restore, progress) {
  const steps = [`INSERT INTO account_search (account_search) VALUES ('rebuild')`, ...restore]
  const report = progress.phase('search and indexes', steps.length)
  for (const [place, sql] of steps.entries()) {
    db.exec(sql)
    report(place + 1)
  }
}
