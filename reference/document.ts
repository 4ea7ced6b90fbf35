import { STATUS_CODES } from 'node:http'
import * as z from 'zod/mini'
import {
  createDocument,
  createSchema,
  type oas31,
  type ZodOpenApiObject,
  type ZodOpenApiOverride,
} from 'zod-openapi'
import { AccountError } from '../src/core/errors'
import { check } from '../src/http/body'
import type { AnyFailure, WireError } from '../src/http/dialect'
import { routedPath } from '../src/root-routing'
import type { Answer, Api, Operation, Refused, Schema } from './describe'
import { exampleFailures } from './failures'

/** Makes the OpenAPI document of an API from its description. */

const ofEveryRoute = ['internal', 'unavailable'] as const
const ofEveryBody = ['malformed_body', 'unsupported_media_type', 'body_too_large'] as const

export async function documentOf(api: Api): Promise<oas31.OpenAPIObject> {
  const paths: { [path: string]: { [method: string]: unknown } } = {}
  for (const operation of api.operations) {
    const path = operation.path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}')
    paths[path] = { ...paths[path], [operation.method]: await operationOf(api, operation) }
  }
  const document = {
    openapi: '3.1.1',
    info: {
      title: api.title,
      version: '1.0.0',
      description: await aboutOf(api),
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: api.server }],
    tags: [...api.tags],
    paths,
    components: { securitySchemes: api.securitySchemes },
  }
  // A schema has its name only for this document: another one may know it by another.
  const named = Object.entries({ Failure: api.failureBody, ...api.schemas })
  for (const [id, schema] of named) z.globalRegistry.add(schema, { id })
  try {
    // The paths are as the library wants them, which has no name for what they are while they are made.
    return createDocument(document as ZodOpenApiObject, { override: withoutNoise })
  } finally {
    for (const [, schema] of named) z.globalRegistry.remove(schema)
  }
}

/** What is true of any date and of any number says nothing, and is for no eye. */
const withoutNoise: ZodOpenApiOverride = ({ jsonSchema }) => {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
}

/** The words about the API, and which of its paths are its own at the root of the origin. */
async function aboutOf(api: Api): Promise<string> {
  const { name, about, server, operations } = api
  if (server === '/') return about
  const ambiguous: string[] = []
  for (const operation of operations) {
    const routed = await routedPath(sampleOf(api, operation))
    const words = `\`${operation.method.toUpperCase()} ${operation.path}\``
    if (routed !== `/${name}${operation.path}`) ambiguous.push(words)
  }
  const but = ambiguous.length === 0 ? '' : `, but for ${list(ambiguous)}`
  return `${about}\n\nPaths answer under \`${server}\`, and at the root of the origin as well${but}.`
}

/** A request as the description shows it: who is meant at the root may depend on what it carries. */
function sampleOf({ securitySchemes }: Api, { method, path, security = [], body }: Operation) {
  const [example] = Object.values(body?.examples ?? {})
  const isBasic = security.some((name) => securitySchemes[name]?.scheme === 'basic')
  return new Request(`http://localhost${path}`, {
    method: method.toUpperCase(),
    ...(example === undefined ? {} : { body: JSON.stringify(example) }),
    ...(isBasic ? { headers: { Authorization: 'Basic YTpi' } } : {}),
  })
}

function list(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}

async function operationOf(api: Api, operation: Operation) {
  const { operationId, tag, summary, description, security = [] } = operation
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: security.map((name) => (name === 'none' ? {} : { [name]: [] })),
    parameters: parametersOf(operation),
    ...bodyOf(api, operation),
    responses: await responsesOf(api, operation),
  }
}

function parametersOf({ path, params, query, headers, parameters = {} }: Operation) {
  const inPath = Array.from(path.matchAll(/:(\w+)/g), ([, name = '']) => name)
  const anyText = z.object(Object.fromEntries(inPath.map((name) => [name, z.string()])))
  return [
    ...parametersIn('path', params ?? anyText),
    ...(query ? parametersIn('query', query) : []),
    ...(headers ? parametersIn('header', headers) : []),
  ].map((parameter) => ({ ...parameter, ...parameters[parameter.name] }))
}

function parametersIn(place: 'path' | 'query' | 'header', schema: Schema) {
  const { schema: shape } = createSchema(schema, {
    io: 'input',
    opts: { override: withoutNoise },
  })
  const { properties = {}, required = [] } = 'properties' in shape ? shape : {}
  return Object.entries(properties).map(([name, schema]) => {
    return { name, in: place, required: required.includes(name), schema }
  })
}

