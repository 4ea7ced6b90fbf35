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

interface Counts {
  readonly rowsRead: number
  readonly rowsWritten: number
  /** How long the database says that it worked. */
  readonly databaseMs: number
}

export interface Recording extends Counts {
  readonly status: number
  readonly contentType: string
  readonly body: string
  readonly before: readonly Step[]
  /** What the answer did not wait for. */
  readonly after: readonly Step[]
  /** With what came after the answer. */
  readonly whole: Counts
}

interface Entry {
  readonly step: Step
  isAfter: boolean
  results: readonly D1Result<unknown>[]
}

export type Tape = ReturnType<typeof newTape>

/** Writes one request down. */
export function newTape() {
  const entries: Entry[] = []
  let isAnswered = false
  let begunNow: Entry | null = null

  function add(step: Step): Entry {
    const entry: Entry = { step, isAfter: isAnswered, results: [] }
    entries.push(entry)
    begunNow = entry
    queueMicrotask(() => {
      if (begunNow === entry) begunNow = null
    })
    return entry
  }

  function counted(of: readonly Entry[]): Counts {
    const metas = of.flatMap(({ results }) => results.map(({ meta }) => meta))
    const sum = (count: (meta: D1Meta) => number) =>
      metas.reduce((total, meta) => total + count(meta), 0)
    return {
      rowsRead: sum((meta) => meta.rows_read),
      rowsWritten: sum((meta) => meta.rows_written),
      databaseMs: sum((meta) => meta.duration),
    }
  }

  return {
    add,
    /** Work is handed over that has just begun, so the answer does not wait for its first step. */
    defer(): void {
      if (begunNow) begunNow.isAfter = true
    },
    answer(): void {
      isAnswered = true
    },
    end(answer: { status: number; contentType: string; body: string }): Recording {
      const before = entries.filter(({ isAfter }) => !isAfter)
      const after = entries.filter(({ isAfter }) => isAfter)
      return {
        ...answer,
        ...counted(before),
        before: before.map(({ step }) => step),
        after: after.map(({ step }) => step),
        whole: counted(entries),
      }
    },
  }
}

type Wrapped = Statement & { readonly real: D1PreparedStatement }

/** A D1 that writes down what it is asked. A statement that is sent by itself is a batch of one. */
export function recordDatabase(real: D1Database, tape: () => Tape): D1Database {
  const known = new WeakMap<D1PreparedStatement, Wrapped>()

  function wrap(statement: Wrapped): D1PreparedStatement {
    async function all<T>(): Promise<D1Result<T>> {
      const { sql, values } = statement
      const entry = tape().add({ kind: 'batch', statements: [{ sql, values }] })
      const result = await statement.real.all<T>()
      entry.results = [result]
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
      const entry = tape().add({ kind: 'batch', statements: asked })
      const results = await real.batch<T>(statements.map((statement) => statement.real))
      entry.results = results
      return results
    },
  } as unknown as D1Database
}
