// What the server has spoken of, so that some of what is asked for exists.

const heardMax = 40
const namedMax = 8

/** Without what is in `unheard`. */
export function newMemory(unheard) {
  return { texts: [], numbers: [], named: new Map(), unheard: new Set(unheard) }
}

/** Remembers the ids, names and codes of an answer, but no dates; `name` is what it called them. */
export function listen(known, value, name = '') {
  if (typeof value === 'object') {
    const isList = Array.isArray(value)
    for (const [key, part] of Object.entries(value ?? {})) listen(known, part, isList ? name : key)
    return
  }
  if (typeof value === 'boolean' || known.unheard.has(value)) return
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return
  const all = typeof value === 'number' ? known.numbers : known.texts
  const isShort = typeof value === 'number' || (value.length >= 3 && value.length <= 100)
  if (isShort) keep(all, value, heardMax)
  const named = known.named.get(kindOf(name)) ?? []
  keep(named, value, namedMax)
  known.named.set(kindOf(name), named)
}

function keep(list, value, max) {
  if (list.includes(value)) return
  list.push(value)
  if (list.length > max) list.shift()
}

/** What was heard under such a name. */
export function heardAs(known, name) {
  return known.named.get(kindOf(name)) ?? []
}

/** Whatever is called an id, or is somebody, may be the id of anything. */
function kindOf(name) {
  const word = name.toLowerCase().replaceAll(/[^a-z]/g, '')
  return /id$|^(target|source|entry|request|after|file)$/.test(word) ? 'id' : word
}
