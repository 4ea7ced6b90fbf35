import { beforeAll, describe, expect, test } from 'vitest'
import { block, unblock } from '../../src/core/blocks'
import type { Core } from '../../src/core/context'
import { type FollowList, listFollows, listOwnFollows } from '../../src/core/follow-lists'
import {
  acceptFollow,
  follow,
  getFollowStatus,
  removeFollow,
  unfollow,
} from '../../src/core/follows'
import { newSignedIn } from '../support/accounts'
import { callerWith, change, rowsOf, testCore } from '../support/core'
import { countedDatabase } from '../support/counted'

/** What the graph costs does not depend on how many people somebody has to do with. */

const crowd = 100_000

const counted = countedDatabase()

const atrium = testCore({ DB: counted.client, THROTTLE: 'off' })

async function costOf(work: (core: Core) => Promise<unknown>): Promise<number> {
  counted.take()
  await atrium.request(work)
  const { rowsRead, rowsWritten } = counted.take()
  return rowsRead + rowsWritten
}

const firstNumber = 1_000_000

/** People with nothing but a number and a name, in one statement. */
async function addPeople(count: number): Promise<void> {
  await change(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
     INSERT INTO accounts (number, id, username, username_key, first_name, last_name, created_at, updated_at)
     SELECT ${firstNumber} + i, printf('%024x', i), 'person' || i, 'person' || i, '', '', 0, 0 FROM n`,
    count,
  )
}

/** Entries between the first so many of them and one account, a millisecond apart. */
async function addFollows(
  { number }: { readonly number: number },
  side: 'follower_number' | 'followed_number',
  { approved, count }: { readonly approved: 0 | 1; readonly count: number },
): Promise<void> {
  const isFollower = side === 'follower_number'
  const other = isFollower ? 'followed_number' : 'follower_number'
  const pair = isFollower ? '?1, number' : 'number, ?1'
  await change(
    `INSERT INTO follows (entry_id, ${side}, ${other}, approved, followed_at)
     SELECT printf('%012x%012x', ${pair}), ?1, number, ?2, 1 + number - ${firstNumber}
     FROM accounts WHERE number >= ${firstNumber} AND number < ${firstNumber} + ?3`,
    number,
    approved,
    count,
  )
}

type Somebody = Awaited<ReturnType<typeof newSignedIn>>

/** Somebody with so many followers who follows as many, and somebody private with as many requests. */
async function newStars(count: number) {
  const [star, recluse] = [await newSignedIn(atrium), await newSignedIn(atrium)]
  await change('UPDATE accounts SET is_private = 1 WHERE number = ?', recluse.account.number)
  await addFollows(star.account, 'followed_number', { approved: 1, count })
  await addFollows(star.account, 'follower_number', { approved: 1, count })
  await addFollows(recluse.account, 'followed_number', { approved: 0, count })
  return { star, recluse, count }
}

type Stars = Awaited<ReturnType<typeof newStars>>
type Costs = { readonly [what: string]: number }

const limit = 10

/** The first, a middle and the last page of a list, newest first and oldest first. */
async function costsOfList(
  name: string,
  count: number,
  read: (core: Core, page: Parameters<typeof listOwnFollows>[3]) => Promise<unknown[]>,
): Promise<Costs> {
  const costs: Record<string, number> = {}
  const middle = Math.floor(count / 2)
  const pages = {
    'newest first': { order: 'newest', afters: { first: null, middle, last: limit + 1 } },
    'oldest first': { order: 'oldest', afters: { first: null, middle, last: count - limit } },
  } as const
  for (const [direction, { order, afters }] of Object.entries(pages)) {
    for (const [place, after] of Object.entries(afters)) {
      costs[`${name}, ${direction}, ${place}`] = await costOf(async (core) => {
        expect(await read(core, { limit, order, after })).toHaveLength(limit)
      })
    }
  }
  return costs
}

async function costsOfLists({ star, recluse, count }: Stars, visitor: Somebody): Promise<Costs> {
  const own = ({ token }: Somebody, list: FollowList) =>
    costsOfList(`own ${list}`, count, (core, page) =>
      listOwnFollows(core, callerWith(token), list, page),
    )
  const others = (list: 'followers' | 'following') =>
    costsOfList(`another's ${list}`, count, (core, page) =>
      listFollows(core, callerWith(visitor.token), star.account.id, list, page),
    )
  return {
    ...(await own(star, 'followers')),
    ...(await own(star, 'following')),
    ...(await own(recluse, 'requests')),
    ...(await others('followers')),
    ...(await others('following')),
  }
}

