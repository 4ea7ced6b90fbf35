import { inject } from 'vitest'

/** The harness as a client from outside sees it: plain HTTP, and its own routes under /__harness. */

export interface Sent {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: { readonly [name: string]: string }
  readonly cookies?: Map<string, string>
  /** The client's address, as Cloudflare would tell it. */
  readonly from?: string
}

export interface Received {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of any shape
  readonly json: any
}

export async function send(path: string, sent: Sent = {}): Promise<Received> {
  const origin = inject('origin')
  const { method, body, cookies, from, headers } = sent
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
}

export async function calls(): Promise<Calls> {
  const answer = await send('/__harness/calls')
  return answer.json
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
  const answer = await send('/dev/mailbox.json')
  return (answer.json as Mail[]).filter((mail) => mail.to === to)
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
  readonly cookies: Map<string, string>
}

export function newUsername(): string {
  return `person_${Math.random().toString(36).slice(2, 12)}`
}

/** Registers somebody new through `social`, confirms the address and signs them in. */
export async function newPerson(from = '192.0.2.1'): Promise<Person> {
  const username = newUsername()
  const email = `${username}@example.com`
  const names = { firstName: 'John', lastName: 'Doe' }
  const created = await send('/user/create', {
    body: { username, email, password, ...names },
    from,
  })
  await send('/user/verify-email', { body: { code: await codeTo(email) }, from })
  const cookies = new Map<string, string>()
  await send('/user/login', { body: { username, password, userAgent: 'test' }, cookies, from })
  return { id: created.json.data.user._id, username, email, cookies }
}
