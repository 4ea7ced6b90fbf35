import { inject } from 'vitest'

/** The harness as a client from outside sees it: plain HTTP, and its own routes under /__harness. */

export interface Sent {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: { readonly [name: string]: string }
  readonly cookies?: Map<string, string>
  /** The client's address, as Cloudflare would tell it. */
  readonly from?: string
  /** Another server than the one that all tests share. */
  readonly origin?: string
}

export interface Received {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of any shape
  readonly json: any
}

export async function send(path: string, sent: Sent = {}): Promise<Received> {
  const { origin = inject('origin'), method, body, cookies, from, headers } = sent
  const response = await fetch(`${origin}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: {
      ...(body === undefined || typeof body === 'string'
        ? {}
        : { 'Content-Type': 'application/json' }),
      ...(from === undefined ? {} : { 'CF-Connecting-IP': from }),
      ...(cookies
        ? {
            Origin: origin,
            Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          }
        : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  for (const line of cookies ? response.headers.getSetCookie() : []) {
    const [pair = ''] = line.split(';')
    const [name = '', value = ''] = pair.split('=')
    if (line.includes('Max-Age=0')) cookies?.delete(name)
    else cookies?.set(name, value)
  }
  return { status: response.status, headers: response.headers, text, json: parse(text) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export interface Fault {
  readonly binding: 'DB' | 'KV' | 'R2' | 'MAIL' | 'RATE_LIMIT'
  readonly op?: string
  readonly match?: string
  readonly mode: 'fail-before' | 'fail-after' | 'delay' | 'stale' | 'miss'
  readonly message?: string
  readonly times?: number
  readonly skip?: number
  readonly ms?: number
}

async function control(path: string, body?: unknown): Promise<Received> {
  const answer = await send(`/__harness/${path}`, { method: 'POST', body: body ?? {} })
  if (answer.status !== 200) throw new Error(`/__harness/${path}: ${answer.text}`)
  return answer
}

export const setFaults = (faults: readonly Fault[]) => control('faults', faults)
/** How often the faults have struck since they were set. */
export async function faultHits(): Promise<number> {
  const answer = await send('/__harness/faults')
  return (answer.json as { hits: number }[]).reduce((sum, { hits }) => sum + hits, 0)
}
export const setClock = (offsetSeconds: number) => control('clock', { offsetSeconds })
export const resetHarness = () => control('reset')
/** Waits for the work that was put off until after the answers. */
export const settle = () => control('settle')
export const runCron = (cron = '* * * * *') => control('scheduled', { cron })

export interface Calls {
  readonly DB: {
    readonly calls: { readonly [op: string]: number }
    readonly statements: number
    readonly roundTrips: number
    readonly rowsRead: number
    readonly rowsWritten: number
  }
  readonly KV: { readonly calls: { readonly [op: string]: number } }
  readonly MAIL: { readonly calls: { readonly [op: string]: number } }
  readonly RATE_LIMIT: { readonly calls: { readonly [op: string]: number } }
}

export async function calls(): Promise<Calls> {
  const answer = await send('/__harness/calls')
  return answer.json
}

/** What the database was asked since the last reset: the SQL of each call, a batch's joined. */
export async function databaseCalls(): Promise<string[]> {
  const answer = await send('/__harness/calls?log=1')
  const log = answer.json.log as { binding: string; text: string }[]
  return log.filter(({ binding }) => binding === 'DB').map(({ text }) => text)
}

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly sentAt: string
}

export async function mailsTo(to: string): Promise<Mail[]> {
  await settle()
  const answer = await send(`/dev/mailbox.json?to=${encodeURIComponent(to)}`)
  return answer.json
}

/** The first code that stands alone on a line of the newest mail to an address. */
export async function codeTo(to: string): Promise<string> {
  const [newest] = await mailsTo(to)
  const code = newest?.text.split('\n').find((line) => /^(\d{6}|\w{5}(-\w{5}){5})$/.test(line))
  if (code === undefined) throw new Error(`no code was mailed to ${to}`)
  return code
}

export const password = '$uper&ecurePassw0rd'

export interface Person {
  readonly id: string
  readonly username: string
  readonly email: string
  /** The address that the person signed in from. */
  readonly home: string
  readonly cookies: Map<string, string>
}

/** An address that no test has used: counters outlive a run, and IPv6 counts by its /64. */
export function newAddress(): string {
  const group = () => Math.floor(Math.random() * 0x10000).toString(16)
  return `2001:db8:${group()}:${group()}::1`
}

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

export function newUsername(): string {
  return `person_${Math.random().toString(36).slice(2, 12)}`
}

/** Registers somebody new through `social`; the address is not confirmed. */
export async function register(username = newUsername(), from = newAddress()) {
  const email = `${username}@example.com`
  const body = { username, email, password, firstName: 'John', lastName: 'Doe' }
  const created = await send('/user/create', { body, from })
  if (created.status !== 201) throw new Error(`could not register: ${created.text}`)
  return { id: created.json.data.user._id as string, username, email, home: from }
}

/** Registers somebody new, confirms the address and signs them in. */
export async function newPerson(from = newAddress()): Promise<Person> {
  const made = await register(newUsername(), from)
  await send('/user/verify-email', { body: { code: await codeTo(made.email) }, from })
  return { ...made, cookies: await signIn(made) }
}

/** Asks for a session with a password, the usual one if none is given. */
export function login(username: string, sent: Sent & { readonly password?: string } = {}) {
  const { password: given = password, ...rest } = sent
  return send('/user/login', { body: { username, password: given, userAgent: 'test' }, ...rest })
}

/** Opens one more session from where the person is known, and gives its cookies. */
export async function signIn(
  person: Pick<Person, 'username' | 'home'>,
  given: { readonly password?: string } = {},
): Promise<Map<string, string>> {
  const cookies = new Map<string, string>()
  const answer = await login(person.username, { ...given, cookies, from: person.home })
  if (!cookies.has('atrium_session')) throw new Error(`could not sign in: ${answer.text}`)
  return cookies
}

export async function isSignedIn(cookies: Map<string, string>): Promise<boolean> {
  const { status } = await send('/user/me', { cookies: new Map(cookies) })
  if (status !== 200 && status !== 401) throw new Error(`GET /user/me answered ${status}`)
  return status === 200
}

/** How many answers there were of each status. */
export function tally(answers: readonly Received[]): { [status: number]: number } {
  const counts: { [status: number]: number } = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

export const invalidCode = {
  ok: 0,
  error: 'ClientInputError',
  additionalInfo: {
    errors: [
      { type: 'field', msg: 'Invalid value', path: 'code', param: 'code', location: 'body' },
    ],
  },
}

export const megabyte = 1024 * 1024

/** So many megabytes of white space, whose length nobody is told. */
export function inChunks(megabytes: number): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(64 * 1024).fill(0x20)
  let left = megabytes * megabyte
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close()
      left -= chunk.length
      controller.enqueue(chunk)
    },
  })
}
