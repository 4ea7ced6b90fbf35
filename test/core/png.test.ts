import { describe, expect, test } from 'vitest'
import { cleanPng } from '../../src/core/png'
import {
  type Bytes,
  bytesOf,
  chunk,
  end,
  header,
  imageData,
  joined,
  palette,
  picture,
  png,
  type Shape,
  signature,
} from '../support/png'

/** What counts as a PNG. What of one is kept, png-cleaning.test.ts shows. */

const data = chunk('IDAT', await imageData())
const whole = png(header(), data, end)
const zeros = (length: number) => new Uint8Array(length)

describe('a picture is taken as it is', () => {
  const legal: readonly Partial<Shape>[] = [
    ...[1, 2, 4, 8, 16].map((depth) => ({ colourType: 0, depth })),
    ...[8, 16].map((depth) => ({ colourType: 2, depth })),
    ...[1, 2, 4, 8].map((depth) => ({ colourType: 3, depth })),
    ...[8, 16].map((depth) => ({ colourType: 4, depth })),
    ...[8, 16].map((depth) => ({ colourType: 6, depth })),
    { interlace: 1 },
    { interlace: 1, width: 1, height: 1 },
    { interlace: 1, colourType: 3, depth: 1, width: 9, height: 9 },
    { width: 1, height: 1 },
  ]
  test.each(legal)('%j', async (shape) => {
    const given = await picture(shape)
    expect(cleanPng(given)).toEqual(given)
  })

  test('with its image data in many pieces, some of them empty', async () => {
    const pixels = await imageData()
    const pieces = [pixels.subarray(0, 2), pixels.subarray(2, 2), pixels.subarray(2)]
    const given = png(header(), ...pieces.map((piece) => chunk('IDAT', piece)), end)
    expect(cleanPng(given)).toEqual(given)
  })

  test('with a suggested palette, and with the largest one', async () => {
    const largest = chunk('PLTE', zeros(768))
    for (const colourType of [2, 3, 6]) {
      const pixels = chunk('IDAT', await imageData({ colourType }))
      const given = png(header({ colourType }), largest, pixels, end)
      expect(cleanPng(given)).toEqual(given)
    }
  })

  test('when it stands inside a larger buffer', () => {
    const buffer = joined([zeros(3), whole, zeros(5)])
    expect(cleanPng(buffer.subarray(3, 3 + whole.length))).toEqual(whole)
  })

  test('and nothing of what was given is changed', () => {
    const given = whole.slice()
    cleanPng(given)
    expect(given).toEqual(whole)
  })
})

describe('sides', () => {
  test.each([
    [4096, 4096],
    [4096, 1],
    [1, 4096],
  ])('of %d by %d are taken', (width, height) => {
    const given = png(header({ width, height }), data, end)
    expect(cleanPng(given)).toEqual(given)
  })

  test.each([
    [4097, 1],
    [1, 4097],
    [0, 1],
    [1, 0],
    [0, 0],
    [60_000, 60_000],
    [0x7fffffff, 0x7fffffff],
    [0x80000000, 1],
    [0xffffffff, 0xffffffff],
  ])('of %d by %d are refused for what the header says', (width, height) => {
    expect(cleanPng(png(header({ width, height }), data, end))).toBe('dimensions')
  })
})

