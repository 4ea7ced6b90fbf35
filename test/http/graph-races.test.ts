import { beforeAll, beforeEach, expect, test } from 'vitest'
import { seeded } from '../support/seeded'
import {
  accept,
  blockedAmong,
  firstPage,
  inspect,
  newPeople,
  type OwnList,
  profileOf,
  removeEntry,
  setPrivate,
  toward,
  walk,
} from './graph'
import { type Person, type Received, resetHarness, tally, times } from './harness'

/** The follow graph when everybody acts at once: rows, counts and blocks stay in agreement. */

let crowd: Person[]
let stars: Person[]

beforeAll(async () => {
  const people = await newPeople(28)
  crowd = people.slice(0, 20)
  stars = people.slice(20)
})
beforeEach(async () => {
  await resetHarness()
})

/** Somebody whom no test before has touched. */
function newStar(): Person {
  const star = stars.pop()
  if (star === undefined) throw new Error('make more stars')
  return star
}

const at = <T>(list: readonly T[], index: number) => list[index] as T
const countOf = (answers: readonly Received[], status: string) =>
  answers.filter(({ json }) => json.data?.status === status).length

/** One random act of somebody; entries are looked up first, as a client does. */
async function act(random: () => number): Promise<Received> {
  const [who, kind, place, where] = [random(), random(), random(), random()]
  const person = at(crowd, Math.floor(who * crowd.length))
  const others = crowd.filter((one) => one !== person)
  const other = at(others, Math.floor(place * others.length))
  if (kind < 0.35) return toward('follow', person, other)
  if (kind < 0.5) return toward('unfollow', person, other)
  if (kind < 0.58) return toward('block', person, other)
  if (kind < 0.66) return toward('unblock', person, other)
  if (kind < 0.76) return setPrivate(person, place < 0.5)
  const isAccepting = kind < 0.88
  const lists: OwnList[] = ['follow-requests', 'followers', 'following']
  const list = isAccepting ? 'follow-requests' : at(lists, Math.floor(where * 3))
  const entries = await firstPage(person, list)
  const entry = entries[Math.floor(place * entries.length)]
  if (entry === undefined) return toward('follow', person, other)
  return isAccepting ? accept(person, entry._id) : removeEntry(person, entry._id)
}

test('20 people who follow one at once are 20 entries, and are counted as 20', async () => {
  const star = newStar()
  const answers = await Promise.all(crowd.map((fan) => toward('follow', fan, star)))
  expect(countOf(answers, 'following')).toBe(20)
  expect((await walk(star, 'followers')).length).toBe(20)
  expect((await profileOf(star)).followerCount).toBe(20)
})

test('a follow that is sent 20 times at once is one, and the others are told so', async () => {
  const [star, fan] = [newStar(), at(crowd, 0)]
  const before = (await profileOf(fan)).followingCount
  const answers = await Promise.all(times(20, () => toward('follow', fan, star)))
  expect([countOf(answers, 'following'), countOf(answers, 'duplicate')]).toEqual([1, 19])
  expect((await profileOf(star)).followerCount).toBe(1)
  expect((await profileOf(fan)).followingCount).toBe(before + 1)
})

test('a request is accepted once and ended once, however often either is asked for', async () => {
  const star = newStar()
  await setPrivate(star, true)
  for (const fan of crowd.slice(0, 2)) await toward('follow', fan, star)
  const [declined, accepted] = await firstPage(star, 'follow-requests')
  const accepts = times(20, () => accept(star, accepted?._id ?? ''))
  expect(tally(await Promise.all(accepts))).toEqual({ 200: 20 })
  expect((await profileOf(star)).followerCount).toBe(1)

  const declines = times(20, () => removeEntry(star, declined?._id ?? ''))
  expect(tally(await Promise.all(declines))).toEqual({ 200: 1, 404: 19 })
  expect((await profileOf(star)).followerCount).toBe(1)

  // From both sides at once, of an entry that counts.
  const ends = times(20, (i) => removeEntry(at([star, at(crowd, 0)], i % 2), accepted?._id ?? ''))
  expect(tally(await Promise.all(ends))).toEqual({ 200: 1, 404: 19 })
  expect((await profileOf(star)).followerCount).toBe(0)
})

