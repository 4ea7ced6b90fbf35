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

function allowOrigin(c: Context<AppEnv>, origin: string, headers: Headers): void {
  const isAllowed = c.get('core').settings.allowedOrigins.includes(origin)
  headers.set('Access-Control-Allow-Origin', isAllowed ? origin : '*')
  if (isAllowed) headers.set('Access-Control-Allow-Credentials', 'true')
}

export const cors = createMiddleware<AppEnv>(async function cors(c, next) {
  const origin = c.req.header('Origin')
  if (c.req.method === 'OPTIONS') {
    const headers = new Headers({ Vary: 'Origin' })
    if (origin !== undefined) {
      allowOrigin(c, origin, headers)
      headers.set('Access-Control-Allow-Methods', methods)
      headers.set('Access-Control-Max-Age', String(preflightSeconds))
      const asked = c.req.header('Access-Control-Request-Headers')
      if (asked !== undefined) {
        headers.set('Access-Control-Allow-Headers', asked)
        headers.append('Vary', 'Access-Control-Request-Headers')
      }
    }
    // A preflight never reaches a handler.
    return new Response(null, { status: 204, headers })
  }
  await next()
  c.res.headers.append('Vary', 'Origin')
  if (origin !== undefined && !c.get('isPage')) {
    allowOrigin(c, origin, c.res.headers)
    c.res.headers.set('Access-Control-Expose-Headers', exposed)
  }
  return
})
