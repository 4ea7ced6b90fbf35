import type { oas31 } from 'zod-openapi'

/** Writes the schemas of a document as types. */

type Schema = oas31.SchemaObject | oas31.ReferenceObject | boolean

/** What a value of this schema is in TypeScript, over as many lines as it needs. */
export function typeOf(schema: Schema | undefined, indent = ''): string {
  if (schema === undefined || schema === true) return 'unknown'
  if (schema === false) return 'never'
  if ('$ref' in schema && schema.$ref) return nameIn(schema.$ref)
  const { const: only, enum: allowed, type, not } = schema as oas31.SchemaObject
  if (only !== undefined) return literal(only)
  if (allowed) return union(allowed.map(literal))
  const options = optionsOf(schema)
  if (options[0] !== schema) return union(options.map((one) => typeOf(one, indent)))
  const { allOf } = schema as oas31.SchemaObject
  if (allOf) return allOf.map((one) => grouped(one, indent)).join(' & ')
  if (Array.isArray(type)) {
    return union(
      type.map((one) => typeOf({ ...(schema as oas31.SchemaObject), type: one }, indent)),
    )
  }
  if (type === undefined) return not ? 'never' : 'unknown'
  return ofType(schema as oas31.SchemaObject, indent)
}

function ofType(schema: oas31.SchemaObject, indent: string): string {
  switch (schema.type) {
    case 'string':
      return schema.format === 'binary' ? 'Blob' : 'string'
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return schema.prefixItems
        ? `readonly [${schema.prefixItems.map((one) => typeOf(one, indent)).join(', ')}]`
        : `readonly ${grouped(schema.items, indent)}[]`
    case 'object':
      return objectOf(schema, indent)
    default:
      return String(schema.type)
  }
}

function objectOf(
  { properties = {}, required = [], additionalProperties }: oas31.SchemaObject,
  indent: string,
) {
  const fields = Object.entries(properties).map(([name, schema]) => {
    return { name, schema, isRequired: required.includes(name) }
  })
  const rest = additionalProperties ?? fields.length === 0
  if (fields.length > 0) return fieldsOf(fields, indent)
  return `{ readonly [name: string]: ${typeOf(rest, indent)} }`
}

const noFields = '{ readonly [name: string]: never }'

export interface Field {
  readonly name: string
  readonly schema: Schema | string
  readonly isRequired: boolean
  readonly description?: string | undefined
}

/** An object type; a schema that is text is a type already. */
export function fieldsOf(fields: readonly Field[], indent: string): string {
  const inner = `${indent}  `
  const lines = fields.map(({ name, schema, isRequired, description }) => {
    const type = typeof schema === 'string' ? schema : typeOf(schema, inner)
    const words = description ?? (typeof schema === 'object' ? schema.description : undefined)
    return `${comment(words, inner)}${inner}readonly ${key(name)}${isRequired ? '' : '?'}: ${type}\n`
  })
  return lines.length === 0 ? noFields : `{\n${lines.join('')}${indent}}`
}

/** A doc comment on lines of its own, or nothing. */
export function comment(words: string | undefined, indent = ''): string {
  if (!words) return ''
  const lines = words.replaceAll('*/', '* /').split('\n')
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`
}

export const key = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name))

/** As JSON, but for the quotes. */
export function literal(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

/** One text of many is any text. */
function union(types: readonly string[]): string {
  const isAnyText = types.includes('string')
  const kept = types.filter((type) => !(isAnyText && /^'[^|]*'$/.test(type)))
  return [...new Set(kept)].join(' | ')
}

/** For where a list or an intersection is made of it. */
function grouped(schema: Schema | undefined, indent: string): string {
  const type = typeOf(schema, indent)
  const { type: kind, enum: allowed } = Object(schema) as oas31.SchemaObject
  const isOne = optionsOf(schema).length < 2 && !allowed && !Array.isArray(kind) && kind !== 'array'
  return isOne ? type : `(${type})`
}

/** What it may be, however deep the choices are nested. */
function optionsOf(schema: Schema | undefined): readonly (Schema | undefined)[] {
  const { anyOf, oneOf } = Object(schema) as oas31.SchemaObject
  return (anyOf ?? oneOf)?.flatMap(optionsOf) ?? [schema]
}

function nameIn(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1)
}
