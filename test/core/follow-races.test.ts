import { beforeAll, expect, test } from 'vitest'
import { unblock } from '../../src/core/blocks'
import { failureOf } from '../../src/core/errors'
import { acceptFollow, removeFollow, unfollow } from '../../src/core/follows'
import { rowsOf, testCore } from '../support/core'
import {
  blocks,
  contradictions,
  follows,
  newPeople,
  type Person,
  setPrivate,
} from '../support/follow-graph'
import { seeded } from '../support/seeded'

/** The same races as over HTTP, where the rows themselves can be looked at. */

const atrium = testCore({ THROTTLE: 'off' })
let people: Person[]

beforeAll(async () => {
  people = await newPeople(atrium, 20)
})

const at = <T>(list: readonly T[], part: number) => list[Math.floor(part * list.length)] as T

/** What somebody does next; entries are any that there are, mostly of others. */
function act(random: () => number, entries: readonly string[]): Promise<unknown> {
  const [who, kind, whom] = [random(), random(), random()]
  const one = at(people, who)
  const other = at(
    people.filter((person) => person !== one),
    whom,
  )
  const { viewer } = one
  const id = other.account.id
  if (kind < 0.4) return follows(atrium, one, other)
  if (kind < 0.5) return atrium.request((core) => unfollow(core, viewer, id))
  if (kind < 0.56) return blocks(atrium, one, other)
  if (kind < 0.62) return atrium.request((core) => unblock(core, viewer, id))
  if (kind < 0.7) return setPrivate(atrium, viewer, whom < 0.5)
  const entry = at(entries, whom)
  if (kind < 0.85) return atrium.request((core) => acceptFollow(core, viewer, entry))
  return atrium.request((core) => removeFollow(core, viewer, entry))
}

test.each([1, 2, 3, Date.now() % 2 ** 32])(
  '600 random acts at once, by the seed %d, leave no contradiction',
  async (seed) => {
    const random = seeded(seed)
    await Promise.all(people.slice(0, 10).map(({ viewer }) => setPrivate(atrium, viewer, true)))
    const codes = new Set<string>()
    for (let round = 0; round < 3; round += 1) {
      const rows = await rowsOf<{ entry_id: string }>('SELECT entry_id FROM follows')
      const entries = ['f'.repeat(24), ...rows.map(({ entry_id }) => entry_id)]
      const acts = Array.from({ length: 200 }, () => act(random, entries))
      for (const outcome of await Promise.allSettled(acts)) {
        if (outcome.status === 'rejected') codes.add(failureOf(outcome.reason)?.code ?? 'broken')
      }
      expect(await contradictions(), `round ${round}`).toEqual([])
    }
    expect([...codes].sort()).toEqual(['blocked', 'follow_not_found'])
    const [counted] = await rowsOf<{ count: number }>('SELECT COUNT(*) AS count FROM follows')
    expect(counted?.count).toBeGreaterThan(20)
  },
)
