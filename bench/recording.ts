/**
 * What a request asks of the bindings and of the processor, one step after the other, so that the
 * floor can do the same again.
 */

export type Step =
  | { readonly kind: 'batch'; readonly statements: readonly Statement[] }
  | { readonly kind: 'derive'; readonly iterations: number }
  | { readonly kind: 'read'; readonly key: string }
  | { readonly kind: 'write'; readonly key: string; readonly value: string; readonly ttl: number }
  | { readonly kind: 'forget'; readonly key: string }
  | { readonly kind: 'object'; readonly key: string }
  | { readonly kind: 'mail'; readonly message: unknown }

export interface Statement {
  readonly sql: string
  readonly values: readonly unknown[]
}

export interface Recording {
  readonly status: number
  readonly contentType: string
  readonly body: string
  readonly before: readonly Step[]
  /** What the answer did not wait for. */
  readonly after: readonly Step[]
  /** Of the steps before the answer alone. */
  readonly rowsRead: number
  readonly rowsWritten: number
  /** With those after it. */
  readonly whole: Counts
}

export interface Counts {
  rowsRead: number
  rowsWritten: number
  /** How long the database says that it worked. */
  databaseMs: number
}

export interface Tape extends Counts {
  steps: Step[]
}

export function newTape(): Tape {
  return { steps: [], rowsRead: 0, rowsWritten: 0, databaseMs: 0 }
}

/** A D1 that writes down what it is asked. Batches are all that Atrium asks; others are counted as one. */
export function recordDatabase(real: D1Database, tape: () => Tape): D1Database {
  const known = new WeakMap<D1PreparedStatement, { real: D1PreparedStatement } & Statement>()

  function count(results: readonly D1Result<unknown>[]): void {
    for (const { meta } of results) {
      tape().rowsRead += meta.rows_read
      tape().rowsWritten += meta.rows_written
      tape().databaseMs += meta.duration
    }
  }

  function wrap(statement: { real: D1PreparedStatement } & Statement): D1PreparedStatement {
    async function all<T>(): Promise<D1Result<T>> {
      const { sql, values } = statement
      tape().steps.push({ kind: 'batch', statements: [{ sql, values }] })
      const result = await statement.real.all<T>()
      count([result])
      return result
    }
    const wrapped = {
      bind: (...values: unknown[]) =>
        wrap({ real: statement.real.bind(...values), sql: statement.sql, values }),
      all,
      run: all,
      first: async () => (await all()).results[0] ?? null,
      raw: async () => (await all<Record<string, unknown>>()).results.map(Object.values),
    } as unknown as D1PreparedStatement
    known.set(wrapped, statement)
    return wrapped
  }

  return {
    prepare: (sql: string) => wrap({ real: real.prepare(sql), sql, values: [] }),
    async batch<T>(wrapped: D1PreparedStatement[]): Promise<D1Result<T>[]> {
      const statements = wrapped.flatMap((one) => known.get(one) ?? [])
      const asked = statements.map(({ sql, values }) => ({ sql, values }))
      tape().steps.push({ kind: 'batch', statements: asked })
      const results = await real.batch<T>(statements.map((statement) => statement.real))
      count(results)
      return results
    },
  } as unknown as D1Database
}
