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