describe('something else', () => {
  test.each<[string, Bytes]>([
    ['nothing', zeros(0)],
    ['a page', bytesOf('<!doctype html><script>alert(1)</script>')],
    ['an SVG', bytesOf('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
    ['a JPEG', joined([Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16), bytesOf('JFIF\0'), zeros(9)])],
    ['a GIF', bytesOf('GIF89a\x01\0\x01\0\0\0\0;')],
    ['a ZIP', bytesOf('PK\x03\x04')],
    ['a JNG', bytesOf('\x8bJNG\r\n\x1a\n')],
    ['a page before a picture', joined([bytesOf('<script>alert(1)</script>'), whole])],
    ['a picture whose line ends were translated', bytesOf('\x89PNG\n\x1a\n')],
    ['a picture that was sent as text', bytesOf('\xc2\x89PNG\r\n\x1a\n')],
  ])('%s is no PNG', (_, given) => {
    expect(cleanPng(given)).toBe('not_png')
  })

  test.each([
    ['a page', '<script>alert(1)</script>'],
    ['a ZIP', 'PK\x03\x04\x14\0\0\0\0\0'],
    ['a script', '*/=1;alert(1)'],
    ['one byte', '\0'],
    ['a line', '\n'],
  ])('%s after the picture is refused with it', (_, trailer) => {
    expect(cleanPng(joined([whole, bytesOf(trailer)]))).toBe('damaged')
  })

  test('a second picture, or a well-made chunk, after the end is refused', () => {
    expect(cleanPng(joined([whole, whole]))).toBe('damaged')
    expect(cleanPng(joined([whole, chunk('tEXt', bytesOf('Comment\0x'))]))).toBe('damaged')
    expect(cleanPng(joined([whole, end]))).toBe('damaged')
  })
})

describe('a picture that ends early is refused', () => {
  const chunks = [header(), chunk('tEXt', bytesOf('Title\0x')), data, end]
  const given = png(...chunks)

  test('after each of its chunks', () => {
    for (let count = 0; count < chunks.length; count += 1) {
      expect(cleanPng(png(...chunks.slice(0, count)))).toBe('damaged')
    }
  })

  test('after any of its bytes', () => {
    for (let length = 0; length < given.length; length += 1) {
      const expected = length < signature.length ? 'not_png' : 'damaged'
      expect([length, cleanPng(given.slice(0, length))]).toEqual([length, expected])
    }
    expect(cleanPng(given)).toEqual(whole)
  })
})

describe('a header is refused', () => {
  const damaged = (...chunks: Bytes[]) => expect(cleanPng(png(...chunks))).toBe('damaged')

  test('for any pair of depth and colour type that the standard does not have', () => {
    const legal = new Set(['0', '2', '3', '4', '6'].flatMap((type) => pairsOf(type)))
    let refused = 0
    for (let colourType = 0; colourType < 256; colourType += 1) {
      for (const depth of [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 32, 255]) {
        if (legal.has(`${depth}/${colourType}`)) continue
        damaged(header({ depth, colourType }), palette, data, end)
        damaged(header({ depth, colourType }), data, end)
        refused += 1
      }
    }
    expect(refused).toBe(256 * 14 - 15)
  })

  test('for a compression, filter or interlacing that does not exist', () => {
    damaged(header({}, [1, 0]), data, end)
    damaged(header({}, [0, 1]), data, end)
    damaged(header({ interlace: 2 }), data, end)
  })

  test('when it is not the first, is there twice, or not at all', () => {
    damaged(chunk('gAMA', zeros(4)), header(), data, end)
    damaged(data, header(), end)
    damaged(header(), header(), data, end)
    damaged(header(), data, header(), end)
    damaged(data, end)
  })

  test('when it is longer or shorter than it is', () => {
    const fields = header().subarray(8, 21)
    for (const length of [0, 8, 9, 12]) {
      damaged(chunk('IHDR', fields.subarray(0, length)), data, end)
    }
    damaged(chunk('IHDR', joined([fields, zeros(1)])), data, end)
  })
})

function pairsOf(colourType: string): string[] {
  const all = colourType === '0' ? [1, 2, 4, 8, 16] : [8, 16]
  return (colourType === '3' ? [1, 2, 4, 8] : all).map((depth) => `${depth}/${colourType}`)
}

describe('chunks are refused', () => {
  const damaged = (...chunks: Bytes[]) => expect(cleanPng(png(...chunks))).toBe('damaged')
  const text = chunk('tEXt', bytesOf('Title\0x'))

  test('with a wrong checksum, also where they would be left out', () => {
    const wrong = { crc: 1 }
    damaged(chunk('IHDR', header().subarray(8, 21), wrong), data, end)
    damaged(header(), chunk('IDAT', zeros(9), wrong), end)
    damaged(header(), data, chunk('IEND', zeros(0), wrong))
    damaged(header(), chunk('tEXt', bytesOf('Title\0x'), wrong), data, end)
  })

  test('with a length that the file does not have', () => {
    for (const length of [0xffffffff, 0xfffffff4, 0x80000000, 0x7fffffff, 10, 8]) {
      damaged(header(), chunk('IDAT', zeros(9), { length }), end)
    }
    damaged(header(), data, chunk('IEND', zeros(0), { length: 0xffffffff }))
    damaged(header(), data, chunk('IEND', zeros(0), { length: 1 }))
  })

  test('without image data, or with some elsewhere', () => {
    damaged(header(), end)
    damaged(header(), text, end)
    for (const between of [text, palette, chunk('fdAT', zeros(9)), chunk('quIt')]) {
      damaged(header(), data, between, data, end)
    }
    damaged(header(), data, end, data)
  })

  test('when the end holds something, is not there, or is there twice', () => {
    damaged(header(), data, chunk('IEND', zeros(1)))
    damaged(header(), data)
    damaged(header(), data, text)
    damaged(header(), end, data, end)
    damaged(header(), data, end, end)
  })

  test('that must be understood and are not', () => {
    for (const type of ['ABCD', 'CgBI', 'JDAT', 'Idat', 'Plte', 'IHDr', 'FRAM']) {
      damaged(header(), chunk(type), data, end)
      damaged(header(), data, chunk(type), end)
    }
  })

  test('when the palette is missing, late, misshapen, there twice, or not for this colour', async () => {
    const indexed = header({ colourType: 3 })
    const indices = chunk('IDAT', await imageData({ colourType: 3 }))
    expect(cleanPng(png(indexed, palette, indices, end))).toBeInstanceOf(Uint8Array)
    damaged(indexed, indices, end)
    damaged(indexed, indices, palette, end)
    damaged(header(), data, palette, end)
    damaged(indexed, palette, palette, indices, end)
    for (const length of [0, 1, 2, 4, 769, 771]) {
      damaged(indexed, chunk('PLTE', zeros(length)), indices, end)
    }
    for (const colourType of [0, 4]) {
      const pixels = chunk('IDAT', await imageData({ colourType }))
      damaged(header({ colourType }), palette, pixels, end)
    }
  })
})
