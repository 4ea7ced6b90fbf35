import { describe, expect, test } from 'vitest'
import {
  answered,
  ask,
  countsOf,
  done,
  doors,
  emptyApp,
  entriesOf,
  follow,
  makePrivate,
  notFollowing,
  row,
  shown,
} from '../../support/graph'
import { newPerson } from '../../support/social'
import { fieldError, invalid, send, ways } from '../../support/social-answers'

/** Switch to Private Account, and what it means for those who follow or ask to. */

describe.each(doors)('under "%s"', (door) => {
  test('the sample as it is printed makes the account private', async () => {
    const app = await emptyApp()
    const { cookies } = await newPerson(app)
    const body = '[\n{\n"state": true\n}\n]'
    const headers = { 'Content-Type': 'application/json' }
    const answer = await app.call(`${door}/user/private`, { body, headers, cookies })
    expect([answer.status, answer.text]).toEqual([200, '{"ok":1}'])
    expect((await app.call('/user/me', { cookies })).json.data.user.isPrivate).toBe(true)
  })

  test.each(['followers', 'following'])(
    'the %s of a private account are for those whom it approved',
    async (list) => {
      const app = await emptyApp()
      const jane = await newPerson(app)
      const friend = await newPerson(app)
      const stranger = await newPerson(app)
      await follow(app, friend, jane)
      await follow(app, jane, friend)
      await makePrivate(app, jane)
      const path = `${door}/user/${jane.id}/${list}`
      const friends = shown(friend, { followingCount: 1, followerCount: 1 })
      // A follower reads of themselves what only they may read.
      const own = (await app.call('/user/me', { cookies: friend.cookies })).json.data.user
      const side = list === 'followers' ? 'source' : 'target'
      const records = (person: unknown) =>
        answered({ records: [row({ [side]: person } as { source: unknown })] })
      expect(await ask(app, friend, path)).toEqual(records(own))
      expect(await ask(app, jane, path)).toEqual(records(friends))
      expect(await ask(app, stranger, path)).toEqual(notFollowing)
      await follow(app, stranger, jane)
      expect(await ask(app, stranger, path)).toEqual(notFollowing)
      await makePrivate(app, jane, false)
      expect(await ask(app, stranger, path)).toMatchObject([200, { ok: 1 }])
    },
  )

  test('a private account is itself still shown to everybody', async () => {
    const app = await emptyApp()
    const jane = await newPerson(app)
    const stranger = await newPerson(app)
    await makePrivate(app, jane)
    const user = shown(jane, { isPrivate: true })
    expect(await ask(app, stranger, `${door}/user/${jane.id}`)).toEqual(answered({ user }))
  })
})

describe.each(ways)('$name', (way) => {
  test('going public approves everybody who asks, and again approves nobody twice', async () => {
    const app = await emptyApp()
    const jane = await newPerson(app)
    const friend = await newPerson(app)
    const first = await newPerson(app)
    const second = await newPerson(app)
    await follow(app, friend, jane)
    await makePrivate(app, jane)
    expect(await follow(app, first, jane)).toBe('requested')
    expect(await follow(app, second, jane)).toBe('requested')
    const asked = await entriesOf(app, jane, 'follow-requests')
    expect(await countsOf(app, jane, first)).toEqual([0, 1])

    for (const _ of ['once', 'twice']) {
      const answer = await send(app, way, '/user/private', { state: false }, jane)
      expect([answer.status, answer.json]).toEqual(done)
      expect(await entriesOf(app, jane, 'follow-requests')).toEqual([])
      const followers = await entriesOf(app, jane, 'followers')
      expect(followers.slice(0, 2)).toEqual(asked)
      expect(followers).toHaveLength(3)
      expect(await countsOf(app, jane, first)).toEqual([0, 3])
      for (const person of [friend, first, second]) {
        expect(await countsOf(app, person, jane)).toEqual([1, 0])
      }
    }
  })
})

test('going private keeps the followers, and only new ones have to ask', async () => {
  const app = await emptyApp()
  const jane = await newPerson(app)
  const friend = await newPerson(app)
  const stranger = await newPerson(app)
  await follow(app, friend, jane)
  const before = await entriesOf(app, jane, 'followers')
  await makePrivate(app, jane)
  await makePrivate(app, jane)
  expect(await entriesOf(app, jane, 'followers')).toEqual(before)
  expect(await entriesOf(app, jane, 'follow-requests')).toEqual([])
  expect(await follow(app, friend, jane)).toBe('duplicate')
  expect(await follow(app, stranger, jane)).toBe('requested')
  expect(await countsOf(app, jane, stranger)).toEqual([0, 1])
})

test('somebody else’s requests stay what they are', async () => {
  const app = await emptyApp()
  const jane = await newPerson(app)
  const other = await newPerson(app)
  const stranger = await newPerson(app)
  await makePrivate(app, jane)
  await makePrivate(app, other)
  await follow(app, stranger, other)
  await follow(app, jane, other)
  await makePrivate(app, jane, false)
  expect(await entriesOf(app, other, 'follow-requests')).toHaveLength(2)
  expect(await countsOf(app, other, stranger)).toEqual([0, 0])
})

test.each([['yes'], [1], [null], [''], [[true]], [{ $ne: null }]])(
  'a state of %j is refused and changes nothing',
  async (state) => {
    const app = await emptyApp()
    const jane = await newPerson(app)
    const body = { state }
    const refused = [400, invalid(fieldError('state', state))]
    expect(await ask(app, jane, '/user/private', { body })).toEqual(refused)
    const me = await app.call('/user/me', jane)
    expect(me.json.data.user.isPrivate).toBe(false)
  },
)

test('no state is refused, and a stranger is told nothing but that they are one', async () => {
  const app = await emptyApp()
  const jane = await newPerson(app)
  const refused = [400, invalid(fieldError('state'))]
  expect(await ask(app, jane, '/user/private', { body: {} })).toEqual(refused)
  const stranger = await app.call('/user/private', { body: {} })
  expect([stranger.status, stranger.json]).toEqual([401, { ok: 0, error: 'Unauthorized' }])
})
