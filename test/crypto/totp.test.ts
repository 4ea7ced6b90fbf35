import { describe, expect, test } from 'vitest'
import { fromBase32, toBase32, toUtf8 } from '../../src/crypto/encoding'
import { codeAt, matchingStep, newTotpSecret, otpauthUrl, stepAt } from '../../src/crypto/totp'

/** RFC 6238 appendix B, SHA-1: its eight digits end in the six that apps show. */
const seed = toBase32(toUtf8('12345678901234567890'))
const vectors = [
  [59, '94287082'],
  [1_111_111_109, '07081804'],
  [1_111_111_111, '14050471'],
  [1_234_567_890, '89005924'],
  [2_000_000_000, '69279037'],
  [20_000_000_000, '65353130'],
] as const

const now = 1_700_000_015_000
const step = stepAt(now)

describe('codes', () => {
  test.each(vectors)('at %i seconds are those of RFC 6238', async (seconds, code) => {
    expect(await codeAt(seed, seconds * 1000)).toBe(code.slice(2))
  })

  test('change every 30 seconds, at the half minute', async () => {
    const [first, same, next] = await Promise.all(
      [0, 29_999, 30_000].map((later) => codeAt(seed, 1_700_000_010_000 + later)),
    )
    expect(same).toBe(first)
    expect(next).not.toBe(first)
  })

  test('keep their zeros in front', async () => {
    expect(await codeAt(seed, 1_111_111_109_000)).toBe('081804')
  })
})

describe('a code is taken', () => {
  const codeOf = (offset: number) => codeAt(seed, now + offset * 30_000)

  test('one step early or late, and no further', async () => {
    for (const offset of [-1, 0, 1]) {
      expect(await matchingStep(seed, await codeOf(offset), now, 0)).toBe(step + offset)
    }
    for (const offset of [-3, -2, 2, 3]) {
      expect(await matchingStep(seed, await codeOf(offset), now, 0)).toBeNull()
    }
  })

  test('after the step that was taken last, never at it nor before', async () => {
    expect(await matchingStep(seed, await codeOf(0), now, step - 1)).toBe(step)
    expect(await matchingStep(seed, await codeOf(0), now, step)).toBeNull()
    expect(await matchingStep(seed, await codeOf(-1), now, step)).toBeNull()
    expect(await matchingStep(seed, await codeOf(1), now, step)).toBe(step + 1)
  })

  test('as six digits and nothing else', async () => {
    const code = await codeOf(0)
    for (const other of ['', code.slice(1), `${code}0`, `0${code}`, ` ${code}`, 'abcdef']) {
      expect(await matchingStep(seed, other, now, 0)).toBeNull()
    }
  })

  test('of no text that is no secret', async () => {
    expect(await matchingStep('', '000000', now, 0)).toBeNull()
    expect(await matchingStep('not base32!', '000000', now, 0)).toBeNull()
  })

  test('at the beginning of time too', async () => {
    expect(await matchingStep(seed, await codeAt(seed, 0), 0, -1)).toBe(0)
  })
})

describe('a secret', () => {
  test('has 160 bits, in base32 without padding, and none comes twice', () => {
    const secrets = Array.from({ length: 500 }, newTotpSecret)
    expect(secrets.filter((secret) => !/^[A-Z2-7]{32}$/.test(secret))).toEqual([])
    expect(secrets.every((secret) => fromBase32(secret)?.length === 20)).toBe(true)
    expect(new Set(secrets).size).toBe(secrets.length)
  })

  test('is written into the link that apps read, with issuer and account', () => {
    const given = { issuer: 'Ada & Söhne: Co', account: 'ada@example.com', secret: seed }
    const url = new URL(otpauthUrl(given))
    expect(url.href).toContain(
      'otpauth://totp/Ada%20%26%20S%C3%B6hne%20%20Co:ada%40example.com?secret=',
    )
    expect(Object.fromEntries(url.searchParams)).toEqual({
      secret: seed,
      issuer: 'Ada & Söhne  Co',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    })
  })
})

describe('base32', () => {
  /** RFC 4648 section 10, without its padding. */
  const samples = [
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ] as const

  test.each(samples)('of "%s" is "%s", both ways and in either case', (text, encoded) => {
    expect(toBase32(toUtf8(text))).toBe(encoded)
    expect(fromBase32(encoded)).toEqual(toUtf8(text))
    expect(fromBase32(encoded.toLowerCase())).toEqual(toUtf8(text))
  })

  test('is no text of other characters or of a length that no bytes have', () => {
    for (const text of ['M', 'MZX', 'MZXW6Y', 'MY======', 'M1', 'M Y', 'MZ-Q']) {
      expect(fromBase32(text)).toBeNull()
    }
  })

  test('takes every byte both ways', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    expect(fromBase32(toBase32(bytes))).toEqual(bytes)
  })
})
