import { fromBase32, toBase32 } from './encoding'
import { equalInConstantTime } from './keyed'
import { randomBytes } from './random'

/**
 * Time-based one-time passwords (RFC 6238) as every authenticator app makes them: HMAC-SHA-1, six
 * digits, steps of 30 seconds. Secrets are base32 texts.
 */

const stepMs = 30_000
const digits = 6
/** A code counts one step early or late, for clocks that differ and people who type slowly. */
const stepsAside = 1

/** 160 random bits, as RFC 4226 section 4 recommends. */
export function newTotpSecret(): string {
  return toBase32(randomBytes(20))
}

/** The number of the step that a time in milliseconds falls into. */
export function stepAt(nowMs: number): number {
  return Math.floor(nowMs / stepMs)
}

/** The codes of some steps (RFC 4226 section 5.3); none for a text that is no secret. */
async function codesOf(secret: string, steps: readonly number[]): Promise<string[]> {
  const bytes = fromBase32(secret)
  if (bytes === null || bytes.length === 0) return []
  const algorithm = { name: 'HMAC', hash: 'SHA-1' }
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign'])
  return Promise.all(
    steps.map(async (step) => {
      const counter = new DataView(new ArrayBuffer(8))
      counter.setBigUint64(0, BigInt(step))
      const mac = new DataView(await crypto.subtle.sign('HMAC', key, counter))
      const number = mac.getUint32(mac.getUint8(19) & 0xf) & 0x7fff_ffff
      return String(number % 10 ** digits).padStart(digits, '0')
    }),
  )
}

/** The code that an app shows at a time in milliseconds. */
export async function codeAt(secret: string, nowMs: number): Promise<string> {
  const [code] = await codesOf(secret, [stepAt(nowMs)])
  if (code === undefined) throw new Error('not a secret')
  return code
}

/**
 * The step whose code this is, now or one step to either side, and after `afterStep`, so that a code
 * that was taken before is refused; null for any other. Every candidate is compared in full. Should
 * one code belong to two steps, it is the later one, after which neither counts again.
 */
export async function matchingStep(
  secret: string,
  code: string,
  nowMs: number,
  afterStep: number,
): Promise<number | null> {
  const current = stepAt(nowMs)
  const steps = Array.from({ length: 2 * stepsAside + 1 }, (_, i) => current - stepsAside + i)
  const codes = await codesOf(
    secret,
    steps.map((step) => Math.max(0, step)),
  )
  const matches = codes.map((candidate) => equalInConstantTime(candidate, code))
  return steps.findLast((step, i) => matches[i] === true && step > afterStep) ?? null
}

/** What an authenticator app is told, as a link or a QR code (the key URI format). */
export function otpauthUrl(given: { issuer: string; account: string; secret: string }): string {
  // A colon stands between issuer and account, and apps decode the label before they split it.
  const [issuer, account] = [given.issuer, given.account].map((text) =>
    encodeURIComponent(text.replaceAll(':', ' ')),
  )
  return `otpauth://totp/${issuer}:${account}?secret=${given.secret}&issuer=${issuer}&algorithm=SHA1&digits=${digits}&period=${stepMs / 1000}`
}
