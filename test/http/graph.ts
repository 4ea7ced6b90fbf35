import { newPerson, type Person, type Received, type Sent, send, times } from './harness'

/** The follow graph as a client from outside sees it: people, what they do, and whole lists. */

export const newPeople = (count: number): Promise<Person[]> =>
  Promise.all(times(count, () => newPerson()))

/** A request of somebody; the jar is copied, because many of theirs are under way at once. */
export function as(person: Person, path: string, sent: Sent = {}): Promise<Received> {
  return send(path, { ...sent, cookies: new Map(person.cookies) })
}

type Verb = 'follow' | 'unfollow' | 'block' | 'unblock'

export const toward = (verb: Verb, person: Person, other: Person) =>
  as(person, `/user/${verb}`, { body: { target: other.id } })
export const setPrivate = (person: Person, state: boolean) =>
  as(person, '/user/private', { body: { state } })
export const accept = (person: Person, request: string) =>
  as(person, '/user/follow-request', { method: 'PATCH', body: { request } })
export const removeEntry = (person: Person, entry: string) =>
  as(person, '/user/follow-entry', { method: 'DELETE', body: { entry } })

export interface Entry {
  readonly _id: string
  readonly approved: boolean
  readonly createdAt: string
  readonly source?: { readonly _id: string }
  readonly target?: { readonly _id: string }
}

export type OwnList = 'followers' | 'following' | 'follow-requests'

export async function firstPage(person: Person, list: OwnList): Promise<Entry[]> {
  return (await as(person, `/user/${list}`)).json.data.records
}

/** A whole list of somebody's own, page by page, from the newest or from the oldest entry on. */
export async function walk(
  person: Person,
  list: OwnList,
  by: '_id' | 'createdAt' = '_id',
  order: 'desc' | 'asc' = 'desc',
): Promise<Entry[]> {
  const entries: Entry[] = []
  for (let offset = ''; ; ) {
    const answer = await as(person, `/user/${list}?limit=12&order=${order}${offset}`)
    const page: Entry[] = answer.json.data.records
    if (entries.push(...page) > 500) throw new Error('the walk does not end')
    const last = page.at(-1)
    if (last === undefined) return entries
    offset = `&offset=${encodeURIComponent(last[by])}`
  }
}

export async function profileOf(person: Person) {
  return (await as(person, '/user/me')).json.data.user as {
    readonly followerCount: number
    readonly followingCount: number
    readonly isPrivate: boolean
  }
}

/** The id of who follows or blocks, and of whom. */
type Pair = readonly [string, string]

/** What does not agree among some people, in words, and who of them follows whom. */
export async function inspect(among: readonly Person[]) {
  const problems: string[] = []
  const lists = { followers: new Set<string>(), following: new Set<string>() }
  const look = async (person: Person, i: number) => {
    const by = i % 2 === 0 ? '_id' : 'createdAt'
    const order = i % 3 === 0 ? 'asc' : 'desc'
    const profile = await profileOf(person)
    const followers = await walk(person, 'followers', by, order)
    const following = await walk(person, 'following', by, order)
    const requests = await walk(person, 'follow-requests', by, order)
    for (const { _id, source } of followers)
      lists.followers.add(`${source?._id} ${person.id} ${_id}`)
    for (const { _id, target } of following)
      lists.following.add(`${person.id} ${target?._id} ${_id}`)
    const counts = [profile.followerCount, profile.followingCount].join()
    const lengths = [followers.length, following.length].join()
    if (counts !== lengths) problems.push(`${person.id} counts ${counts} and lists ${lengths}`)
    if (!profile.isPrivate && requests.length > 0) problems.push(`${person.id} is public and asked`)
    const ids = [...followers, ...following].map(({ _id }) => _id)
    if (new Set(ids).size !== ids.length) problems.push(`${person.id} lists an entry twice`)
  }
  await Promise.all(among.map(look))

  const known = new Set(among.map(({ id }) => id))
  const inside = (row: string) =>
    row
      .split(' ')
      .slice(0, 2)
      .every((id) => known.has(id))
  const { followers, following } = lists
  for (const row of [...followers, ...following]) {
    const isInBoth = followers.has(row) && following.has(row)
    if (inside(row) && !isInBoth) problems.push(`${row} is in one list only`)
  }
  const follows = [...following].map((row) => row.split(' ').slice(0, 2) as unknown as Pair)
  return { problems, follows }
}

/** Those pairs of which one has blocked the other: who is blocked does not find the blocker. */
export async function blockedAmong(pairs: readonly Pair[], people: readonly Person[]) {
  const byId = new Map(people.map((person) => [person.id, person]))
  const looks = pairs.flatMap(([one, other]) => [
    { viewer: byId.get(one), id: other },
    { viewer: byId.get(other), id: one },
  ])
  const found = await Promise.all(
    looks.map(({ viewer, id }) => (viewer ? as(viewer, `/user/${id}`) : null)),
  )
  return looks.filter((_, i) => found[i]?.status === 404)
}
