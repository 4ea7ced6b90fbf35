/** Where people may be sent after they have decided, and what applications may register for it. */

const lengthMax = 512
/** What a URI is made of (RFC 3986), without what no redirect URI may have: a fragment. */
const plain = /^[A-Za-z0-9\-._~:/?[\]@!$&()*+,;=%]+$/

function loopbackIp({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && (hostname === '127.0.0.1' || hostname === '[::1]')
}

/**
 * Whether an application may register a URI: https, http on the person's own machine, or the scheme of
 * an installed application, which has a dot in it (RFC 8252 section 7.1).
 */
export function isRegistrable(uri: string): boolean {
  if (uri.length > lengthMax || !plain.test(uri) || !URL.canParse(uri)) return false
  const url = new URL(uri)
  if (url.username !== '' || url.password !== '' || uri.includes('*')) return false
  // A name that every program reads alike, and that is a source in a CSP.
  if (url.protocol === 'https:') return /^[a-z0-9.-]+$/.test(url.hostname)
  if (loopbackIp(url)) return true
  if (url.protocol === 'http:') return url.hostname === 'localhost'
  return /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(url.protocol)
}

/** Without its port, where an application on the person's machine takes whichever is free. */
function withoutPort(uri: string): string {
  return uri.replace(/^(http:\/\/(?:127\.0\.0\.1|\[::1\])):\d{1,5}(?=[/?]|$)/, '$1')
}

/**
 * Whether a URI is one of those registered: the same text, but for the port on a loopback address
 * (RFC 8252 section 7.3; RFC 9700 section 4.1.3).
 */
export function isRegistered(uris: readonly string[], given: string): boolean {
  if (uris.includes(given)) return true
  // A text that a browser reads otherwise than we do is none.
  if (!isRegistrable(given) || !loopbackIp(new URL(given))) return false
  return uris.some((uri) => withoutPort(uri) === withoutPort(given))
}

/**
 * Whether only the application itself can be waiting there. Anything on a person's machine may listen
 * at a loopback port or claim a scheme, so nobody is sent there unseen (RFC 8252 section 8.6).
 */
export function isExclusive(uri: string): boolean {
  return uri.startsWith('https:')
}
