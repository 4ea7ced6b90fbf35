/**
 * Where the documented paths answer at the root of the origin. Each dialect has them under its own
 * name as well, where nothing is ambiguous; this table is all that decides between them here.
 */

interface Claim {
  /** A path itself and everything below it. The first claim that fits counts. */
  readonly under: string
  readonly dialect: string
}

const claims: readonly Claim[] = [
  { under: '/user/auth', dialect: 'site' },
  { under: '/user/logged', dialect: 'site' },
  { under: '/user/profile', dialect: 'site' },
  { under: '/user/password-reset', dialect: 'site' },
  { under: '/user/password-reset-token', dialect: 'site' },
  { under: '/user', dialect: 'social' },
  { under: '/api/users', dialect: 'directory' },
  { under: '/api/user', dialect: 'directory' },
  { under: '/users/register', dialect: 'directory' },
  { under: '/users/login', dialect: 'directory' },
  { under: '/users', dialect: 'chat' },
  { under: '/uploads', dialect: 'chat' },
  { under: '/v1', dialect: 'talent' },
]

/** Two requests are claimed twice, and say themselves whom they are for. */
const twofold: { readonly [request: string]: (request: Request) => Promise<string> } = {
  'POST /user/create': async (request) => ((await namesPerson(request)) ? 'social' : 'site'),
  'POST /users/login': async (request) =>
    /^basic /i.test(request.headers.get('Authorization') ?? '') ? 'chat' : 'directory',
}

/** How much of a body is looked at; a larger one is refused whoever it is for. */
const peekedBytesMax = 64 * 1024

/** Whether the body has the fields that only one of the two documents knows. */
async function namesPerson(request: Request): Promise<boolean> {
  const text = await peek(request)
  if (/^application\/x-www-form-urlencoded\b/i.test(request.headers.get('Content-Type') ?? '')) {
    const form = new URLSearchParams(text)
    return form.has('firstName') || form.has('lastName')
  }
  try {
    const body: unknown = JSON.parse(text)
    const sent = Object(Array.isArray(body) ? body[0] : body)
    return Object.hasOwn(sent, 'firstName') || Object.hasOwn(sent, 'lastName')
  } catch {
    // Not to be read as JSON, but to be seen whose it was meant to be.
    return /"(?:firstName|lastName)"/.test(text)
  }
}

/** The beginning of the body, which stays whole for whoever handles the request. */
async function peek(request: Request): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of request.clone().body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > peekedBytesMax) break
  }
  return text
}

/** Of an address whose path is made of plain words, which nobody writes in another way: the path. */
const plainPath = /^[a-z]+:\/\/[^/?#]+(\/[\w/-]*)(?:\?|$)/

/** The path as a URL has it. Most are plain, and are read without making a URL. */
function pathOf({ url }: Request): string {
  return plainPath.exec(url)?.[1] ?? new URL(url).pathname
}

/** The path by which the app's router knows a request: a claimed root path moves under its dialect's name. */
export async function routedPath(request: Request): Promise<string> {
  const pathname = pathOf(request)
  const decide = twofold[`${request.method} ${pathname}`]
  const claim = claims.find(
    ({ under }) => pathname.startsWith(under) && ['', '/'].includes(pathname.charAt(under.length)),
  )
  const dialect = decide ? await decide(request) : claim?.dialect
  return dialect === undefined ? pathname : `/${dialect}${pathname}`
}
