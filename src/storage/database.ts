import { Column } from 'drizzle-orm/column'
import type { DrizzleD1Database } from 'drizzle-orm/d1'
import { is } from 'drizzle-orm/entity'
import { fillPlaceholders, SQL, StringChunk, sql } from 'drizzle-orm/sql'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core/dialect'
import { SQLiteSelectBuilder } from 'drizzle-orm/sqlite-core/query-builders/select'
import { getTableName } from 'drizzle-orm/table'

/**
 * D1 as the core uses it: drizzle builds the queries, and we send them. Reads and changes are batches, so
 * that each is one round trip and one transaction, and a failure of the database is told apart from a
 * mistake of ours.
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

/** A statement that is ready to be sent, and how its outcome is read. */
interface Prepared {
  readonly sql: string
  readonly params: readonly unknown[]
  read(result: D1Result): unknown
}

const dialect = new SQLiteAsyncDialect()

/** What a select asks for: where each value goes, and what knows how it is stored. */
interface Field {
  readonly path: readonly string[]
  readonly field: unknown
}

/** Which tables of a query have a row in each of its rows; those of a left join may have none. */
type Presence = { readonly [table: string]: boolean } | undefined

/** How the values of a row become the shape that was asked for, worked out once a query. */
function rowReader(fields: readonly Field[]): (row: unknown, presence: Presence) => unknown {
  const groups = [
    ...new Set(fields.flatMap(({ path: [name = '', ...rest] }) => (rest.length > 0 ? name : []))),
  ]
  const places = fields.map(({ path, field }) => ({
    group: path.length > 1 ? groups.indexOf(path[0] ?? '') : null,
    name: path.at(-1) ?? '',
    // Most columns hold what they give, and need nobody to be asked.
    column: is(field, Column) && field.mapFromDriverValue !== asStored ? field : null,
    table: is(field, Column) ? getTableName(field.table) : null,
  }))
  const tables = groups.map(
    (_, group) => places.findLast((place) => place.group === group && place.table)?.table ?? null,
  )
  return (row, presence) => {
    // D1 hands rows over as objects, with their columns in the order of the query.
    const values = Object.values(Object(row))
    const read: Record<string, unknown> = {}
    const parts = groups.map((): Record<string, unknown> => ({}))
    const isThere = groups.map((_, group) => presence?.[tables[group] ?? ''] !== false)
    places.forEach(({ group, name, column }, i) => {
      const value = values[i]
      const part = group === null ? read : (parts[group] ?? read)
      part[name] = value === null || !column ? value : column.mapFromDriverValue(value)
      if (group !== null && value !== null) isThere[group] = true
    })
    groups.forEach((name, group) => {
      read[name] = isThere[group] ? parts[group] : null
    })
    return read
  }
}

const asStored = Column.prototype.mapFromDriverValue

/** What drizzle's select asks for when it is to be sent: the part of its sessions that it needs. */
const session = {
  prepareOneTimeQuery(
    { sql, params }: { sql: string; params: unknown[] },
    fields: readonly Field[],
  ) {
    const readRow = rowReader(fields)
    const prepared = {
      sql,
      params,
      /** Set by drizzle once it is prepared. */
      joinsNotNullableMap: undefined as Presence,
      read: ({ results }: D1Result) =>
        results.map((row) => readRow(row, prepared.joinsNotNullableMap)),
    }
    return prepared
  },
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
    const filled = kept && { ...kept, params: fillPlaceholders([...kept.params], { ...values }) }
    return { _prepare: () => filled } as unknown as Q
  }
}

/** What is in a query, whether drizzle's or ours. */
interface Preparable {
  _prepare(): Prepared | null
}

/**
 * The text and values of a raw statement. Drizzle would ask of each of its many parts which of a dozen
 * kinds it is; those of ours are texts, statements and values, and what is left is drizzle's.
 */
function write(chunk: unknown, into: { sql: string; params: unknown[] }): void {
  if (chunk instanceof StringChunk) into.sql += chunk.value.join('')
  else if (chunk instanceof SQL) for (const part of chunk.queryChunks) write(part, into)
  else if (typeof chunk === 'object' && chunk !== null) {
    const { sql: text, params } = dialect.sqlToQuery(sql`${chunk}`)
    into.sql += text
    into.params.push(...params)
  } else if (chunk !== undefined) {
    into.sql += '?'
    into.params.push(chunk)
  }
}

function raw<Result>(statement: SQL, read: (result: D1Result) => unknown): Query<Result> {
  const prepared = { sql: '', params: [], read }
  write(statement, prepared)
  return { _prepare: () => prepared } as unknown as Query<Result>
}

export function openDatabase(d1: D1Database): Database {
  const select = (fields?: object) =>
    new SQLiteSelectBuilder({ fields, session, dialect } as unknown as ConstructorParameters<
      typeof SQLiteSelectBuilder
    >[0])
  return {
    $client: d1,
    select: select as unknown as Database['select'],
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
  if (statements.length === 0) return Promise.resolve(prepared.map(() => []) as never)
  return attempt(async () => {
    const results = (await db.$client.batch(statements)).values()
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
  const [rows] = await commitAndRead(db, statements, [readBack], isMade)
  return rows
}

/** The same where more is read than tells whether the change was made: that is the first of `readBacks`. */
export async function commitAndRead<const Queries extends readonly [Query, ...Query[]]>(
  db: Database,
  statements: readonly Query[],
  readBacks: Queries,
  isMade: (rows: Queries[0]['_']['result']) => boolean,
): Promise<Rows<Queries>> {
  try {
    const results = await batch(db, [...statements, ...readBacks] as unknown as Queries)
    return results.slice(statements.length) as Rows<Queries>
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable) || error.message === 'refused') throw error
    const found = await batch(db, readBacks)
    if (isMade(found[0])) return found
    throw error
  }
}
