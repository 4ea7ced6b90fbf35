import { describe, expect, test } from 'vitest'
import { cleanPng } from '../../src/core/png'
import {
  type Bytes,
  bytesOf,
  chunk,
  crcOf,
  end,
  header,
  imageData,
  joined,
  palette,
  png,
} from '../support/png'

/** What is left of a picture, and that nothing can be hidden in what is left. */

const data = chunk('IDAT', await imageData())
const plain = png(header(), data, end)
const zeros = (length: number) => new Uint8Array(length)
const secret = 'Ada at 51.5 N, 0.1 W'

describe('what tells about people or machines is left out, and the rest stays byte by byte', () => {
  test.each([
    ['tEXt', bytesOf(`Comment\0${secret}`)],
    ['zTXt', bytesOf(`Comment\0\0${secret}`)],
    ['iTXt', bytesOf(`XML:com.adobe.xmp\0\0\0\0\0${secret}`)],
    ['eXIf', bytesOf(`MM\0*${secret}`)],
    ['iCCP', bytesOf(`profile\0\0${secret}`)],
    ['tIME', Uint8Array.of(7, 0xd0, 1, 1, 0, 0, 0)],
    ['bKGD', zeros(6)],
    ['hIST', zeros(2)],
    ['sPLT', bytesOf(`palette\0\x08${secret}`)],
    ['caBX', bytesOf(secret)],
    ['prVt', bytesOf(secret)],
    ['iDOT', zeros(28)],
    ['\0\0\0\0', bytesOf(secret)],
  ])('%j', (type, content) => {
    const left = chunk(type, content)
    expect(cleanPng(png(header(), left, data, end))).toEqual(plain)
    expect(cleanPng(png(header(), data, left, end))).toEqual(plain)
    expect(cleanPng(png(header(), left, left, data, data, left, end))).toEqual(
      png(header(), data, data, end),
    )
  })

  test('an animation becomes its still picture', () => {
    const control = chunk('acTL', joined([zeros(3), Uint8Array.of(2), zeros(4)]))
    const frame = chunk('fcTL', zeros(26))
    const next = chunk('fdAT', joined([zeros(3), Uint8Array.of(2), bytesOf(secret)]))
    const animated = png(header(), control, frame, data, frame, next, next, end)
    expect(cleanPng(animated)).toEqual(plain)
  })

  test('what says how to show it stays, in its place', async () => {
    const hints = [chunk('gAMA', zeros(4)), chunk('sRGB', zeros(1)), chunk('pHYs', zeros(9))]
    const text = chunk('tEXt', bytesOf(secret))
    const given = png(header(), ...hints.flatMap((hint) => [text, hint]), data, end)
    expect(cleanPng(given)).toEqual(png(header(), ...hints, data, end))

    const indexed = header({ colourType: 3 })
    const indices = chunk('IDAT', await imageData({ colourType: 3 }))
    const clear = chunk('tRNS', zeros(2))
    const shown = png(indexed, palette, clear, indices, end)
    expect(cleanPng(png(indexed, palette, text, clear, indices, end))).toEqual(shown)
  })

  test.each([
    [0, 2],
    [2, 6],
    [3, 1],
  ])('transparency of colour type %d stays', async (colourType, length) => {
    const palettes = colourType === 3 ? [palette] : []
    const pixels = chunk('IDAT', await imageData({ colourType }))
    const clear = chunk('tRNS', zeros(length))
    const given = png(header({ colourType }), ...palettes, clear, pixels, end)
    expect(cleanPng(given)).toEqual(given)
  })
})

