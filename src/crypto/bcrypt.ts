import type { Bytes } from './encoding'

/**
 * bcrypt (Provos and Mazières, "A Future-Adaptable Password Scheme", 1999), to verify what other
 * systems have stored; nothing of ours is made with it. Libraries are three times as large, because they
 * carry Blowfish's tables, which are the hexadecimal digits of pi and are computed here on first use.
 */

const subkeys = 18
const words = subkeys + 4 * 256

let digitsOfPi: Int32Array | null = null

/** The fraction of pi in words of 32 bits: 18 subkeys, then four boxes of 256. */
function blowfishTables(): Int32Array {
  digitsOfPi ??= computeTables()
  return digitsOfPi
}

/** pi = 16 arctan(1/5) - 4 arctan(1/239), by Machin. */
function computeTables(): Int32Array {
  // The last bits are lost to rounding, a few for each of some thousand terms.
  const spareBits = 64n
  const one = 1n << (BigInt(words * 32) + spareBits)
  const pi = 16n * arctanOfInverse(5n, one) - 4n * arctanOfInverse(239n, one)
  const hex = ((pi - 3n * one) >> spareBits).toString(16).padStart(words * 8, '0')
  return Int32Array.from({ length: words }, (_, i) => Number(`0x${hex.slice(i * 8, i * 8 + 8)}`))
}

function arctanOfInverse(x: bigint, one: bigint): bigint {
  let power = one / x
  let sum = power
  for (let n = 3n; power !== 0n; n += 2n) {
    power = -power / (x * x)
    sum += power / n
  }
  return sum
}

// Indices below are in bounds by construction; checking each would be most of the time this takes.

function mix(box: Int32Array, half: number): number {
  const a = box[18 + (half >>> 24)] as number
  const b = box[274 + ((half >>> 16) & 255)] as number
  const c = box[530 + ((half >>> 8) & 255)] as number
  const d = box[786 + (half & 255)] as number
  return ((a + b) ^ c) + d
}

/** Blowfish: enciphers two words of a block in place. */
function encipher(box: Int32Array, block: Int32Array, at: number): void {
  let left = (block[at] as number) ^ (box[0] as number)
  let right = block[at + 1] as number
  for (let round = 1; round < 17; round += 2) {
    right ^= mix(box, left) ^ (box[round] as number)
    left ^= mix(box, right) ^ (box[round + 1] as number)
  }
  block[at] = right ^ (box[17] as number)
  block[at + 1] = left
}

/** Bytes repeated until they fill 18 words. */
function cycle(bytes: Uint8Array): Int32Array {
  const filled = new DataView(new ArrayBuffer(subkeys * 4))
  for (let i = 0; i < filled.byteLength; i += 1) filled.setUint8(i, bytes[i % bytes.length] ?? 0)
  return Int32Array.from({ length: subkeys }, (_, i) => filled.getInt32(i * 4))
}

/** `salt` is four words, or null for zeros. */
function expand(box: Int32Array, key: Int32Array, salt: Int32Array | null): void {
  const block = new Int32Array(2)
  for (let i = 0; i < subkeys; i += 1) box[i] = (box[i] as number) ^ (key[i] as number)
  for (let i = 0; i < words; i += 2) {
    if (salt) {
      block[0] = (block[0] as number) ^ (salt[i & 3] as number)
      block[1] = (block[1] as number) ^ (salt[(i + 1) & 3] as number)
    }
    encipher(box, block, 0)
    box[i] = block[0] as number
    box[i + 1] = block[1] as number
  }
}

/** The 23 bytes that are stored. Of the password, the first 72 bytes count. `salt` is 16 bytes. */
export function bcrypt(password: Bytes, salt: Bytes, cost: number): Bytes {
  const key = cycle(new Uint8Array([...password, 0]).subarray(0, subkeys * 4))
  const salted = cycle(salt)
  const box = blowfishTables().slice()
  expand(box, key, salted)
  for (let i = 2 ** cost; i > 0; i -= 1) {
    expand(box, key, null)
    expand(box, salted, null)
  }
  const view = new DataView(new ArrayBuffer(24))
  const magic = new TextEncoder().encode('OrpheanBeholderScryDoubt')
  const text = cycle(magic).slice(0, 6)
  for (let i = 0; i < 64; i += 1) {
    for (let at = 0; at < text.length; at += 2) encipher(box, text, at)
  }
  for (const [i, word] of text.entries()) view.setInt32(i * 4, word)
  return new Uint8Array(view.buffer, 0, 23)
}
