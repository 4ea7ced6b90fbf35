// What is the same for every API: copied into each client as it stands.

type Fields = { readonly [name: string]: unknown }

/** Where Atrium is, and who asks. */
export interface Options<Credentials extends Fields> {
  /** E.g. `https://atrium.example.workers.dev`; may be left out in a page of that origin. */
  readonly origin?: string
  /** Asked before every request, which carries those that its operation takes. */
  readonly credentials?: () => Credentials | Promise<Credentials>
  /** In place of the global one: to send cookies to another origin, to keep a log, to try again. */
  readonly fetch?: (request: Request) => Promise<Response>
}

export interface Good<Status extends number, Body> {
  readonly ok: true
  readonly status: Status
  readonly body: Body
  readonly headers: Headers
}

export interface Bad<Status extends number, Body> {
  readonly ok: false
  readonly status: Status
  readonly body: Body
  readonly headers: Headers
}

interface Call {
  readonly method: string
  readonly path: string
  /** The content type of what is sent. */
  readonly type?: string
  /** The headers of the credentials that are taken. */
  readonly takes?: { readonly [credential: string]: string }
  readonly statuses: readonly number[]
}

interface Input {
  readonly params?: Fields
  readonly query?: Fields
  readonly headers?: Fields
  readonly body?: unknown
  readonly signal?: AbortSignal
}

export function senderOf<Credentials extends Fields>(options: Options<Credentials>) {
  return async function send<Answer>(call: Call, input: Input): Promise<Answer> {
    const request = requestOf(call, input, options.origin ?? '', await options.credentials?.())
    const answer = await (options.fetch ?? fetch)(request)
    const { status, ok, headers } = answer
    if (!call.statuses.includes(status)) {
      const words = `${call.method} ${call.path} answered ${status}, which its document does not know`
      throw new Error(words, { cause: answer })
    }
    return { ok, status, headers, body: await bodyOf(answer) } as Answer
  }
}

const redirects: readonly number[] = [301, 302, 303, 307, 308]

function requestOf(call: Call, input: Input, origin: string, credentials: Fields = {}): Request {
  const params = new Map(textsOf(input.params))
  const path = call.path.replace(/\{(\w+)\}/g, (_, name) => segment(name, params.get(name)))
  const query = String(new URLSearchParams(textsOf(input.query)))
  const headers = new Headers(textsOf(input.headers))
  for (const [name, header] of Object.entries(call.takes ?? {})) {
    const given = credentials[name]
    if (given !== undefined && !headers.has(header)) headers.set(header, credential(header, given))
  }
  const hasBody = input.body !== undefined
  // The boundary of a form with files, and the type of a file, are known to themselves.
  const isOwn = call.type === undefined || /^multipart\/|\*/.test(call.type)
  if (hasBody && !isOwn) headers.set('Content-Type', call.type)
  return new Request(origin + path + (query && `?${query}`), {
    method: call.method,
    headers,
    redirect: call.statuses.some((status) => redirects.includes(status)) ? 'manual' : 'follow',
    ...(hasBody ? { body: encode(call.type, input.body) } : {}),
    ...(input.signal ? { signal: input.signal } : {}),
  })
}

/** An address loses empty segments and dots on its way, and would be another one. */
function segment(name: string, value = ''): string {
  if (/^\.{0,2}$/.test(value)) throw new Error(`"${value}" cannot stand in an address as ${name}`)
  return encodeURIComponent(value)
}

/** What is undefined is left out, and each of a list stands by itself. */
function textsOf(fields: Fields = {}): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]) =>
    [value]
      .flat()
      .flatMap((one): [string, string][] => (one === undefined ? [] : [[name, String(one)]])),
  )
}

function credential(header: string, given: unknown): string {
  if (typeof given === 'string') return header === 'Authorization' ? `Bearer ${given}` : given
  const { username, password } = given as { username: string; password: string }
  const bytes = new TextEncoder().encode(`${username}:${password}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}

function encode(type: string | undefined, body: unknown): BodyInit {
  if (type === 'application/json') return JSON.stringify(body)
  if (type === 'application/x-www-form-urlencoded')
    return new URLSearchParams(textsOf(Object(body)))
  if (type !== 'multipart/form-data' || body instanceof FormData) return body as BodyInit
  const form = new FormData()
  for (const [name, value] of Object.entries(Object(body))) {
    if (value !== undefined) form.append(name, value instanceof Blob ? value : String(value))
  }
  return form
}

async function bodyOf(answer: Response): Promise<unknown> {
  const type = answer.headers.get('Content-Type')
  if (type === null) return undefined
  if (/^application\/(.+\+)?json\b/.test(type)) return answer.json()
  return type.startsWith('text/') ? answer.text() : answer.blob()
}
