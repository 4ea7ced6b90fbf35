import type { Bytes } from '../crypto/encoding'

/**
 * Reading a PNG (W3C PNG, third edition) as far as it takes to know that it is one and nothing else,
 * and writing it again without what is not needed to show it. Pixels are not decoded.
 */

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const sideMax = 4096
/** Encoders make chunks of a kilobyte and more; only an attacker makes us count many tiny ones. */
const chunksMax = 4096

/** Without one of these there is no image. Any other that must be understood is not. */
const criticalTypes = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND'])

/**
 * What else is kept, with its length: texts, times, profiles, Exif and animation are not among it.
 * Of another length it shows nothing, and could hold anything.
 */
const hintLengths: { readonly [type: string]: number } = { gAMA: 4, sRGB: 1, pHYs: 9 }
/** By colour type; with a palette it has up to as many bytes as there are colours. */
const transparencyLengths: { readonly [colourType: number]: number } = { 0: 2, 2: 6 }

/** Bit depths by colour type (section 11.2.1). */
const depths: { readonly [colourType: number]: readonly number[] } = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
}

export type PngProblem = 'not_png' | 'damaged' | 'dimensions'

interface Chunk {
  readonly type: string
  readonly data: Bytes
  /** Length, type, data and checksum, as they stand in the file. */
  readonly whole: Bytes
}

function createCrcTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
    return crc
  })
}

function crc32(bytes: Bytes, table: Uint32Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0)
  return ~crc >>> 0
}

/** All chunks up to the last byte of the file, or null where they do not add up to it. */
function chunksOf(bytes: Bytes): Chunk[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const crcTable = createCrcTable()
  const chunks: Chunk[] = []
  let at = signature.length
  while (at < bytes.length) {
    if (bytes.length - at < 12 || chunks.length === chunksMax) return null
    const length = view.getUint32(at)
    if (length > bytes.length - at - 12) return null
    const named = bytes.subarray(at + 4, at + 8 + length)
    if (view.getUint32(at + 8 + length) !== crc32(named, crcTable)) return null
    chunks.push({
      type: String.fromCharCode(...named.subarray(0, 4)),
      data: named.subarray(4),
      whole: bytes.subarray(at, at + 12 + length),
    })
    at += 12 + length
  }
  return chunks
}

/** A chunk whose type begins with a capital must be understood, or the image is not (section 5.4). */
function isCritical({ type }: Chunk): boolean {
  return /^[A-Z]/.test(type)
}

function isHeader({ type, data }: Chunk): boolean {
  const [depth = 0, colourType = 9, compression, filter, interlace = 9] = data.subarray(8)
  return (
    type === 'IHDR' &&
    data.length === 13 &&
    depths[colourType]?.includes(depth) === true &&
    compression === 0 &&
    filter === 0 &&
    interlace <= 1
  )
}

function isPaletteRight(header: Chunk, chunks: readonly Chunk[]): boolean {
  const colourType = header.data[9]
  const palettes = chunks.filter(({ type }) => type === 'PLTE')
  const length = palettes[0]?.data.length ?? 0
  if (palettes.length === 0) return colourType !== 3
  const isAllowed = colourType !== 0 && colourType !== 4
  const isFirst = chunks.findIndex(({ type }) => type === 'PLTE') < firstImageData(chunks)
  return (
    palettes.length === 1 && isAllowed && isFirst && length > 0 && length <= 768 && length % 3 === 0
  )
}

function firstImageData(chunks: readonly Chunk[]): number {
  return chunks.findIndex(({ type }) => type === 'IDAT')
}

/** Image data stands in one run, the end is empty and last, and nothing critical is unknown. */
function isInOrder(chunks: readonly Chunk[]): boolean {
  const first = firstImageData(chunks)
  const last = chunks.findLastIndex(({ type }) => type === 'IDAT')
  const end = chunks.at(-1)
  return (
    first > 0 &&
    chunks.slice(first, last + 1).every(({ type }) => type === 'IDAT') &&
    end?.type === 'IEND' &&
    end.data.length === 0 &&
    chunks.filter(({ type }) => type === 'IHDR' || type === 'IEND').length === 2 &&
    chunks.filter(isCritical).every(({ type }) => criticalTypes.has(type))
  )
}

function isHintRight(header: Chunk, chunks: readonly Chunk[], { type, data }: Chunk): boolean {
  const colourType = header.data[9] ?? 0
  if (type !== 'tRNS') return data.length === hintLengths[type]
  if (colourType !== 3) return data.length === transparencyLengths[colourType]
  const colours = (chunks.find((chunk) => chunk.type === 'PLTE')?.data.length ?? 0) / 3
  return data.length > 0 && data.length <= colours
}

/** The chunks that are kept: the image, and before its data the first hint of each kind. */
function shown(header: Chunk, chunks: readonly Chunk[]): Chunk[] {
  const before = chunks.slice(0, firstImageData(chunks))
  const kinds = [...Object.keys(hintLengths), 'tRNS']
  const hints = new Set(kinds.map((kind) => before.find(({ type }) => type === kind)))
  return chunks.filter(
    (chunk) =>
      criticalTypes.has(chunk.type) || (hints.has(chunk) && isHintRight(header, chunks, chunk)),
  )
}

/** The same picture without anything but its pixels and how to show them, or what is wrong with it. */
export function cleanPng(bytes: Bytes): Bytes | PngProblem {
  if (!signature.every((byte, i) => bytes[i] === byte)) return 'not_png'
  const chunks = chunksOf(bytes)
  const header = chunks?.[0]
  if (!chunks || !header || !isHeader(header)) return 'damaged'
  const { buffer, byteOffset } = header.data
  const view = new DataView(buffer, byteOffset)
  const sides = [view.getUint32(0), view.getUint32(4)]
  if (sides.some((side) => side < 1 || side > sideMax)) return 'dimensions'
  if (!isInOrder(chunks) || !isPaletteRight(header, chunks)) return 'damaged'
  return concat([Uint8Array.from(signature), ...shown(header, chunks).map(({ whole }) => whole)])
}

function concat(parts: readonly Bytes[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
