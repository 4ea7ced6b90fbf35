import type { Hono } from 'hono'
import type * as z from 'zod/mini'
import type { oas31 } from 'zod-openapi'

import type { AnyFailure, AppEnv, FailureTable } from '../src/http/dialect'

/**
 * What is told of an API besides what its code says: the words, and examples. Schemas of requests are
 * those that validate, failures those of its table, and shapes of answers are held to their renderers.
 */

export interface Api {
  /** Its document is served at `/<name>/openapi.json`. */
  readonly name: string
  readonly title: string
  /** Markdown. */
  readonly about: string
  /** What stands before every path. */
  readonly server: string
  /** The routes that must all be described; see `undescribed` for those that are no API. */
  readonly routes: Hono<AppEnv>
  /** `METHOD /path` of routes that answer with pages for people. */
  readonly undescribed?: readonly string[]
  readonly failures: FailureTable
  /** The body of every failure. */
  readonly failureBody: Schema
  /** The words by which a failure is told from others of the same status. */
  readonly failureWords: (body: unknown) => string
  /** Whether a body may be a form as well as JSON. */
  readonly takesForms: boolean
  readonly securitySchemes: { readonly [name: string]: oas31.SecuritySchemeObject }
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  /** Schemas by the names that the document, and the client made from it, give them. */
  readonly schemas: { readonly [name: string]: Schema }
  readonly operations: readonly Operation[]
}

export type Schema = z.ZodMiniType

export interface Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** As the route has it, e.g. `/user/profile/:username`. */
  readonly path: string
  readonly operationId: string
  readonly tag: string
  readonly summary: string
  /** Markdown. */
  readonly description?: string
  /** Names of schemes, any one of which will do; `none` among them where a caller may also be nobody. */
  readonly security?: readonly string[]
  /** Path parameters; any text where this is left out. */
  readonly params?: Schema
  readonly query?: Schema
  readonly headers?: Schema
  /** Words about any of these, by name. */
  readonly parameters?: {
    readonly [name: string]: { readonly description?: string; readonly example?: unknown }
  }
  readonly body?: RequestBody
  readonly answers: readonly Answer[]
  /** Ways to fail besides those of every route, and of every route with a body of the API's own types. */
  readonly failures: readonly (AnyFailure['code'] | AnyFailure)[]
  /** What the schemas refuse, to show how it is told. */
  readonly refused?: readonly Refused[]
  /** Where this one fails in another shape than the rest of the API. */
  readonly failureBody?: Schema
}

export interface RequestBody {
  /** Left out for a file. */
  readonly schema?: Schema
  /** What a body is checked by, where it may come in more than one shape. */
  readonly checked?: Schema
  readonly examples?: Examples
  /** Content types, where they are not those of the API. */
  readonly types?: readonly string[]
}

export interface Examples {
  readonly [words: string]: unknown
}

export interface Answer {
  readonly status: number
  readonly description: string
  /** Left out where the body is empty, or no JSON. */
  readonly schema?: Schema
  readonly examples?: Examples
  /** The content type of what is no JSON. */
  readonly type?: string
  readonly headers?: { readonly [name: string]: { readonly description: string } }
}

export interface Refused {
  readonly in: 'body' | 'query'
  readonly sent: unknown
}

/** A good body with one change each, to be refused for it. */
export function refusedBodies(good: object, ...changes: readonly object[]): Refused[] {
  return changes.map((change) => ({ in: 'body', sent: { ...good, ...change } }))
}

/** What JSON makes of a value: nothing is read-only, and what is undefined is left out. */
export type Wire<T> = T extends string | number | boolean | null
  ? T
  : { -readonly [K in keyof T]: Wire<Exclude<T[K], undefined>> }

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/**
 * The schema itself, which compiles only where it describes exactly what the renderer gives:
 * `describes<ReturnType<typeof renderProfile>>()(z.strictObject({ … }))`.
 */
export function describes<Rendered>() {
  return <S extends Schema>(
    schema: Same<Wire<z.output<S>>, Wire<Rendered>> extends true
      ? S
      : { 'the schema says': Wire<z.output<S>>; 'the renderer gives': Wire<Rendered> },
  ): S => schema as S
}
