import { Column } from 'drizzle-orm/column'
import type { DrizzleD1Database } from 'drizzle-orm/d1'
import { SQL } from 'drizzle-orm/sql'
import { getTableName, Table } from 'drizzle-orm/table'
import { getTableColumns } from 'drizzle-orm/utils'
import { type Written, write, writeSelected } from './statements'

/**
 * SELECTs with drizzle's types. What drizzle builds them with at run time is a fifth of what all of Atrium may
 * weigh, for databases, joins and relations that nobody here asks for; these are the parts that we use.
 */

/** A statement that is ready to be sent, and how its outcome is read. */
export interface Prepared {
  readonly sql: string
  readonly params: readonly unknown[]
  read(result: D1Result): unknown
}

/** What is selected: values by name, some of them together in a group. */
interface Selection {
  readonly [name: string]: Column | SQL | SQL.Aliased | Selection
}

interface Field {
  readonly group: string | null
  readonly name: string
  readonly field: unknown
}

function fieldsOf(selection: Selection, group: string | null = null): Field[] {
  return Object.entries(selection).flatMap(([name, field]) =>
    field instanceof Column || field instanceof SQL || field instanceof SQL.Aliased
      ? { group, name, field }
      : fieldsOf(field, name),
  )
}

type Source = Table | SQL

interface Clauses {
  selection: Selection
  from: Source | undefined
  joins: { readonly kind: 'inner' | 'left'; readonly table: Source; readonly on: SQL | undefined }[]
  where: SQL | undefined
  orderBy: readonly unknown[]
  limit: unknown
  offset: unknown
}

function prepare({ selection, from, joins, where, orderBy, limit, offset }: Clauses): Prepared {
  const fields = fieldsOf(selection)
  const into: Written = { sql: 'select ', params: [] }
  const add = (text: string, part: unknown) => {
    into.sql += text
    write(part, into)
  }
  for (const [i, { field }] of fields.entries()) {
    if (i > 0) into.sql += ', '
    writeSelected(field, into)
  }
  add(' from ', from)
  for (const { kind, table, on } of joins) {
    add(` ${kind} join `, table)
    add(' on ', on)
  }
  if (where) add(' where ', where)
  for (const [i, part] of orderBy.entries()) add(i === 0 ? ' order by ' : ', ', part)
  if (limit !== undefined) add(' limit ', limit)
  if (offset !== undefined) add(' offset ', offset)
  const mayLack = joins.flatMap(({ kind, table }) =>
    kind === 'left' && table instanceof Table ? getTableName(table) : [],
  )
  const readRow = rowReader(fields, mayLack)
  return { ...into, read: ({ results }) => results.map(readRow) }
}

interface Cell {
  readonly name: string
  readonly place: number
  /** Null where it holds what it gives, as most do, and needs not be asked. */
  readonly column: Column | null
}

/** Values by name that are read out of one row. */
interface Part {
  /** Null for what stands in no group. */
  readonly name: string | null
  readonly cells: readonly Cell[]
  /** Whether they are given though none of them is there; else null is, in the place of all. */
  readonly isSure: boolean
  /** What each reading begins with: an object that has all its names already is filled the fastest. */
  readonly blank: { readonly [name: string]: unknown }
}

/** How the values of a row become the shape that was asked for; `mayLack` are tables without a row in some. */
function rowReader(fields: readonly Field[], mayLack: readonly string[]) {
  const parts = [...new Set(fields.map(({ group }) => group))].map((name): Part => {
    const own = fields.filter(({ group }) => group === name)
    const cells = own.map((one) => ({
      name: one.name,
      place: fields.indexOf(one),
      column:
        one.field instanceof Column && one.field.mapFromDriverValue !== asStored ? one.field : null,
    }))
    const last = own.findLast(({ field }) => field instanceof Column)?.field
    return {
      name,
      cells,
      isSure:
        name === null || !(last instanceof Column && mayLack.includes(getTableName(last.table))),
      blank: Object.fromEntries(own.map(({ name }) => [name, null])),
    }
  })
  return (row: unknown): unknown => {
    // D1 hands rows over as objects, with their columns in the order of the query.
    const values: unknown[] = Object.values(Object(row))
    const read: Record<string, unknown> = {}
    for (const part of parts) {
      const filled = fill(part, values)
      if (part.name === null) Object.assign(read, filled)
      else read[part.name] = filled
    }
    return read
  }
}

function fill({ cells, isSure, blank }: Part, values: readonly unknown[]) {
  const filled = { ...blank }
  let isThere = isSure
  for (const { name, place, column } of cells) {
    const value = values[place]
    if (value === null) continue
    isThere = true
    filled[name] = column ? column.mapFromDriverValue(value) : value
  }
  return isThere ? filled : null
}

const asStored = Column.prototype.mapFromDriverValue

/** Without a selection, all columns of the table. */
function selectFrom(selection?: Selection) {
  const clauses: Clauses = {
    selection: selection ?? {},
    from: undefined,
    joins: [],
    where: undefined,
    orderBy: [],
    limit: undefined,
    offset: undefined,
  }
  const set = (changes: Partial<Clauses>) => {
    Object.assign(clauses, changes)
    return query
  }
  const join = (kind: 'inner' | 'left') => (table: Source, on: SQL | undefined) =>
    set({ joins: [...clauses.joins, { kind, table, on }] })
  const query = {
    from: (from: Source) =>
      set(
        selection === undefined && from instanceof Table
          ? { from, selection: getTableColumns(from) }
          : { from },
      ),
    innerJoin: join('inner'),
    leftJoin: join('left'),
    where: (where: SQL | undefined) => set({ where }),
    orderBy: (...orderBy: readonly unknown[]) => set({ orderBy }),
    limit: (limit: unknown) => set({ limit }),
    offset: (offset: unknown) => set({ offset }),
    _prepare: () => prepare(clauses),
  }
  return query
}

export const select = selectFrom as unknown as DrizzleD1Database['select']
