/** Writes PNGs chunk by chunk, right or wrong as a test wants them. */

export type Bytes = Uint8Array<ArrayBuffer>

export const signature: Bytes = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

export const bytesOf = (text: string): Bytes => Uint8Array.from(text, (char) => char.charCodeAt(0))

export function joined(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function uint32(value: number): Bytes {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

/** Bit by bit, as the standard defines it, so that no table can be wrong in the same way. */
export function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

interface Lies {
  readonly length?: number
  readonly crc?: number
}

export function chunk(type: string, data: Uint8Array = new Uint8Array(), lies: Lies = {}): Bytes {
  const named = joined([bytesOf(type), data])
  const { length = data.length, crc = crcOf(named) } = lies
  return joined([uint32(length), named, uint32(crc)])
}

export interface Shape {
  readonly width: number
  readonly height: number
  readonly depth: number
  readonly colourType: number
  readonly interlace: number
}

const small: Shape = { width: 5, height: 3, depth: 8, colourType: 2, interlace: 0 }

export function header(shape: Partial<Shape> = {}, last: readonly number[] = [0, 0]): Bytes {
  const { width, height, depth, colourType, interlace } = { ...small, ...shape }
  const [compression = 0, filter = 0] = last
  const kinds = Uint8Array.of(depth, colourType, compression, filter, interlace)
  return chunk('IHDR', joined([uint32(width), uint32(height), kinds]))
}

const channels: { readonly [colourType: number]: number } = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

/** The passes of an interlaced picture: where each begins, and how far its pixels lie apart. */
const adam7 = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
]

/** Unfiltered rows, each after a filter byte of 0. */
function rows(shape: Shape): Bytes {
  const { width, height, depth, colourType, interlace } = shape
  const passes = interlace ? adam7 : [{ x: 0, y: 0, dx: 1, dy: 1 }]
  const parts = passes.flatMap(({ x, y, dx, dy }) => {
    const across = Math.max(0, Math.ceil((width - x) / dx))
    const down = Math.max(0, Math.ceil((height - y) / dy))
    if (across === 0) return []
    const rowBytes = Math.ceil((across * depth * (channels[colourType] ?? 1)) / 8)
    return Array.from({ length: down }, () => new Uint8Array(1 + rowBytes))
  })
  return joined(parts)
}

async function deflated(bytes: Bytes): Promise<Bytes> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** The image data that a picture of this shape has: all pixels are 0. */
export async function imageData(shape: Partial<Shape> = {}): Promise<Bytes> {
  return deflated(rows({ ...small, ...shape }))
}

export const end = chunk('IEND')
export const palette = chunk('PLTE', Uint8Array.of(255, 0, 0, 0, 255, 0))

export const png = (...chunks: readonly Uint8Array[]): Bytes => joined([signature, ...chunks])

/** A whole picture that every decoder shows. */
export async function picture(shape: Partial<Shape> = {}): Promise<Bytes> {
  const palettes = shape.colourType === 3 ? [palette] : []
  return png(header(shape), ...palettes, chunk('IDAT', await imageData(shape)), end)
}

/** A picture unlike any other that this made, with what a camera or an editor writes into it. */
export async function taggedPicture(tag: string, bytes = 0) {
  const data = chunk('IDAT', await imageData())
  // A resolution is kept, and the only place where small pictures can differ unseen.
  made += 1
  const resolution = chunk('pHYs', joined([uint32(made), uint32(1000), Uint8Array.of(1)]))
  const note = chunk('tEXt', joined([bytesOf(`Comment\0${tag}`), new Uint8Array(bytes)]))
  return {
    given: png(header(), note, resolution, data, end),
    cleaned: png(header(), resolution, data, end),
  }
}

let made = 0