test('a request that is accepted while it is withdrawn ends up gone, and is not counted', async () => {
  const star = newStar()
  await setPrivate(star, true)
  await Promise.all(crowd.map((fan) => toward('follow', fan, star)))
  const asked = await walk(star, 'follow-requests')
  expect(asked).toHaveLength(20)
  await Promise.all([
    ...asked.map(({ _id }) => accept(star, _id)),
    ...crowd.map((fan) => toward('unfollow', fan, star)),
  ])
  expect((await profileOf(star)).followerCount).toBe(0)
})

test('no request is left behind by an account that goes public meanwhile', async () => {
  const three = [newStar(), newStar(), newStar()]
  await Promise.all(three.map((star) => setPrivate(star, true)))
  await Promise.all(
    three.flatMap((star) =>
      crowd.flatMap((fan, i) => [
        toward('follow', fan, star),
        ...(i === 10 ? [setPrivate(star, false)] : []),
      ]),
    ),
  )
  for (const star of three) {
    expect(await walk(star, 'follow-requests')).toEqual([])
    expect((await profileOf(star)).followerCount).toBe(20)
  }
})

test('no follow survives a block with which it races, whoever blocks whom', async () => {
  const star = newStar()
  const answers = await Promise.all(
    crowd.flatMap((fan, i) => [
      toward('follow', fan, star),
      toward('follow', star, fan),
      i % 2 === 0 ? toward('block', star, fan) : toward('block', fan, star),
      toward('follow', fan, star),
      toward('follow', star, fan),
    ]),
  )
  expect(answers.filter(({ status }) => ![200, 403].includes(status))).toEqual([])
  expect(await profileOf(star)).toMatchObject({ followerCount: 0, followingCount: 0 })
  expect((await inspect([star, ...crowd.slice(0, 4)])).problems).toEqual([])
})

test('200 random acts of 20 people at once leave rows, counts and blocks in agreement', async () => {
  const seed = Number(process.env.GRAPH_SEED ?? Date.now() % 2 ** 32)
  const random = seeded(seed)
  await Promise.all(crowd.filter((_, i) => i % 2 === 0).map((person) => setPrivate(person, true)))
  // Something to accept, to remove and to end by a block.
  await Promise.all(
    times(80, (i) => {
      const step = 1 + Math.floor(random() * 19)
      return toward('follow', at(crowd, i % 20), at(crowd, (i + step) % 20))
    }),
  )
  const couples = times(10, (i) => [at(crowd, 2 * i), at(crowd, 2 * i + 1)] as const)
  await Promise.all(couples.map(([one, other]) => toward('block', one, other)))
  const answers = await Promise.all(times(200, () => act(random)))
  const seen = [...new Set(answers.map(({ status }) => status))]
  // 403: blocked. 404: an entry that somebody else was faster to remove, or who is blocked.
  expect(
    seen.filter((status) => ![200, 403, 404].includes(status)),
    `GRAPH_SEED=${seed}`,
  ).toEqual([])
  const { problems, follows } = await inspect(crowd)
  expect(problems, `GRAPH_SEED=${seed}`).toEqual([])
  expect(follows.length, `GRAPH_SEED=${seed}`).toBeGreaterThan(0)

  expect(await blockedAmong(follows, crowd), `GRAPH_SEED=${seed}`).toEqual([])
  // Not for want of blocks.
  const apart = couples.map(([one, other]) => [one.id, other.id] as const)
  expect((await blockedAmong(apart, crowd)).length, `GRAPH_SEED=${seed}`).toBeGreaterThan(0)
})
