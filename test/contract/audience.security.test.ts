import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, testApp } from '../support/app'
import { audienceOf, type Entry, type Person, told } from '../support/audience'

/** What people may not see of each other, they cannot find out by any door either. */

const app = testApp({ THROTTLE: 'off' })
const { person, as, toward, makePrivate, accept, decline, entriesOf } = audienceOf(app)

describe('a private account', () => {
  const queries = [
    '',
    '?limit=1',
    '?limit=100&order=asc',
    '?offset=2020-01-01T00:00:00.000Z',
    '?offset=x',
  ]
  let full: Person
  let empty: Person
  let entry: Entry
  const viewers: { [name: string]: Person | null } = { nobody: null }

  beforeAll(async () => {
    full = await person()
    empty = await person()
    const friends = [await person(), await person()]
    for (const friend of friends) {
      await toward(friend, 'follow', full)
      await toward(full, 'follow', friend)
    }
    for (const one of [full, empty]) await makePrivate(one)
    await toward(await person(), 'follow', full)
    const [newest] = await entriesOf(full, 'followers')
    entry = newest as Entry

    viewers.stranger = await person()
    viewers.asking = await person()
    viewers.removed = await person()
    viewers.blocked = await person()
    viewers.blocking = await person()
    for (const one of [full, empty]) {
      await toward(viewers.asking, 'follow', one)
      await toward(viewers.removed, 'follow', one)
      const [request] = await entriesOf(one, 'follow-requests')
      await accept(one, request?._id ?? '')
      await decline(one, request?._id ?? '')
      await toward(one, 'block', viewers.blocked)
      await toward(viewers.blocking, 'block', one)
    }
  })

  // Somebody who was not let in asks for the lists in every way, hoping that a status, a length or an
  // error differs between an account that follows people and one that does not.
  test.each(['nobody', 'stranger', 'asking', 'removed', 'blocked', 'blocking'])(
    'answers about its lists to %s as if there were nobody in them',
    async (name) => {
      const viewer = viewers[name] ?? null
      for (const list of ['followers', 'following']) {
        for (const query of [...queries, `?offset=${entry._id}`, `?offset=${entry.createdAt}`]) {
          for (const method of ['GET', 'HEAD']) {
            const [of, ofEmpty] = [full, empty].map(({ id }) =>
              as(viewer, `/user/${id}/${list}${query}`, { method }),
            )
            const answer = (await of) as Answer
            expect([400, 401, 403, 404]).toContain(answer.status)
            expect(told(answer, full.id)).toBe(told((await ofEmpty) as Answer, empty.id))
          }
        }
      }
    },
  )

  // The same by the doors that know no lists: there, not even a list of the account's could be asked
  // for, so nothing beside the documented counts may differ.
  test('differs elsewhere in its names, numbers and public counts alone', async () => {
    const { stranger } = viewers as { stranger: Person }
    const neutral = (text: string, one: Person) =>
      [one.id, one.username, one.number]
        .reduce<string>((rest, name) => rest.replaceAll(String(name), '*'), text)
        .replace(/"(follow\w+)":"?\d+"?/g, '"$1":0')
        .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then')
    const paths = (one: Person) => [
      `/social/user/${one.id}`,
      `/social/user/follow-status/${one.id}`,
      `/site/user/profile/${one.username}`,
      `/chat/users/${one.number}`,
      `/chat/users?search=${one.username}`,
      `/directory/api/users/${one.id}`,
      `/directory/api/users/${one.username}`,
    ]
    const headers = stranger.bearer
    for (const [i, path] of paths(full).entries()) {
      const [of, ofEmpty] = [
        await app.call(path, { headers }),
        await app.call(paths(empty)[i] ?? '', { headers }),
      ]
      expect([of.status, ofEmpty.status]).toEqual(i < 5 ? [200, 200] : [403, 403])
      expect(neutral(of.text, full)).toBe(neutral(ofEmpty.text, empty))
    }
    // The exception that the contract makes: how many they are is public.
    const { user } = (await as(stranger, `/user/${full.id}`)).json.data
    expect([user.followerCount, user.followingCount]).toEqual([2, 2])
  })

  // Somebody has seen the id of an entry elsewhere, or guesses one, and pages their own list, or one
  // that is open to them, from there on.
  test('gives nothing away by the id of an entry used as an offset in another list', async () => {
    const { stranger } = viewers as { stranger: Person }
    const own = await person()
    await toward(own, 'follow', stranger)
    const [mine] = await entriesOf(stranger, 'followers')
    // As well formed and as old as the entry of the closed list, but never the id of anything.
    const made = entry._id.slice(0, 11) + (mine?._id ?? '').slice(11)
    for (const order of ['asc', 'desc']) {
      for (const path of [
        '/user/followers',
        '/user/follow-requests',
        `/user/${own.id}/following`,
      ]) {
        const [real, invented] = [entry._id, made].map((offset) =>
          as(stranger, `${path}?order=${order}&offset=${offset}`),
        )
        const answer = (await real) as Answer
        expect(answer.status).toBe(200)
        expect(told(answer)).toBe(told((await invented) as Answer))
      }
    }
  })
})

describe('an entry between others', () => {
  // Somebody who learns or guesses the id of an entry says yes or no in the place of those whom it is
  // about, or learns from the refusal that there is one.
  test('is no more than an unknown one to everybody else', async () => {
    const [asking, star, following, stranger] = [
      await person(),
      await person(),
      await person(),
      await person(),
    ]
    await toward(following, 'follow', star)
    await makePrivate(star)
    await toward(asking, 'follow', star)
    const [request] = await entriesOf(star, 'follow-requests')
    const [followed] = await entriesOf(star, 'followers')
    const unknown = 'f'.repeat(24)
    const ids = [request?._id ?? '', followed?._id ?? '']
    for (const act of [accept, decline]) {
      for (const viewer of [stranger, null]) {
        const expected = told(await act(viewer, unknown), unknown)
        for (const id of ids) expect(told(await act(viewer, id), id)).toBe(expected)
      }
    }
    // Nor does who asks say yes to themselves.
    const own = await accept(asking, request?._id ?? '')
    expect(told(own)).toBe(told(await accept(asking, unknown)))
    expect(await entriesOf(star, 'follow-requests')).toEqual([request])
    expect(await entriesOf(star, 'followers')).toEqual([followed])
    expect((await accept(star, request?._id ?? '')).status).toBe(200)
  })
})
