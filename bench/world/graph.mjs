import { isPrivate } from './people.mjs'
import { random } from './random.mjs'

// Who follows whom: ten people each on average, most fewer and some a thousand, and the older somebody
// is, the more follow them: the first of a million has about a hundred thousand.

const followedMax = 2000
/** Makes the average about ten: the expectation of scale * u^-0.6 is scale / 0.4, before it is cut. */
const scale = 4.3

/** Whoever follows nobody yet, so that a benchmark can let them begin. */
export const isNewcomer = (i) => i % 50 === 49

function degreeOf(i, count) {
  if (isNewcomer(i)) return 0
  const wanted = scale * Math.max(random(i, 50), 1e-9) ** -0.6
  return Math.min(Math.floor(wanted), followedMax, Math.floor(count / 4))
}

/** The places of those whom somebody follows, each once. */
export function followedBy(i, count) {
  const degree = degreeOf(i, count)
  const followed = new Set()
  for (let draw = 0; followed.size < degree && draw < degree * 4; draw += 1) {
    const place = Math.floor(count * random(i, 1000 + draw) ** 3)
    if (place !== i) followed.add(place)
  }
  return followed
}

/** A private person has said yes to half of those who asked. */
export const isApproved = (i, followed) => !isPrivate(followed) || (i + followed) % 2 === 0

/** How many follow each and are followed by each, so that nothing has to be counted in the database. */
export function countFollows(count, progress) {
  const [followers, following] = [new Uint32Array(count), new Uint32Array(count)]
  let total = 0
  for (let i = 0; i < count; i += 1) {
    for (const followed of followedBy(i, count)) {
      total += 1
      if (!isApproved(i, followed)) continue
      followers[followed] += 1
      following[i] += 1
    }
    progress(i + 1)
  }
  return { followers, following, total }
}

const checkModulus = 1_048_573
const begin = Date.UTC(2026, 0, 1)
const apartMs = 100

/** When the follow at a place in all of them was made, and its id, as src/core/entry-ids.ts makes them. */
export function entryAt(place) {
  const at = begin + place * apartMs
  const drawn = Math.floor(random(place, 60) * 2 ** 32)
  const hex = (number, digits) => number.toString(16).padStart(digits, '0')
  const time = hex(Math.floor(at / 1000), 8) + hex(at % 1000, 3)
  return { at, id: time + hex(drawn, 8) + hex((drawn + 1) % checkModulus, 5) }
}
