import { hexOf, pick, random, secretOf } from './random.mjs'

// Who lives in the made-up world. People are known by their place, from 0 on; the first are the oldest
// and the most followed, and somebody's facts do not depend on how many others there are.

const beginnings =
  'ba be bi bo da de do ka ke ko la le li lo ma me mi mo na ne no ra re ri ro sa se so ta te to va vi yu za'
const ends = 'n na l la r ra s sa t th k mi ne ri to lin mar den nor vik'
const [heads, tails] = [beginnings.split(' '), ends.split(' ')]

/** A name of two or three syllables; common numbers give common names. */
function nameAt(place, topic) {
  const syllables = Array.from({ length: 1 + Math.floor(random(place, topic) * 2) }, (_, n) =>
    pick(heads, random(place, topic + 1 + n)),
  )
  const name = syllables.join('') + pick(tails, random(place, topic + 5))
  return name[0].toUpperCase() + name.slice(1)
}

// A few names are frequent and most are rare, as among people.
const firstName = (i) => nameAt(Math.floor(3_000 * random(i, 1) ** 2), 100)
const lastName = (i) => nameAt(Math.floor(40_000 * random(i, 2) ** 1.5), 200)

export const tagNames = Array.from({ length: 300 }, (_, n) =>
  `${nameAt(n, 300)} ${n}`.toLowerCase(),
)
const cities = Array.from({ length: 500 }, (_, n) => nameAt(n, 400))
const designations = ['Engineer', 'Designer', 'Writer', 'Analyst', 'Teacher', 'Nurse', 'Editor']

/** When the first one came; from then on one every 25 seconds, so that a million take most of a year. */
const begin = Date.UTC(2025, 0, 1)
const apartMs = 25_000

export const everybodysPassword = '$uper&ecurePassw0rd'

export const createdAtOf = (i) => begin + i * apartMs
const secondsHex = (ms) =>
  Math.floor(ms / 1000)
    .toString(16)
    .padStart(8, '0')

export const idOf = (i) => secondsHex(createdAtOf(i)) + hexOf(`account ${i}`, 16)
export const numberOf = (i) => Number.parseInt(hexOf(`number ${i}`, 12), 16) + 1
export const sessionTokenOf = (i) => secretOf(`session ${i}`)

export function usernameOf(i) {
  return `${firstName(i)}_${lastName(i)}_${i.toString(36)}`.toLowerCase()
}

export const emailOf = (i) => `${usernameOf(i)}@example.com`
export const namesOf = (i) => ({ firstName: firstName(i), lastName: lastName(i) })

/** One in twenty, but nobody of the most followed. */
export const isPrivate = (i) => i >= 40 && i % 20 === 13

/** Half of them wrote something about themselves. */
export function profileOf(i) {
  if (random(i, 3) < 0.5) return {}
  return {
    bio: `${pick(designations, random(i, 4))} from ${pick(cities, random(i, 5))}, once ${lastName(i + 7)}.`,
    designation: pick(designations, random(i, 6)),
    ...(random(i, 7) < 0.5 ? { city: pick(cities, random(i, 5)), countryName: 'Norway' } : {}),
    ...(random(i, 8) < 0.3 ? { persona: 'creator' } : {}),
    ...(random(i, 9) < 0.2 ? { github: `https://github.com/example-${i}` } : {}),
  }
}

/** Up to six tags, without repeats; a few tags are on most people. */
export function tagsOf(i) {
  const count = Math.floor(random(i, 10) * 7)
  const places = Array.from({ length: count }, (_, n) =>
    Math.floor(tagNames.length * random(i, 11 + n) ** 2),
  )
  return [...new Set(places)]
}

const weights = { designation: 10, bio: 10, city: 5, countryName: 5, github: 5 }

export function completenessOf(profile, tags) {
  const filled = Object.keys(weights).reduce(
    (sum, part) => sum + (profile[part] ? weights[part] : 0),
    0,
  )
  return filled + (tags.length > 0 ? 10 : 0)
}
