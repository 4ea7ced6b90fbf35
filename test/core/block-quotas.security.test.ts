import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { unblock } from '../../src/core/blocks'
import { newSignedIn } from '../support/accounts'
import { refusal, rowsOf, testCore } from '../support/core'
import { blocks, follows, losingAnswers, newPeople, type Person } from '../support/follow-graph'

/**
 * Every block is told to every webhook, whose lanes send a few messages a second: whoever blocks and unblocks
 * without an end holds back the events of everybody else. So blocks are counted by the hour, as follows are.
 */

const atrium = testCore({ BLOCKS_PER_HOUR: '2' })
const unblocks = ({ viewer }: Person, other: Person) =>
  atrium.request((core) => unblock(core, viewer, other.account.id))
const tooMany = { code: 'too_many_attempts', retryAfterSeconds: 3600 }

test('blocking the same account over and over ends with the quota of the hour', async () => {
  const [one, other, third] = (await newPeople(atrium, 3)) as [Person, Person, Person]
  for (let i = 0; i < 2; i += 1) {
    await blocks(atrium, one, other)
    await blocks(atrium, one, other)
    await unblocks(one, other)
  }
  await follows(atrium, third, one)
  expect(await refusal(blocks(atrium, one, third))).toEqual(tooMany)
  // What is refused ends no follow either.
  const follow = 'SELECT 1 FROM follows WHERE follower_number = ?'
  expect(await rowsOf(follow, third.account.number)).toHaveLength(1)
  // Others have hours of their own.
  await blocks(atrium, other, one)
  atrium.pass(3601)
  await blocks(atrium, one, third)
  expect(await rowsOf(follow, third.account.number)).toEqual([])
})

test('a block that was made is answered as before, and one whose answer got lost counts once', async () => {
  const lossy = losingAnswers(env.DB)
  const shaky = testCore({ DB: lossy.client, BLOCKS_PER_HOUR: '2' })
  const [one, other, third] = (await newPeople(atrium, 3)) as [Person, Person, Person]
  lossy.loseNext()
  await blocks(shaky, one, other)
  await blocks(shaky, one, third)
  for (const again of [other, third]) await blocks(shaky, one, again)
  expect(await refusal(blocks(shaky, one, await newSignedIn(atrium)))).toMatchObject({
    code: 'too_many_attempts',
  })
})

test('the quota holds for blocks that come at once, and not where throttling is off', async () => {
  for (const [test, made] of [
    [atrium, 2],
    [testCore({ BLOCKS_PER_HOUR: '2', THROTTLE: 'off' }), 5],
  ] as const) {
    const [one, ...others] = (await newPeople(atrium, 6)) as [Person, ...Person[]]
    const outcomes = await Promise.allSettled(others.map((other) => blocks(test, one, other)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(made)
  }
})
