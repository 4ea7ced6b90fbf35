import { describe, expect, test } from 'vitest'
import { block, unblock } from '../../src/core/blocks'
import { deleteAccount } from '../../src/core/deletion'
import { getFollowStatus } from '../../src/core/follows'
import { getPortrait } from '../../src/core/photos'
import { getPerson, getPersonByUsername } from '../../src/core/profiles'
import { searchPeople, searchPortraits } from '../../src/core/search'
import { newSignedIn } from '../support/accounts'
import { callerWith, change, refusal, rowsOf, testCore } from '../support/core'
import {
  blocks,
  contradictions,
  countsOf,
  follows,
  newPeople,
  newPrivate,
  type Person,
} from '../support/follow-graph'

const atrium = testCore()
const unblocks = ({ viewer }: Person, other: Person) =>
  atrium.request((core) => unblock(core, viewer, other.account.id))
const countRows = async (one: Person) =>
  (await rowsOf('SELECT 1 FROM blocks WHERE blocker_number = ?', one.account.number)).length

/** The ways in which somebody looks for an account, and whether they find it. */
async function findings({ token }: Person, { account }: Person) {
  const caller = callerWith(token)
  const looks = {
    id: () => atrium.request((core) => getPerson(core, caller, account.id)),
    username: () => atrium.request((core) => getPersonByUsername(core, caller, account.username)),
    number: () => atrium.request((core) => getPortrait(core, caller, account.number)),
    follows: () => atrium.request((core) => getFollowStatus(core, caller, account.id)),
  }
  const found: string[] = []
  for (const [name, look] of Object.entries(looks)) {
    const failure = await look().then(
      () => null,
      (error) => refusal(Promise.reject(error)),
    )
    if (failure === null) found.push(name)
    else expect(failure).toEqual({ code: 'account_not_found' })
  }
  const people = await atrium.request((core) => searchPeople(core, caller, account.username, 10))
  const portraits = await atrium.request((core) =>
    searchPortraits(core, caller, account.username, 10),
  )
  if (people.length > 0) found.push('search')
  if (portraits.length > 0) found.push('portraits')
  return found
}

const everywhere = ['id', 'username', 'number', 'follows', 'search', 'portraits']

describe('a block', () => {
  test('ends follows and requests in both directions, and counts them out', async () => {
    const [one, other, asked] = [
      await newSignedIn(atrium),
      await newSignedIn(atrium),
      await newPrivate(atrium),
    ]
    await follows(atrium, one, other)
    await follows(atrium, other, one)
    await follows(atrium, one, asked)
    await blocks(atrium, one, other)
    await blocks(atrium, asked, one)
    for (const person of [one, other, asked]) {
      const { number } = person.account
      const rows = 'SELECT * FROM follows WHERE ? IN (follower_number, followed_number)'
      expect(await rowsOf(rows, number)).toEqual([])
      expect(await countsOf(person)).toEqual([0, 0])
    }
    expect(await contradictions()).toEqual([])
  })

  test('touches no follow of anybody else', async () => {
    const [one, other, third] = [
      await newSignedIn(atrium),
      await newSignedIn(atrium),
      await newSignedIn(atrium),
    ]
    for (const [from, to] of [
      [one, third],
      [third, one],
      [other, third],
      [third, other],
    ] as const) {
      await follows(atrium, from, to)
    }
    await blocks(atrium, one, other)
    expect(await countsOf(third)).toEqual([2, 2])
  })

  test('hides the blocker from the blocked, and the blocked from what the blocker meets', async () => {
    const [one, other] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    expect(await findings(other, one)).toEqual(everywhere)
    await blocks(atrium, one, other)
    expect(await findings(other, one)).toEqual([])
    expect(await findings(one, other)).toEqual(['id', 'username', 'number', 'follows'])
    await unblocks(one, other)
    expect(await findings(other, one)).toEqual(everywhere)
  })

  test('is made once and taken away once, however often either is asked for', async () => {
    const [one, other] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    await Promise.all(Array.from({ length: 5 }, () => blocks(atrium, one, other)))
    expect(await countRows(one)).toBe(1)
    for (let i = 0; i < 2; i += 1) await unblocks(one, other)
    expect(await countRows(one)).toBe(0)
  })

  test('by each of two people is two, and one of them stays when the other is taken away', async () => {
    const [one, other] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    await blocks(atrium, one, other)
    await blocks(atrium, other, one)
    await unblocks(one, other)
    expect(await findings(one, other)).toEqual([])
    expect(await refusal(follows(atrium, other, one))).toEqual({ code: 'blocked' })
  })

  test('is refused of oneself, of nobody, and of a disabled account', async () => {
    const [one, gone] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    await change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', gone.account.number)
    expect(await refusal(blocks(atrium, one, one))).toEqual({ code: 'same_account' })
    expect(await refusal(blocks(atrium, one, gone))).toEqual({ code: 'account_not_found' })
    const nobody = atrium.request((core) => block(core, one.viewer, 'f'.repeat(24)))
    expect(await refusal(nobody)).toEqual({ code: 'account_not_found' })
    expect(await countRows(one)).toBe(0)
  })

  test('goes with either account', async () => {
    const [one, other, third] = (await newPeople(atrium, 3)) as [Person, Person, Person]
    await blocks(atrium, one, other)
    await blocks(atrium, other, third)
    await atrium.request((core) => deleteAccount(core, other.account))
    expect([await countRows(one), await countRows(other)]).toEqual([0, 0])
  })
})
