import type { BatchItem } from 'drizzle-orm/batch'
import { type DrizzleD1Database, drizzle } from 'drizzle-orm/d1'

/**
 * D1 as the core uses it: reads and changes are batches, so that each is one round trip and one
 * transaction, and a failure of the database is told apart from a mistake of ours.
 */

export type Database = DrizzleD1Database & { $client: D1Database }
export type Query = BatchItem<'sqlite'>
export type Rows<Queries extends readonly Query[]> = {
  -readonly [I in keyof Queries]: Queries[I]['_']['result']
}

/** The database did not answer, or answered that it cannot now. Whether it did the work is unknown. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
}

export function openDatabase(d1: D1Database): Database {
  return drizzle(d1)
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

/**
 * What drizzle makes of a query that is to run in a batch. Its own batch for D1 fails on raw
 * statements with values, so the statements are bound here and the rows mapped by drizzle.
 */
interface Preparable {
  _prepare(): {
    getQuery(): { sql: string; params: unknown[] }
    mapResult(result: D1Result, isFromBatch: true): unknown
  }
}

function batch<const Queries extends readonly [Query, ...Query[]]>(
  db: Database,
  queries: Queries,
): Promise<Rows<Queries>> {
  const prepared = queries.map((query) => (query as unknown as Preparable)._prepare())
  const statements = prepared.map((query) => {
    const { sql, params } = query.getQuery()
    return db.$client.prepare(sql).bind(...params)
  })
  return attempt(async () => {
    const results = await db.$client.batch(statements)
    const rows = results.map((result, i) => prepared[i]?.mapResult(result, true))
    return rows as unknown as Rows<Queries>
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
  const queries: readonly [Query, ...Query[]] = [...statements, readBack] as unknown as [Query]
  try {
    const results = await batch(db, queries)
    return results[results.length - 1] as Q['_']['result']
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable) || error.message === 'refused') throw error
    const [found] = await batch(db, [readBack])
    if (isMade(found)) return found
    throw error
  }
}
