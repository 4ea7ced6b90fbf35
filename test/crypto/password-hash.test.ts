import { describe, expect, test } from 'vitest'
import { fromBase64Url, toBase64Url, toHex, toUtf8 } from '../../src/crypto/encoding'
import {
  hashPassword,
  needsRehash,
  type PasswordHashing,
  verifyPassword,
} from '../../src/crypto/password-hash'
import { deriveRound } from '../../src/crypto/pbkdf2'

const peppers = { current: '1', bySlot: new Map([['1', 'a pepper of thirty-two characters!!']]) }
const hashing: PasswordHashing = { iterations: 1000, peppers }

function importPassword(password: string) {
  return crypto.subtle.importKey('raw', toUtf8(password), 'PBKDF2', false, ['deriveBits'])
}

async function hmacOf(key: Uint8Array<ArrayBuffer>) {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('raw', key, algorithm, false, ['sign'])
  return async (message: Uint8Array<ArrayBuffer>) =>
    new Uint8Array(await crypto.subtle.sign('HMAC', imported, message))
}

/** PBKDF2 of RFC 8018 section 5.2 for one block, from single HMACs alone. */
async function pbkdf2(password: string, salt: Uint8Array, iterations: number) {
  const hmac = await hmacOf(toUtf8(password))
  let u = await hmac(new Uint8Array([...salt, 0, 0, 0, 1]))
  const block = new Uint8Array(u)
  for (let i = 1; i < iterations; i += 1) {
    u = await hmac(u)
    for (const [at, byte] of u.entries()) block[at] = (block[at] ?? 0) ^ byte
  }
  return block
}

/** What the stored string should say, by its description and without the code that is tested. */
async function independently(
  password: string,
  salt: Uint8Array,
  iterations: number,
  rounds: number,
) {
  let output = new Uint8Array(0)
  for (let round = 0; round < rounds; round += 1) {
    output = await pbkdf2(password, new Uint8Array([...salt, ...output]), iterations)
  }
  const pepper = await hmacOf(toUtf8(peppers.bySlot.get('1') ?? ''))
  const hash = toBase64Url(await pepper(output))
  return `$pb2$sha256$${iterations}x${rounds}$${toBase64Url(salt)}$${hash}$1`
}

describe('one round', () => {
  // RFC 7914 section 11: PBKDF2-HMAC-SHA-256, the first 32 of 64 bytes.
  test.each([
    ['passwd', 'salt', 1, '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc'],
    [
      'Password',
      'NaCl',
      80_000,
      '4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56',
    ],
  ])('is PBKDF2-HMAC-SHA-256: %s, %s, %i', async (password, salt, iterations, expected) => {
    const output = await deriveRound(await importPassword(password), toUtf8(salt), iterations)
    expect(toHex(output)).toBe(expected)
  })

  test('never asks for more iterations than production allows', async () => {
    const key = await importPassword('a password')
    await expect(deriveRound(key, toUtf8('salt'), 100_001)).rejects.toThrow(RangeError)
    await expect(deriveRound(key, toUtf8('salt'), 100_000)).resolves.toHaveLength(32)
  })
})

describe('the stored string', () => {
  test('names the algorithm, the cost, a salt of 16 bytes, the hash and the pepper', async () => {
    const stored = await hashPassword('a password', hashing)
    const [, scheme, hash, cost, salt, digest, slot, ...rest] = stored.split('$')
    expect([scheme, hash, cost, slot, rest]).toEqual(['pb2', 'sha256', '1000x1', '1', []])
    expect(fromBase64Url(salt ?? '')).toHaveLength(16)
    expect(fromBase64Url(digest ?? '')).toHaveLength(32)
  })

  test('differs each time for the same password', async () => {
    const twice = await Promise.all([hashPassword('same', hashing), hashPassword('same', hashing)])
    expect(twice[0]).not.toBe(twice[1])
    for (const stored of twice) expect(await verifyPassword('same', stored, hashing)).toBe(true)
  })

  test.each([1, 2, 3, 6])(
    'of %i chained rounds is what an independent computation gives',
    async (rounds) => {
      const salt = Uint8Array.from({ length: 16 }, (_, i) => i * rounds)
      const stored = await independently('a pässword', salt, 40, rounds)
      expect(await verifyPassword('a pässword', stored, hashing)).toBe(true)
      expect(await verifyPassword('a password', stored, hashing)).toBe(false)
    },
  )

  test('at the cost of production is six rounds of 100,000, and verifies', async () => {
    const production = { ...hashing, iterations: 600_000 }
    const stored = await hashPassword('a password', production)
    expect(stored.split('$')[3]).toBe('100000x6')
    expect(await verifyPassword('a password', stored, production)).toBe(true)
  })
})

