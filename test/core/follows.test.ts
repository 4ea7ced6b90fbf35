import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test } from 'vitest'
import { setDisabled } from '../../src/core/administration'
import { unblock } from '../../src/core/blocks'
import { deleteAccount } from '../../src/core/deletion'
import {
  acceptFollow,
  follow,
  getFollowStatus,
  removeFollow,
  unfollow,
} from '../../src/core/follows'
import { endSession } from '../../src/core/session-endings'
import { authenticate } from '../../src/core/sessions'
import { newSignedIn } from '../support/accounts'
import { callerWith, change, refusal, rowsOf, testCore } from '../support/core'
import {
  blocks,
  contradictions,
  countsOf,
  entryBetween,
  follows,
  losingAnswers,
  newPeople,
  newPrivate,
  type Person,
  setPrivate,
} from '../support/follow-graph'

const atrium = testCore()
const notFound = { code: 'follow_not_found' }
const accept = ({ viewer }: Person, entry: string, test = atrium) =>
  test.request((core) => acceptFollow(core, viewer, entry))
const remove = ({ viewer }: Person, entry: string, test = atrium) =>
  test.request((core) => removeFollow(core, viewer, entry))
const unfollows = ({ viewer }: Person, other: Person, test = atrium) =>
  test.request((core) => unfollow(core, viewer, other.account.id))
const status = ({ token }: Person, other: Person) =>
  atrium.request((core) => getFollowStatus(core, callerWith(token), other.account.id))
/** Every row between people, in an order, for saying that nothing has changed. */
const stored = async () => [
  await rowsOf('SELECT * FROM follows ORDER BY entry_id'),
  await rowsOf('SELECT * FROM blocks ORDER BY blocker_number, blocked_number'),
]

afterEach(async () => {
  expect(await contradictions()).toEqual([])
})

describe('following', () => {
  test('a public account follows, and both are counted', async () => {
    const [one, other] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    expect(await status(one, other)).toBe('none')
    expect(await follows(atrium, one, other)).toBe('following')
    expect(await status(one, other)).toBe('following')
    expect(await status(other, one)).toBe('none')
    expect([await countsOf(one), await countsOf(other)]).toEqual([
      [0, 1],
      [1, 0],
    ])
  })

  test('a private account asks, and counts once it has said yes', async () => {
    const [one, other] = [await newSignedIn(atrium), await newPrivate(atrium)]
    expect(await follows(atrium, one, other)).toBe('requested')
    expect(await status(one, other)).toBe('requested')
    expect(await countsOf(other)).toEqual([0, 0])
    const entry = await entryBetween(one, other)
    await accept(other, entry)
    expect(await status(one, other)).toBe('following')
    expect([await countsOf(one), await countsOf(other)]).toEqual([
      [0, 1],
      [1, 0],
    ])
    expect(await entryBetween(one, other)).toBe(entry)
  })

  test('again changes nothing, neither for a follower nor for somebody who waits', async () => {
    const one = await newSignedIn(atrium)
    for (const other of [await newSignedIn(atrium), await newPrivate(atrium)]) {
      await follows(atrium, one, other)
      const before = await stored()
      atrium.pass(60)
      expect(await follows(atrium, one, other)).toBe('already')
      expect(await stored()).toEqual(before)
    }
  })

  test('fails for oneself, and for whom one does not find', async () => {
    const [one, gone] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    await change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', gone.account.number)
    expect(await refusal(follows(atrium, one, one))).toEqual({ code: 'same_account' })
    expect(await refusal(follows(atrium, one, gone))).toEqual({ code: 'account_not_found' })
    const nobody = atrium.request((core) => follow(core, one.viewer, 'f'.repeat(24)))
    expect(await refusal(nobody)).toEqual({ code: 'account_not_found' })
  })

  test('fails after a block in either direction, until it is taken away', async () => {
    const [one, other] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    await blocks(atrium, one, other)
    for (const [from, to] of [
      [one, other],
      [other, one],
    ] as const) {
      expect(await refusal(follows(atrium, from, to))).toEqual({ code: 'blocked' })
    }
    await atrium.request((core) => unblock(core, one.viewer, other.account.id))
    expect(await follows(atrium, other, one)).toBe('following')
  })

  test('ends by unfollowing, which withdraws a request as well, and says nothing the second time', async () => {
    const one = await newSignedIn(atrium)
    for (const other of [await newSignedIn(atrium), await newPrivate(atrium)]) {
      await follows(atrium, one, other)
      for (let i = 0; i < 2; i += 1) await unfollows(one, other)
      expect(await status(one, other)).toBe('none')
      expect([await countsOf(one), await countsOf(other)]).toEqual([
        [0, 0],
        [0, 0],
      ])
    }
  })
})

