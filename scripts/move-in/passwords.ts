import { fromBase64Url, toBase64Url, toUtf8 } from '../../src/crypto/encoding'
import { readForeignHash } from '../../src/crypto/foreign-hash'

/** Stored passwords as other systems write them, in the forms that src/crypto/foreign-hash.ts reads. */

type Bytes = Uint8Array

/** base64 without its padding, and passlib's, which writes a dot for the plus. */
function fromBase64(text: string): Bytes | null {
  return fromBase64Url(text.replaceAll(/[+.]/g, '-').replaceAll('/', '_'))
}

function fromHex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function write(scheme: string, cost: string, salt: Bytes | null, key: Bytes | null): string | null {
  return salt && key ? `$${scheme}$${cost}$${toBase64Url(salt)}$${toBase64Url(key)}` : null
}

/** What better-auth writes: the salt is the text of its hexadecimal digits. */
function fromBetterAuth(text: string): string | null {
  const [, salt, key] = /^([0-9a-f]{32}):([0-9a-f]{128})$/.exec(text) ?? []
  if (salt === undefined || key === undefined) return null
  return write('scrypt-nfkc', 'ln=14,r=16,p=1', toUtf8(salt), fromHex(key))
}

/** PHC strings, and passlib's, which are nearly the same. */
function fromPhc(text: string): string | null {
  const [, scheme, cost = '', salt = '', key = ''] =
    /^\$(scrypt|pbkdf2-sha256|pbkdf2-sha512)\$([\w=,]+)\$([\w./+-]+)\$([\w./+-]+)=*$/.exec(text) ??
    []
  if (scheme === undefined) return null
  const number = scheme === 'scrypt' ? cost : cost.replace(/^i=/, '').replace(/,.*$/, '')
  return write(scheme, number, fromBase64(salt), fromBase64(key))
}

/** What Django writes: the salt is a text. */
function fromDjango(text: string): string | null {
  const [, iterations, salt = '', key = ''] =
    /^pbkdf2_sha256\$(\d+)\$([^$]+)\$([\w/+]+)=*$/.exec(text) ?? []
  if (iterations === undefined) return null
  return write('pbkdf2-sha256', iterations, toUtf8(salt), fromBase64(key))
}

/** A stored password in the form that ours are read in; as it is where it is in none that is known. */
export function toStoredForm(text: string): string {
  const trimmed = text.trim()
  return fromBetterAuth(trimmed) ?? fromPhc(trimmed) ?? fromDjango(trimmed) ?? trimmed
}

export type PasswordProblem = 'password_unknown' | 'password_too_costly'

/** Why a stored password cannot be taken over; null where it can. */
export function passwordProblem(stored: string): PasswordProblem | null {
  const read = readForeignHash(stored)
  if (!read) return 'password_unknown'
  return read.isAffordable ? null : 'password_too_costly'
}
