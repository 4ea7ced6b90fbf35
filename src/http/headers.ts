import { createMiddleware } from 'hono/factory'
import type { AppEnv } from './dialect'

/** Headers of every answer, errors among them. What a route sets itself is left as it is. */

const always: { readonly [name: string]: string } = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=63072000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
}
const entries = Object.entries(always)

export const securityHeaders = createMiddleware<AppEnv>(function securityHeaders(c, next) {
  // Beforehand, so that the answer is made with them; each crossing into the runtime's headers costs.
  for (const [name, value] of entries) c.header(name, value)
  return next()
})
