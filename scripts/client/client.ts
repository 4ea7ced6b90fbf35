import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { oas31 } from 'zod-openapi'
import { comment, type Field, fieldsOf, key, literal, typeOf } from './types'

/** Writes a client of an API from its document: one file of TypeScript that imports nothing. */

const runtime = readFileSync(join(import.meta.dirname, 'runtime.ts'), 'utf8')

interface Named {
  readonly method: string
  readonly path: string
  readonly id: string
  /** As types begin with it. */
  readonly type: string
  readonly operation: oas31.OperationObject
}

export function clientOf(document: oas31.OpenAPIObject): string {
  const operations = operationsOf(document)
  const { schemas = {}, securitySchemes = {} } = document.components ?? {}
  refuseSameNames([
    ...Object.keys(schemas),
    ...operations.flatMap(({ type }) => [`${type}Input`, `${type}Answer`]),
    ...Array.from(
      runtime.matchAll(/^(?:export )?(?:interface|type|function) (\w+)/gm),
      ([, name]) => name,
    ),
    'Credentials',
    'Client',
    'createClient',
    ...platform,
  ])
  const shapes = Object.entries(schemas).map(([name, schema]) => {
    return `${comment(schema.description)}export type ${name} = ${typeOf(schema)}\n`
  })
  return [
    `// ${document.info.title}. Made from its OpenAPI document by \`npm run client\`: change nothing here.\n`,
    ...shapes,
    ...operations.flatMap((one) => [inputOf(one), answerOf(one)]),
    credentialsOf(securitySchemes),
    `export type Client = ReturnType<typeof createClient>\n`,
    `${comment(document.info.description)}export function createClient(options: Options<Credentials> = {}) {
  const send = senderOf(options)
  return {
${operations.map((one) => functionOf(one, document)).join('')}  }
}\n`,
    runtime.replaceAll(/^export function/gm, 'function'),
  ].join('\n')
}

const platform = [
  'Blob',
  'BodyInit',
  'FormData',
  'Headers',
  'Request',
  'Response',
  'Promise',
  'Error',
]

function refuseSameNames(names: readonly (string | undefined)[]): void {
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  if (twice.length > 0) throw new Error(`The client would have two of ${twice.join(', ')}`)
}

function operationsOf({ paths = {} }: oas31.OpenAPIObject): Named[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]: [string, oas31.OperationObject]) => {
      const id = operation.operationId ?? ''
      if (key(id) !== id) throw new Error(`${method} ${path} has no name for a function: "${id}"`)
      return {
        method: method.toUpperCase(),
        path,
        id,
        type: id[0]?.toUpperCase() + id.slice(1),
        operation,
      }
    }),
  )
}

const groups = [
  ['params', 'path'],
  ['query', 'query'],
  ['headers', 'header'],
] as const

function inputOf({ type, operation }: Named): string {
  return `export type ${type}Input = ${fieldsOf(partsOf(operation), '')}\n`
}

function partsOf({ parameters = [], requestBody }: oas31.OperationObject): Field[] {
  const parts = groups.flatMap(([name, place]): Field[] => {
    const fields = (parameters as oas31.ParameterObject[])
      .filter((one) => one.in === place)
      .map(({ name, schema, required = false, description }) => {
        return { name, schema: schema ?? true, isRequired: required, description }
      })
    const isRequired = fields.some((field) => field.isRequired)
    return fields.length === 0 ? [] : [{ name, schema: fieldsOf(fields, '  '), isRequired }]
  })
  const body = requestBody as oas31.RequestBodyObject | undefined
  if (body) {
    const { name: sent, schema } = sentAs(body)
    const file = sent.startsWith('multipart/') ? 'FormData' : 'Blob | ArrayBuffer'
    parts.push({
      name: 'body',
      schema: schema ? typeOf(schema, '  ') : file,
      isRequired: body.required === true,
      description: body.description,
    })
  }
  return [...parts, { name: 'signal', schema: 'AbortSignal', isRequired: false }]
}

