import { describe, expect, test } from 'vitest'
import { listFollows, listOwnFollows } from '../../src/core/follow-lists'
import { acceptFollow } from '../../src/core/follows'
import { endSession } from '../../src/core/session-endings'
import { newSignedIn, newUnconfirmed, signIn } from '../support/accounts'
import { callerWith, change, refusal, testCore } from '../support/core'
import {
  blocks,
  entryBetween,
  firstPage,
  follows,
  newPrivate,
  ownList,
  type Person,
  setPrivate,
} from '../support/follow-graph'

const atrium = testCore()
const lists = ['followers', 'following'] as const

const listOf = ({ token }: { token: string }, other: Person, list: (typeof lists)[number]) =>
  atrium.request((core) => listFollows(core, callerWith(token), other.account.id, list, firstPage))
const idsOf = (entries: readonly { person: { id: string } }[]) =>
  entries.map(({ person }) => person.id)
const someone = () => newSignedIn(atrium)

describe('the lists of an account', () => {
  test('show who follows and who is followed, with the entry, and nobody who only asked', async () => {
    const [star, fan, idol] = [await newPrivate(atrium), await someone(), await newPrivate(atrium)]
    await follows(atrium, fan, star)
    await follows(atrium, star, idol)
    for (const list of lists) expect(await ownList(atrium, star, list)).toEqual([])
    for (const [from, to] of [
      [fan, star],
      [star, idol],
    ] as const) {
      const entry = await entryBetween(from, to)
      await atrium.request((core) => acceptFollow(core, to.viewer, entry))
    }
    const [follower] = await ownList(atrium, star, 'followers')
    expect(follower).toMatchObject({
      entryId: await entryBetween(fan, star),
      isApproved: true,
      followedAt: atrium.now,
      person: { id: fan.account.id, username: fan.account.username, followingCount: 1, own: null },
    })
    expect(idsOf(await ownList(atrium, star, 'following'))).toEqual([idol.account.id])
    expect(idsOf(await ownList(atrium, idol, 'followers'))).toEqual([star.account.id])
  })

  test('of requests are the own ones alone, and empty into the followers', async () => {
    const [star, fan] = [await newPrivate(atrium), await someone()]
    await follows(atrium, fan, star)
    const requests = await ownList(atrium, star, 'requests')
    expect(requests).toMatchObject([{ isApproved: false, person: { id: fan.account.id } }])
    expect(await ownList(atrium, fan, 'requests')).toEqual([])
    await setPrivate(atrium, star.viewer, false)
    expect(await ownList(atrium, star, 'requests')).toEqual([])
    const [follower] = await ownList(atrium, star, 'followers')
    expect(follower?.entryId).toBe(requests[0]?.entryId)
  })

  test('show oneself as others do not see one', async () => {
    const [star, fan] = [await someone(), await someone()]
    await follows(atrium, fan, star)
    const [seenByFan] = await listOf(fan, star, 'followers')
    expect(seenByFan?.person.own?.email).toBe(fan.account.email)
    const [seenByStar] = await listOf(star, star, 'followers')
    expect(seenByStar?.person.own).toBeNull()
  })

  test('leave out whoever is disabled or apart from the viewer, also among requests', async () => {
    const [star, gone, apart] = [await newPrivate(atrium), await someone(), await someone()]
    for (const one of [gone, apart]) await follows(atrium, one, star)
    await change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', gone.account.number)
    expect(idsOf(await ownList(atrium, star, 'requests'))).toEqual([apart.account.id])
    await blocks(atrium, apart, star)
    expect(await ownList(atrium, star, 'requests')).toEqual([])
  })
})

describe('the lists of a private account', () => {
  test('are open to itself and to whom it has said yes, as long as they follow', async () => {
    const [star, fan, other] = [await newPrivate(atrium), await someone(), await someone()]
    await follows(atrium, fan, star)
    const closed = { code: 'not_following' }
    for (const list of lists) {
      expect(await listOf(star, star, list)).toEqual([])
      for (const one of [fan, other]) expect(await refusal(listOf(one, star, list))).toEqual(closed)
    }
    const entry = await entryBetween(fan, star)
    await atrium.request((core) => acceptFollow(core, star.viewer, entry))
    for (const list of lists) {
      await listOf(fan, star, list)
      expect(await refusal(listOf(other, star, list))).toEqual(closed)
    }
    // Being followed by it is no key to it.
    await follows(atrium, star, other)
    expect(await refusal(listOf(other, star, 'followers'))).toEqual(closed)
    await setPrivate(atrium, star.viewer, false)
    expect(idsOf(await listOf(other, star, 'followers'))).toEqual([fan.account.id])
  })

  test('close again for a follower whom it has blocked for a while', async () => {
    const [star, fan] = [await newPrivate(atrium), await someone()]
    await follows(atrium, fan, star)
    const entry = await entryBetween(fan, star)
    await atrium.request((core) => acceptFollow(core, star.viewer, entry))
    await blocks(atrium, star, fan)
    expect(await refusal(listOf(fan, star, 'followers'))).toEqual({ code: 'account_not_found' })
    await change('DELETE FROM blocks WHERE blocker_number = ?', star.account.number)
    expect(await refusal(listOf(fan, star, 'followers'))).toEqual({ code: 'not_following' })
  })
})

describe('lists are refused', () => {
  test('of accounts that are unknown, disabled, or have blocked the caller', async () => {
    const [one, gone, blocker] = [await someone(), await someone(), await someone()]
    await change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', gone.account.number)
    await blocks(atrium, blocker, one)
    const unknown = { ...gone, account: { ...gone.account, id: 'f'.repeat(24) } }
    for (const other of [gone, blocker, unknown]) {
      expect(await refusal(listOf(one, other, 'followers'))).toEqual({ code: 'account_not_found' })
    }
    // Who has blocked somebody may still look at them.
    expect(await listOf(blocker, one, 'followers')).toEqual([])
  })

  test('to nobody, to a session that has ended, and where the address must be confirmed', async () => {
    const [one, star] = [await someone(), await someone()]
    await atrium.request((core) => endSession(core, callerWith(one.token)))
    const unconfirmed = await newUnconfirmed(atrium)
    const { token } = (await signIn(atrium, unconfirmed)).session
    const callers = [
      [callerWith(null), 'not_authenticated'],
      [callerWith(one.token), 'not_authenticated'],
      [callerWith(token, true), 'email_not_confirmed'],
    ] as const
    for (const [caller, code] of callers) {
      const { id } = star.account
      const own = atrium.request((core) => listOwnFollows(core, caller, 'requests', firstPage))
      expect(await refusal(own)).toEqual({ code })
      const others = atrium.request((core) => listFollows(core, caller, id, 'followers', firstPage))
      expect(await refusal(others)).toEqual({ code })
    }
  })
})
