import { env } from 'cloudflare:workers'
import type { Client, Core } from '../../src/core/context'
import { createCoreFactory } from '../../src/core/create-core'
import { type Failure, failureOf } from '../../src/core/errors'
import type { Caller } from '../../src/core/sessions'
import type { PostMessage } from '../../src/core/webhook-deliveries'
import { type Env, readSettings, type Settings } from '../../src/env'
import type { SentMail } from './app'
import { interceptDatabase, withDatabase } from './database'

/** The core without HTTP: the local bindings, a clock that stands still until it is moved. */

export interface TestCore {
  readonly env: Env
  readonly settings: Settings
  /** The newest first, as codeFrom() reads them. */
  readonly mails: SentMail[]
  /** What deferred work threw; the app would only log it. */
  readonly problems: unknown[]
  /** Milliseconds since the epoch. */
  now: number
  pass(seconds: number): void
  /** Runs one request with a core of its own, and then everything that it put off. */
  request<T>(work: (core: Core) => Promise<T>): Promise<T>
  /** A core whose put-off work runs with the next request: for requests that overlap, or that die. */
  pending(): { core: Core; settle(): Promise<void> }
}

/**
 * `overrides` are variables or bindings that take the place of the usual ones; `post` takes what webhooks
 * are sent.
 */
export function testCore(
  overrides: { readonly [name: string]: unknown } = {},
  post: PostMessage = async () => ({ kind: 'taken' }),
): TestCore {
  const mails: SentMail[] = []
  const mail = {
    async send({ to, subject, text, html }: SentMail) {
      mails.unshift({ to, subject, text, html })
    },
  }
  const bindings = { ...env, MAIL: mail, ...overrides } as unknown as Env
  const settings = readSettings(bindings)
  const factory = createCoreFactory(bindings, settings, post)
  const problems: unknown[] = []

  const test: TestCore = {
    env: bindings,
    settings,
    mails,
    problems,
    now: Date.now(),
    pass(seconds) {
      test.now += seconds * 1000
    },
    pending() {
      const deferred: Promise<unknown>[] = []
      const core = factory(test.now, (work) => {
        deferred.push(work.catch((error) => problems.push(error)))
      })
      return {
        core,
        async settle() {
          await Promise.all(deferred)
        },
      }
    },
    async request(work) {
      const { core, settle } = test.pending()
      try {
        return await work(core)
      } finally {
        await settle()
      }
    },
  }
  return test
}

/** The failure with which something refuses; a test that gets an answer instead has failed. */
export async function refusal(work: Promise<unknown>): Promise<Failure> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('value' in outcome)
    throw new Error(`not refused: ${JSON.stringify(outcome.value)?.slice(0, 200)}`)
  const failure = failureOf(outcome.error)
  if (failure === null) throw outcome.error
  return failure
}

/** A client at an address of its own; the same number is the same address. */
export function clientAt(host: number, given: Partial<Client> = {}): Client {
  const address = `203.0.${Math.floor(host / 250)}.${(host % 250) + 1}`
  const unknown = { deviceToken: null, formerToken: null, device: null }
  return { dialect: 'test', address, userAgent: 'a test', ...unknown, ...given }
}

export function callerWith(token: string | null, needsConfirmedEmail = false): Caller {
  return { token, scopes: null, scope: 'delegated:all', needsConfirmedEmail }
}

/** The rows of one statement, for looking at what is stored. */
export async function rowsOf<Row = Record<string, unknown>>(
  sql: string,
  ...values: unknown[]
): Promise<Row[]> {
  const { results } = await env.DB.prepare(sql)
    .bind(...values)
    .all<Row>()
  return results
}

/** Changes a row behind the core's back, where only time or an operator could. */
export async function change(sql: string, ...values: unknown[]): Promise<void> {
  await env.DB.prepare(sql)
    .bind(...values)
    .run()
}

/** The same core, but right after its first round trip something else happens: what a race comes to. */
export function interrupted(core: Core, meanwhile: () => Promise<unknown>): Core {
  let isFirst = true
  const client = interceptDatabase(core.db.$client, async (ask) => {
    const results = await ask()
    if (isFirst) {
      isFirst = false
      await meanwhile()
    }
    return results
  })
  return withDatabase(core, client)
}
