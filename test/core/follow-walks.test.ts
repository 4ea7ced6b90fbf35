import { beforeAll, describe, expect, test } from 'vitest'
import { entryTime } from '../../src/core/entry-ids'
import { type FollowEntry, listFollows } from '../../src/core/follow-lists'
import { unfollow } from '../../src/core/follows'
import { newSignedIn } from '../support/accounts'
import { callerWith, change, testCore } from '../support/core'
import { blocks, follows, newPeople, type Person } from '../support/follow-graph'

/** Walking through a list page by page while it changes: no row twice, none that stays left out. */

const atrium = testCore({ THROTTLE: 'off' })
let pool: Person[]

beforeAll(async () => {
  pool = await newPeople(atrium, 24)
})

type List = 'followers' | 'following'

interface Way {
  readonly list: List
  readonly order: 'newest' | 'oldest'
  readonly limit: number
  readonly by: 'id' | 'date'
}

/** What a client sends as its offset, read as the dialects read it. */
function offsetOf({ entryId, followedAt }: FollowEntry, by: Way['by']): number | null {
  return by === 'id' ? entryTime(entryId) : Date.parse(new Date(followedAt).toISOString())
}

async function walk(
  viewer: Person,
  subject: Person,
  { list, order, limit, by }: Way,
  between: (page: readonly FollowEntry[]) => Promise<void> = async () => undefined,
): Promise<FollowEntry[][]> {
  const pages: FollowEntry[][] = []
  for (let after: number | null = null; ; ) {
    const asked = { limit, order, after }
    const page = await atrium.request((core) =>
      listFollows(core, callerWith(viewer.token), subject.account.id, list, asked),
    )
    const last = page.at(-1)
    if (last === undefined) return pages
    if (pages.push(page) > 30) throw new Error('the walk does not end')
    after = offsetOf(last, by)
    await between(page)
  }
}

/** A star and one of the pool, in the direction that the list shows. */
const join = (list: List, star: Person, one: Person) =>
  list === 'followers' ? follows(atrium, one, star) : follows(atrium, star, one)
const leave = (list: List, star: Person, one: Person) => {
  const [from, to] = list === 'followers' ? [one, star] : [star, one]
  return atrium.request((core) => unfollow(core, from.viewer, to.account.id))
}

const ways = (['followers', 'following'] as const).flatMap((list) =>
  (['newest', 'oldest'] as const).flatMap((order) =>
    [1, 3, 10].flatMap((limit) =>
      (['id', 'date'] as const).map((by): Way => ({ list, order, limit, by })),
    ),
  ),
)

describe.each(ways)('$list from the $order on, $limit at a time, by $by', (way) => {
  const { list, order } = way

  test('a walk through a list that changes misses and repeats nothing', async () => {
    const star = await newSignedIn(atrium)
    const [members, reserve] = [pool.slice(0, 14), pool.slice(14)]
    for (const [i, one] of members.entries()) {
      // Some in the same millisecond, some not.
      if (i % 3 === 0) atrium.pass(1)
      await join(list, star, one)
    }
    const removed = new Set<string>()
    const remove = async (one: Person | undefined) => {
      if (one === undefined) return
      removed.add(one.account.id)
      await leave(list, star, one)
    }
    const seen: string[] = []
    const pages = await walk(star, star, way, async (page) => {
      seen.push(...page.map(({ person }) => person.id))
      // The very entry that the offset names, one that was not reached yet, and somebody new.
      await remove(members.find(({ account }) => account.id === page.at(-1)?.person.id))
      const ahead = members.filter(({ account }) => !seen.includes(account.id))
      if (ahead.length > 3) await remove(ahead[1])
      const added = reserve.pop()
      if (added) await join(list, star, added)
    })
    const rows = pages.flat()
    const ids = rows.map(({ entryId }) => entryId)
    expect(new Set(ids).size).toBe(ids.length)
    const shown = new Set(rows.map(({ person }) => person.id))
    const stayed = members.map(({ account }) => account.id).filter((id) => !removed.has(id))
    expect(stayed.length).toBeLessThan(members.length)
    expect(stayed.filter((id) => !shown.has(id))).toEqual([])
    const made = rows.map(({ followedAt }) => (order === 'newest' ? -followedAt : followedAt))
    expect([...made].sort((a, b) => a - b)).toEqual(made)
  })
})

describe.each(ways.filter(({ by }) => by === 'id'))(
  '$list from the $order on, $limit at a time',
  (way) => {
    const { list, order, limit } = way

    test('who is not shown never makes a page short', async () => {
      const [star, viewer] = [await newSignedIn(atrium), await newSignedIn(atrium)]
      for (const one of pool.slice(0, 13)) await join(list, star, one)
      const [disabled, blocked, blocker] = [pool[1], pool[4], pool[5]] as [Person, Person, Person]
      await blocks(atrium, viewer, blocked)
      await blocks(atrium, blocker, viewer)
      const disable = 'UPDATE accounts SET disabled_at = ? WHERE number = ?'
      await change(disable, 1, disabled.account.number)
      try {
        const pages = await walk(viewer, star, way)
        const hidden = [disabled, blocked, blocker]
        const expected = pool.slice(0, 13).filter((one) => !hidden.includes(one))
        if (order === 'newest') expected.reverse()
        expect(pages.flat().map(({ person }) => person.id)).toEqual(
          expected.map(({ account }) => account.id),
        )
        for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit)
        // Whom the viewer and another have blocked is nothing to the owner.
        expect((await walk(star, star, way)).flat()).toHaveLength(12)
      } finally {
        await change(disable, null, disabled.account.number)
      }
      expect((await walk(viewer, star, way)).flat()).toHaveLength(11)
    })
  },
)
