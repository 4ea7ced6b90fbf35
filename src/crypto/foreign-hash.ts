import { bcrypt } from './bcrypt'
import { type Bytes, fromBase64Url, toBase64Url, toHex, toUtf8 } from './encoding'
import { equalInConstantTime } from './keyed'
import { deriveRound, importPassword, iterationsPerCallMax } from './pbkdf2'
import { scrypt } from './scrypt'

/**
 * Passwords as other systems hash them, for accounts that moved in and have not signed in since. In
 * the database each stands in one of these forms, salts and keys in base64url:
 *
 * `$2b$10$<salt and hash>`, also 2a and 2y: bcrypt.
 * `$meteor$2b$10$<salt and hash>`: bcrypt of the SHA-256 of the password in hexadecimal, as Meteor does.
 * `$scrypt$ln=14,r=16,p=1$<salt>$<key>`; `$scrypt-nfkc$` where the password is normalised before.
 * `$pbkdf2-sha256$<iterations>$<salt>$<key>`, also sha512.
 */

export interface ForeignHash {
  /** Whether a Worker can verify it without keeping everybody else waiting, or running out of memory. */
  readonly isAffordable: boolean
  /** How many iterations of our own hashing take about as long. */
  readonly iterations: number
  verify(password: string): Promise<boolean>
}

const bcryptForm = /^\$(meteor\$)?2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/
const bcryptCostMax = 12
/** Measured in workerd at cost 10; one more is twice as much. */
const iterationsAtCostTen = 450_000

const scryptForm =
  /^\$scrypt(-nfkc)?\$ln=(\d\d?),r=(\d{1,3}),p=(\d{1,3})\$([\w-]{1,256})\$([\w-]{22,86})$/
/** N times r times p: 32 MiB, of the 128 that an isolate has. */
const scryptCostMax = 2 ** 18
/** r times p: PBKDF2 gives 255 hashes at most, which workerd holds to. */
const scryptWidthMax = 63
const iterationsPerScryptCost = 3.3

const pbkdf2Form = /^\$pbkdf2-sha(256|512)\$(\d{1,9})\$([\w-]{1,256})\$([\w-]{22,86})$/

/** Null for a text in none of the forms. */
export function readForeignHash(stored: string): ForeignHash | null {
  return readBcrypt(stored) ?? readScrypt(stored) ?? readPbkdf2(stored)
}

function readBcrypt(stored: string): ForeignHash | null {
  const [, meteor, costDigits, salt = '', hash = ''] = bcryptForm.exec(stored) ?? []
  const cost = Number(costDigits)
  const saltBytes = fromBcryptBase64(salt)
  if (!saltBytes || !(cost >= 4 && cost <= 31)) return null
  return {
    isAffordable: cost <= bcryptCostMax,
    iterations: iterationsAtCostTen * 2 ** (cost - 10),
    async verify(password) {
      const hashed = meteor ? toHex(await sha256(password)) : password
      const key = bcrypt(toUtf8(hashed), saltBytes, cost)
      return equalInConstantTime(toBcryptBase64(key), hash)
    },
  }
}

function readScrypt(stored: string): ForeignHash | null {
  const [, nfkc, ln, r, p, salt, key] = scryptForm.exec(stored) ?? []
  const cost = { blocks: 2 ** Number(ln), blockSize: Number(r), lanes: Number(p) }
  const saltBytes = fromBase64Url(salt ?? '')
  const keyBytes = fromBase64Url(key ?? '')
  if (!saltBytes || !keyBytes?.length) return null
  const width = cost.blockSize * cost.lanes
  const product = cost.blocks * width
  return {
    isAffordable:
      cost.blocks > 1 && width >= 1 && width <= scryptWidthMax && product <= scryptCostMax,
    iterations: product * iterationsPerScryptCost,
    async verify(password) {
      const text = toUtf8(nfkc ? password.normalize('NFKC') : password)
      return isSame(await scrypt(text, saltBytes, cost, keyBytes.length), keyBytes)
    },
  }
}

function readPbkdf2(stored: string): ForeignHash | null {
  const [, bits, digits, salt, key] = pbkdf2Form.exec(stored) ?? []
  const iterations = Number(digits)
  const saltBytes = fromBase64Url(salt ?? '')
  const keyBytes = fromBase64Url(key ?? '')
  if (!saltBytes || !keyBytes?.length) return null
  return {
    isAffordable: iterations >= 1 && iterations <= iterationsPerCallMax,
    iterations,
    async verify(password) {
      const imported = await importPassword(toUtf8(password))
      const kind = { hash: `SHA-${bits}` as 'SHA-256' | 'SHA-512', bytes: keyBytes.length }
      return isSame(await deriveRound(imported, saltBytes, iterations, kind), keyBytes)
    },
  }
}

function isSame(left: Bytes, right: Bytes): boolean {
  return equalInConstantTime(toBase64Url(left), toBase64Url(right))
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', toUtf8(text)))
}

// bcrypt writes the digits of base64 with other characters.
const bcryptDigits = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const base64UrlDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

function translate(text: string, from: string, to: string): string {
  return Array.from(text, (digit) => to.charAt(from.indexOf(digit))).join('')
}

function fromBcryptBase64(text: string): Bytes | null {
  const bytes = fromBase64Url(translate(text, bcryptDigits, base64UrlDigits))
  return bytes?.length === 16 ? bytes : null
}

function toBcryptBase64(bytes: Uint8Array): string {
  return translate(toBase64Url(bytes), base64UrlDigits, bcryptDigits)
}
