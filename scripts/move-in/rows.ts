import { createReadStream, statSync } from 'node:fs'

/** Reads a dump a piece at a time: one JSON object a line, or CSV with a header (RFC 4180). */

export type Row = { readonly [field: string]: unknown }

export interface ReadRow {
  /** The number of the line that it begins on. */
  readonly line: number
  /** Null for what cannot be read. */
  readonly row: Row | null
  /** How much of the file was read so far, from 0 to 1. */
  readonly progress: number
}

/** In characters. A person is no longer than this; a file without line ends would fill the memory. */
const recordLengthMax = 4 * 1024 * 1024

interface Piece {
  readonly text: string
  readonly progress: number
}

async function* readPieces(path: string): AsyncGenerator<Piece> {
  const { size } = statSync(path)
  const stream = createReadStream(path, { encoding: 'utf8' })
  for await (const text of stream)
    yield { text, progress: size === 0 ? 1 : stream.bytesRead / size }
}

interface Line {
  readonly line: number
  readonly text: string
  readonly progress: number
}

/**
 * Cuts a text at its line ends, but for those inside of double quotes where `isQuoted`: a quote inside
 * of quotes is doubled, so that their count alone tells whether a line end is inside.
 */
async function* cutLines(pieces: AsyncIterable<Piece>, isQuoted: boolean): AsyncGenerator<Line> {
  let [line, lineEnds, isInside] = [1, 0, false]
  let pending: string[] = []
  let pendingLength = 0
  let progress = 0
  const take = (): Line => {
    const taken = { line, text: pending.join('').replace(/\r?\n?$/, ''), progress }
    line += lineEnds
    ;[pending, pendingLength, lineEnds] = [[], 0, 0]
    return taken
  }
  for await (const piece of pieces) {
    progress = piece.progress
    let from = 0
    for (const { 0: mark, index } of piece.text.matchAll(isQuoted ? /["\n]/g : /\n/g)) {
      if (mark === '"') {
        isInside = !isInside
        continue
      }
      lineEnds += 1
      if (isInside) continue
      pending.push(piece.text.slice(from, index + 1))
      yield take()
      from = index + 1
    }
    pending.push(piece.text.slice(from))
    pendingLength += piece.text.length - from
    if (pendingLength > recordLengthMax) {
      throw new Error(`Line ${line} does not end: one person a line is expected.`)
    }
  }
  if (pendingLength > 0) yield take()
}

/** The fields of one record of CSV; null where something stands beside the quotes. */
export function splitRecord(record: string): string[] | null {
  const fields: string[] = []
  const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y
  for (;;) {
    const found = field.exec(record)
    if (!found) return null
    const [, quoted, plain = '', end] = found
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === '') return fields
  }
}

function parseObject(text: string): Row | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Row)
      : null
  } catch {
    return null
  }
}

/** An empty field of CSV is an absent one. */
function toRow(header: readonly string[], record: string): Row | null {
  const fields = splitRecord(record)
  if (fields?.length !== header.length) return null
  return Object.fromEntries(header.map((name, i) => [name, fields[i] === '' ? null : fields[i]]))
}

async function* prepend(first: Piece, rest: AsyncIterable<Piece>): AsyncGenerator<Piece> {
  yield { ...first, text: first.text.replace(/^\ufeff/, '') }
  yield* rest
}

/** Throws where the file is in neither form. */
export async function* readRows(path: string): AsyncGenerator<ReadRow> {
  const reader = readPieces(path)
  const first = await reader.next()
  if (first.done) return
  const pieces = prepend(first.value, reader)
  const start = first.value.text.replace(/^\ufeff/, '').trimStart()
  if (start.startsWith('[')) {
    throw new Error('The file is one JSON array: one object a line is expected.')
  }
  const isJson = start.startsWith('{')
  let header: string[] | null = null
  for await (const { line, text, progress } of cutLines(pieces, !isJson)) {
    if (text.trim() === '') continue
    if (isJson) yield { line, row: parseObject(text), progress }
    else if (header) yield { line, row: toRow(header, text), progress }
    else {
      header = (splitRecord(text) ?? []).map((name) => name.trim())
      if (header.length < 2 || new Set(header).size < header.length) {
        throw new Error('The file is neither JSON, one object a line, nor CSV with a header.')
      }
    }
  }
}
