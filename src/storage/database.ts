import type { DrizzleD1Database } from 'drizzle-orm/d1'
import { Placeholder, type SQL } from 'drizzle-orm/sql'
import { type Prepared, select } from './select'
import { write } from './statements'

/**
 * D1 as the core uses it: queries in drizzle's words, which we write and send. The statements of a read or a
 * change are sent at once, so that each is one round trip and one transaction, and a failure of the
 * database is told apart from a mistake of ours.
 */

/** A statement whose rows, or whose outcome, are those of its `_`. */
export interface Query<Result = unknown> {
  readonly _: { readonly result: Result }
}
export type Rows<Queries extends readonly Query[]> = {
  -readonly [I in keyof Queries]: Queries[I]['_']['result']
}

export interface Database {
  readonly $client: D1Database
  readonly select: DrizzleD1Database['select']
  /** A statement of which only its outcome counts. */
  run(statement: SQL): Query<D1Result>
  /** A statement with rows, which have the columns that its text says. */
  all<Row>(statement: SQL): Query<Row[]>
  /** In the place of a statement that has nothing to do: it is not sent, and has no rows. */
  nothing<Row>(): Query<Row[]>
}

/** The database did not answer, or answered that it cannot now. Whether it did the work is unknown. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
}

/**
 * A query that many requests send with other values: built at its first use and kept, because building
 * takes longer than sending. `build` names the values by `sql.placeholder`.
 */
export function keptQuery<Q extends Query>(
  build: (db: Database) => Q,
): (db: Database, values: { readonly [name: string]: unknown }) => Q {
  let kept: Prepared | null = null
  return (db, values) => {
    kept ??= (build(db) as unknown as Preparable)._prepare()
    const filled = kept && { ...kept, params: fillIn(kept.params, values) }
    return { _prepare: () => filled } as unknown as Q
  }
}

function fillIn(params: readonly unknown[], values: { readonly [name: string]: unknown }) {
  return params.map((param) => {
    if (!(param instanceof Placeholder)) return param
    if (!(param.name in values)) throw new Error(`no value for the placeholder ${param.name}`)
    return values[param.name]
  })
}

/** What is in a query, whether drizzle's or ours. */
interface Preparable {
  _prepare(): Prepared | null
}

/** Written when it is sent: what is kept ready for a failure mostly is not. */
function raw<Result>(statement: SQL, read: (result: D1Result) => unknown): Query<Result> {
  return {
    _prepare() {
      const prepared = { sql: '', params: [], read }
      write(statement, prepared)
      return prepared
    },
  } as unknown as Query<Result>
}

export function openDatabase(d1: D1Database): Database {
  return {
    $client: d1,
    select,
    run: (statement) => raw(statement, (result) => result),
    all: (statement) => raw(statement, ({ results }) => results),
    nothing: () => ({ _prepare: () => null }) as unknown as Query<never[]>,
  }
}

/** Texts after which D1 itself advises to repeat an idempotent query. */
const transient = [
  'Network connection lost',
  'storage caused object to be reset',
  'reset because its code was updated',
  'Cannot resolve D1 DB due to transient issue',
]
/** Refusals that a repetition only makes worse. They are tested first, as one holds a transient text. */
const refused = [
  'D1 DB is overloaded',
  'exceeded timeout',
  'exceeded its memory limit',
  'exceeded its CPU time limit',
]
/** Mistakes in our own statements. A table that is missing is a deployment without its migration. */
const mistaken = ['D1_TYPE_ERROR', 'SQLITE_ERROR', 'SQLITE_MISMATCH', 'constraint failed']
const unmigrated = ['no such table', 'no such column', 'has no column named']

function textOf(error: unknown): string {
  const texts: string[] = []
  // drizzle puts D1's own words into the cause, and every bound value into its message.
  for (let cause = error; cause instanceof Error; cause = cause.cause) texts.push(cause.message)
  return texts.join('\n')
}

