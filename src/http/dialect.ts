import type { Context, ErrorHandler, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Core } from '../core/context'
import { AccountError, type Failure, failureOf } from '../core/errors'
import type { Caller, Credentials, Viewer } from '../core/sessions'
import type { Env } from '../env'
import { logProblem } from './log'

/** What a dialect is to the app, and the one boundary where everything that is thrown ends. */

export interface AppEnv {
  Bindings: Env
  Variables: {
    core: Core
    /** What an application showed, where it showed a token of ours. */
    grant?: Credentials | null
    /** Set by the middleware of routes that ask who is there. */
    caller: Caller
    viewer: Viewer
    /** What the request carries by name, once somebody has asked. */
    cookies?: Cookies
    /** The code of what was refused, for the log. */
    failure?: string
  }
}

export type Cookies = Readonly<Partial<Record<string, string>>>

/** Failures that exist only because there is HTTP: the core cannot produce them. */
export type EdgeFailure =
  | { readonly code: 'route_not_found' }
  | { readonly code: 'method_not_allowed'; readonly allow: readonly string[] }
  | { readonly code: 'malformed_body' }
  | { readonly code: 'unsupported_media_type' }
  | { readonly code: 'body_too_large'; readonly bytesMax: number }
  | { readonly code: 'cross_origin' }

export type AnyFailure = Failure | EdgeFailure

export interface WireError<Body = unknown> {
  readonly status: ContentfulStatusCode
  readonly body: Body
  readonly headers?: { readonly [name: string]: string }
}

/**
 * One line per failure: a code that is left out does not compile. `path` is the routed one, for a
 * document with more than one envelope.
 */
export type FailureTable<Body = unknown> = {
  readonly [C in AnyFailure['code']]: (
    failure: Extract<AnyFailure, { code: C }>,
    path: string,
  ) => WireError<Body>
}

export interface Dialect {
  readonly name: string
  readonly routes: Hono<AppEnv>
  readonly failures: FailureTable
}

/** Thrown by middleware for what only HTTP knows. */
export class EdgeError extends Error {
  override readonly name = 'EdgeError'
  readonly failure: EdgeFailure

  constructor(failure: EdgeFailure) {
    super(failure.code)
    this.failure = failure
  }
}

/** A failure in the words of a table, with the headers set that every answer to it owes. */
export function wordFailure<Body>(
  c: Context<AppEnv>,
  failures: FailureTable<Body>,
  failure: AnyFailure,
): Pick<WireError<Body>, 'status' | 'body'> {
  // The table is total over the codes, which the compiler cannot follow through an index by a union.
  const render = failures[failure.code] as (failure: AnyFailure, path: string) => WireError<Body>
  const { status, body, headers } = render(failure, c.req.path)
  c.set('failure', failure.code)
  for (const [name, value] of Object.entries(headers ?? {})) c.header(name, value)
  if ('retryAfterSeconds' in failure) c.header('Retry-After', String(failure.retryAfterSeconds))
  if (failure.code === 'method_not_allowed') c.header('Allow', failure.allow.join(', '))
  return { status, body }
}

/** Answers a failure in the dialect's words. */
export function renderFailure(
  c: Context<AppEnv>,
  failures: FailureTable,
  failure: AnyFailure,
): Response {
  const { status, body } = wordFailure(c, failures, failure)
  return c.json(body, status)
}

/** The failure to answer, whatever was thrown. What nobody expected goes to the log and no further. */
export function answerable(error: unknown): AnyFailure {
  if (error instanceof EdgeError) return error.failure
  const failure = failureOf(error)
  if (!(error instanceof AccountError)) logProblem(error)
  return failure ?? { code: 'internal' }
}

export function errorBoundary(failures: FailureTable): ErrorHandler<AppEnv> {
  return (error, c) => renderFailure(c, failures, answerable(error))
}
