import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { findGrant } from '../core/oauth/access-tokens'
import { holds } from '../core/scopes'
import { authenticate, type Caller, type Credentials, type Viewer } from '../core/sessions'
import { readSessionCookie } from './cookies'
import { closeToScripts } from './cors'
import { type AppEnv, EdgeError } from './dialect'

/** Where a request carries its credentials. What they are worth, the core says. */

/** Whether a text could be a token of ours: 32 bytes in base64url. */
export function isToken(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text)
}

/** What `Authorization: Bearer` holds, the scheme in any case (RFC 9110 section 11.1), or null. */
export function parseBearer(header: string | undefined): string | null {
  return /^bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? null
}

/** Nobody's. */
export const noCredentials: Credentials = { token: null, scopes: null }

/** What a person's own session is shown by; a text that could be no token shows nothing. */
export function ofSession(text: string | null): Credentials {
  return { token: text !== null && isToken(text) ? text : null, scopes: null }
}

/** Looks once at the token of an application, which is signed and says itself what it is good for. */
export const readGrant = createMiddleware<AppEnv>(async function readGrant(c, next) {
  const token = parseBearer(c.req.header('Authorization'))
  if (token?.includes('.')) c.set('grant', await findGrant(c.get('core'), token))
  await next()
})

/** A session's token, or an application's, in `Authorization: Bearer`. */
export function readBearer(c: Context<AppEnv>): Credentials {
  return c.get('grant') ?? ofSession(parseBearer(c.req.header('Authorization')))
}

/** The name and password of `Authorization: Basic` (RFC 7617), or null. */
export function parseBasic(
  header: string | undefined,
): { username: string; password: string } | null {
  const encoded = /^basic +(\S+) *$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return null
  try {
    const bytes = Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0))
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const colon = text.indexOf(':')
    return colon < 0 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) }
  } catch {
    return null
  }
}

function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/**
 * Whose page made the request, as far as the browser tells. Another site can make a browser send
 * our cookie, but neither our Origin nor `Sec-Fetch-Site: same-origin`.
 */
function sender(
  c: Context<AppEnv>,
  allowedOrigins = c.get('core').settings.allowedOrigins,
): 'ours' | 'foreign' | 'unknown' {
  const { origin } = c.get('core').settings
  const given = c.req.header('Origin')
  const isOurs = (one: string) =>
    one === origin || allowedOrigins.includes(one) || one === new URL(c.req.url).origin
  if (given !== undefined && isOurs(given)) return 'ours'
  const site = c.req.header('Sec-Fetch-Site')
  if (site === 'same-origin' || site === 'none') return 'ours'
  return given === undefined && site === undefined ? 'unknown' : 'foreign'
}

/**
 * What a request carries, in the header or the cookie; the header alone counts where both are sent. A
 * cookie that another site may have made the browser send is refused on a change, and not looked at
 * elsewhere.
 */
export function readCredentials(c: Context<AppEnv>): Credentials {
  if (c.req.header('Authorization') !== undefined) return readBearer(c)
  const cookie = readSessionCookie(c)
  if (cookie === null) return noCredentials
  const from = sender(c)
  if (isSafe(c.req.method)) return from === 'foreign' ? noCredentials : ofSession(cookie)
  if (from !== 'ours') throw new EdgeError({ code: 'cross_origin' })
  return ofSession(cookie)
}

/** The same where a session only helps: a cookie that cannot be trusted is as good as none. */
export function findCredentials(c: Context<AppEnv>): Credentials {
  return c.req.header('Authorization') === undefined && sender(c) !== 'ours'
    ? noCredentials
    : readCredentials(c)
}

/** Whether somebody has come here by a link in another site's page, which sees nothing of where it leads. */
function isArriving(c: Context<AppEnv>): boolean {
  return (
    c.req.header('Sec-Fetch-Mode') === 'navigate' && c.req.header('Sec-Fetch-Dest') === 'document'
  )
}

/**
 * The same for pages that people look at: the cookie alone counts, also where a link has led to the page.
 * The origins that may call our APIs have no business with our forms.
 */
export function readPageCredentials(c: Context<AppEnv>): Credentials {
  closeToScripts(c)
  const from = sender(c, [])
  if (!isSafe(c.req.method) && from !== 'ours') throw new EdgeError({ code: 'cross_origin' })
  return from === 'foreign' && !isArriving(c) ? noCredentials : ofSession(readSessionCookie(c))
}

/** Whom an answer is for, where anybody may ask; an application that may not act for all of an account is nobody. */
export function visitorOf({ token, scopes }: Credentials): Pick<Caller, 'token'> {
  return { token: scopes === null || holds(scopes, 'delegated:all') ? token : null }
}

/** Refuses another site's page where a cookie is about to be set: it would sign its visitor in as somebody else. */
export const fromOwnPages = createMiddleware<AppEnv>(async function fromOwnPages(c, next) {
  if (sender(c) === 'foreign') throw new EdgeError({ code: 'cross_origin' })
  await next()
})

/** A GET that changes something does so by GET alone: programs that only look send HEAD. */
export const notByHead = createMiddleware<AppEnv>(async function notByHead(c, next) {
  if (c.req.method === 'HEAD') return c.body(null, 200)
  await next()
  return
})

type Needs = Omit<Caller, keyof Credentials>
type Read = (c: Context<AppEnv>) => Credentials

/**
 * For what asks D1 about the caller itself, in the round trip in which it reads or changes something.
 * `read` is where the dialect looks for credentials.
 */
export function caller(needs: Needs, read: Read = readCredentials) {
  return createMiddleware<AppEnv>(function caller(c, next) {
    c.set('caller', { ...read(c), ...needs })
    return next()
  })
}

/** Who has called, which is asked of D1 once. */
export async function identify(c: Context<AppEnv>): Promise<Viewer> {
  const { viewer } = c.get('viewer') ? c.var : await authenticate(c.var.core, c.var.caller)
  c.set('viewer', viewer)
  return viewer
}

/** Whoever has called, as far as it has been asked. */
export function askerOf(c: Context<AppEnv>): Caller | Viewer {
  return c.get('viewer') ?? c.get('caller')
}

/** For other changes: asks D1 about the caller before the body is looked at. */
export function session(needs: Needs, read: Read = readCredentials) {
  return createMiddleware<AppEnv>(async function session(c, next) {
    const asking = { ...read(c), ...needs }
    const { viewer } = await authenticate(c.get('core'), asking)
    c.set('caller', asking)
    c.set('viewer', viewer)
    await next()
  })
}