describe('verifying', () => {
  test('takes every character as it is: case, spaces, the 65th and the 200th', async () => {
    const long = 'x'.repeat(199)
    const stored = await hashPassword(`${long}y`, hashing)
    expect(await verifyPassword(`${long}y`, stored, hashing)).toBe(true)
    for (const wrong of [`${long}z`, `${long}Y`, long, ` ${long}y`, `${long}y `]) {
      expect(await verifyPassword(wrong, stored, hashing)).toBe(false)
    }
  })

  test('takes a letter and its composition as the same: NFC', async () => {
    const stored = await hashPassword('caf\u00e9 au lait', hashing)
    expect(await verifyPassword('cafe\u0301 au lait', stored, hashing)).toBe(true)
    expect(await verifyPassword('cafe au lait', stored, hashing)).toBe(false)
    // Compatibility forms are other characters: NFC, not NFKC.
    const ligature = await hashPassword('\ufb01rst of all', hashing)
    expect(await verifyPassword('first of all', ligature, hashing)).toBe(false)
  })

  test('is false without a stored hash, whatever the dummy work might come to', async () => {
    for (const candidate of ['', 'nobody', 'password', 'hunter2', 'null', '\0']) {
      expect(await verifyPassword(candidate, null, hashing)).toBe(false)
    }
  })

  test('is false when the pepper is another or its slot is gone', async () => {
    const stored = await hashPassword('a password', hashing)
    const changed = { current: '1', bySlot: new Map([['1', 'another pepper of 32 characters!!!']]) }
    const moved = { current: '2', bySlot: new Map([['2', 'a pepper of thirty-two characters!!']]) }
    expect(await verifyPassword('a password', stored, { ...hashing, peppers: changed })).toBe(false)
    expect(await verifyPassword('a password', stored, { ...hashing, peppers: moved })).toBe(false)
    expect(await verifyPassword('a password', stored.replace(/1$/, '2'), hashing)).toBe(false)
  })

  test('is false for a stored string that is not of this form', async () => {
    const stored = await hashPassword('a password', hashing)
    const malformed = [
      '',
      'a password',
      stored.slice(1),
      stored.replace('pb2', 'pb3'),
      stored.replace('sha256', 'sha512'),
      stored.replace('1000x1', '1000'),
      stored.replace('1000x1', '-1x1'),
      stored.replace('1000x1', '1e3x1'),
      stored.replace('1000x1', '1000x2'),
      `${stored}$`,
      `${stored}\n`,
      stored.replace(/\$[\w-]{43}\$/, '$$'),
      stored.replace(/\$[\w-]{22}\$/, '$$x$'),
    ]
    for (const text of malformed) {
      expect(await verifyPassword('a password', text, hashing), text).toBe(false)
    }
  })

  test.each(['100001x1', '999999x1', '0x1', '1000x0', '1000x999'])(
    'is false for a stored cost that could never be ours, and no error: %s',
    async (cost) => {
      const stored = (await hashPassword('a password', hashing)).replace('1000x1', cost)
      expect(await verifyPassword('a password', stored, hashing)).toBe(false)
    },
  )

  test('an empty current pepper slot is a mistake that is told, not a weaker hash', async () => {
    const empty = { iterations: 1000, peppers: { current: '2', bySlot: peppers.bySlot } }
    await expect(hashPassword('a password', empty)).rejects.toThrow('pepper slot is empty')
  })
})

describe('rehashing is due', () => {
  test('after the cost or the pepper has changed, and only then', async () => {
    const stored = await hashPassword('a password', hashing)
    const rotated = {
      current: '2',
      bySlot: new Map([...peppers.bySlot, ['2', 'a second pepper of 32 characters!!']] as const),
    }
    expect(needsRehash(stored, hashing)).toBe(false)
    expect(needsRehash(stored, { ...hashing, iterations: 2000 })).toBe(true)
    expect(needsRehash(stored, { ...hashing, iterations: 200_000 })).toBe(true)
    expect(needsRehash(stored, { ...hashing, peppers: rotated })).toBe(true)
    expect(needsRehash('unreadable', hashing)).toBe(true)
    expect(await verifyPassword('a password', stored, { ...hashing, peppers: rotated })).toBe(true)
  })
})