describe('nothing hides in a chunk of a kind that stays', () => {
  test.each(['gAMA', 'sRGB', 'pHYs', 'tRNS'])('%s of another length is left out', (type) => {
    for (const hidden of [bytesOf(secret), zeros(0), zeros(100_000)]) {
      expect(cleanPng(png(header(), chunk(type, hidden), data, end))).toEqual(plain)
    }
  })

  test.each([
    ['gAMA', 4],
    ['sRGB', 1],
    ['pHYs', 9],
    ['tRNS', 6],
  ])('%s a second time, or after the image data, is left out', (type, length) => {
    const [first, second] = [chunk(type, zeros(length)), chunk(type, zeros(length).fill(7))]
    const once = png(header(), first, data, end)
    expect(cleanPng(once)).toEqual(once)
    expect(cleanPng(png(header(), first, second, data, end))).toEqual(once)
    expect(cleanPng(png(header(), first, data, second, end))).toEqual(once)
    expect(cleanPng(png(header(), data, first, end))).toEqual(plain)
  })

  test('transparency is left out where the pixels have their own, or there are too few colours', async () => {
    for (const colourType of [4, 6]) {
      const pixels = chunk('IDAT', await imageData({ colourType }))
      for (const length of [1, 2, 6]) {
        const given = png(header({ colourType }), chunk('tRNS', zeros(length)), pixels, end)
        expect(cleanPng(given)).toEqual(png(header({ colourType }), pixels, end))
      }
    }
    const indices = chunk('IDAT', await imageData({ colourType: 3 }))
    const indexed = [header({ colourType: 3 }), palette]
    const given = png(...indexed, chunk('tRNS', zeros(3)), indices, end)
    expect(cleanPng(given)).toEqual(png(...indexed, indices, end))
  })
})

/** The same numbers in every run, so that what fails once fails again. */
function createRandom(seed: number) {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** The types of a file's chunks, read without any of the checks. */
function typesOf(bytes: Bytes): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const types: string[] = []
  for (let at = 8; at < bytes.length; at += 12 + view.getUint32(at)) {
    const named = bytes.subarray(at + 4, at + 8 + view.getUint32(at))
    if (view.getUint32(at + 4 + named.length) !== crcOf(named)) throw new Error('a wrong checksum')
    types.push(String.fromCharCode(...named.subarray(0, 4)))
  }
  return types
}

const wellFormed = /^IHDR( (gAMA|sRGB|pHYs|PLTE|tRNS))*( IDAT)+ IEND$/

/** Whether it was taken. Fails where it was taken wrongly. */
function judge(given: Bytes): boolean {
  const cleaned = cleanPng(given)
  if (typeof cleaned === 'string') {
    expect(cleaned).toMatch(/^(not_png|damaged|dimensions)$/)
    return false
  }
  expect(cleanPng(cleaned)).toEqual(cleaned)
  expect(typesOf(cleaned).join(' ')).toMatch(wellFormed)
  return true
}

describe('whatever is sent', () => {
  const whole = png(header(), chunk('gAMA', zeros(4)), chunk('tEXt', bytesOf(secret)), data, end)

  test('one changed bit is seen everywhere', () => {
    for (let bit = 0; bit < whole.length * 8; bit += 1) {
      const flipped = whole.slice()
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect([bit, typeof cleanPng(flipped)]).toEqual([bit, 'string'])
    }
  })

  test('bytes changed, cut out and put in make a refusal and no failure', () => {
    const random = createRandom(1)
    for (let round = 0; round < 2000; round += 1) {
      const [from, to] = [random(whole.length), random(whole.length)]
      const noise = Uint8Array.from({ length: random(20) }, () => random(256))
      judge(joined([whole.subarray(0, from), noise, whole.subarray(to)]))
      judge(joined([whole.subarray(0, 8), noise, whole.subarray(8 + random(60))]))
    }
  })

  test('chunks in any order and number, all with right checksums, are refused or come out right', () => {
    const random = createRandom(2)
    const types = ['IHDR', 'PLTE', 'tRNS', 'gAMA', 'sRGB', 'pHYs', 'IDAT', 'IEND', 'tEXt', 'abcd']
    const pool = [header(), header({ colourType: 3 }), palette, data, data, end]
    const any = () => {
      const type = types[random(types.length)] ?? ''
      const odd = chunk(type, zeros(random(12)))
      return random(2) ? (pool[random(pool.length)] ?? odd) : odd
    }
    let taken = 0
    for (let round = 0; round < 5000; round += 1) {
      const middle = Array.from({ length: random(6) }, any)
      const chunks = random(4) ? [header(), ...middle, data, end] : middle
      if (judge(png(...chunks))) taken += 1
    }
    expect(taken).toBeGreaterThan(100)
  })

  test('as many chunks as no encoder makes are refused, however small', () => {
    const tiny = (count: number) => Array.from({ length: count }, () => chunk('tEXt'))
    expect(cleanPng(png(header(), ...tiny(4000), data, end))).toEqual(plain)
    expect(cleanPng(png(header(), ...tiny(80_000), data, end))).toBe('damaged')
  })
})
