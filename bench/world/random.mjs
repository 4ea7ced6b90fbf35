import { createHash } from 'node:crypto'

// Nothing in the made-up world is drawn twice: every fact follows from a number and a word for what
// it is, so that whoever sends requests knows whom to ask for without reading the database.

/** From 0 up to and without 1, always the same for the same number and topic. */
export function random(number, topic = 0) {
  let x = (Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(topic + 1, 0x85ebca6b)) >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32
}

export function pick(list, chance) {
  return list[Math.floor(chance * list.length)]
}

const digest = (text) => createHash('sha256').update(text).digest()

/** A secret as Atrium makes them: 32 bytes in base64url. */
export const secretOf = (text) => digest(text).toString('base64url')

/** What is stored of a secret. */
export const hashOf = secretOf

export const hexOf = (text, digits) => digest(text).toString('hex').slice(0, digits)

/** The form of a UUID, version 4. */
export function uuidOf(text) {
  const hex = hexOf(text, 32)
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ]
  return [...parts, hex.slice(20)].join('-')
}
