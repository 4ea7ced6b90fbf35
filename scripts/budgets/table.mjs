import { label } from './counting.mjs'
import { groups, operations } from './operations.mjs'

// The table, and what is wrong with it.

const head = [
  '| request | D1 round trips | budget | statements | rows read | rows written | after the answer | KV |',
  '| --- | --- | --- | --- | --- | --- | --- | --- |',
]

/** A table per group, below its name. */
export function renderTables(rows) {
  return groups
    .map(({ name, title }) => ({ title, own: rows.filter(({ group }) => group === name) }))
    .filter(({ own }) => own.length > 0)
    .map(({ title, own }) => [`### ${title}`, '', ...head, ...own.map(renderRow)].join('\n'))
    .join('\n\n')
}

function renderRow({ name, variant, trips, budget, statements, rowsRead, rowsWritten, after, kv }) {
  const request = `\`${name}\`${variant === undefined ? '' : `, ${variant}`}`
  const cells = [request, trips, budget, statements, rowsRead, rowsWritten, after]
  return `| ${[...cells, kv.join(', ') || '–'].join(' | ')} |`
}

/** Broken budgets, budgets of their own that are wider than they need to be, and what was not counted. */
export function findProblems(rows) {
  const counted = new Set(rows.map(({ operation }) => operation.id))
  return [
    ...rows
      .filter(({ trips, budget }) => trips > budget)
      .map((row) => `${label(row)}: ${row.trips} round trips, the budget is ${row.budget}`),
    ...rows
      .filter(({ isOwnBudget, trips, budget }) => isOwnBudget && trips < budget)
      .map((row) => `${label(row)}: ${row.trips} round trips, its own budget is ${row.budget}`),
    ...[...operations.keys()].filter((id) => !counted.has(id)).map((id) => `${id} is not counted`),
  ]
}
