import type { Bytes } from './encoding'
import { deriveRound, importPassword } from './pbkdf2'

/** scrypt (RFC 7914), to verify what other systems have stored; nothing of ours is made with it. */

export interface ScryptCost {
  /** How many blocks are kept, a power of two: N in the RFC. */
  readonly blocks: number
  /** A block is 128 bytes times this: r in the RFC. */
  readonly blockSize: number
  /** How often all of it is done: p in the RFC. */
  readonly lanes: number
}

/** Words of 32 bits that Salsa20 changes at once. */
const chunkWords = 16

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/** Salsa20/8 in place, as section 3 writes it; in a loop over indices it takes three times as long. */
function salsa(chunk: Int32Array): void {
  let x0 = chunk[0] as number
  let x1 = chunk[1] as number
  let x2 = chunk[2] as number
  let x3 = chunk[3] as number
  let x4 = chunk[4] as number
  let x5 = chunk[5] as number
  let x6 = chunk[6] as number
  let x7 = chunk[7] as number
  let x8 = chunk[8] as number
  let x9 = chunk[9] as number
  let x10 = chunk[10] as number
  let x11 = chunk[11] as number
  let x12 = chunk[12] as number
  let x13 = chunk[13] as number
  let x14 = chunk[14] as number
  let x15 = chunk[15] as number
  for (let round = 0; round < 8; round += 2) {
    x4 ^= rotate(x0 + x12, 7)
    x8 ^= rotate(x4 + x0, 9)
    x12 ^= rotate(x8 + x4, 13)
    x0 ^= rotate(x12 + x8, 18)
    x9 ^= rotate(x5 + x1, 7)
    x13 ^= rotate(x9 + x5, 9)
    x1 ^= rotate(x13 + x9, 13)
    x5 ^= rotate(x1 + x13, 18)
    x14 ^= rotate(x10 + x6, 7)
    x2 ^= rotate(x14 + x10, 9)
    x6 ^= rotate(x2 + x14, 13)
    x10 ^= rotate(x6 + x2, 18)
    x3 ^= rotate(x15 + x11, 7)
    x7 ^= rotate(x3 + x15, 9)
    x11 ^= rotate(x7 + x3, 13)
    x15 ^= rotate(x11 + x7, 18)
    x1 ^= rotate(x0 + x3, 7)
    x2 ^= rotate(x1 + x0, 9)
    x3 ^= rotate(x2 + x1, 13)
    x0 ^= rotate(x3 + x2, 18)
    x6 ^= rotate(x5 + x4, 7)
    x7 ^= rotate(x6 + x5, 9)
    x4 ^= rotate(x7 + x6, 13)
    x5 ^= rotate(x4 + x7, 18)
    x11 ^= rotate(x10 + x9, 7)
    x8 ^= rotate(x11 + x10, 9)
    x9 ^= rotate(x8 + x11, 13)
    x10 ^= rotate(x9 + x8, 18)
    x12 ^= rotate(x15 + x14, 7)
    x13 ^= rotate(x12 + x15, 9)
    x14 ^= rotate(x13 + x12, 13)
    x15 ^= rotate(x14 + x13, 18)
  }
  chunk[0] = (chunk[0] as number) + x0
  chunk[1] = (chunk[1] as number) + x1
  chunk[2] = (chunk[2] as number) + x2
  chunk[3] = (chunk[3] as number) + x3
  chunk[4] = (chunk[4] as number) + x4
  chunk[5] = (chunk[5] as number) + x5
  chunk[6] = (chunk[6] as number) + x6
  chunk[7] = (chunk[7] as number) + x7
  chunk[8] = (chunk[8] as number) + x8
  chunk[9] = (chunk[9] as number) + x9
  chunk[10] = (chunk[10] as number) + x10
  chunk[11] = (chunk[11] as number) + x11
  chunk[12] = (chunk[12] as number) + x12
  chunk[13] = (chunk[13] as number) + x13
  chunk[14] = (chunk[14] as number) + x14
  chunk[15] = (chunk[15] as number) + x15
}

/** scryptBlockMix of section 4. `mixed` takes the result. */
function mixBlock(block: Int32Array, mixed: Int32Array, chunk: Int32Array): void {
  const chunks = block.length / chunkWords
  chunk.set(block.subarray(block.length - chunkWords))
  for (let i = 0; i < chunks; i += 1) {
    xor(chunk, block, i * chunkWords)
    salsa(chunk)
    mixed.set(chunk, ((i >> 1) + (i & 1) * (chunks / 2)) * chunkWords)
  }
}

function xor(words: Int32Array, others: Int32Array, from: number): void {
  for (let i = 0; i < words.length; i += 1) {
    words[i] = (words[i] as number) ^ (others[from + i] as number)
  }
}

/** scryptROMix of section 5, in place. */
function mixLane(lane: Int32Array, blocks: number, kept: Int32Array): void {
  const [scratch, chunk] = [new Int32Array(lane.length), new Int32Array(chunkWords)]
  // Two steps at a time, so that what comes out is where it went in.
  for (let i = 0; i < blocks; i += 2) {
    kept.set(lane, i * lane.length)
    mixBlock(lane, scratch, chunk)
    kept.set(scratch, (i + 1) * lane.length)
    mixBlock(scratch, lane, chunk)
  }
  const last = lane.length - chunkWords
  for (let i = 0; i < blocks; i += 2) {
    xor(lane, kept, ((lane[last] as number) & (blocks - 1)) * lane.length)
    mixBlock(lane, scratch, chunk)
    xor(scratch, kept, ((scratch[last] as number) & (blocks - 1)) * lane.length)
    mixBlock(scratch, lane, chunk)
  }
}

/** The key of `bytes` bytes. It keeps 128 bytes times N times r meanwhile, which callers bound. */
export async function scrypt(
  password: Bytes,
  salt: Bytes,
  { blocks, blockSize, lanes }: ScryptCost,
  bytes: number,
): Promise<Bytes> {
  const key = await importPassword(password)
  const laneBytes = 128 * blockSize
  const mixed = await deriveRound(key, salt, 1, { bytes: laneBytes * lanes })
  // Words in the order of the machine's bytes, which is little-endian wherever this runs, as the RFC wants.
  const kept = new Int32Array((laneBytes / 4) * blocks)
  for (let lane = 0; lane < lanes; lane += 1) {
    mixLane(new Int32Array(mixed.buffer, lane * laneBytes, laneBytes / 4), blocks, kept)
  }
  return deriveRound(key, mixed, 1, { bytes })
}
