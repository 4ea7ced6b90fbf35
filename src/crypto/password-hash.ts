import { type Bytes, fromBase64Url, toBase64Url, toUtf8 } from './encoding'
import { readForeignHash } from './foreign-hash'
import { equalInConstantTime } from './keyed'
import { deriveRound, importPassword, iterationsPerCallMax } from './pbkdf2'
import { randomBytes } from './random'

/**
 * Passwords at rest: chained PBKDF2-HMAC-SHA-256 with a pepper on top.
 *
 * Stored as `$pb2$sha256$<iterations>x<rounds>$<salt>$<hash>$<pepper slot>`. The output of each
 * round joins the account's salt as the salt of the next, so that the rounds cannot be run side by side.
 * Accounts that moved in have what another system stored, until they sign in (foreign-hash.ts).
 */

const roundsMax = 100
const saltBytes = 16

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

async function stretch(password: string, stored: Omit<StoredHash, 'hash'>, pepper: string) {
  const key = await importPassword(toUtf8(password.normalize('NFC')))
  let output: Bytes = new Uint8Array(0)
  for (let round = 0; round < stored.rounds; round += 1) {
    const salt = new Uint8Array([...stored.salt, ...output])
    output = await deriveRound(key, salt, stored.iterationsPerRound)
  }
  return toBase64Url(
    new Uint8Array(await crypto.subtle.sign('HMAC', await pepperKey(pepper), output)),
  )
}

const pepperKeys = new Map<string, Promise<CryptoKey>>()

/** Kept per isolate, like the keys that are derived from a root. */
function pepperKey(pepper: string): Promise<CryptoKey> {
  const known = pepperKeys.get(pepper)
  if (known) return known
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const fresh = crypto.subtle.importKey('raw', toUtf8(pepper), algorithm, false, ['sign'])
  pepperKeys.set(pepper, fresh)
  return fresh
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

/** What nobody's password takes: as long as `iterations` of a real one. */
async function pretend(password: string, iterations: number): Promise<false> {
  if (iterations > 0) {
    const salt = new Uint8Array(saltBytes)
    await stretch(password, { ...split(iterations), salt, slot: '' }, 'nobody')
  }
  return false
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
  if (parsed && pepper !== undefined) {
    return equalInConstantTime(await stretch(password, parsed, pepper), parsed.hash)
  }
  const foreign = stored === null ? null : readForeignHash(stored)
  if (!foreign?.isAffordable) return pretend(password, hashing.iterations)
  // A cheap one is made as slow as ours, so that a wrong password does not tell who moved in.
  const isRight = await foreign.verify(password)
  return isRight || pretend(password, hashing.iterations - foreign.iterations)
}

/** True when the stored text was made with another cost or pepper than those now set, or by another system. */
export function needsRehash(stored: string, hashing: PasswordHashing): boolean {
  const parsed = parse(stored)
  const plan = split(hashing.iterations)
  return (
    parsed?.rounds !== plan.rounds ||
    parsed.iterationsPerRound !== plan.iterationsPerRound ||
    parsed.slot !== hashing.peppers.current
  )
}
