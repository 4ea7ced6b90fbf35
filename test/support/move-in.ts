import { env } from 'cloudflare:workers'
import bcryptjs from 'bcryptjs'
import { type Move, moveIn, type Outcome } from '../../scripts/move-in/move-in'
import type { ReadRow, Row } from '../../scripts/move-in/rows'
import type { Found } from '../../scripts/move-in/statements'
import { toHex, toUtf8 } from '../../src/crypto/encoding'

/** Moving in without wrangler: the same statements, sent to the database of the test. */

async function* asRead(rows: readonly (Row | null)[]): AsyncGenerator<ReadRow> {
  for (const [i, row] of rows.entries()) {
    yield { line: i + 1, row, progress: (i + 1) / rows.length }
  }
}

async function run(statements: readonly string[], selects: readonly string[]): Promise<Found[]> {
  const prepared = [...statements, ...selects].map((statement) => env.DB.prepare(statement))
  if (prepared.length === 0) return []
  const results = await env.DB.batch<Found>(prepared)
  return results.slice(statements.length).flatMap((one) => one.results)
}

/** What becomes of rows as a dump holds them; null stands for a line that cannot be read. */
export async function takeIn(
  source: Move['source'],
  rows: readonly (Row | null)[],
  terms: Partial<Move['terms']> & { readonly isDry?: boolean } = {},
): Promise<Outcome[]> {
  const { isDry = false, ...given } = terms
  const defaults = { origin: source, withAdmins: false, withoutPassword: false, now: Date.now() }
  const move = { source, terms: { ...defaults, ...given }, database: { run }, isDry }
  const outcomes: Outcome[] = []
  for await (const part of moveIn(asRead(rows), move)) outcomes.push(...part.outcomes)
  return outcomes
}

/** bcrypt by somebody else's code, at a cost that tests can wait for. */
export function bcryptOf(password: string): string {
  return bcryptjs.hashSync(password, 5)
}

/** As Meteor stores it. */
export async function meteorHash(password: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', toUtf8(password))
  return bcryptOf(toHex(new Uint8Array(digest)))
}

let made = 0

export interface Someone {
  readonly id: string
  readonly username: string
  readonly email: string
  readonly password: string
}

export function someone(): Someone {
  made += 1
  const username = `old_${made}_${Math.random().toString(36).slice(2, 8)}`
  return {
    id: `id-${username}`,
    username,
    email: `${username}@Example.com`,
    password: 'old p\u00e4ssword',
  }
}

/** A line of Wekan's users as mongoexport writes it, read. */
export async function wekanRow(who: Someone, more: Row = {}): Promise<Row> {
  return {
    _id: who.id,
    username: who.username,
    createdAt: { $date: '2021-05-01T12:00:00.000Z' },
    services: {
      password: { bcrypt: await meteorHash(who.password) },
      resume: { loginTokens: [] },
    },
    emails: [{ address: who.email, verified: true }],
    profile: { fullname: 'Ada of Wekan', boardView: 'board-view-lists' },
    isAdmin: false,
    loginDisabled: false,
    authenticationMethod: 'password',
    ...more,
  }
}

let ids = 0

export function liquidRow(who: Someone, more: Row = {}): Row {
  ids += 1
  return {
    _id: { $oid: `65e1f2a0${ids.toString(16).padStart(8, '0')}${'cafe'.repeat(2)}` },
    username: who.username,
    password: bcryptOf(who.password),
    firstName: 'Grace',
    lastName: 'Hopper',
    email: who.email,
    emailVerified: true,
    role: 'user',
    bio: 'Nanoseconds',
    isPrivate: false,
    isActive: true,
    isBanned: false,
    createdAt: { $date: '2024-03-01T00:00:00.000Z' },
    __v: 0,
    ...more,
  }
}
