import { type Bytes, toBase64Url, toHex } from './encoding'

export function randomBytes(count: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(count))
}

/** A secret that nobody can guess: 32 random bytes, base64url, 43 characters. */
export function newToken(): string {
  return toBase64Url(randomBytes(32))
}

/** 24 hex digits: four bytes of creation time in seconds, then eight random ones, so that ids sort by age. */
export function newId(now: number): string {
  return idsFrom(now) + toHex(randomBytes(8))
}

/** Where the ids of a time, in whole seconds, begin: no older id is as large, and no newer one smaller. */
export function idsFrom(at: number): string {
  return Math.floor(at / 1000)
    .toString(16)
    .padStart(8, '0')
}

/** A random integer from 1 to 2^48 - 1, which a double and a JSON number hold exactly. */
export function newAccountNumber(): number {
  const number = randomBytes(6).reduce((sum, byte) => sum * 256 + byte, 0)
  return number === 0 ? 1 : number
}

/** An invite code: two letters, four digits, thirteen digits, 65 random bits in all. */
export function newInviteCode(): string {
  const letters = Array.from({ length: 2 }, () => String.fromCharCode(65 + randomBelow(26)))
  const digits = Array.from({ length: 17 }, () => randomBelow(10))
  return `${letters.join('')}-${digits.slice(0, 4).join('')}-${digits.slice(4).join('')}`
}

const lettersAndDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** A code to pass on, not a secret: seven letters and digits. */
export function newReferralCode(): string {
  // Out of 32 bits no character comes noticeably more often than another.
  const draws = crypto.getRandomValues(new Uint32Array(7))
  const characters = Array.from(draws, (draw) =>
    lettersAndDigits.charAt(draw % lettersAndDigits.length),
  )
  return characters.join('')
}

/** Four lower-case letters or digits, to tell names apart. */
export function newSuffix(): string {
  return Array.from(randomBytes(4), (byte) => codeAlphabet.charAt(byte % 32)).join('')
}

/** An unbiased number from 0 up to and without `end`, which is at most 256. */
function randomBelow(end: number): number {
  const [byte = 0] = randomBytes(1)
  return byte < 256 - (256 % end) ? byte % end : randomBelow(end)
}

const sixDigitsMin = 100_000
const sixDigitsCount = 900_000
/** The largest multiple of sixDigitsCount in 32 bits; numbers from there on would favour low codes. */
const unbiasedEnd = Math.floor(2 ** 32 / sixDigitsCount) * sixDigitsCount

/** Six digits, the first never 0, so that a client that parses it as a number loses nothing. */
export function newDigits(): string {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1))
  return number < unbiasedEnd ? String(sixDigitsMin + (number % sixDigitsCount)) : newDigits()
}

/** Without 0, 1, l and o, which people mix up when they type. */
const codeAlphabet = 'abcdefghijkmnpqrstuvwxyz23456789'

/** Groups of five characters of five random bits each, to be copied or typed. */
function newGroups(count: number): string {
  const characters = Array.from(randomBytes(count * 5), (byte) => codeAlphabet.charAt(byte % 32))
  return Array.from({ length: count }, (_, group) =>
    characters.slice(group * 5, group * 5 + 5).join(''),
  ).join('-')
}

/** A code to mail: 150 random bits as six groups. */
export function newMailedCode(): string {
  return newGroups(6)
}

/** A code to keep on paper: 125 random bits as five groups, enough for a plain hash. */
export function newBackupCode(): string {
  return newGroups(5)
}
