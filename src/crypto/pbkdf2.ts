import type { Bytes } from './encoding'

/** Production Workers refuse more per call (cloudflare/workerd#1346); a local one does not say so. */
export const iterationsPerCallMax = 100_000

export function importPassword(password: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
}

/** PBKDF2 with HMAC (RFC 8018). The only caller of deriveBits: it throws above the platform's cap wherever it runs. */
export async function deriveRound(
  password: CryptoKey,
  salt: Bytes,
  iterations: number,
  { hash = 'SHA-256', bytes = 32 }: { hash?: 'SHA-256' | 'SHA-512'; bytes?: number } = {},
): Promise<Bytes> {
  if (iterations > iterationsPerCallMax) {
    throw new RangeError(`PBKDF2 is limited to ${iterationsPerCallMax} iterations per call`)
  }
  const derivation = { name: 'PBKDF2', hash, salt, iterations }
  return new Uint8Array(await crypto.subtle.deriveBits(derivation, password, bytes * 8))
}
