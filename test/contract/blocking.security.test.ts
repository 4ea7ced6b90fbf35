import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, testApp } from '../support/app'
import { audienceOf, type Person, told } from '../support/audience'

/** Who is blocked is told by every door what it tells of an account that there never was. */

const app = testApp({ THROTTLE: 'off' })
const { person, as, toward, makePrivate, entriesOf } = audienceOf(app)

let blocked: Person
let stranger: Person
let friend: Person
/** Somebody public and somebody private with people in their lists, who have blocked. */
let blockers: Person[]

/** Names of the same lengths that nobody has. */
const nobody = { id: 'f'.repeat(24), username: 'nobody_of_this_name', number: 987_654_321 }
type Named = typeof nobody

/** Every way to ask for somebody, by the doors that answer to anybody who is signed in. */
const looks: { readonly [name: string]: (viewer: Person, whom: Named) => Promise<Answer> } = {
  'social: profile': (viewer, { id }) => as(viewer, `/user/${id}`),
  'social: profile by bearer': ({ bearer }, { id }) =>
    app.call(`/social/user/${id}`, { headers: bearer }),
  'social: followers': (viewer, { id }) => as(viewer, `/user/${id}/followers`),
  'social: following': (viewer, { id }) => as(viewer, `/user/${id}/following?order=asc&limit=1`),
  'social: follow-status in the query': (viewer, { id }) =>
    as(viewer, `/user/follow-status?target=${id}`),
  'social: follow-status in the path': (viewer, { id }) => as(viewer, `/user/follow-status/${id}`),
  'social: search': (viewer, { username }) =>
    as(viewer, '/user/search', { body: { query: username } }),
  'social: search for a part': (viewer, { username }) =>
    as(viewer, '/user/search', { body: { query: username.slice(2), limit: 50 } }),
  'site: profile by its cookie': ({ siteCookies }, { username }) =>
    app.call(`/site/user/profile/${username}`, { cookies: siteCookies }),
  'site: profile by bearer': ({ bearer }, { username }) =>
    app.call(`/site/user/profile/${username}`, { headers: bearer }),
  'site: profile in other letters': ({ bearer }, { username }) =>
    app.call(`/site/user/profile/${username.toUpperCase()}`, { headers: bearer }),
  'chat: user': ({ bearer }, { number }) => app.call(`/chat/users/${number}`, { headers: bearer }),
  'chat: search': ({ bearer }, { username }) =>
    app.call(`/chat/users?search=${username}`, { headers: bearer }),
  'chat: search for a number': ({ bearer }, { number }) =>
    app.call(`/chat/users/?s=${number}`, { headers: bearer }),
}

/** Those that change something about others, and say nothing of whether there is anybody. */
const acts: { readonly [name: string]: (viewer: Person, whom: Named) => Promise<Answer> } = {
  unfollow: (viewer, whom) => toward(viewer, 'unfollow', whom),
  unblock: (viewer, whom) => toward(viewer, 'unblock', whom),
}

const namesOf = ({ id, username, number }: Named) => [
  id,
  username,
  username.toUpperCase(),
  username.slice(2),
  number,
]

beforeAll(async () => {
  blocked = await person()
  stranger = await person()
  friend = await person()
  blockers = [await person(), await person()]
  for (const blocker of blockers) {
    await toward(friend, 'follow', blocker)
    await toward(blocker, 'follow', friend)
    // They were close once: nothing of it may be left.
    await toward(blocked, 'follow', blocker)
    await toward(blocker, 'follow', blocked)
    await toward(blocker, 'block', blocked)
  }
  if (blockers[1]) await makePrivate(blockers[1])
})

describe('somebody who is blocked', () => {
  // They know the account from before, and want to see whether it is still there, who follows it, and
  // whether they are blocked or it is gone: every door is tried with everything they know of it.
  test.each(Object.keys(looks))('cannot tell a blocker from nobody by %s', async (name) => {
    const look = looks[name] as (typeof looks)[string]
    for (const blocker of blockers) {
      const answer = await look(blocked, blocker)
      expect(told(answer, ...namesOf(blocker))).toBe(
        told(await look(blocked, nobody), ...namesOf(nobody)),
      )
      // To everybody else there is a difference, so that this test would see one.
      const seen = await look(stranger, blocker)
      expect(seen.text).not.toBe((await look(stranger, nobody)).text)
    }
  })

  test.each(Object.keys(acts))('cannot tell a blocker from nobody by %s', async (name) => {
    const act = acts[name] as (typeof acts)[string]
    for (const blocker of blockers) {
      const answer = await act(blocked, blocker)
      expect(told(answer, blocker.id)).toBe(told(await act(blocked, nobody), nobody.id))
    }
    expect((await toward(blocked, 'follow', blockers[0] as Person)).status).toBe(403)
  })

  // The exceptions, which the contract makes: the answer to a follow says what has happened, and a
  // block can be returned without being able to look.
  test('is told by following, and may block in return', async () => {
    const [other, one] = [await person(), await person()]
    await toward(one, 'block', other)
    const refused = await toward(other, 'follow', one)
    const additionalInfo = { reason: 'blocked' }
    expect([refused.status, refused.json]).toEqual([
      403,
      { ok: 0, error: 'Blocked', additionalInfo },
    ])
    expect((await toward(other, 'follow', nobody)).status).toBe(404)
    expect((await toward(other, 'block', one)).json).toEqual({ ok: 1 })
    expect((await toward(other, 'block', nobody)).status).toBe(404)
  })

  // Where the blocker's own lists are closed, those of the people around them are still open.
  test('does not meet a blocker in the lists of others, nor a gap where they are', async () => {
    for (const list of ['followers', 'following']) {
      const path = `/user/${friend.id}/${list}`
      const seen = await as(blocked, path)
      expect(seen.json).toEqual({ ok: 1, data: { records: [] } })
      expect((await as(stranger, path)).json.data.records).toHaveLength(2)
      expect((await as(blocked, `${path}?limit=1`)).text).toBe(seen.text)
    }
  })

  // An ordinary account is refused by the directory whatever it asks for, and learns nothing by that.
  test('is answered alike by the directory about everybody', async () => {
    const [blocker] = blockers as [Person]
    for (const whom of [blocker, nobody, stranger]) {
      for (const name of [whom.id, whom.username]) {
        const answer = await app.call(`/directory/api/users/${name}`, { headers: blocked.bearer })
        const other = await app.call('/directory/api/users/zzz', { headers: blocked.bearer })
        expect(told(answer, name)).toBe(told(other, 'zzz'))
        expect(answer.status).toBe(403)
      }
    }
  })

  // The entry that ended with the block is still known by its id, and perhaps accepted or removed.
  test('finds nothing left of a follow that the block has ended', async () => {
    const [one, other] = [await person(), await person()]
    await makePrivate(one)
    await toward(other, 'follow', one)
    const [request] = await entriesOf(one, 'follow-requests')
    const entry = request?._id ?? ''
    await toward(one, 'block', other)
    const gone = { method: 'DELETE', body: { entry } }
    const unknown = { method: 'DELETE', body: { entry: nobody.id } }
    for (const viewer of [one, other]) {
      expect(told(await as(viewer, '/user/follow-entry', gone), entry)).toBe(
        told(await as(viewer, '/user/follow-entry', unknown), nobody.id),
      )
    }
  })
})