function bodyOf(api: Api, { body }: Operation) {
  if (!body) return {}
  const { schema, examples = {} } = body
  const forms = api.takesForms ? ['application/x-www-form-urlencoded'] : []
  const types = body.types ?? ['application/json', ...forms]
  const content = { ...(schema ? { schema } : {}), examples: namedValues(examples) }
  return {
    requestBody: {
      // No body at all is an empty one.
      required: schema === undefined || !schema.safeParse({}).success,
      content: Object.fromEntries(types.map((type) => [type, content])),
    },
  }
}

function namedValues(examples: { readonly [words: string]: unknown }) {
  return Object.fromEntries(Object.entries(examples).map(([words, value]) => [words, { value }]))
}

async function responsesOf(api: Api, operation: Operation) {
  const answers = [...operation.answers, ...(await failuresOf(api, operation))]
  const byStatus = Map.groupBy(answers, ({ status }) => status)
  const sorted = [...byStatus].sort(([one], [other]) => one - other)
  return Object.fromEntries(sorted.map(([status, all]) => [status, responseOf(all)]))
}

/** One response of all answers that have its status. */
function responseOf(answers: readonly Answer[]) {
  const headers = Object.assign({}, ...answers.map(({ headers }) => headers))
  const described = Object.entries<{ description: string }>(headers).map(([name, header]) => [
    name,
    { ...header, schema: { type: name === 'Retry-After' ? 'integer' : 'string' } },
  ])
  const withBody = answers.filter(({ schema, type }) => schema ?? type)
  const content = [...Map.groupBy(withBody, ({ type }) => type ?? 'application/json')].map(
    ([type, all]) => {
      const schemas = [...new Set(all.flatMap(({ schema }) => schema ?? []))]
      const [schema, ...more] = schemas
      const examples = Object.assign({}, ...all.map(({ examples }) => examples))
      const shape = more.length === 0 ? schema : z.union(schemas as [Schema, ...Schema[]])
      return [type, { ...(shape ? { schema: shape } : {}), examples: namedValues(examples) }]
    },
  )
  return {
    description: [...new Set(answers.map(({ description }) => description))].join(' '),
    ...(described.length > 0 ? { headers: Object.fromEntries(described) } : {}),
    ...(content.length > 0 ? { content: Object.fromEntries(content) } : {}),
  }
}

/** Every way to fail as an answer: status, words and headers are those of the API's own table. */
async function failuresOf(api: Api, operation: Operation): Promise<Answer[]> {
  const codes = [
    ...(await refusalsOf(operation)),
    ...operation.failures,
    ...(operation.body && !operation.body.types ? ofEveryBody : []),
    ...ofEveryRoute,
  ]
  const failures = codes.flatMap<AnyFailure>((one) =>
    typeof one === 'string' ? exampleFailures[one] : one,
  )
  return failures.map((failure) => {
    const { status, body, headers } = wordFailure(api, failure, `${api.server}${operation.path}`)
    return {
      status,
      description: `${STATUS_CODES[status]}.`,
      schema: operation.failureBody ?? api.failureBody,
      examples: { [api.failureWords(body)]: body },
      headers,
    }
  })
}

/** A failure in the API's words, and the headers that such an answer has. */
function wordFailure(api: Api, failure: AnyFailure, path: string) {
  const render = api.failures[failure.code] as (failure: AnyFailure, path: string) => WireError
  const { status, body, headers = {} } = render(failure, path)
  const names = Object.keys(headers)
  const described = names.map((name) => [name, { description: headerWords[name] ?? name }] as const)
  const wait = 'retryAfterSeconds' in failure ? [['Retry-After', retryAfter] as const] : []
  return { status, body, headers: Object.fromEntries([...described, ...wait]) }
}

const retryAfter = { description: 'After how many seconds to ask again.' }
const headerWords: { readonly [name: string]: string } = {
  'WWW-Authenticate': 'Which credentials would be taken (RFC 9110 section 11.6.1).',
  'X-OTP': '`required` where the second factor is still to come.',
}

/** What the schemas of the operation say of inputs that are wrong. */
async function refusalsOf(operation: Operation): Promise<AnyFailure[]> {
  const emptyBody = operation.body?.schema ? [{ in: 'body', sent: {} } as const] : []
  const found: AnyFailure[] = []
  for (const refused of [...(operation.refused ?? []), ...emptyBody]) {
    const failure = await refusalOf(operation, refused)
    if (failure) found.push(failure)
    else if (refused !== emptyBody[0]) {
      const sent = JSON.stringify(refused.sent)
      throw new Error(`${operation.operationId}: nothing is wrong with ${sent}`)
    }
  }
  return found
}

async function refusalOf(operation: Operation, refused: Refused): Promise<AnyFailure | null> {
  const { body, query } = operation
  const schema = refused.in === 'body' ? (body?.checked ?? body?.schema) : query
  try {
    if (schema) await check(schema, refused.sent, refused.in)
    return null
  } catch (error) {
    if (error instanceof AccountError) return error.failure
    throw error
  }
}
