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
export interface Selection {
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
  fields: Field[]
  from: Source | undefined
  joins: { readonly kind: 'inner' | 'left'; readonly table: Source; readonly on: SQL | undefined }[]
  where: SQL | undefined
  orderBy: readonly unknown[]
  limit: unknown
  offset: unknown
}

function prepare({ fields, from, joins, where, orderBy, limit, offset }: Clauses): Prepared {
  const into: Written = { sql: 'select ', params: [] }
  const add = (text: string, part: unknown) => {
    into.sql += text
    write(part, into)
  }
  writeFields(fields, into)
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

/** A statement that changes rows of one table, and gives columns of those that it changed. */
export function prepareReturning(statement: SQL, selection: Selection): Prepared {
  const into: Written = { sql: '', params: [] }
  write(statement, into)
  const fields = fieldsOf(selection)
  into.sql += ' returning '
  writeFields(fields, into)
  const readRow = rowReader(fields, [])
  return { ...into, read: ({ results }) => results.map(readRow) }
}

function writeFields(fields: readonly Field[], into: Written): void {
  for (const [i, { field }] of fields.entries()) {
    if (i > 0) into.sql += ', '
    writeSelected(field, into)
  }
}

/** How the values of a row become the shape that was asked for; `mayLack` are tables without a row in some. */
function rowReader(fields: readonly Field[], mayLack: readonly string[]) {
  const groups = [...new Set(fields.flatMap(({ group }) => group ?? []))]
  const places = fields.map(({ group, name, field }) => ({
    group: group === null ? null : groups.indexOf(group),
    name,
    // Most columns hold what they give, and need nobody to be asked.
    column: field instanceof Column && field.mapFromDriverValue !== asStored ? field : null,
  }))
  const isSure = groups.map((name) => {
    const column = fields.findLast(({ group, field }) => group === name && field instanceof Column)
    return !(column?.field instanceof Column && mayLack.includes(getTableName(column.field.table)))
  })
  return (row: unknown): unknown => {
    // D1 hands rows over as objects, with their columns in the order of the query.
    const values = Object.values(Object(row))
    const read: Record<string, unknown> = {}
    const parts = groups.map((): Record<string, unknown> => ({}))
    const isThere = [...isSure]
    places.forEach(({ group, name, column }, i) => {
      const value = values[i]
      const part = group === null ? read : (parts[group] ?? read)
      part[name] = value === null || !column ? value : column.mapFromDriverValue(value)
      if (group !== null && value !== null) isThere[group] = true
    })
    groups.forEach((name, group) => {
      read[name] = isThere[group] ? parts[group] : null
    })
    return read
  }
}

const asStored = Column.prototype.mapFromDriverValue

/** Without a selection, all columns of the table. */
function selectFrom(selection?: Selection) {
  const clauses: Clauses = {
    fields: fieldsOf(selection ?? {}),
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
    from(table: Source) {
      const isWhole = selection === undefined && table instanceof Table
      return set({
        from: table,
        ...(isWhole ? { fields: fieldsOf(getTableColumns(table)) } : {}),
      })
    },
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
