import type { Core } from './context'

/**
 * Where messages may be sent. A Worker has no private network to reach into; this keeps addresses from
 * naming one all the same, and secrets out of them.
 */

const loopback = ['localhost', '127.0.0.1', '[::1]']

/**
 * Whether an address is https, by a public name, at the usual port, without a name and password in it and
 * not our own. Outside production this machine is taken as well, by http and at any port.
 */
export function isReachable(core: Core, address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : null
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return false
  const { environment, origin } = core.settings
  if (url.host === new URL(origin).host || address.length > addressLengthMax) return false
  if (environment !== 'production' && loopback.includes(url.hostname)) {
    return url.protocol === 'https:' || url.protocol === 'http:'
  }
  return url.protocol === 'https:' && url.port === '' && isPublicName(url.hostname)
}

const addressLengthMax = 2000
/** Names that the public DNS never has (RFC 6761, RFC 6762, RFC 8375, and ICANN's `internal`). */
const inward = /(^|\.)(localhost|local|internal|test|invalid|home\.arpa)$/

/**
 * A name of two parts or more, and no address: the last part of a name is never only digits. None with a dot
 * at its end, which is the same name in other letters, our own among them.
 */
function isPublicName(name: string): boolean {
  return /^([a-z0-9-]+\.)+[a-z][a-z0-9-]*$/.test(name) && !inward.test(name)
}
