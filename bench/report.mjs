// Tables, for a terminal and as Markdown alike.

const digits = (number, places) => (number === null ? '–' : number.toFixed(places))

/** The middle of several ratios, and between what half of them lie. */
const spreadText = ({ median, low, high }) =>
  `${digits(median, 2)} (${digits(low, 2)}–${digits(high, 2)})`

/** A count, with the largest where requests differ. */
const countText = ({ median, max }) =>
  median === max ? `${median}` : `${Math.round(median * 10) / 10}, at most ${max}`

/** Rows of cells under their heads. */
export function table(head, rows) {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => String(row[column]).length)))
  const line = (row) =>
    `| ${row.map((cell, column) => String(cell).padEnd(widths[column])).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(head), rule, ...rows.map(line)].join('\n')
}

/** The same from the name of each column and how its cells are made of what a row is about. */
function tableOf(list, columns) {
  return table(
    Object.keys(columns),
    list.map((one) => Object.values(columns).map((cell) => cell(one))),
  )
}

export function speedTable(results) {
  return tableOf(results, {
    operation: ({ name }) => name,
    'ratio to the floor': ({ ratio }) => spreadText(ratio),
    wanted: ({ target }) => target ?? '–',
    control: ({ control }) => spreadText(control),
    'requests/s': ({ atrium }) => digits(atrium.perSecond, 0),
    'floor’s': ({ floor }) => digits(floor.perSecond, 0),
    'p50 ms': ({ atrium }) => digits(atrium.p50, 2),
    'p99 ms': ({ atrium }) => digits(atrium.p99, 2),
    'floor’s p99': ({ floor }) => digits(floor.p99, 2),
    'CPU ms': ({ atrium }) => digits(atrium.cpuMs, 2),
    'floor’s CPU': ({ floor }) => digits(floor.cpuMs, 2),
  })
}

export function costTable(results) {
  return tableOf(results, {
    operation: ({ name }) => name,
    request: ({ shown }) => `\`${shown}\``,
    'D1 round trips': ({ costs }) => countText(costs.trips),
    statements: ({ costs }) => countText(costs.statements),
    'rows read': ({ costs }) => countText(costs.rowsRead),
    'rows written': ({ costs }) => countText(costs.rowsWritten),
    'round trips after the answer': ({ costs }) => countText(costs.tripsAfter),
  })
}

export function againstTable(results) {
  return tableOf(results, {
    operation: ({ name }) => name,
    'times as fast': ({ ratio }) => spreadText(ratio),
    wanted: ({ target }) => target,
    'requests/s': ({ atrium }) => digits(atrium.perSecond, 0),
    'better-auth’s': ({ betterAuth }) => digits(betterAuth.perSecond, 0),
    'D1 round trips': ({ costs }) => countText(costs.atrium.trips),
    theirs: ({ costs }) => countText(costs.betterAuth.trips),
    'rows written': ({ costs }) => countText(costs.atrium.rowsWritten),
    'theirs ': ({ costs }) => countText(costs.betterAuth.rowsWritten),
    'CPU ms': ({ atrium }) => digits(atrium.cpuMs, 2),
    'theirs  ': ({ betterAuth }) => digits(betterAuth.cpuMs, 2),
  })
}

const startWords = {
  firstMs: 'the first answer, once the runtime listens, ms',
  wholeMs: 'runtime, script and first answer, ms',
  cpuMs: 'processor time of all that, ms',
}

export function startTable(starts, bundles, freshTrips) {
  const { atrium, floor } = bundles
  const rows = starts.map(({ what, atrium, floor, ratio }) => [
    ...[startWords[what], digits(atrium.median, 0), digits(floor.median, 0), spreadText(ratio)],
  ])
  const sizeRatio = digits(atrium.uploadKib / floor.uploadKib, 2)
  return table(
    ['start', 'Atrium', 'floor', 'ratio'],
    [
      ...rows,
      ['D1 round trips of the first session check', freshTrips, '–', '–'],
      ['bundle, KiB gzip', digits(atrium.uploadKib, 1), digits(floor.uploadKib, 1), sizeRatio],
    ],
  )
}

/** Two worlds side by side. */
export function besideTable(small, large) {
  const counted = (number) => number.toLocaleString('en')
  const [few, many] = [counted(small.accounts), counted(large.accounts)]
  const about =
    `Filled with ${many} accounts and ${counted(large.follows)} follows in ` +
    `${digits(large.seconds, 0)} s; the database takes ${digits(large.bytes / 2 ** 30, 2)} GiB.`
  const pairs = small.results.map((one, place) => ({ one, other: large.results[place] }))
  const rows = tableOf(pairs, {
    operation: ({ one }) => one.name,
    [`rows read, ${few}`]: ({ one }) => countText(one.costs.rowsRead),
    [`rows read, ${many}`]: ({ other }) => countText(other.costs.rowsRead),
    [`p99 ms, ${few}`]: ({ one }) => digits(one.atrium.p99, 2),
    [`p99 ms, ${many}`]: ({ other }) => digits(other.atrium.p99, 2),
    'p99, ratio': ({ other }) => spreadText(other.slowestToFirst),
    [`ratio to the floor, ${many}`]: ({ other }) => spreadText(other.ratio),
  })
  return `${about}\n\n${rows}`
}