describe('an entry', () => {
  test('is accepted by whom it asks, and by nobody else', async () => {
    const [one, other, third] = [
      await newSignedIn(atrium),
      await newPrivate(atrium),
      await newSignedIn(atrium),
    ]
    await follows(atrium, one, other)
    const entry = await entryBetween(one, other)
    for (const person of [one, third])
      expect(await refusal(accept(person, entry))).toEqual(notFound)
    expect(await status(one, other)).toBe('requested')
    await accept(other, entry)
    await accept(other, entry)
    expect(await countsOf(other)).toEqual([1, 0])
  })

  test('is ended by either side once, and by nobody else', async () => {
    const [one, third] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    for (const other of [await newSignedIn(atrium), await newPrivate(atrium)]) {
      for (const side of [one, other]) {
        await follows(atrium, one, other)
        const entry = await entryBetween(one, other)
        expect(await refusal(remove(third, entry))).toEqual(notFound)
        await remove(side, entry)
        for (const late of [one, other])
          expect(await refusal(remove(late, entry))).toEqual(notFound)
        expect(await status(one, other)).toBe('none')
        expect([await countsOf(one), await countsOf(other)]).toEqual([
          [0, 0],
          [0, 0],
        ])
      }
    }
  })
})

test('going public says yes to everybody who waits; going private keeps whoever follows', async () => {
  const other = await newPrivate(atrium)
  const people = await newPeople(atrium, 3)
  for (const one of people) await follows(atrium, one, other)
  await setPrivate(atrium, other.viewer, false)
  expect(await countsOf(other)).toEqual([3, 0])
  await setPrivate(atrium, other.viewer, true)
  for (const one of people) expect(await status(one, other)).toBe('following')
})

test('an account that is deleted or disabled: what it leaves behind', async () => {
  const [one, other, third] = [
    await newSignedIn(atrium),
    await newSignedIn(atrium),
    await newSignedIn(atrium),
  ]
  for (const [from, to] of [
    [one, other],
    [other, one],
    [third, one],
    [one, third],
  ] as const) {
    await follows(atrium, from, to)
  }
  await change("UPDATE accounts SET role = 'admin' WHERE number = ?", third.account.number)
  const { viewer } = await atrium.request((core) => authenticate(core, callerWith(third.token)))
  const target = { accountId: other.account.id, isDisabled: true }
  await atrium.request((core) => setDisabled(core, viewer, target))
  // The follow is still there for the day on which the account comes back.
  expect(await countsOf(one)).toEqual([2, 2])
  expect(await refusal(status(one, other))).toEqual({ code: 'account_not_found' })

  await atrium.request((core) => deleteAccount(core, other.account))
  expect(await countsOf(one)).toEqual([1, 1])
  await atrium.request((core) => deleteAccount(core, one.account))
  expect(await countsOf(third)).toEqual([0, 0])
})

describe('a connection that is lost on the way back', () => {
  const lossy = losingAnswers(env.DB)
  const shaky = testCore({ DB: lossy.client, FOLLOWS_PER_HOUR: '2' })

  /** Does something whose first answer is lost, so that it is sent again. */
  async function losing<T>(work: () => Promise<T>): Promise<T> {
    lossy.loseNext()
    const outcome = await work()
    expect(lossy.isPending()).toBe(false)
    return outcome
  }

  test('does not make a follow look like an old one, and counts it once', async () => {
    const [one, two, three] = [
      await newSignedIn(shaky),
      await newSignedIn(shaky),
      await newPrivate(shaky),
    ]
    expect(await losing(() => follows(shaky, one, two))).toBe('following')
    expect(await losing(() => follows(shaky, one, three))).toBe('requested')
    expect(await countsOf(one)).toEqual([0, 1])
    const fourth = follows(shaky, one, await newSignedIn(shaky))
    expect((await refusal(fourth)).code).toBe('too_many_attempts')
  })

  test('does not make an accepted, removed or ended one look like an unknown one', async () => {
    const [one, other] = [await newSignedIn(shaky), await newPrivate(shaky)]
    await follows(shaky, one, other)
    const entry = await entryBetween(one, other)
    await losing(() => accept(other, entry, shaky))
    expect(await countsOf(other)).toEqual([1, 0])
    await losing(() => remove(other, entry, shaky))
    expect(await countsOf(other)).toEqual([0, 0])
    await follows(shaky, one, other)
    await losing(() => unfollows(one, other, shaky))
    await losing(() => blocks(shaky, one, other))
    expect(await refusal(follows(shaky, other, one))).toEqual({ code: 'blocked' })
  })
})

describe('a session that ended after it was checked', () => {
  const acts: { [name: string]: (one: Person, other: Person, entry: string) => Promise<unknown> } =
    {
      follow: async (one) => follows(atrium, one, await newSignedIn(atrium)),
      unfollow: (one, other) => unfollows(one, other),
      accept: (one, _, entry) => accept(one, entry),
      remove: (one, _, entry) => remove(one, entry),
      block: async (one) => blocks(atrium, one, await newSignedIn(atrium)),
      unblock: async (one, other) =>
        atrium.request((core) => unblock(core, one.viewer, other.account.id)),
    }

  test.each(Object.keys(acts))(
    'changes nothing by %s, and is not told that it did',
    async (name) => {
      const [one, asking, other] = [
        await newPrivate(atrium),
        await newSignedIn(atrium),
        await newSignedIn(atrium),
      ]
      await follows(atrium, asking, one)
      const entry = await entryBetween(asking, one)
      if (name === 'unblock') await blocks(atrium, one, other)
      else await follows(atrium, one, other)
      const before = await stored()
      await atrium.request((core) => endSession(core, callerWith(one.token)))
      const late = acts[name]?.(one, other, entry) ?? Promise.resolve()
      expect(await refusal(late)).toEqual({ code: 'not_authenticated' })
      expect(await stored()).toEqual(before)
    },
  )
})
