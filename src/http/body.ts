import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import type * as z from 'zod/mini'
import type { Core } from '../core/context'
import { AccountError, type Issue } from '../core/errors'
import type { Caller, Viewer } from '../core/sessions'
import { identify } from './credentials'
import { type AppEnv, EdgeError } from './dialect'

/** Reading and checking what a request says. The handler sees only what its schema lets through. */

const bytesMax = 64 * 1024
/** How much of a body that nobody wants is read and thrown away; past it the connection may break. */
const discardedBytesMax = 32 * 1024 * 1024

/**
 * The body, or null where it is longer than `bytesMax`. A named length is the length, as HTTP frames the
 * body by it; a body that names none is counted while it is read, which takes longer.
 */
export async function readBytes(
  request: Request,
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const named = request.headers.get('Content-Length')
  if (named !== null && Number(named) <= bytesMax) {
    const bytes = new Uint8Array(await request.arrayBuffer())
    return bytes.length > bytesMax ? null : bytes
  }
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body ?? []) {
    length += chunk.length
    if (length <= bytesMax) chunks.push(chunk)
    if (length > discardedBytesMax) break
  }
  if (length > bytesMax) return null
  const bytes = new Uint8Array(length)
  let end = 0
  for (const chunk of chunks) {
    bytes.set(chunk, end)
    end += chunk.length
  }
  return bytes
}

/**
 * Reads what a route left unread, so that a client that is still sending gets to hear the answer:
 * a response in the middle of a request's body is lost with the connection.
 */
export const discardUnread = createMiddleware<AppEnv>(async function discardUnread(c, next) {
  await next()
  const { raw } = c.req
  // Asked first, because to look at a body makes a stream of it.
  if (raw.bodyUsed || !raw.body) return
  let length = 0
  try {
    for await (const chunk of raw.body) {
      length += chunk.length
      if (length > discardedBytesMax) break
    }
  } catch {
    // The client has gone: nobody is left to answer.
  }
})

export function mediaType(c: Context<AppEnv>): string {
  return (c.req.header('Content-Type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

/** A field that is sent twice has no value that could be trusted: it becomes a list, which no schema takes. */
export function parseForm(text: string): unknown {
  const form = new URLSearchParams(text)
  return Object.fromEntries(
    [...form.keys()].map((name) => {
      const values = form.getAll(name)
      return [name, values.length === 1 ? values[0] : values]
    }),
  )
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/** The body as JSON or, where forms are taken, as a form; no body at all is an empty one. */
export async function readBody(c: Context<AppEnv>, takesForms = true): Promise<unknown> {
  const type = mediaType(c)
  const isForm = takesForms && type === 'application/x-www-form-urlencoded'
  if (type !== '' && type !== 'application/json' && !isForm) {
    throw new EdgeError({ code: 'unsupported_media_type' })
  }
  const bytes = await readBytes(c.req.raw, bytesMax)
  if (bytes === null) throw new EdgeError({ code: 'body_too_large', bytesMax })
  if (bytes.length === 0) return {}
  if (type === '') throw new EdgeError({ code: 'unsupported_media_type' })
  try {
    const text = utf8.decode(bytes)
    return isForm ? parseForm(text) : JSON.parse(text)
  } catch {
    throw new EdgeError({ code: 'malformed_body' })
  }
}

/** Where an input stood, for dialects that say so. */
export type Location = 'body' | 'query' | 'params'

/** An issue as found at the edge; the field is the wire's name. */
export interface WireIssue extends Issue {
  readonly location: Location
}

function ruleOf(issue: z.core.$ZodIssue): Issue['rule'] {
  switch (issue.code) {
    case 'too_small':
      return 'too_short'
    case 'too_big':
      return 'too_long'
    case 'invalid_type':
      return issue.input === undefined ? 'missing' : 'type'
    default:
      return 'format'
  }
}

/** What stands at a path of a body, or undefined. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    input,
  )
}

/**
 * Checks an input, or fails with every field that breaks a rule, each once. `further` are issues
 * that a schema cannot know.
 */
export async function check<Schema extends z.ZodMiniType>(
  schema: Schema,
  input: unknown,
  location: Location,
  further: readonly Issue[] = [],
): Promise<z.infer<Schema>> {
  // Not safeParseAsync: it makes a promise of every transform, and then a union takes whichever of
  // its options comes without one, in whatever order they stand.
  const parsed = schema.safeParse(input, { reportInput: true })
  if (parsed.success && further.length === 0) return parsed.data
  const byField = new Map<string, WireIssue>()
  for (const issue of parsed.error?.issues ?? []) {
    const field = issue.path.join('.')
    const value = valueAt(input, issue.path)
    if (!byField.has(field)) byField.set(field, { field, rule: ruleOf(issue), value, location })
  }
  for (const issue of further) {
    if (!byField.has(issue.field)) byField.set(issue.field, { ...issue, location })
  }
  throw new AccountError({ code: 'invalid_input', issues: [...byField.values()] })
}

type Validated<Target extends string, Schema extends z.ZodMiniType> = MiddlewareHandler<
  AppEnv,
  string,
  { in: { [T in Target]: z.input<Schema> }; out: { [T in Target]: z.output<Schema> } }
>

/** Whoever may not ask at all learns that, rather than what was wrong with the question. */
async function authenticatedFirst<T>(c: Context<AppEnv>, checking: Promise<T>): Promise<T> {
  try {
    return await checking
  } catch (error) {
    const caller = c.get('caller') as Caller | undefined
    if (caller) await identify(c)
    throw error
  }
}

export interface BodyOptions {
  /** What a dialect takes off a body before it is checked. */
  readonly unwrap?: (input: unknown) => unknown
  /** What the core says of the input besides the schema, and of whoever sent it where that matters. */
  readonly further?: (
    core: Core,
    input: unknown,
    identify: () => Promise<Viewer>,
  ) => readonly Issue[] | Promise<readonly Issue[]>
  /** Whether a form is taken as well as JSON; it is unless this says no. */
  readonly takesForms?: boolean
}

/** The checked body is `c.req.valid('json')`, whichever type it came in. */
export function body<Schema extends z.ZodMiniType>(
  schema: Schema,
  { unwrap, further, takesForms }: BodyOptions = {},
): Validated<'json', Schema> {
  return async function body(c, next) {
    const reading = async () => {
      const given = await readBody(c, takesForms)
      const input = unwrap ? unwrap(given) : given
      return check(schema, input, 'body', await further?.(c.get('core'), input, () => identify(c)))
    }
    const sent = await authenticatedFirst(c, reading())
    c.req.addValidatedData('json', sent as object)
    await next()
  }
}

/** The query as it was sent, unchecked. */
export function readQuery(c: Context<AppEnv>): unknown {
  return parseForm(new URL(c.req.url).search)
}

/** The checked query is `c.req.valid('query')`. A parameter that is given twice is a list. */
export function query<Schema extends z.ZodMiniType>(schema: Schema): Validated<'query', Schema> {
  return async function query(c, next) {
    const sent = await authenticatedFirst(c, check(schema, readQuery(c), 'query'))
    c.req.addValidatedData('query', sent as object)
    await next()
  }
}

/** The checked path parameters are `c.req.valid('param')`. */
export function params<Schema extends z.ZodMiniType>(schema: Schema): Validated<'param', Schema> {
  return async function params(c, next) {
    const sent = await authenticatedFirst(c, check(schema, c.req.param(), 'params'))
    c.req.addValidatedData('param', sent as object)
    await next()
  }
}
