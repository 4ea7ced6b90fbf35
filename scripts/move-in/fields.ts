import { isId } from '../../src/core/identifiers'
import type { Row } from './rows'

/** Reads fields of rows, in the ways that MongoDB, PostgreSQL and spreadsheets write the same things. */

/** A field by its path, as in JSON, or by its dotted name, as mongoexport heads a column of CSV. */
export function pick(row: Row, path: string): unknown {
  if (Object.hasOwn(row, path)) return row[path]
  return path.split('.').reduce<unknown>((value, key) => {
    const inside = typeof value === 'string' ? parse(value) : value
    return isObject(inside) && Object.hasOwn(inside, key) ? inside[key] : undefined
  }, row)
}

export function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null
}

/** A column of JSON inside of CSV. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A text, number or MongoDB id as a text; null for what is absent, empty or something else. */
export function textAt(row: Row, ...paths: readonly string[]): string | null {
  for (const path of paths) {
    const value = pick(row, path)
    const plain = isObject(value) ? (value.$oid ?? value.$numberLong ?? value.$numberInt) : value
    if (typeof plain === 'number') return String(plain)
    if (typeof plain === 'string' && plain.trim() !== '') return plain
  }
  return null
}

/** Whether a field says yes. */
export function isSetAt(row: Row, ...paths: readonly string[]): boolean {
  return paths.some((path) => {
    const value = pick(row, path)
    return typeof value === 'string'
      ? /^(true|t|yes|1)$/i.test(value.trim())
      : value === true || value === 1
  })
}

/** A time in milliseconds; null for what is none. */
export function timeAt(row: Row, ...paths: readonly string[]): number | null {
  for (const path of paths) {
    const value = pick(row, path)
    const time = toTime(isObject(value) ? (value.$date ?? value) : value)
    if (time !== null) return time
  }
  return null
}

function toTime(value: unknown): number | null {
  const plain = isObject(value) ? Number(value.$numberLong) : value
  const time = typeof plain === 'string' ? Date.parse(plain) : plain
  return typeof time === 'number' && Number.isFinite(time) ? time : null
}

/** When a MongoDB id was made. */
export function timeOfId(id: string | null): number | null {
  return id !== null && isId(id) ? Number.parseInt(id.slice(0, 8), 16) * 1000 : null
}
