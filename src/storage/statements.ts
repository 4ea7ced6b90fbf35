import { Column } from 'drizzle-orm/column'
import { Param, SQL, StringChunk } from 'drizzle-orm/sql'
import { getTableName, Table } from 'drizzle-orm/table'

/**
 * The text and values of a statement, out of what drizzle's `sql` and its conditions are made of. Drizzle's own
 * writer knows four databases and asks of each of the many parts which of a dozen kinds it is; this one
 * is what SQLite needs, a tenth of it.
 */

export interface Written {
  sql: string
  params: unknown[]
}

const quoted = (name: string) => `"${name}"`

/** Appends a part of a statement. What is none of drizzle's kinds is a value; a placeholder is one too, to be filled. */
export function write(part: unknown, into: Written): void {
  if (part instanceof StringChunk) for (const text of part.value) into.sql += text
  else if (part instanceof SQL) for (const chunk of part.queryChunks) write(chunk, into)
  else if (part instanceof Column) {
    into.sql += `${quoted(getTableName(part.table))}.${quoted(part.name)}`
  } else if (part instanceof Table) into.sql += quoted(getTableName(part))
  else if (part instanceof SQL.Aliased) into.sql += quoted(part.fieldAlias)
  else if (part instanceof Param) writeValue(part.encoder.mapToDriverValue(part.value), into)
  else if (part !== undefined) writeValue(part, into)
}

function writeValue(value: unknown, into: Written): void {
  into.sql += '?'
  into.params.push(value)
}

/** What is selected has a name of its own where it is given one. */
export function writeSelected(field: unknown, into: Written): void {
  const isNamed = field instanceof SQL.Aliased
  write(isNamed ? field.sql : field, into)
  if (isNamed) into.sql += ` as ${quoted(field.fieldAlias)}`
}
