import fc from 'fast-check'
import { heardAs } from './memory.mjs'
import { renewed, resolve, strange, strangeText, valuesOf } from './values.mjs'

// Requests to an operation as its document has it: as it wants them, and wrong in every way we know.

/**
 * Gives requests as `{method, path, headers, body, isKnown}`; not `isKnown` is a method nobody offers.
 * `own` are fields that are right for this person, and right together.
 */
export function requestsTo(operation, document, { known, person, origin, own }) {
  const { method, path, spec } = operation
  return fc
    .record({
      address: addresses(path, spec, document, known, own),
      credentials: credentials(spec, document, person, origin),
      body: method === 'get' ? fc.constant({}) : bodies(spec, document, known, own),
      given: headers(spec, document, known, own),
      otherMethod: fc.integer({ min: 0, max: 30 }),
    })
    .map(({ address, credentials, body, given, otherMethod }) => {
      const other = otherMethod === 0 ? methodsNot(operation) : undefined
      return {
        method: (other ?? method).toUpperCase(),
        path: document.servers[0].url.replace(/\/$/, '') + address,
        headers: { ...given, ...credentials, ...(other === 'get' ? {} : body.headers) },
        body: other === 'get' ? undefined : body.body,
        isKnown: other === undefined,
      }
    })
}

function methodsNot({ offered }) {
  return ['delete', 'patch', 'put', 'post'].find((method) => !offered.includes(method))
}

function addresses(path, { parameters = [] }, document, known, own) {
  const inPath = parameters.filter((one) => one.in === 'path')
  const inQuery = parameters.filter((one) => one.in === 'query')
  const segment = (parameter) =>
    fc
      .oneof(
        { arbitrary: textsOf(parameter, document, known, own), weight: 4 },
        { arbitrary: strangeText, weight: 1 },
      )
      // An address loses empty segments and dots before it is sent.
      .filter((text) => text !== '' && !/^\.{1,2}$/.test(text))
  const segments = fc.record(Object.fromEntries(inPath.map((one) => [one.name, segment(one)])))
  const query = fc.record(
    Object.fromEntries(
      inQuery.map((one) => [
        one.name,
        fc.oneof(
          {
            arbitrary: fc.array(textsOf(one, document, known, own), { minLength: 1, maxLength: 1 }),
            weight: 6,
          },
          { arbitrary: fc.array(strangeText, { minLength: 1, maxLength: 2 }), weight: 1 },
        ),
      ]),
    ),
    { requiredKeys: [] },
  )
  return fc.tuple(segments, query).map(([segments, query]) => {
    const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(segments[name]))
    const asked = new URLSearchParams()
    for (const [name, texts] of Object.entries(query)) {
      for (const text of texts) asked.append(name, text)
    }
    return asked.size === 0 ? filled : `${filled}?${asked}`
  })
}

/** A value where only texts stand. An object may have a field `toString`, and then makes no text by itself. */
function textOf(value) {
  return typeof value === 'string' ? value : String(JSON.stringify(value))
}

function textsOf({ name, schema, example }, document, known, own) {
  const made = valuesOf(schema, document, known).map((value) => textOf(value).toWellFormed())
  const heard = heardAs(known, name).map((value) => textOf(value).toWellFormed())
  const given = example === undefined ? heard : [...heard, String(example)]
  const likely = given.length === 0 ? made : fc.oneof(made, fc.constantFrom(...given))
  return name in own ? fc.oneof(likely, fc.constant(String(own[name]))) : likely
}

function headers({ parameters = [] }, document, known, own) {
  const named = parameters.filter((one) => one.in === 'header')
  const fields = named.map((one) => [
    one.name,
    // What no program could send is left out.
    textsOf(one, document, known, own).filter((text) =>
      /^[\x21-\x7e][\x20-\x7e]*(?<! )$/.test(text),
    ),
  ])
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] })
}

/** None, wrong ones, or those of a person in any of the ways that the operation knows. */
function credentials({ security = [] }, document, person, origin) {
  const schemes = security.flatMap((one) =>
    Object.keys(one).map((name) => [document.components.securitySchemes[name], name]),
  )
  const good = schemes.map(([scheme, name]) => shown(scheme, person[name] ?? person))
  const ways = [...good, ...schemes.map(([scheme]) => shown(scheme, stranger))]
  return fc
    .record({
      way: fc.oneof(
        { arbitrary: fc.constantFrom({}, ...ways), weight: 1 },
        { arbitrary: fc.constantFrom(...(good.length > 0 ? good : [{}])), weight: 4 },
      ),
      from: fc.constantFrom(origin, origin, origin, undefined, 'https://elsewhere.example'),
    })
    .map(({ way, from }) => ({ ...way, ...(from === undefined ? {} : { Origin: from }) }))
}

const stranger = { token: 'A'.repeat(43), username: 'nobody.at.all', password: 'wrong password' }

function shown(scheme, { token, username, password }) {
  if (scheme.type === 'apiKey') {
    return scheme.in === 'cookie' ? { Cookie: `${scheme.name}=${token}` } : { [scheme.name]: token }
  }
  const isBasic = scheme.type === 'http' && scheme.scheme === 'basic'
  const basic = Buffer.from(`${username}:${password}`).toString('base64')
  return { Authorization: isBasic ? `Basic ${basic}` : `Bearer ${token}` }
}

