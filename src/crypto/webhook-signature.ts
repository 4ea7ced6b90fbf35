import { fromBase64Url, toBase64Url, toUtf8 } from './encoding'
import { randomBytes } from './random'

/** The symmetric scheme of Standard Webhooks 1.0.0: HMAC-SHA-256, secrets as `whsec_` and base64. */

const prefix = 'whsec_'

function toBase64(bytes: Uint8Array): string {
  const text = toBase64Url(bytes).replaceAll('-', '+').replaceAll('_', '/')
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}

export function newSigningSecret(): string {
  return prefix + toBase64(randomBytes(32))
}

/** The signature of one try: the id names the event, `seconds` is when the try is made. */
export async function signMessage(
  secret: string,
  { id, seconds, body }: { id: string; seconds: number; body: string },
): Promise<string> {
  const raw = secret.slice(prefix.length).replaceAll('+', '-').replaceAll('/', '_')
  const bytes = fromBase64Url(raw.replaceAll('=', ''))
  if (bytes === null || !secret.startsWith(prefix)) throw new Error('not a signing secret')
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign'])
  const signature = await crypto.subtle.sign('HMAC', key, toUtf8(`${id}.${seconds}.${body}`))
  return `v1,${toBase64(new Uint8Array(signature))}`
}
