import { describe, expect, test } from 'vitest'
import {
  answered,
  ask,
  documentedKeys,
  doors,
  emptyApp,
  entriesOf,
  follow,
  makePrivate,
  newRick,
  notFollowing,
  notFound,
  rick,
  row,
  sampleEntryId,
  shown,
  withEntryId,
} from '../../support/graph'
import { newPerson } from '../../support/social'
import { fieldError, invalid, ownUser } from '../../support/social-answers'

/** My Followers, My Following, and those of others: whole rows, and who may read them. */

describe.each(doors)('under "%s"', (door) => {
  test('my followers and my following are the rows of the samples', async () => {
    const app = await emptyApp()
    const person = await newRick(app)
    const jane = await newPerson(app)
    await follow(app, person, jane)
    const [given = ''] = await entriesOf(app, jane, 'followers')
    await withEntryId(app, given, sampleEntryId)
    const _id = sampleEntryId

    const followers = await app.call(`${door}/user/followers`, { cookies: jane.cookies })
    const source = rick({ followingCount: 1 })
    expect([followers.status, followers.json]).toEqual(
      answered({ records: [row({ source }, { _id })] }),
    )
    const [first] = followers.json.data.records
    expect(Object.keys(first)).toEqual(['_id', 'approved', 'createdAt', 'source'])
    expect(Object.keys(first.source).slice(0, documentedKeys.length)).toEqual(documentedKeys)

    const following = await app.call(`${door}/user/following`, { cookies: person.cookies })
    const target = shown(jane, { followerCount: 1 })
    expect([following.status, following.json]).toEqual(
      answered({ records: [row({ target }, { _id })] }),
    )
    expect(Object.keys(following.json.data.records[0])).toEqual([
      '_id',
      'approved',
      'createdAt',
      'target',
    ])
    expect(following.json.data.records[0].createdAt).toBe(first.createdAt)

    const none = answered({ records: [] })
    expect(await ask(app, person, `${door}/user/followers`)).toEqual(none)
    expect(await ask(app, jane, `${door}/user/following`)).toEqual(none)
  })

  test('the lists of others are the same rows', async () => {
    const app = await emptyApp()
    const person = await newRick(app)
    const jane = await newPerson(app)
    const viewer = await newPerson(app)
    await follow(app, person, jane)
    const source = rick({ followingCount: 1 })
    const followers = answered({ records: [row({ source })] })
    expect(await ask(app, viewer, `${door}/user/${jane.id}/followers`)).toEqual(followers)
    expect(await ask(app, jane, `${door}/user/${jane.id}/followers`)).toEqual(followers)
    const target = shown(jane, { followerCount: 1 })
    const following = answered({ records: [row({ target })] })
    expect(await ask(app, viewer, `${door}/user/${person.id}/following`)).toEqual(following)
    expect(await ask(app, person, `${door}/user/${person.id}/following`)).toEqual(following)
    const none = answered({ records: [] })
    expect(await ask(app, viewer, `${door}/user/${jane.id}/following`)).toEqual(none)
    expect(await ask(app, viewer, `${door}/user/${person.id}/followers`)).toEqual(none)
  })

  test('a viewer who is in a list themselves is there in full, and nobody else is', async () => {
    const app = await emptyApp()
    const person = await newRick(app)
    const jane = await newPerson(app)
    const other = await newPerson(app)
    await follow(app, jane, person)
    await follow(app, other, person)
    const { id: _id, username, email } = jane
    const contact = { email, phone: null, phoneCountryCode: null }
    const records = [
      row({ source: shown(other, { followingCount: 1 }) }),
      row({ source: ownUser({ _id, username, ...contact, followingCount: 1 }) }),
    ]
    expect(await ask(app, jane, `${door}/user/${person.id}/followers`)).toEqual(
      answered({ records }),
    )
  })

  test.each(['followers', 'following'])('the %s of nobody are not found', async (list) => {
    const app = await emptyApp()
    const jane = await newPerson(app)
    const gone = await newPerson(app)
    await app.env.DB.prepare('UPDATE accounts SET disabled_at = 1 WHERE id = ?').bind(gone.id).run()
    for (const id of [gone.id, 'f'.repeat(24)]) {
      expect(await ask(app, jane, `${door}/user/${id}/${list}`)).toEqual(notFound)
    }
    const refused = [400, invalid(fieldError('userId', '507f1f77', { location: 'params' }))]
    expect(await ask(app, jane, `${door}/user/507f1f77/${list}`)).toEqual(refused)
  })

  test.each(['followers', 'following'])(
    'the %s of somebody who has blocked the viewer are not found',
    async (list) => {
      const app = await emptyApp()
      const person = await newRick(app)
      const jane = await newPerson(app)
      await ask(app, person, '/user/block', { body: { target: jane.id } })
      expect(await ask(app, jane, `${door}/user/${person.id}/${list}`)).toEqual(notFound)
      const open = answered({ records: [] })
      expect(await ask(app, person, `${door}/user/${jane.id}/${list}`)).toEqual(open)
    },
  )
})

