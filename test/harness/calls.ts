/** The bindings that are watched, and which of their methods reach outside the Worker. */
export const operations = {
  DB: ['batch', 'run', 'all', 'first', 'raw', 'exec'],
  KV: ['get', 'getWithMetadata', 'put', 'delete', 'list'],
  R2: ['get', 'head', 'put', 'delete', 'list', 'createMultipartUpload'],
  MAIL: ['send'],
  RATE_LIMIT: ['limit'],
} as const

export type BindingName = keyof typeof operations

export const bindingNames = Object.keys(operations) as BindingName[]

/** One call of a binding. `text` says what it touched; parameters of SQL are left out. */
export interface LoggedCall {
  readonly binding: BindingName
  readonly op: string
  readonly text: string
  readonly statements: number
  rowsRead: number
  rowsWritten: number
}

const logMax = 2000

export type CallLog = ReturnType<typeof createCallLog>

/** Counts every call from the moment it is made, so that one that fails or hangs is counted too. */
export function createCallLog() {
  let counts = emptyCounts()
  let database = { statements: 0, roundTrips: 0, rowsRead: 0, rowsWritten: 0 }
  let log: LoggedCall[] = []

  return {
    begin(binding: BindingName, op: string, text: string, statements: number): LoggedCall {
      const call = { binding, op, text, statements, rowsRead: 0, rowsWritten: 0 }
      counts[binding][op] = (counts[binding][op] ?? 0) + 1
      if (binding === 'DB') {
        database.roundTrips += 1
        database.statements += statements
      }
      log.push(call)
      if (log.length > logMax) log = log.slice(-logMax)
      return call
    },

    addRows(call: LoggedCall, results: readonly D1Response[]): void {
      for (const { meta } of results) {
        call.rowsRead += meta.rows_read
        call.rowsWritten += meta.rows_written
        database.rowsRead += meta.rows_read
        database.rowsWritten += meta.rows_written
      }
    },

    report(withLog: boolean) {
      return {
        DB: { calls: counts.DB, ...database },
        KV: { calls: counts.KV },
        R2: { calls: counts.R2 },
        MAIL: { calls: counts.MAIL },
        RATE_LIMIT: { calls: counts.RATE_LIMIT },
        ...(withLog ? { log } : {}),
      }
    },

    reset(): void {
      counts = emptyCounts()
      database = { statements: 0, roundTrips: 0, rowsRead: 0, rowsWritten: 0 }
      log = []
    },
  }
}

function emptyCounts(): Record<BindingName, Record<string, number>> {
  return { DB: {}, KV: {}, R2: {}, MAIL: {}, RATE_LIMIT: {} }
}
