import { beforeAll, expect, test } from 'vitest'
import { listFollows } from '../../src/core/follow-lists'
import { newSignedIn } from '../support/accounts'
import { callerWith, change, testCore } from '../support/core'
import { countedDatabase } from '../support/counted'
import { newPeople, type Person, setPrivate } from '../support/follow-graph'

/** What a page of a list reads, as D1 bills it: nothing of a closed list, and a page of an open one. */

const counted = countedDatabase()
const atrium = testCore({ DB: counted.client })

let made = 0

/** Rows in bulk: so many people who follow an account, and whom it follows. */
async function fill({ account }: Person, count: number): Promise<void> {
  made += 1
  const base = made * 100_000
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)`
  await change(
    `${numbers} INSERT INTO accounts (number, id, username, username_key, first_name, last_name, created_at, updated_at)
     SELECT ?1 + i, printf('%024x', ?1 + i), 'p' || (?1 + i), 'p' || (?1 + i), 'A', 'B', 0, 0 FROM n`,
    base,
    count,
  )
  for (const [from, to, tag] of [
    ['?1 + i', '?3', 'a'],
    ['?3', '?1 + i', 'b'],
  ]) {
    await change(
      `${numbers} INSERT INTO follows (entry_id, follower_number, followed_number, approved, followed_at)
       SELECT printf('${tag}%023x', ?1 + i), ${from}, ${to}, 1, 1000 + i FROM n`,
      base,
      count,
      account.number,
    )
  }
}

let [stranger, small, large]: (Person | undefined)[] = []

beforeAll(async () => {
  ;[stranger, small, large] = await newPeople(atrium, 3)
  if (small) await fill(small, 3)
  if (large) await fill(large, 3000)
})

/** How many rows a page of somebody's list reads, whether or not it is shown. */
async function cost(
  other: Person | undefined,
  list: 'followers' | 'following',
  after: number | null,
): Promise<number> {
  const caller = callerWith(stranger?.token ?? null)
  const page = { limit: 10, order: 'newest' as const, after }
  counted.take()
  await atrium
    .request((core) => listFollows(core, caller, other?.account.id ?? '', list, page))
    .catch(() => undefined)
  return counted.take().rowsRead
}

test.each(['followers', 'following'] as const)('a page of the %s', async (list) => {
  for (const person of [small, large]) {
    if (person) await setPrivate(atrium, person.viewer, true)
  }
  for (const after of [null, 2500]) {
    expect(await cost(large, list, after)).toBe(await cost(small, list, after))
  }
  const closed = await cost(large, list, null)

  const nobody = await newSignedIn(atrium)
  await setPrivate(atrium, nobody.viewer, true)
  expect(await cost(nobody, list, null)).toBe(closed)

  if (large) await setPrivate(atrium, large.viewer, false)
  for (const after of [null, 2500]) {
    const open = await cost(large, list, after)
    expect(open).toBeGreaterThanOrEqual(closed + 10)
    expect(open).toBeLessThan(100)
  }
})
