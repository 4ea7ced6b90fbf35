import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './dialect'

/**
 * Any page may call our APIs with a bearer token; only the pages that ALLOWED_ORIGINS names may call with
 * cookies. hono/cors allows credentials for all origins or for none.
 */

const exposed = 'Allow, ETag, Link, Location, Retry-After, WWW-Authenticate, X-OTP'
const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const preflightSeconds = 600

/** Headers that let a page's scripts read the answer. */
const opening = {
  origin: 'Access-Control-Allow-Origin',
  credentials: 'Access-Control-Allow-Credentials',
  exposed: 'Access-Control-Expose-Headers',
} as const

function allowOrigin(c: Context<AppEnv>, origin: string): void {
  const isAllowed = c.get('core').settings.allowedOrigins.includes(origin)
  c.header(opening.origin, isAllowed ? origin : '*')
  if (isAllowed) c.header(opening.credentials, 'true')
}

/** What is answered for somebody to look at, no script of another origin reads. */
export function closeToScripts(c: Context<AppEnv>): void {
  for (const name of Object.values(opening)) c.header(name, undefined)
}

// Set beforehand, so that the answer is made with them.
export const cors = createMiddleware<AppEnv>(async function cors(c, next) {
  const origin = c.req.header('Origin')
  c.header('Vary', 'Origin')
  if (origin !== undefined) allowOrigin(c, origin)
  if (c.req.method !== 'OPTIONS') {
    if (origin !== undefined) c.header(opening.exposed, exposed)
    await next()
    return
  }
  if (origin !== undefined) {
    c.header('Access-Control-Allow-Methods', methods)
    c.header('Access-Control-Max-Age', String(preflightSeconds))
    const asked = c.req.header('Access-Control-Request-Headers')
    if (asked !== undefined) {
      c.header('Access-Control-Allow-Headers', asked)
      c.header('Vary', 'Access-Control-Request-Headers', { append: true })
    }
  }
  // A preflight never reaches a handler.
  return c.body(null, 204)
})
