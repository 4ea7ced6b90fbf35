import { type Bytes, toUtf8 } from './encoding'
import { randomBytes } from './random'

/** The symmetric scheme of Standard Webhooks 1.0.0: HMAC-SHA-256, and keys as `whsec_` with base64. */

const prefix = 'whsec_'

const toBase64 = (bytes: Bytes) => btoa(String.fromCharCode(...bytes))
const fromBase64 = (text: string) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0))

export function newSigningSecret(): string {
  return prefix + toBase64(randomBytes(32))
}

/** The signature of one try: the id names the event, `seconds` is when the try is made. */
export async function signMessage(
  secret: string,
  { id, seconds, body }: { id: string; seconds: number; body: string },
): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const raw = fromBase64(secret.slice(prefix.length))
  const key = await crypto.subtle.importKey('raw', raw, algorithm, false, ['sign'])
  const signature = await crypto.subtle.sign('HMAC', key, toUtf8(`${id}.${seconds}.${body}`))
  return `v1,${toBase64(new Uint8Array(signature))}`
}
