// Reads and writes single texts of wrangler.toml, so that its comments and its order stay. It knows
// the shape in which that file is written: a table per header line, a `key = "value"` per line.

/** The header of a table of an environment; production is the top of the file. */
export function header(environment, table, { isList = false } = {}) {
  const path = environment === 'production' ? table : `env.${environment}.${table}`
  return isList ? `[[${path}]]` : `[${path}]`
}

/** Undefined where it is not set. */
export function readValue(text, headerLine, key) {
  const { lines, from, to } = find(text, headerLine)
  for (const line of lines.slice(from, to)) {
    const [, value] = keyLine(key).exec(line) ?? []
    if (value !== undefined) return JSON.parse(value)
  }
  return undefined
}

export function writeValue(text, headerLine, key, value) {
  const { lines, from, to } = find(text, headerLine)
  const written = `${key} = ${JSON.stringify(value)}`
  const at = lines.findIndex((line, i) => i >= from && i < to && keyLine(key).test(line))
  if (at !== -1) lines[at] = lines[at].replace(keyLine(key), () => written)
  else {
    // After the last key: the comment above the next table belongs to that table.
    const last = lines.findLastIndex((line, i) => i < to && /^\w+\s*=/.test(line))
    lines.splice(Math.max(last, from - 1) + 1, 0, written)
  }
  return lines.join('\n')
}

function keyLine(key) {
  return new RegExp(`^${key}\\s*=\\s*("(?:[^"\\\\]|\\\\.)*")`)
}

/** The lines of a table; the keys before any table are those of the header ''. */
function find(text, headerLine) {
  const lines = text.split('\n')
  const at = headerLine === '' ? -1 : lines.findIndex((line) => line.trim() === headerLine)
  if (headerLine !== '' && at === -1) throw new Error(`wrangler.toml has no ${headerLine}.`)
  const next = lines.findIndex((line, i) => i > at && line.startsWith('['))
  return { lines, from: at + 1, to: next === -1 ? lines.length : next }
}
