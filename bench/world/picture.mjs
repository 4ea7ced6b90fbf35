import { crc32, deflateSync } from 'node:zlib'
import { random } from './random.mjs'

const edge = 96

function chunk(type, data) {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}

/** A small PNG in grey, about 9 KB because noise does not compress. */
export function drawPicture(seed) {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(edge, 0)
  header.writeUInt32BE(edge, 4)
  header[8] = 8
  const rows = Buffer.alloc(edge * (edge + 1))
  for (let at = 0; at < rows.length; at += 1) {
    if (at % (edge + 1) !== 0) rows[at] = Math.floor(random(at, seed) * 256)
  }
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  const parts = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]
  return Buffer.concat([signature, ...parts])
}
