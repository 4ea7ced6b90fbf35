/**
 * QR codes after ISO/IEC 18004: bytes at level M, which survives 15 % of damage, in versions 1 to 31:
 * the address of an authenticator app has 1,100 bytes at most, and 1,450 fit. Our own, because a library
 * of all modes and drawings was 5 KiB of the bundle.
 */

/** By version: how many codewords of each block correct, and how many blocks there are (table 9). */
const correcting =
  '10 16 26 18 24 16 18 22 22 26 30 22 22 24 24 28 28 26 26 26 26 28 28 28 28 28 28 28 28 28 28'
    .split(' ')
    .map(Number)
const blockCounts = '1 1 1 2 2 4 4 4 5 5 5 8 9 9 10 10 11 13 14 16 17 17 18 20 21 23 25 26 28 29 31'
  .split(' ')
  .map(Number)

/** Dark is true. What is undefined is no one's yet. */
type Grid = (boolean | undefined)[][]

/** The rows of a QR code, its quiet zone left to whoever draws it. Throws for a text that is too long. */
export function qrSymbol(text: string): readonly (readonly boolean[])[] {
  const bytes = new TextEncoder().encode(text)
  const version =
    correcting.findIndex((_, i) => bytes.length + (i < 9 ? 2 : 3) <= dataLength(i + 1)) + 1
  if (version === 0) throw new Error('A text is too long for a QR code.')
  const codewords = interleave(dataCodewords(bytes, version), version)
  const patterns = drawPatterns(version)
  const symbols = Array.from({ length: 8 }, (_, mask) => fillIn(patterns, codewords, mask))
  return symbols.reduce((best, one) => (penalty(one) < penalty(best) ? one : best))
}

const sizeOf = (version: number) => version * 4 + 17

/** Where the centres of alignment patterns are, in both directions (annex E). */
function alignments(version: number): number[] {
  if (version === 1) return []
  const count = Math.floor(version / 7) + 2
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2
  const last = sizeOf(version) - 7
  return [6, ...Array.from({ length: count - 1 }, (_, i) => last - (count - 2 - i) * step)]
}

/** How many codewords a version holds in all: what its patterns leave. */
function codewordCount(version: number): number {
  const aligned = version === 1 ? 0 : Math.floor(version / 7) + 2
  const taken = version === 1 ? 0 : (25 * aligned - 10) * aligned - 55 + (version < 7 ? 0 : 36)
  return ((16 * version + 128) * version + 64 - taken) >> 3
}

function blocksOf(version: number) {
  const [blocks = 1, correction = 0] = [blockCounts[version - 1], correcting[version - 1]]
  return { blocks, correction, all: codewordCount(version) }
}

function dataLength(version: number): number {
  const { blocks, correction, all } = blocksOf(version)
  return all - blocks * correction
}

/** The mode (4 bits), how many bytes there are (8 bits, or 16 from version 10 on), the bytes, and filling. */
function dataCodewords(bytes: Uint8Array, version: number): number[] {
  const digits = version < 10 ? 2 : 4
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const count = bytes.length.toString(16).padStart(digits, '0')
  const data = (`4${count}${hex}0`.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
  const missing = dataLength(version) - data.length
  return [...data, ...Array.from({ length: missing }, (_, i) => (i % 2 === 0 ? 0xec : 0x11))]
}

/** Multiplication in the field of 256 elements by x^8 + x^4 + x^3 + x^2 + 1. */
function multiply(a: number, b: number): number {
  let product = 0
  for (let bit = 7; bit >= 0; bit -= 1) {
    product = (product << 1) ^ ((product >> 7) * 0x11d) ^ (((b >> bit) & 1) * a)
  }
  return product
}

/** What is left of a polynomial divided by (x - 1)(x - 2)(x - 4) …, of as many factors as are asked for. */
function remainder(data: readonly number[], factors: number): number[] {
  let divisor = [1]
  let root = 1
  for (let i = 0; i < factors; i += 1) {
    const by = root
    divisor = [...divisor, 0].map((one, at) => one ^ multiply(divisor[at - 1] ?? 0, by))
    root = multiply(root, 2)
  }
  const left = [...data, ...Array(factors).fill(0)] as number[]
  for (const at of data.keys()) {
    const factor = left[at] ?? 0
    for (const [i, one] of divisor.entries())
      left[at + i] = (left[at + i] ?? 0) ^ multiply(one, factor)
  }
  return left.slice(data.length)
}

/** The codewords of all blocks in turn, then what corrects them in turn; the last blocks may be one longer. */
function interleave(data: readonly number[], version: number): number[] {
  const { blocks, correction, all } = blocksOf(version)
  const short = Math.floor(all / blocks) - correction
  const shortCount = blocks - (all % blocks)
  const starts = (block: number) => block * short + Math.max(0, block - shortCount)
  const parts = Array.from({ length: blocks }, (_, i) => data.slice(starts(i), starts(i + 1)))
  const corrections = parts.map((part) => remainder(part, correction))
  const inTurn = (rows: readonly number[][], length: number) =>
    Array.from({ length }, (_, at) => rows.flatMap((row) => row[at] ?? [])).flat()
  return [...inTurn(parts, short + 1), ...inTurn(corrections, correction)]
}

/** All that is the same whatever the code says; the bits that tell of the mask are taken, and light. */
function drawPatterns(version: number): Grid {
  const size = sizeOf(version)
  const grid: Grid = Array.from({ length: size }, () => Array(size).fill(undefined))
  const set = (x: number, y: number, isDark: boolean) => {
    const row = grid[y]
    if (row && x >= 0 && x < size) row[x] = isDark
  }
  const square = (x: number, y: number, radius: number, isDark: (ring: number) => boolean) => {
    for (let dy = -radius; dy <= radius; dy += 1) {
      for (let dx = -radius; dx <= radius; dx += 1) {
        set(x + dx, y + dy, isDark(Math.max(Math.abs(dx), Math.abs(dy))))
      }
    }
  }
  for (let i = 0; i < size; i += 1) {
    set(6, i, i % 2 === 0)
    set(i, 6, i % 2 === 0)
  }
  const centres = alignments(version)
  const far = size - 7
  for (const y of centres) {
    for (const x of centres) {
      const isFinder = (x === 6 && (y === 6 || y === far)) || (x === far && y === 6)
      if (!isFinder) square(x, y, 2, (ring) => ring !== 1)
    }
  }
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const) {
    square(x, y, 4, (ring) => ring !== 2 && ring !== 4)
  }
  for (const [x, y] of maskPlaces(size).flat()) set(x, y, false)
  set(8, size - 8, true)
  if (version >= 7) {
    const bits = withCheck(version, 12, 0x1f25)
    for (let i = 0; i < 18; i += 1) {
      const [long, across] = [Math.floor(i / 3), size - 11 + (i % 3)]
      set(long, across, bitOf(bits, i))
      set(across, long, bitOf(bits, i))
    }
  }
  return grid
}

