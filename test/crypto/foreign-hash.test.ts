import bcryptjs from 'bcryptjs'
import { hashPassword as betterAuthHash } from 'better-auth/crypto'
import { describe, expect, test, vi } from 'vitest'
import { bcrypt } from '../../src/crypto/bcrypt'
import { toBase64Url, toHex, toUtf8 } from '../../src/crypto/encoding'
import { readForeignHash } from '../../src/crypto/foreign-hash'
import {
  hashPassword,
  needsRehash,
  type PasswordHashing,
  verifyPassword,
} from '../../src/crypto/password-hash'
import { scrypt } from '../../src/crypto/scrypt'

const peppers = { current: '1', bySlot: new Map([['1', 'a pepper of thirty-two characters!!']]) }
const hashing: PasswordHashing = { iterations: 1000, peppers }
const isRight = (password: string, stored: string) => verifyPassword(password, stored, hashing)

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

const sha256Hex = async (text: string) =>
  toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', toUtf8(text))))

describe('bcrypt', () => {
  // The vectors of crypt_blowfish and jBCrypt.
  test.each([
    ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['U*U*', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
    ['U*U*U', '$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a'],
    ['a', '$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe'],
    ['abc', '$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i'],
  ])('is that of the published vectors: "%s"', async (password, stored) => {
    expect(await isRight(password, stored)).toBe(true)
    expect(await isRight(`${password}x`, stored)).toBe(false)
  })

  test.each([
    'pässwörd',
    '😀 and 漢字',
    'with "quotes" and $',
    ' x ',
    'é'.repeat(36),
    'y'.repeat(71),
  ])('is that of another implementation: %s', async (password) => {
    const stored = bcryptjs.hashSync(password, 4)
    expect(stored).toMatch(/^\$2b\$04\$/)
    for (const kind of ['2a', '2b', '2y']) {
      expect(await isRight(password, stored.replace('2b', kind))).toBe(true)
      expect(await isRight(`${password.slice(0, -2)}_`, stored.replace('2b', kind))).toBe(false)
    }
  })

  test('looks at 72 bytes, as everywhere', async () => {
    const stored = bcryptjs.hashSync('z'.repeat(72), 4)
    expect(await isRight(`${'z'.repeat(72)}and more`, stored)).toBe(true)
    expect(await isRight('z'.repeat(71), stored)).toBe(false)
  })

  // Made by bcryptjs beforehand, because making them takes as long as verifying.
  test.each([
    '$2b$10$KZUCjgwdspWFb524B2duG.8FhnWdtCLbJ3EMU2aABc05uyxII8VXS',
    '$2b$12$V.0OMq9CLBfRrSabglh8WO.IGW5F8pzeanHWAe6xF.u0Qn90VlOD.',
  ])('at the costs that people use: %s', async (stored) => {
    expect(await isRight('a password', stored)).toBe(true)
  })

  test('gives the 23 bytes that are kept of 24', () => {
    expect(bcrypt(toUtf8('a'), new Uint8Array(16), 4)).toHaveLength(23)
  })
})

describe('bcrypt of a SHA-256, as Meteor stores it', () => {
  test('takes the password, and neither its digest nor what plain bcrypt would', async () => {
    const password = 'pässword of Wekan'
    const digest = await sha256Hex(password)
    const stored = bcryptjs.hashSync(digest, 4)
    expect(await isRight(password, `$meteor${stored}`)).toBe(true)
    expect(await isRight(digest, `$meteor${stored}`)).toBe(false)
    expect(await isRight(password, stored)).toBe(false)
  })
})

describe('scrypt', () => {
  // RFC 7914 section 12; the last of its vectors needs a gigabyte.
  test.each([
    [
      ['', '', 16, 1, 1],
      '77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906',
    ],
    // Not of the RFC, whose own for many lanes has more of them than are affordable.
    [
      ['password', 'NaCl', 256, 5, 12],
      '63fb2fcf05306b63cb2298ab826d9d1c5bded04f58cdb0c7895923ed80796efabe5ccc7f482d5a3c7db6985cdc19c6ffedb6ae7f8da77c78595dc1c4cc991432',
    ],
    [
      ['pleaseletmein', 'SodiumChloride', 16384, 8, 1],
      '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
    ],
  ] as const)(
    'is that of RFC 7914: %j',
    async ([password, salt, blocks, blockSize, lanes], key) => {
      const cost = { blocks, blockSize, lanes }
      expect(toHex(await scrypt(toUtf8(password), toUtf8(salt), cost, 64))).toBe(key)
    },
  )

  test('verifies what it made, at the cost that the text names', async () => {
    const cost = { blocks: 64, blockSize: 3, lanes: 2 }
    const key = await scrypt(toUtf8('a password'), toUtf8('salt'), cost, 32)
    const stored = `$scrypt$ln=6,r=3,p=2$${toBase64Url(toUtf8('salt'))}$${toBase64Url(key)}`
    expect(await isRight('a password', stored)).toBe(true)
    expect(await isRight('another', stored)).toBe(false)
    expect(await isRight('a password', stored.replace('p=2', 'p=1'))).toBe(false)
  })

  test('is that of better-auth, with its normalisation', async () => {
    const [salt = '', key = ''] = (await betterAuthHash('\ufb01rst of all')).split(':')
    const parts = `ln=14,r=16,p=1$${toBase64Url(toUtf8(salt))}$${toBase64Url(fromHex(key))}`
    expect(await isRight('first of all', `$scrypt-nfkc$${parts}`)).toBe(true)
    expect(await isRight('first of alL', `$scrypt-nfkc$${parts}`)).toBe(false)
    expect(await isRight('first of all', `$scrypt$${parts}`)).toBe(true)
    expect(await isRight('\ufb01rst of all', `$scrypt$${parts}`)).toBe(false)
  })
})

describe('PBKDF2', () => {
  // RFC 7914 section 11, which has 64 bytes of it.
  const key = fromHex(
    '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783',
  )
  const salt = toBase64Url(toUtf8('salt'))

  test('is that of RFC 7914, whole and cut', async () => {
    for (const bytes of [16, 32, 64]) {
      const stored = `$pbkdf2-sha256$1$${salt}$${toBase64Url(key.subarray(0, bytes))}`
      expect(await isRight('passwd', stored), String(bytes)).toBe(true)
      expect(await isRight('passwe', stored)).toBe(false)
    }
  })

  test('with SHA-512 is that of another computation', async () => {
    const stored = `$pbkdf2-sha512$1$${salt}$x0MZ2ZSZ_D6QE6z_WXwjxbrwoL7FY0xGuDUreT4yRyPVXKp2srJcQ0Atz9wGzc9m-Vt9BClCCzlSAAZ0nFGgTg`
    expect(await isRight('passwd', stored)).toBe(true)
    expect(await isRight('passwe', stored)).toBe(false)
  })
})

describe('what is stored', () => {
  const bcryptText = '$2b$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'
  const bcryptOfStar = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'
  const scryptText = `$scrypt$ln=4,r=1,p=1$c2FsdA$${'A'.repeat(43)}`
  const pbkdf2Text = `$pbkdf2-sha256$1000$c2FsdA$${'A'.repeat(43)}`

  test.each([
    '',
    'a password',
    bcryptText.slice(1),
    bcryptText.replace('2b', '2x'),
    bcryptText.replace('$04', '$03'),
    bcryptText.replace('$04', '$4'),
    bcryptText.replace('$04', '$99'),
    `${bcryptText}\n`,
    `${bcryptText}a`,
    `$sha1${bcryptText}`,
    scryptText.replace('ln=4', 'ln=-4'),
    scryptText.replace('ln=4', 'ln=4.5'),
    scryptText.replace('$c2FsdA', '$'),
    scryptText.replace('$c2FsdA', '$c2F+dA'),
    // A key this short would be found by anybody.
    `${scryptText.slice(0, -43)}AAAA`,
    `${scryptText.slice(0, -43)}`,
    pbkdf2Text.replace('sha256', 'sha1'),
    pbkdf2Text.replace('1000', '1e3'),
    pbkdf2Text.replace('$c2FsdA', ''),
    '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  ])('is in no known form, and no password is right: %s', async (stored) => {
    expect(readForeignHash(stored)).toBeNull()
    expect(await isRight('U*U', stored)).toBe(false)
  })

  test.each([
    [bcryptText.replace('$04', '$12'), true],
    [bcryptText.replace('$04', '$13'), false],
    [`$meteor${bcryptText.replace('$04', '$31')}`, false],
    [scryptText.replace('ln=4,r=1', 'ln=14,r=16'), true],
    [scryptText.replace('ln=4,r=1', 'ln=15,r=8'), true],
    [scryptText.replace('ln=4,r=1', 'ln=15,r=16'), false],
    [scryptText.replace('ln=4,r=1,p=1', 'ln=14,r=16,p=2'), false],
    [scryptText.replace('p=1', 'p=63'), true],
    [scryptText.replace('p=1', 'p=64'), false],
    [scryptText.replace('ln=4', 'ln=99'), false],
    [scryptText.replace('ln=4', 'ln=0'), false],
    [scryptText.replace('r=1', 'r=0'), false],
    [pbkdf2Text.replace('1000', '100000'), true],
    [pbkdf2Text.replace('1000', '100001'), false],
    [pbkdf2Text.replace('1000', '0'), false],
  ])('is affordable or not by the cost that it names: %s', async (stored, isAffordable) => {
    expect(readForeignHash(stored)?.isAffordable).toBe(isAffordable)
    // What no Worker can afford is never begun.
    if (!isAffordable) expect(await isRight('U*U', stored)).toBe(false)
  })

  test('is replaced by ours at the next chance, and needs no more then', async () => {
    for (const stored of [bcryptText, `$meteor${bcryptText}`, scryptText, pbkdf2Text]) {
      expect(needsRehash(stored, hashing)).toBe(true)
    }
    expect(readForeignHash(await hashPassword('a password', hashing))).toBeNull()
  })

  test('costs a wrong password what ours would, where it is cheaper', async () => {
    const costly = { ...hashing, iterations: 200_000 }
    const deriveBits = vi.spyOn(crypto.subtle, 'deriveBits')
    const roundsOf = async (password: string, stored: string | null) => {
      deriveBits.mockClear()
      await verifyPassword(password, stored, costly)
      return deriveBits.mock.calls.length
    }
    const ours = await roundsOf('x', null)
    expect(ours).toBe(2)
    expect(await roundsOf('x', bcryptText)).toBe(ours)
    expect(await roundsOf('x', bcryptText.replace('$04', '$13'))).toBe(ours)
    // Cost 10 is slower than this setting by itself, and a right password is hashed anew anyway.
    expect(await roundsOf('x', bcryptText.replace('$04', '$10'))).toBe(0)
    expect(await roundsOf('U*U', bcryptOfStar)).toBe(0)
    deriveBits.mockRestore()
  })
})
