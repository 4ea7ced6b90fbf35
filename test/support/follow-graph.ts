import { updateAccount } from '../../src/core/account-changes'
import { block } from '../../src/core/blocks'
import { type FollowPage, listOwnFollows } from '../../src/core/follow-lists'
import { follow } from '../../src/core/follows'
import type { Viewer } from '../../src/core/sessions'
import { newSignedIn } from './accounts'
import { callerWith, clientAt, rowsOf, type TestCore } from './core'
import { interceptDatabase } from './database'

/** The follow graph of the core: people, what they do to each other, and what is stored of it. */

export type Person = Awaited<ReturnType<typeof newSignedIn>>

export async function newPeople(test: TestCore, count: number): Promise<Person[]> {
  const people: Person[] = []
  for (let i = 0; i < count; i += 1) people.push(await newSignedIn(test))
  return people
}

export async function newPrivate(test: TestCore): Promise<Person> {
  const person = await newSignedIn(test)
  await setPrivate(test, person.viewer, true)
  return person
}

export function setPrivate(test: TestCore, viewer: Viewer, isPrivate: boolean) {
  const options = { targetId: null, currentPassword: null }
  return test.request((core) => updateAccount(core, viewer, { isPrivate }, options, clientAt(1)))
}

export const follows = (test: TestCore, one: Person, other: Person) =>
  test.request((core) => follow(core, one.viewer, other.account.id))
export const blocks = (test: TestCore, one: Person, other: Person) =>
  test.request((core) => block(core, one.viewer, other.account.id))

export const firstPage: FollowPage = { limit: 100, order: 'newest', after: null }

export function ownList(
  test: TestCore,
  { token }: Person,
  list: 'followers' | 'following' | 'requests',
  page: FollowPage = firstPage,
) {
  return test.request((core) => listOwnFollows(core, callerWith(token), list, page))
}

/** The entry with which one follows another, or asks to. */
export async function entryBetween(one: Person, other: Person): Promise<string> {
  const [row] = await rowsOf<{ entry_id: string }>(
    'SELECT entry_id FROM follows WHERE follower_number = ? AND followed_number = ?',
    one.account.number,
    other.account.number,
  )
  if (row === undefined) throw new Error('no such entry')
  return row.entry_id
}

/** How many follow a person and are followed by them, as it is counted beside the account. */
export async function countsOf({ account }: Person): Promise<[number, number]> {
  const [row] = await rowsOf<{ follower_count: number; following_count: number }>(
    'SELECT follower_count, following_count FROM accounts WHERE number = ?',
    account.number,
  )
  return [row?.follower_count ?? -1, row?.following_count ?? -1]
}

/** Everything stored that contradicts itself; nothing, in a graph that is in order. */
export async function contradictions(): Promise<unknown[]> {
  return [
    ...(await rowsOf(`SELECT * FROM (SELECT number, follower_count, following_count,
        (SELECT COUNT(*) FROM follows WHERE followed_number = number AND approved) AS followers,
        (SELECT COUNT(*) FROM follows WHERE follower_number = number AND approved) AS followed
      FROM accounts) WHERE follower_count <> followers OR following_count <> followed`)),
    ...(await rowsOf(`SELECT follows.* FROM follows JOIN blocks ON
      (follower_number, followed_number) IN
        (VALUES (blocker_number, blocked_number), (blocked_number, blocker_number))`)),
    ...(await rowsOf(`SELECT follows.* FROM follows JOIN accounts ON number = followed_number
      WHERE NOT approved AND NOT is_private`)),
    ...(await rowsOf(`SELECT followed_number, followed_at FROM follows
      GROUP BY followed_number, followed_at HAVING COUNT(*) > 1`)),
    ...(await rowsOf(`SELECT follower_number, followed_at FROM follows
      GROUP BY follower_number, followed_at HAVING COUNT(*) > 1`)),
  ]
}

/** A database whose connection is lost right after the next work that it does. */
export function losingAnswers(database: D1Database) {
  let isArmed = false
  const client = interceptDatabase(database, async (ask) => {
    const results = await ask()
    if (!isArmed) return results
    isArmed = false
    throw new Error('D1_ERROR: Network connection lost.')
  })
  return {
    client,
    loseNext() {
      isArmed = true
    },
    /** Whether the loss that was asked for is still to come. */
    isPending: () => isArmed,
  }
}