const bitOf = (bits: number, place: number) => ((bits >> place) & 1) === 1

/** A number followed by what is left of it divided by a polynomial of a degree, as BCH codes are. */
function withCheck(value: number, degree: number, polynomial: number): number {
  let left = value << degree
  for (let bit = 31 - Math.clz32(left); bit >= degree; bit = 31 - Math.clz32(left)) {
    left ^= polynomial << (bit - degree)
  }
  return (value << degree) | left
}

/** The two places of each bit that tells of the mask, the lowest bit first. */
function maskPlaces(size: number): (readonly [x: number, y: number])[][] {
  return Array.from({ length: 15 }, (_, i) => {
    const beside = i < 6 ? i : i < 8 ? i + 1 : size - 15 + i
    const above = i < 8 ? size - 1 - i : i < 9 ? 7 : 14 - i
    return [
      [8, beside],
      [above, 8],
    ]
  })
}

/** Where each mask turns a module around (table 10); `i` is the row. */
const masks: readonly ((i: number, j: number) => number)[] = [
  (i, j) => (i + j) % 2,
  (i) => i % 2,
  (_, j) => j % 3,
  (i, j) => (i + j) % 3,
  (i, j) => (Math.floor(i / 2) + Math.floor(j / 3)) % 2,
  (i, j) => ((i * j) % 2) + ((i * j) % 3),
  (i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2,
  (i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2,
]

/** The codewords in columns of two from the right, upwards and downwards in turn, under a mask. */
function fillIn(patterns: Grid, codewords: readonly number[], mask: number): boolean[][] {
  const size = patterns.length
  const grid = patterns.map((row) => [...row])
  let at = 0
  for (let right = size - 1; right > 0; right -= 2) {
    // The column of the timing pattern is none of them.
    if (right === 6) right = 5
    const isUpwards = ((right + 1) & 2) === 0
    for (let step = 0; step < size; step += 1) {
      const y = isUpwards ? size - 1 - step : step
      for (const x of [right, right - 1]) {
        const row = grid[y]
        if (!row || row[x] !== undefined) continue
        const bit = bitOf(codewords[at >> 3] ?? 0, 7 - (at & 7))
        row[x] = bit !== (masks[mask]?.(y, x) === 0)
        at += 1
      }
    }
  }
  // Level M is 00 before the mask.
  const bits = withCheck(mask, 10, 0x537) ^ 0x5412
  for (const [i, places] of maskPlaces(size).entries()) {
    for (const [x, y] of places) {
      const row = grid[y]
      if (row) row[x] = bitOf(bits, i)
    }
  }
  return grid as boolean[][]
}

/** How hard a symbol is to read (section 7.8.3): runs, blocks, what looks like a finder, and imbalance. */
function penalty(symbol: readonly (readonly boolean[])[]): number {
  const rows = symbol.map((row) => row.reduce((line, isDark) => line + (isDark ? '1' : '0'), ''))
  const columns = rows.map((_, x) => rows.reduce((line, row) => line + row.charAt(x), ''))
  const inLines = [...rows, ...columns].reduce((sum, line) => {
    const runs = line.match(/0{5,}|1{5,}/g) ?? []
    const finders = line.match(/(?=00001011101|10111010000)/g) ?? []
    return runs.reduce((all, run) => all + run.length - 2, sum) + finders.length * 40
  }, 0)
  let blocks = 0
  for (const [y, row] of symbol.entries()) {
    const below = symbol[y + 1] ?? []
    for (let x = 1; x < below.length; x += 1) {
      const isDark = row[x]
      if (row[x - 1] === isDark && below[x] === isDark && below[x - 1] === isDark) blocks += 1
    }
  }
  const dark = rows.join('').replaceAll('0', '').length / rows.length ** 2
  return inLines + blocks * 3 + Math.floor(Math.abs(dark - 0.5) * 20) * 10
}
