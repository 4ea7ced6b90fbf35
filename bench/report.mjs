// Tables, for a terminal and as Markdown alike.

const digits = (number, places) => (number === null ? '–' : number.toFixed(places))

/** The middle of several ratios, and how far they reach. */
export const spreadText = ({ median, min, max }) =>
  `${digits(median, 2)} (${digits(min, 2)}–${digits(max, 2)})`

/** A count, with the largest where requests differ. */
const countText = ({ median, max }) =>
  median === max ? `${median}` : `${Math.round(median * 10) / 10}, at most ${max}`

export function table(head, rows) {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => String(row[column]).length)))
  const line = (row) =>
    `| ${row.map((cell, column) => String(cell).padEnd(widths[column])).join(' | ')} |`
  return [
    line(head),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...rows.map(line),
  ].join('\n')
}

export function speedTable(results) {
  const head = [
    'operation',
    'ratio to the floor',
    'wanted',
    'control',
    'requests/s',
    'floor',
    'p50 ms',
    'p99 ms',
  ]
  const more = ['floor p99', 'CPU ms', 'floor CPU']
  return table(
    [...head, ...more],
    results.map(({ name, ratio, target, control, atrium, floor }) => [
      ...[name, spreadText(ratio), target ?? '–', spreadText(control)],
      ...[digits(atrium.perSecond, 0), digits(floor.perSecond, 0), digits(atrium.p50, 2)],
      ...[
        digits(atrium.p99, 2),
        digits(floor.p99, 2),
        digits(atrium.cpuMs, 2),
        digits(floor.cpuMs, 2),
      ],
    ]),
  )
}

export function costTable(results) {
  return table(
    [
      'operation',
      'request',
      'D1 round trips',
      'statements',
      'rows read',
      'rows written',
      'after the answer',
    ],
    results.map(({ name, shown, costs }) => [
      ...[name, `\`${shown}\``, countText(costs.trips), countText(costs.statements)],
      ...[countText(costs.rowsRead), countText(costs.rowsWritten), countText(costs.tripsAfter)],
    ]),
  )
}

export function againstTable(results) {
  return table(
    [
      'operation',
      'times as fast',
      'wanted',
      'Atrium/s',
      'better-auth/s',
      'D1 round trips',
      'theirs',
      'CPU ms',
      'theirs',
    ],
    results.map(({ name, ratio, target, atrium, betterAuth, costs }) => [
      ...[name, spreadText(ratio), target, digits(atrium.perSecond, 0)],
      ...[digits(betterAuth.perSecond, 0), countText(costs.atrium.trips)],
      ...[countText(costs.betterAuth.trips), digits(atrium.cpuMs, 2), digits(betterAuth.cpuMs, 2)],
    ]),
  )
}

const startWords = {
  firstMs: 'the first answer, once the runtime listens, ms',
  wholeMs: 'runtime, script and first answer, ms',
  cpuMs: 'processor time of all that, ms',
}

export function startTable(starts, { atrium, floor }, freshTrips) {
  const kib = (bundle) => digits(bundle.uploadKib, 1)
  const size = [
    'bundle, KiB gzip',
    kib(atrium),
    kib(floor),
    digits(atrium.uploadKib / floor.uploadKib, 2),
  ]
  const trips = ['D1 round trips of a fresh isolate’s first session check', freshTrips, '–', '–']
  const rows = starts.map(({ what, atrium, floor, ratio }) => [
    ...[startWords[what], digits(atrium.median, 0), digits(floor.median, 0), spreadText(ratio)],
  ])
  return table(['start', 'Atrium', 'floor', 'ratio'], [...rows, size, trips])
}

/** Two worlds side by side. */
export function besideTable(small, large) {
  const rows = small.results.map((one, place) => {
    const other = large.results[place]
    return [
      ...[one.name, countText(one.costs.rowsRead), countText(other.costs.rowsRead)],
      ...[digits(one.atrium.p99, 2), digits(other.atrium.p99, 2)],
      ...[digits(other.atrium.p99 / one.atrium.p99, 2), spreadText(other.ratio)],
    ]
  })
  const [few, many] = [small.accounts, large.accounts].map((count) => count.toLocaleString('en'))
  const head = [`rows read, ${few}`, `rows read, ${many}`, `p99 ms, ${few}`, `p99 ms, ${many}`]
  const about = `Filled with ${many} accounts and ${large.follows.toLocaleString('en')} follows in ${digits(large.fillSeconds, 0)} s; the database takes ${digits(large.bytes / 2 ** 30, 2)} GiB.`
  return `${about}\n\n${table(['operation', ...head, 'p99, ratio', `ratio to the floor, ${many}`], rows)}`
}