test('whoever has blocked the viewer, or is blocked by them, is in no list that they read', async () => {
  const app = await emptyApp()
  const jane = await newPerson(app)
  const viewer = await newPerson(app)
  const blocker = await newPerson(app)
  const blocked = await newPerson(app)
  for (const person of [blocker, blocked]) await follow(app, person, jane)
  await ask(app, blocker, '/user/block', { body: { target: viewer.id } })
  await ask(app, viewer, '/user/block', { body: { target: blocked.id } })
  const none = answered({ records: [] })
  expect(await ask(app, viewer, `/user/${jane.id}/followers`)).toEqual(none)
  expect(await entriesOf(app, jane, 'followers')).toHaveLength(2)
})

test('a disabled account is in no list, and is there again afterwards', async () => {
  const app = await emptyApp()
  const jane = await newPerson(app)
  const friend = await newPerson(app)
  await follow(app, friend, jane)
  const disable = app.env.DB.prepare('UPDATE accounts SET disabled_at = ? WHERE id = ?')
  const before = await entriesOf(app, jane, 'followers')
  await disable.bind(1, friend.id).run()
  expect(await entriesOf(app, jane, 'followers')).toEqual([])
  await disable.bind(null, friend.id).run()
  expect(await entriesOf(app, jane, 'followers')).toEqual(before)
})

test('an unapproved request opens nothing, and stands in no list but that of requests', async () => {
  const app = await emptyApp()
  const person = await newRick(app)
  const jane = await newPerson(app)
  await makePrivate(app, person)
  expect(await follow(app, jane, person)).toBe('requested')
  expect(await ask(app, jane, `/user/${person.id}/followers`)).toEqual(notFollowing)
  expect(await entriesOf(app, jane, 'following')).toEqual([])
  expect(await entriesOf(app, person, 'followers')).toEqual([])
  expect(await entriesOf(app, person, 'follow-requests')).toHaveLength(1)
})

test('no row tells what an account keeps to itself, however much it has filled in', async () => {
  const app = await emptyApp({ EDITABLE_FIELDS: 'phone,phoneCountryCode,customData,bio' })
  const person = await newPerson(app)
  const jane = await newPerson(app)
  const secret = { phone: '4915112345', phoneCountryCode: '+49', customData: { diary: 'secret' } }
  await ask(app, person, '/user/me', { method: 'PATCH', body: { ...secret, bio: 'shown' } })
  await follow(app, person, jane)
  await follow(app, jane, person)
  await makePrivate(app, jane)
  const third = await newPerson(app)
  await app.call('/user/me', {
    method: 'PATCH',
    body: { ...secret, bio: 'shown' },
    cookies: third.cookies,
  })
  await follow(app, third, jane)
  const isTheir = { bio: 'shown', email: null, phone: null, customData: null, isBanned: null }
  const isNot = { isSubscribed: null, subscriptionTier: null, subscriptionExpiry: null }
  for (const path of ['followers', 'following', 'follow-requests', `${jane.id}/followers`]) {
    const { json, text } = await app.call(`/user/${path}`, { cookies: jane.cookies })
    const [{ source, target }] = json.data.records
    expect(source ?? target).toMatchObject({ ...isTheir, ...isNot, phoneCountryCode: null })
    expect(text).not.toMatch(/4915112345|diary|example\.com|password/)
  }
})
