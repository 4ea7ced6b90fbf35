/** Bytes and texts, both ways. base64url is the unpadded form of RFC 4648 section 5. */

const utf8 = new TextEncoder()

export type Bytes = Uint8Array<ArrayBuffer>

export function toUtf8(text: string): Bytes {
  // Never shared memory, which its type leaves open.
  return utf8.encode(text) as Bytes
}

const base64UrlAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** By hand, because it is done at every request, and btoa() would have to be gone over three times. */
export function toBase64Url(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    // Three bytes are four characters; one byte is two, and two are three.
    const count = Math.min(bytes.length - i, 3) + 1
    for (let place = 0; place < count; place += 1) {
      text += base64UrlAlphabet.charAt((group >> (18 - 6 * place)) & 63)
    }
  }
  return text
}

/** Null for a text that is not base64url. */
export function fromBase64Url(text: string): Bytes | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = binary.charCodeAt(i)
  return bytes
}

const hexDigits = '0123456789abcdef'

export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += hexDigits.charAt(byte >> 4) + hexDigits.charAt(byte & 15)
  return text
}

const base32Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** base32 of RFC 4648 section 6, without padding, as authenticator apps take it. */
export function toBase32(bytes: Uint8Array): string {
  let text = ''
  let [pending, bits] = [0, 0]
  for (const byte of bytes) {
    pending = (pending << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5)
      text += base32Alphabet.charAt((pending >> (bits - 5)) & 31)
    pending &= 31
  }
  return bits === 0 ? text : text + base32Alphabet.charAt((pending << (5 - bits)) & 31)
}

/** Null for a text that is not base32; case is not looked at. */
export function fromBase32(text: string): Bytes | null {
  if (!/^[A-Za-z2-7]*$/.test(text) || [1, 3, 6].includes(text.length % 8)) return null
  const bytes: number[] = []
  let [pending, bits] = [0, 0]
  for (const char of text.toUpperCase()) {
    pending = ((pending << 5) | base32Alphabet.indexOf(char)) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((pending >> bits) & 0xff)
  }
  return new Uint8Array(bytes)
}