function bodies({ requestBody }, document, known, own) {
  if (!requestBody) return fc.constant({})
  const [type, { schema, examples = {} }] = Object.entries(requestBody.content)[0]
  const types = Object.keys(requestBody.content)
  if (schema === undefined) return files(type)
  if (type === 'multipart/form-data') return uploads(fieldsOf(schema, document))
  const good = fc.oneof(
    valuesOf(schema, document, known),
    ...Object.values(examples).map(({ value }) => fc.oneof(fc.constant(value), renewed(value))),
  )
  const fields = fieldsOf(schema, document)
  const ours = Object.fromEntries(Object.entries(own).filter(([name]) => fields.includes(name)))
  const right = good.map((value) => ({ ...Object(value), ...ours }))
  const wrong = fc
    .tuple(
      good,
      fc.constantFrom('nothing', ...fields),
      strange,
      fc.constantFrom('set', 'drop', 'add'),
    )
    .map(([value, field, odd, how]) => changed(value, field, odd, how))
  const asJson = (values) => values.map((value) => ({ type, text: JSON.stringify(value) }))
  const asForm = good.map((value) => ({
    type: 'application/x-www-form-urlencoded',
    text: String(
      new URLSearchParams(Object.entries(Object(value)).map(([k, v]) => [k, textOf(v)])),
    ),
  }))
  const broken = fc.constantFrom(
    { type, text: '' },
    { type, text: '{"a":' },
    { type, text: '{"a":1}}' },
    { type, text: '\ufeff{}' },
    { type, text: `"${'x'.repeat(70_000)}"` },
    { type, text: '['.repeat(5000) },
    { type: 'text/plain', text: '{}' },
    { type: 'application/xml', text: '<a/>' },
    { type: 'multipart/form-data; boundary=x', text: '--x--' },
    { type: '', text: '{}' },
  )
  return fc
    .oneof(
      { arbitrary: asJson(good), weight: 5 },
      { arbitrary: asJson(right), weight: 2 * Object.keys(ours).length },
      { arbitrary: asJson(wrong), weight: 5 },
      ...(types.includes('application/x-www-form-urlencoded')
        ? [{ arbitrary: asForm, weight: 1 }]
        : []),
      { arbitrary: asJson(strange), weight: 1 },
      { arbitrary: broken, weight: 1 },
    )
    .map(({ type, text }) => ({
      headers: type === '' ? {} : { 'Content-Type': type },
      // As bytes, to which nobody adds a type.
      body: Buffer.from(text),
    }))
}

function changed(value, field, odd, how) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return odd
  if (how === 'add') return { ...value, surplus: odd }
  const { [field]: _, ...rest } = value
  return how === 'drop' ? rest : { ...rest, [field]: odd }
}

/** The names of whatever an operation may be told. */
export function namesIn({ parameters = [], requestBody }, document) {
  const [sent] = Object.values(requestBody?.content ?? {})
  const fields = sent?.schema ? fieldsOf(sent.schema, document) : []
  return [...parameters.map(({ name }) => name), ...fields]
}

function fieldsOf(schema, document) {
  const { properties, anyOf = [] } = schema.$ref ? resolve(schema.$ref, document) : schema
  return properties ? Object.keys(properties) : anyOf.flatMap((one) => fieldsOf(one, document))
}

/** One pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=',
  'base64',
)

/** Files in forms, some of which are pictures, and some of the forms whole. */
function uploads(fields) {
  const some = fc.uint8Array({ maxLength: 2000 })
  return fc
    .record({
      field: fc.constantFrom(...fields, ...fields, 'surplus'),
      file: fc.oneof(
        fc.constant(picture),
        some,
        some.map((bytes) => Buffer.concat([picture.subarray(0, 33), bytes])),
      ),
      attributes: fc.constantFrom('; filename="a.png"', '; filename="a.png"', ''),
      end: fc.constantFrom('\r\n--x--\r\n', '\r\n--x--\r\n', '\r\n--x--\r\n', ''),
      type: fc.constantFrom(
        ...Array(6).fill('multipart/form-data; boundary=x'),
        'multipart/form-data',
        'application/json',
      ),
    })
    .map(({ field, file, attributes, end, type }) => ({
      headers: { 'Content-Type': type },
      body: Buffer.concat([
        Buffer.from(`--x\r\nContent-Disposition: form-data; name="${field}"${attributes}\r\n\r\n`),
        file,
        Buffer.from(end),
      ]),
    }))
}

const pngBegins = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

function files(type) {
  const types = type === '*/*' ? ['application/octet-stream', 'image/png'] : [type]
  return fc
    .record({
      type: fc.constantFrom(...types),
      begins: fc.constantFrom([], pngBegins),
      bytes: fc.uint8Array({ maxLength: 2000 }),
    })
    .map(({ type, begins, bytes }) => ({
      headers: { 'Content-Type': type },
      body: Buffer.from([...begins, ...bytes]),
    }))
}
