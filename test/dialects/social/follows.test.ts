import { describe, expect, test } from 'vitest'
import {
  answered,
  ask,
  blocked,
  countsOf,
  done,
  emptyApp,
  entriesOf,
  follow,
  makePrivate,
  newRick,
  notFound,
  sampleId,
} from '../../support/graph'
import { newPerson } from '../../support/social'
import { fieldError, invalid, send, ways } from '../../support/social-answers'

/** Follow and Unfollow: each outcome, and what both sides are told of the counts after each step. */

const target = sampleId

describe.each(ways)('$name', (way) => {
  test('the sample follows, again it is a duplicate, and unfollowing ends it', async () => {
    const app = await emptyApp()
    const rick = await newRick(app)
    const jane = await newPerson(app)
    const call = async (path: string) => {
      const { status, json } = await send(app, way, path, { target }, jane)
      return [status, json]
    }
    for (const status of ['following', 'duplicate', 'duplicate']) {
      expect(await call('/user/follow')).toEqual(answered({ status }))
      expect(await countsOf(app, jane, rick)).toEqual([1, 0])
      expect(await countsOf(app, rick, jane)).toEqual([0, 1])
      expect(await entriesOf(app, rick, 'followers')).toHaveLength(1)
    }
    for (const _ of ['once', 'twice']) {
      expect(await call('/user/unfollow')).toEqual(done)
      expect(await countsOf(app, jane, rick)).toEqual([0, 0])
      expect(await countsOf(app, rick, jane)).toEqual([0, 0])
      expect(await entriesOf(app, jane, 'following')).toEqual([])
    }
    expect(await call('/user/follow')).toEqual(answered({ status: 'following' }))
    expect(await countsOf(app, rick, jane)).toEqual([0, 1])
  })

  test('a private account is asked, once, and unfollowing withdraws', async () => {
    const app = await emptyApp()
    const rick = await newRick(app)
    const jane = await newPerson(app)
    await makePrivate(app, rick)
    const call = async (path: string) => {
      const { status, json } = await send(app, way, path, { target }, jane)
      return [status, json]
    }
    for (const status of ['requested', 'duplicate']) {
      expect(await call('/user/follow')).toEqual(answered({ status }))
      expect(await entriesOf(app, rick, 'follow-requests')).toHaveLength(1)
      expect(await entriesOf(app, rick, 'followers')).toEqual([])
      expect(await entriesOf(app, jane, 'following')).toEqual([])
      expect(await countsOf(app, jane, rick)).toEqual([0, 0])
      expect(await countsOf(app, rick, jane)).toEqual([0, 0])
    }
    expect(await call('/user/unfollow')).toEqual(done)
    expect(await entriesOf(app, rick, 'follow-requests')).toEqual([])
    expect(await call('/user/follow')).toEqual(answered({ status: 'requested' }))
  })

  test('nobody follows themselves', async () => {
    const app = await emptyApp()
    const rick = await newRick(app)
    const answer = await send(app, way, '/user/follow', { target }, rick)
    expect([answer.status, answer.json]).toEqual([400, invalid(fieldError('target', target))])
    expect(await countsOf(app, rick, rick)).toEqual([0, 0])
  })

  test('where either has blocked the other, neither follows', async () => {
    const app = await emptyApp()
    const rick = await newRick(app)
    const jane = await newPerson(app)
    await ask(app, rick, '/user/block', { body: { target: jane.id } })
    const forwards = await send(app, way, '/user/follow', { target }, jane)
    expect([forwards.status, forwards.json]).toEqual(blocked)
    const back = await send(app, way, '/user/follow', { target: jane.id }, rick)
    expect([back.status, back.json]).toEqual(blocked)
    expect(await entriesOf(app, rick, 'followers')).toEqual([])
    expect(await entriesOf(app, rick, 'following')).toEqual([])
  })

  test('an id that nobody has is not found, and unfollowing it is as good as done', async () => {
    const app = await emptyApp()
    const jane = await newPerson(app)
    const follows = await send(app, way, '/user/follow', { target }, jane)
    expect([follows.status, follows.json]).toEqual(notFound)
    const unfollows = await send(app, way, '/user/unfollow', { target }, jane)
    expect([unfollows.status, unfollows.json]).toEqual(done)
  })
})

test('a disabled account is not found', async () => {
  const app = await emptyApp()
  const rick = await newRick(app)
  const jane = await newPerson(app)
  await app.env.DB.prepare('UPDATE accounts SET disabled_at = 1 WHERE id = ?').bind(rick.id).run()
  expect(await ask(app, jane, '/user/follow', { body: { target } })).toEqual(notFound)
})

test('each side follows for itself', async () => {
  const app = await emptyApp()
  const rick = await newRick(app)
  const jane = await newPerson(app)
  await follow(app, jane, rick)
  expect(await follow(app, rick, jane)).toBe('following')
  expect(await countsOf(app, rick, jane)).toEqual([1, 1])
  await ask(app, jane, '/user/unfollow', { body: { target } })
  expect(await countsOf(app, rick, jane)).toEqual([1, 0])
  expect(await countsOf(app, jane, rick)).toEqual([0, 1])
})

test('unfollowing oneself, or somebody who is not followed, changes nothing', async () => {
  const app = await emptyApp()
  const rick = await newRick(app)
  const jane = await newPerson(app)
  await follow(app, rick, jane)
  for (const id of [jane.id, rick.id]) {
    expect(await ask(app, jane, '/user/unfollow', { body: { target: id } })).toEqual(done)
  }
  expect(await countsOf(app, jane, rick)).toEqual([0, 1])
})

test('more follows in an hour than the setting allows have to wait', async () => {
  const app = await emptyApp({ THROTTLE: 'on', FOLLOWS_PER_HOUR: '1' })
  const rick = await newRick(app)
  const jane = await newPerson(app)
  const third = await newPerson(app)
  expect(await follow(app, jane, rick)).toBe('following')
  expect(await follow(app, jane, rick)).toBe('duplicate')
  const body = { target: third.id }
  const late = await app.call('/user/follow', { body, cookies: jane.cookies })
  const retryAfter = Number(late.headers.get('Retry-After'))
  const additionalInfo = { retryAfter }
  expect([late.status, late.json]).toEqual([
    429,
    { ok: 0, error: 'RateLimitError', additionalInfo },
  ])
  expect(retryAfter).toBeGreaterThan(3500)
  expect(await countsOf(app, third, jane)).toEqual([0, 0])
  app.offsetMs = 3_601_000
  expect(await follow(app, jane, third)).toBe('following')
})
