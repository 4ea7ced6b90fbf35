import fc from 'fast-check'
import { heardAs } from './memory.mjs'

// Values for a schema of a document: good ones, and those of which much software dies.

const nasty = [
  '',
  ' ',
  '\0',
  'null',
  'undefined',
  '__proto__',
  '-1',
  '1e400',
  '9'.repeat(40),
  '%00',
  '%',
  "' OR 1=1 --",
  '{"$ne": null}',
  '<script>alert(1)</script>',
  '../../etc/passwd',
  '\ud800',
  '\u202eevil',
  '👩‍👩‍👧‍👦'.repeat(20),
  'é'.normalize('NFD').repeat(200),
  'x'.repeat(10_000),
]

export const strange = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, [], {}, [[]], { constructor: 1 }),
  fc.jsonValue({ maxDepth: 3 }),
)

/** Texts that may stand in an address. */
export const strangeText = fc
  .oneof(fc.constantFrom(...nasty), fc.string({ unit: 'binary', maxLength: 40 }))
  .map((text) => text.toWellFormed().slice(0, 2000))

const formats = {
  uuid: () => fc.uuid(),
  email: () => fc.emailAddress(),
  uri: () => fc.webUrl(),
  'date-time': () =>
    fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
      .map((date) => date.toISOString()),
}

/**
 * Values that a schema takes. `known` are texts and numbers that the server has spoken of, so that
 * some of what is asked for exists.
 */
export function valuesOf(schema, document, known) {
  const values = (part) => valuesOf(part, document, known)
  if (schema === undefined || schema === true) return strange
  if (schema.$ref) return values(resolve(schema.$ref, document))
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const options = schema.anyOf ?? schema.oneOf
  if (options) return fc.oneof(...options.map(values))
  if (schema.allOf)
    return fc.tuple(...schema.allOf.map(values)).map((all) => Object.assign({}, ...all))
  if (Array.isArray(schema.type)) {
    return fc.oneof(...schema.type.map((type) => values({ ...schema, type })))
  }
  switch (schema.type) {
    case 'string':
      return texts(schema, known)
    case 'integer':
    case 'number':
      return numbers(schema, known)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return fc.array(values(schema.items), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(schema.minItems ?? 0, Math.min(schema.maxItems ?? 3, 3)),
      })
    case 'object':
      return objects(schema, values, known)
    default:
      return strange
  }
}

export function resolve(ref, document) {
  const path = ref.slice(2).split('/')
  return path.reduce((part, key) => part[key.replaceAll('~1', '/').replaceAll('~0', '~')], document)
}

function texts({ format, pattern, minLength = 0, maxLength = 200 }, known) {
  const fits = (text) =>
    text.length >= minLength &&
    text.length <= maxLength &&
    (pattern === undefined || new RegExp(pattern, 'u').test(text))
  const made =
    pattern === undefined
      ? (formats[format]?.() ??
        fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, minLength + 30) }))
      : fc.stringMatching(new RegExp(pattern, 'u')).filter(fits)
  // Some ids are numbers, and stand in addresses as texts.
  const spoken =
    pattern === undefined ? known.texts : [...known.texts, ...known.numbers.map(String)]
  const heard = spoken.filter(fits)
  return heard.length === 0 ? made : fc.oneof(made, fc.constantFrom(...heard))
}

function numbers({ type, minimum = -1000, maximum = 1000 }, known) {
  const range = { min: minimum, max: Math.max(minimum, maximum) }
  const made =
    type === 'integer' ? fc.integer(clamped(range)) : fc.double({ ...range, noNaN: true })
  const heard = known.numbers.filter((number) => number >= minimum && number <= range.max)
  return heard.length === 0 ? made : fc.oneof(made, fc.constantFrom(...heard))
}

function clamped({ min, max }) {
  return { min: Math.max(min, -(2 ** 31)), max: Math.min(max, 2 ** 31 - 1) }
}

/** What people put into fields of such names, where a schema lets more through than the rules do. */
const meant = [
  [/^user_?name$/i, fc.stringMatching(/^[a-z][a-z0-9]{7,14}$/)],
  [/e-?mail/i, fc.stringMatching(/^[a-z]{5,10}@example\.com$/)],
  [/password$/i, fc.constant('a long enough password')],
  [/name$/i, fc.constantFrom('Ada', 'Байрон', '小泉')],
]

/** An example with names and addresses that nobody has taken yet. */
export function renewed(example) {
  if (typeof example !== 'object' || example === null) return fc.constant(example)
  if (Array.isArray(example)) return fc.tuple(...example.map(renewed))
  const fields = Object.entries(example).map(([name, value]) => {
    const [, likely] = meant.find(([pattern]) => pattern.test(name)) ?? []
    return [name, typeof value === 'string' && likely ? likely : renewed(value)]
  })
  return fc.record(Object.fromEntries(fields))
}

function objects({ properties = {}, required = [] }, values, known) {
  const fields = Object.entries(properties).map(([name, part]) => {
    const [, likely] = meant.find(([pattern]) => pattern.test(name)) ?? []
    const heard = heardAs(known, name)
    const spoken = heard.length === 0 ? [] : [fc.constantFrom(...heard)]
    return [name, fc.oneof(values(part), ...(likely ? [likely] : []), ...spoken)]
  })
  return fc.record(Object.fromEntries(fields), { requiredKeys: required })
}
