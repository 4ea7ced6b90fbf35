import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { createApp } from '../../src/app'
import type { PostMessage } from '../../src/core/webhook-deliveries'
import type { Env } from '../../src/env'

/** The app as a test holds it: a clock to move, a mailbox to read, and the bindings of the test. */

export interface SentMail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

export interface Call {
  readonly method?: string
  /** An object is sent as JSON, a text as it is. */
  readonly body?: unknown
  readonly headers?: { readonly [name: string]: string }
  readonly cookies?: CookieJar
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of any shape
  readonly json: any
}

/** Cookies as a browser keeps them, for one origin. */
export interface CookieJar {
  readonly cookies: Map<string, string>
}

export function newJar(): CookieJar {
  return { cookies: new Map() }
}

export interface TestApp {
  readonly env: Env
  readonly mails: SentMail[]
  /** Milliseconds that the app's clock is ahead of the real one. */
  offsetMs: number
  call(path: string, call?: Call): Promise<Answer>
  /** Runs the scheduled handler and everything that it puts off. */
  cron(cron?: string): Promise<void>
}

const origin = 'https://atrium.test'

// Where test/http has receivers, here is nobody.
const postNowhere: PostMessage = async () => ({
  kind: 'failed',
  problem: 'cannot be reached',
  retryAfterSeconds: null,
})

/** `overrides` are variables or bindings that take the place of the usual ones. */
export function testApp(
  overrides: { readonly [name: string]: unknown } = {},
  post = postNowhere,
): TestApp {
  const mails: SentMail[] = []
  const mail = {
    async send(message: SentMail) {
      const { to, subject, text, html } = message
      mails.unshift({ to, subject, text, html })
    },
  }
  const bindings = { ...env, MAIL: mail, ...overrides } as unknown as Env
  const clock = { offsetMs: 0 }
  const app = createApp({
    now: () => Date.now() + clock.offsetMs,
    post,
  })

  return {
    env: bindings,
    mails,
    get offsetMs() {
      return clock.offsetMs
    },
    set offsetMs(offsetMs) {
      clock.offsetMs = offsetMs
    },
    async call(path, { method, body, headers, cookies } = {}) {
      const ctx = createExecutionContext()
      const isText = typeof body === 'string' || body instanceof ReadableStream
      const request = new Request(`${origin}${path}`, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: {
          ...(body === undefined || isText ? {} : { 'Content-Type': 'application/json' }),
          // A page of ours: what a browser adds to its own requests.
          ...(cookies ? { Origin: origin, Cookie: cookieHeader(cookies) } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      })
      const response = await app.fetch(request, bindings, ctx)
      const text = await response.text()
      await waitOnExecutionContext(ctx)
      if (cookies) keepCookies(cookies, response.headers)
      return { status: response.status, headers: response.headers, text, json: parse(text) }
    },
    async cron(cron = '* * * * *') {
      const ctx = createExecutionContext()
      await app.scheduled(
        { cron, scheduledTime: Date.now(), noRetry: () => undefined },
        bindings,
        ctx,
      )
      await waitOnExecutionContext(ctx)
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function cookieHeader({ cookies }: CookieJar): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}

function keepCookies({ cookies }: CookieJar, headers: Headers): void {
  for (const line of headers.getSetCookie()) {
    const [pair = '', ...attributes] = line.split('; ')
    const [name = '', value = ''] = pair.split('=')
    if (attributes.includes('Max-Age=0')) cookies.delete(name)
    else cookies.set(name, value)
  }
}

/** Six digits, six groups of five, or a UUID. */
const codePattern = /^(\d{6}|\w{5}(-\w{5}){5}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** The code that stands alone on a line of the newest mail to an address; the first, where there are two. */
export function codeFrom(mails: readonly SentMail[], to: string): string {
  const newest = mails.find((mail) => mail.to === to)
  const code = newest?.text.split('\n').find((line) => codePattern.test(line))
  if (code === undefined) throw new Error(`no code was mailed to ${to}`)
  return code
}