const idOf = (index: number) => index.toString(16).padStart(24, '0')

/** The entry in the middle of somebody's followers or requests. */
async function middleEntry({ account }: Somebody, count: number): Promise<string> {
  const [row] = await rowsOf<{ entry_id: string }>(
    'SELECT entry_id FROM follows WHERE followed_number = ? AND follower_number = ?',
    account.number,
    firstNumber + Math.floor(count / 2),
  )
  return row?.entry_id ?? ''
}

async function costsOfChanges({ star, recluse, count }: Stars, visitor: Somebody): Promise<Costs> {
  const { id } = star.account
  const request = await middleEntry(recluse, count)
  const follower = await middleEntry(star, count)
  const costs = {
    follow: await costOf((core) => follow(core, visitor.viewer, id)),
    'follow again': await costOf((core) => follow(core, visitor.viewer, id)),
    'be told of it': await costOf((core) => getFollowStatus(core, callerWith(visitor.token), id)),
    'follow back': await costOf((core) => follow(core, star.viewer, visitor.account.id)),
    unfollow: await costOf((core) => unfollow(core, visitor.viewer, id)),
    'unfollow somebody': await costOf((core) => unfollow(core, star.viewer, visitor.account.id)),
    ask: await costOf((core) => follow(core, visitor.viewer, recluse.account.id)),
    withdraw: await costOf((core) => unfollow(core, visitor.viewer, recluse.account.id)),
    accept: await costOf((core) => acceptFollow(core, recluse.viewer, request)),
    decline: await costOf((core) => removeFollow(core, recluse.viewer, request)),
    'lose a follower': await costOf((core) => removeFollow(core, star.viewer, follower)),
    // Somebody on both of its lists.
    block: await costOf((core) => block(core, star.viewer, idOf(7))),
    'block again': await costOf((core) => block(core, star.viewer, idOf(7))),
    unblock: await costOf((core) => unblock(core, star.viewer, idOf(7))),
  }
  // None of it was cheap because it did nothing.
  const left = 'SELECT COUNT(*) AS n FROM follows WHERE ? IN (follower_number, followed_number)'
  expect(await rowsOf(left, star.account.number)).toEqual([{ n: 2 * count - 3 }])
  expect(await rowsOf(left, recluse.account.number)).toEqual([{ n: count - 1 }])
  return costs
}

describe(`with ${crowd} people on each list`, () => {
  let few: Stars
  let many: Stars
  let visitors: readonly Somebody[]

  beforeAll(async () => {
    await addPeople(crowd)
    few = await newStars(100)
    many = await newStars(crowd)
    visitors = [await newSignedIn(atrium), await newSignedIn(atrium)]
  }, 120_000)

  async function both(measure: (stars: Stars, visitor: Somebody) => Promise<Costs>) {
    const [one, other] = visitors
    if (!one || !other) throw new Error('nobody visits')
    return { few: await measure(few, one), many: await measure(many, other) }
  }

  function expectSame({ few, many }: { readonly few: Costs; readonly many: Costs }): void {
    expect(many).toEqual(few)
    // And they were counted at all.
    expect(Math.min(...Object.values(few))).toBeGreaterThan(5)
    expect(Math.max(...Object.values(few))).toBeLessThan(50)
  }

  test('a page costs what it costs among a hundred, wherever in the list it is', async () => {
    const costs = await both(costsOfLists)
    expectSame(costs)
  })

  test('a change costs what it costs among a hundred', async () => {
    const costs = await both(costsOfChanges)
    expectSame(costs)
  })
})
