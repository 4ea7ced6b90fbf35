import type { Context } from 'hono'
import type { AppEnv } from './dialect'

/** Answers with an object of R2, or with 304 where the client's copy is the same (RFC 9110 section 13.1.2). */
export async function sendObject(
  c: Context<AppEnv>,
  object: R2ObjectBody,
  headers: { readonly [name: string]: string },
): Promise<Response> {
  const tagged = { ...headers, ETag: object.httpEtag }
  if (isKnown(c.req.header('If-None-Match') ?? '', object.httpEtag)) {
    await object.body.cancel()
    return c.body(null, 304, tagged)
  }
  return c.body(object.body, 200, { ...tagged, 'Content-Length': String(object.size) })
}

/** A tag that was weakened on the way, as compression does, names the same object. */
function isKnown(known: string, tag: string): boolean {
  const tags = known.split(',').map((given) => given.trim().replace(/^W\//, ''))
  return tags.includes(tag) || tags.includes('*')
}

/** Whatever a file of somebody's is, no browser runs it, and pages of any origin may show it. */
export const fileSafety = {
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'cross-origin',
} as const
