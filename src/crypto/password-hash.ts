import { type Bytes, fromBase64Url, toBase64Url, toUtf8 } from './encoding'
import { equalInConstantTime } from './keyed'
import { randomBytes } from './random'

/**
 * Passwords at rest: chained PBKDF2-HMAC-SHA-256 with a pepper on top.
 *
 * Stored as `$pb2$sha256$<iterations>x<rounds>$<salt>$<hash>$<pepper slot>`. The output of each
 * round joins the account's salt as the salt of the next, so that the rounds cannot be run side by side.
 */

/** Production Workers refuse more per call (cloudflare/workerd#1346); a local one does not say so. */
const iterationsPerCallMax = 100_000
const roundsMax = 100
const saltBytes = 16
const hashBits = 256

export interface PasswordHashing {
  /** In total, over all rounds. */
  readonly iterations: number
  readonly peppers: { readonly current: string; readonly bySlot: ReadonlyMap<string, string> }
}

interface StoredHash {
  readonly iterationsPerRound: number
  readonly rounds: number
  readonly salt: Bytes
  readonly hash: string
  readonly slot: string
}

/** The only caller of deriveBits: it throws above the platform's cap wherever it runs. */
export async function deriveRound(
  password: CryptoKey,
  salt: Bytes,
  iterations: number,
): Promise<Bytes> {
  if (iterations > iterationsPerCallMax) {
    throw new RangeError(`PBKDF2 is limited to ${iterationsPerCallMax} iterations per call`)
  }
  const derivation = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations }
  return new Uint8Array(await crypto.subtle.deriveBits(derivation, password, hashBits))
}

async function stretch(password: string, stored: Omit<StoredHash, 'hash'>, pepper: string) {
  const bytes = toUtf8(password.normalize('NFC'))
  const key = await crypto.subtle.importKey('raw', bytes, 'PBKDF2', false, ['deriveBits'])
  let output: Bytes = new Uint8Array(0)
  for (let round = 0; round < stored.rounds; round += 1) {
    const salt = new Uint8Array([...stored.salt, ...output])
    output = await deriveRound(key, salt, stored.iterationsPerRound)
  }
  const pepperKey = await crypto.subtle.importKey(
    'raw',
    toUtf8(pepper),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  )
  return toBase64Url(new Uint8Array(await crypto.subtle.sign('HMAC', pepperKey, output)))
}

function split(iterations: number): { rounds: number; iterationsPerRound: number } {
  const rounds = Math.ceil(iterations / iterationsPerCallMax)
  return { rounds, iterationsPerRound: Math.ceil(iterations / rounds) }
}

/** A new salt each time; the same password never gives the same text twice. */
export async function hashPassword(password: string, hashing: PasswordHashing): Promise<string> {
  const slot = hashing.peppers.current
  const pepper = hashing.peppers.bySlot.get(slot)
  if (pepper === undefined) throw new Error('the current pepper slot is empty')
  const plan = { ...split(hashing.iterations), salt: randomBytes(saltBytes), slot }
  const hash = await stretch(password, plan, pepper)
  const cost = `${plan.iterationsPerRound}x${plan.rounds}`
  return `$pb2$sha256$${cost}$${toBase64Url(plan.salt)}$${hash}$${slot}`
}

function parse(stored: string): StoredHash | null {
  const match = /^\$pb2\$sha256\$(\d{1,6})x(\d{1,3})\$([\w-]+)\$([\w-]{43})\$(\d+)$/.exec(stored)
  const [, iterations, rounds, salt = '', hash = '', slot = ''] = match ?? []
  const [iterationsPerRound, roundCount] = [Number(iterations), Number(rounds)]
  const saltDecoded = fromBase64Url(salt)
  if (!match || !saltDecoded) return null
  // A cost that no setting gives was not written by us.
  if (iterationsPerRound < 1 || iterationsPerRound > iterationsPerCallMax) return null
  if (roundCount < 1 || roundCount > roundsMax) return null
  return {
    iterationsPerRound,
    rounds: roundCount,
    salt: saltDecoded,
    hash,
    slot,
  }
}

/**
 * Whether the password is the stored one. Null stands for an account that does not exist or has no
 * password: the same work is done and the answer is always false, whatever the work yields.
 */
export async function verifyPassword(
  password: string,
  stored: string | null,
  hashing: PasswordHashing,
): Promise<boolean> {
  const parsed = stored === null ? null : parse(stored)
  const pepper = parsed ? hashing.peppers.bySlot.get(parsed.slot) : undefined
  if (!parsed || pepper === undefined) {
    await stretch(
      password,
      { ...split(hashing.iterations), salt: new Uint8Array(saltBytes), slot: '' },
      'nobody',
    )
    return false
  }
  return equalInConstantTime(await stretch(password, parsed, pepper), parsed.hash)
}

/** True when the stored text was made with another cost or pepper than those now set. */
export function needsRehash(stored: string, hashing: PasswordHashing): boolean {
  const parsed = parse(stored)
  const plan = split(hashing.iterations)
  return (
    parsed?.rounds !== plan.rounds ||
    parsed.iterationsPerRound !== plan.iterationsPerRound ||
    parsed.slot !== hashing.peppers.current
  )
}