type Trouble = 'transient' | 'refused' | 'mistaken' | 'unknown'

function troubleOf(error: unknown): Trouble {
  const text = textOf(error)
  const holds = (phrases: readonly string[]) => phrases.some((phrase) => text.includes(phrase))
  if (holds(refused) || holds(unmigrated)) return 'refused'
  if (holds(mistaken)) return 'mistaken'
  return holds(transient) ? 'transient' : 'unknown'
}

const triesMax = 3
const backOffMs = 60

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      const trouble = troubleOf(error)
      if (trouble === 'mistaken') throw error
      if (trouble !== 'transient' || tries === triesMax) {
        throw new DatabaseUnavailable(trouble, { cause: error })
      }
      const waitMs = backOffMs * 2 ** tries * (0.5 + Math.random())
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
}

function batch<const Queries extends readonly [Query, ...Query[]]>(
  db: Database,
  queries: Queries,
): Promise<Rows<Queries>> {
  const prepared = queries.map((query) => (query as unknown as Preparable)._prepare())
  const statements = prepared.flatMap((one) =>
    one === null ? [] : db.$client.prepare(one.sql).bind(...one.params),
  )
  const [only] = statements
  if (only === undefined) return Promise.resolve(prepared.map(() => []) as never)
  // A batch of one costs the shim on both sides more than the statement itself.
  const isSingle = statements.length === 1
  return attempt(async () => {
    const answers = isSingle ? [await only.all()] : await db.$client.batch(statements)
    const results = answers.values()
    return prepared.map((one) => one?.read(results.next().value as D1Result) ?? []) as never
  })
}

/** One round trip for reads, and for statements that are as well run twice as once. */
export function run<const Queries extends readonly [Query, ...Query[]]>(
  db: Database,
  ...queries: Queries
): Promise<Rows<Queries>> {
  return batch(db, queries)
}

/**
 * Makes a change: all statements in one transaction, then `readBack`, whose rows are the answer.
 *
 * The statements must be safe to repeat under the request's own claim, because a connection lost
 * on the way back is answered by sending them again. After any other failure of unknown outcome
 * `readBack` is asked alone, and `isMade` says whether its rows show that the change was made.
 */
export async function commit<Q extends Query>(
  db: Database,
  statements: readonly Query[],
  readBack: Q,
  isMade: (rows: Q['_']['result']) => boolean,
): Promise<Q['_']['result']> {
  const change = { before: statements, claim: readBack, after: [] }
  const [rows] = await commitReturning(db, change, [readBack], isMade)
  return rows
}

/** A change of which one statement says by RETURNING whether it was made. */
export interface Claim<Rows> {
  readonly before?: readonly Query[]
  readonly claim: Query<Rows>
  readonly after: readonly Query[]
}

/**
 * The same where the claim itself gives the rows of the first of `readBacks`: that one is asked only where
 * nobody knows whether the change was made.
 */
export async function commitReturning<const Queries extends readonly [Query, ...Query[]]>(
  db: Database,
  { before = [], claim, after }: Claim<Queries[0]['_']['result']>,
  readBacks: Queries,
  isMade: (rows: Queries[0]['_']['result']) => boolean,
): Promise<Rows<Queries>> {
  try {
    const results = await batch(db, [...before, claim, ...after, ...readBacks.slice(1)] as never)
    const shown = (results as unknown[]).slice(before.length + 1 + after.length)
    return [results[before.length], ...shown] as Rows<Queries>
  } catch (error) {
    return readAfter(error, db, readBacks, isMade)
  }
}

async function readAfter<const Queries extends readonly [Query, ...Query[]]>(
  error: unknown,
  db: Database,
  readBacks: Queries,
  isMade: (rows: Queries[0]['_']['result']) => boolean,
): Promise<Rows<Queries>> {
  if (!(error instanceof DatabaseUnavailable) || error.message === 'refused') throw error
  const found = await batch(db, readBacks)
  if (isMade(found[0])) return found
  throw error
}