/** The content type that a body is sent as: JSON where it may be. */
function sentAs({ content }: oas31.RequestBodyObject) {
  const [first = ''] = Object.keys(content)
  const name = 'application/json' in content ? 'application/json' : first
  return { name, schema: content[name]?.schema }
}

function answerOf({ type, operation }: Named): string {
  const answers = Object.entries(
    (operation.responses ?? {}) as { [status: string]: oas31.ResponseObject },
  )
  const byBody = Map.groupBy(answers, ([status, answer]) => `${kindOf(status)} ${bodyOf(answer)}`)
  const members = [...byBody.values()].map((all) => {
    const [[status, answer] = ['', { description: '' }]] = all
    return `\n  | ${kindOf(status)}<${all.map(([status]) => status).join(' | ')}, ${bodyOf(answer)}>`
  })
  return `export type ${type}Answer =${members.join('')}\n`
}

const kindOf = (status: string) => (/^2/.test(status) ? 'Good' : 'Bad')

function bodyOf({ content = {} }: oas31.ResponseObject): string {
  const types = Object.entries(content).map(([type, { schema }]) => {
    if (/\bjson$/.test(type)) return typeOf(schema, '  ')
    return type.startsWith('text/') ? 'string' : 'Blob'
  })
  return types.length === 0 ? 'undefined' : [...new Set(types)].join(' | ')
}

type Schemes = { [name: string]: oas31.SecuritySchemeObject | oas31.ReferenceObject }

/** The credentials that a program carries; cookies are the browser's. */
function credentialsOf(schemes: Schemes): string {
  const fields = Object.entries(schemes).flatMap(([name, scheme]): Field[] => {
    if ('$ref' in scheme || headerOf(scheme) === undefined) return []
    const isBasic = scheme.type === 'http' && scheme.scheme === 'basic'
    const schema = isBasic ? '{ readonly username: string; readonly password: string }' : 'string'
    return [{ name, schema, isRequired: false, description: scheme.description }]
  })
  return `export type Credentials = ${fieldsOf(fields, '')}\n`
}

function headerOf(scheme: oas31.SecuritySchemeObject): string | undefined {
  if (scheme.type !== 'apiKey') return 'Authorization'
  return scheme.in === 'header' ? scheme.name : undefined
}

function functionOf(
  { method, path, id, type, operation }: Named,
  document: oas31.OpenAPIObject,
): string {
  const { summary, description, requestBody, responses = {}, security = [] } = operation
  const base = document.servers?.[0]?.url.replace(/\/$/, '') ?? ''
  const schemes = (document.components?.securitySchemes ?? {}) as Schemes
  const takes = security.flatMap(Object.keys).flatMap((name) => {
    const scheme = schemes[name]
    const header = scheme && !('$ref' in scheme) ? headerOf(scheme) : undefined
    return header === undefined ? [] : [`${key(name)}: ${literal(header)}`]
  })
  const sent = requestBody ? sentAs(requestBody as oas31.RequestBodyObject).name : undefined
  const call = [
    `method: ${literal(method)}`,
    `path: ${literal(base + path)}`,
    ...(sent === undefined ? [] : [`type: ${literal(sent)}`]),
    ...(takes.length === 0 ? [] : [`takes: { ${[...new Set(takes)].join(', ')} }`]),
    `statuses: [${Object.keys(responses).join(', ')}]`,
  ]
  const isOptional = partsOf(operation).every(({ isRequired }) => !isRequired)
  const words = [summary, description].filter(Boolean).join('.\n\n')
  return `${comment(words, '    ')}    ${id}: (input: ${type}Input${isOptional ? ' = {}' : ''}) =>
      send<${type}Answer>(
        {
${call.map((line) => `          ${line},\n`).join('')}        },
        input,
      ),
`
}
