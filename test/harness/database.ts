import type { CallLog } from './calls'
import type { Intercept } from './intercept'

interface Statement {
  readonly real: D1PreparedStatement
  readonly sql: string
  readonly values: readonly unknown[]
}

type Row = Record<string, unknown>

/** A D1 that counts and fails as told. Drizzle cannot tell it from the real one. */
export function wrapDatabase(real: D1Database, intercept: Intercept, log: CallLog): D1Database {
  const statements = new WeakMap<D1PreparedStatement, Statement>()

  function wrapStatement(statement: Statement): D1PreparedStatement {
    const { real, sql, values } = statement
    const call = { binding: 'DB', text: sql, alsoMatch: strings(values) } as const

    function allRows<T>(op: string): Promise<D1Result<T>> {
      return intercept({
        ...call,
        op,
        async perform(logged) {
          const result = await (op === 'run' ? real.run<T>() : real.all<T>())
          log.addRows(logged, [result])
          return result
        },
      })
    }

    async function first(column?: string): Promise<unknown> {
      const { results } = await allRows<Row>('first')
      const row = results[0]
      if (row === undefined) return null
      if (column === undefined) return row
      if (row[column] === undefined) {
        throw new Error(`D1_COLUMN_NOTFOUND: Column not found (${column})`)
      }
      return row[column]
    }

    // D1 tells no row counts with raw(). A plain read is done once more to learn them; what writes
    // is asked for objects instead, which only lose columns of equal names.
    function raw(options?: { columnNames?: boolean }): Promise<unknown[]> {
      return intercept({
        ...call,
        op: 'raw',
        async perform(logged) {
          const withNames = options?.columnNames === true
          if (/^\s*(insert|update|delete|replace)\b/i.test(sql) && !withNames) {
            const result = await real.all<Row>()
            log.addRows(logged, [result])
            return result.results.map((row) => Object.values(row))
          }
          const rows = await (withNames ? real.raw({ columnNames: true }) : real.raw())
          if (/^\s*select\b/i.test(sql)) log.addRows(logged, [await real.all()])
          return rows
        },
      })
    }

    const wrapped: D1PreparedStatement = {
      bind: (...bound) => wrapStatement({ real: real.bind(...bound), sql, values: bound }),
      run: () => allRows('run'),
      all: () => allRows('all'),
      first: first as D1PreparedStatement['first'],
      raw: raw as D1PreparedStatement['raw'],
    }
    statements.set(wrapped, statement)
    return wrapped
  }

  // A database and a session of it differ in nothing that is watched.
  function wrapQueries(target: D1Database | D1DatabaseSession) {
    return {
      prepare: (sql: string) => wrapStatement({ real: target.prepare(sql), sql, values: [] }),
      batch<T>(wrapped: D1PreparedStatement[]): Promise<D1Result<T>[]> {
        const known = wrapped.map((statement) => statements.get(statement))
        return intercept({
          binding: 'DB',
          op: 'batch',
          text: known.map((statement) => statement?.sql ?? '').join(';\n'),
          alsoMatch: known.map((statement) => strings(statement?.values ?? [])).join(' '),
          statements: wrapped.length,
          async perform(logged) {
            const results = await target.batch<T>(
              wrapped.map((statement, index) => known[index]?.real ?? statement),
            )
            log.addRows(logged, results)
            return results
          },
        })
      },
    }
  }

  return {
    ...wrapQueries(real),
    exec: (sql) =>
      intercept({
        binding: 'DB',
        op: 'exec',
        text: sql,
        statements: sql.trim().split('\n').length,
        perform: () => real.exec(sql),
      }),
    withSession(constraintOrBookmark) {
      const session = real.withSession(constraintOrBookmark)
      return { ...wrapQueries(session), getBookmark: () => session.getBookmark() }
    },
    dump: () => real.dump(),
  }
}

function strings(values: readonly unknown[]): string {
  return values.filter((value) => typeof value === 'string').join(' ')
}
