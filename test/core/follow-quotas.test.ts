import { expect, test } from 'vitest'
import { removeFollow } from '../../src/core/follows'
import { newSignedIn } from '../support/accounts'
import { refusal, type TestCore, testCore } from '../support/core'
import { contradictions, countsOf, entryBetween, follows, newPeople } from '../support/follow-graph'

/** Follows are counted by the hour; what makes none counts none. */

const few = { FOLLOWS_PER_HOUR: '3' }

test('over the quota of the hour nobody more is followed, and after the hour they are', async () => {
  const atrium = testCore(few)
  const one = await newSignedIn(atrium)
  const people = await newPeople(atrium, 5)
  const [first, , , fourth, fifth] = people as [(typeof people)[0], ...typeof people]
  for (const other of people.slice(0, 3)) {
    expect(await follows(atrium, one, other)).toBe('following')
    expect(await follows(atrium, one, other)).toBe('already')
  }
  for (let i = 0; i < 2; i += 1) {
    const late = follows(atrium, one, fourth ?? one)
    expect(await refusal(late)).toEqual({ code: 'too_many_attempts', retryAfterSeconds: 3600 })
  }
  expect(await countsOf(one)).toEqual([0, 3])
  // Others have hours of their own, and what changes nothing is answered as before.
  expect(await follows(atrium, first, one)).toBe('following')
  expect(await follows(atrium, one, first)).toBe('already')
  atrium.pass(3601)
  expect(await follows(atrium, one, fifth ?? one)).toBe('following')
})

test('following the same account over and over is counted each time', async () => {
  const atrium = testCore(few)
  const [one, other] = [await newSignedIn(atrium), await newSignedIn(atrium)]
  for (let i = 0; i < 3; i += 1) {
    await follows(atrium, one, other)
    const entry = await entryBetween(one, other)
    await atrium.request((core) => removeFollow(core, other.viewer, entry))
  }
  expect((await refusal(follows(atrium, one, other))).code).toBe('too_many_attempts')
})

/** How many of eight that are asked for at once are followed. */
async function followedAtOnce(atrium: TestCore): Promise<number> {
  const one = await newSignedIn(atrium)
  const people = await newPeople(atrium, 8)
  const asked = people.map((other) => follows(atrium, one, other))
  const outcomes = await Promise.allSettled(asked)
  expect(await contradictions()).toEqual([])
  return outcomes.filter(({ status }) => status === 'fulfilled').length
}

test('the quota holds for requests that come at once, and not where throttling is off', async () => {
  expect(await followedAtOnce(testCore(few))).toBe(3)
  expect(await followedAtOnce(testCore({ ...few, THROTTLE: 'off' }))).toBe(8)
})
