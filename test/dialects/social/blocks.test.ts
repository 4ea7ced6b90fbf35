import { describe, expect, test } from 'vitest'
import {
  answered,
  ask,
  blocked,
  countsOf,
  done,
  doors,
  emptyApp,
  entriesOf,
  follow,
  makePrivate,
  newRick,
  notFound,
  sampleId,
  shown,
} from '../../support/graph'
import { newPerson } from '../../support/social'
import { fieldError, invalid, send, ways } from '../../support/social-answers'

/** Block and Unblock: what ends between two people, and that it does not come back by itself. */

const target = sampleId

describe.each(ways)('$name', (way) => {
  test('the sample ends the follows in both directions, and again nothing more', async () => {
    const app = await emptyApp()
    const rick = await newRick(app)
    const jane = await newPerson(app)
    const third = await newPerson(app)
    await follow(app, rick, jane)
    await follow(app, jane, rick)
    await follow(app, third, rick)
    expect(await countsOf(app, rick, third)).toEqual([1, 2])
    for (const _ of ['once', 'twice']) {
      const answer = await send(app, way, '/user/block', { target }, jane)
      expect([answer.status, answer.json]).toEqual(done)
      expect(await countsOf(app, rick, third)).toEqual([0, 1])
      expect(await countsOf(app, jane, third)).toEqual([0, 0])
      expect(await entriesOf(app, rick, 'following')).toEqual([])
      expect(await entriesOf(app, jane, 'following')).toEqual([])
      expect(await entriesOf(app, jane, 'followers')).toEqual([])
    }
  })

  test('unblocking restores nothing, and again is as good as done', async () => {
    const app = await emptyApp()
    const rick = await newRick(app)
    const jane = await newPerson(app)
    await follow(app, rick, jane)
    await follow(app, jane, rick)
    await ask(app, jane, '/user/block', { body: { target } })
    for (const _ of ['once', 'twice']) {
      const answer = await send(app, way, '/user/unblock', { target }, jane)
      expect([answer.status, answer.json]).toEqual(done)
      expect(await countsOf(app, rick, jane)).toEqual([0, 0])
      expect(await countsOf(app, jane, rick)).toEqual([0, 0])
    }
    expect(await follow(app, rick, jane)).toBe('following')
    expect(await countsOf(app, jane, rick)).toEqual([0, 1])
  })

  test('nobody blocks themselves', async () => {
    const app = await emptyApp()
    const rick = await newRick(app)
    const answer = await send(app, way, '/user/block', { target }, rick)
    expect([answer.status, answer.json]).toEqual([400, invalid(fieldError('target', target))])
    const user = (await app.call('/user/me', rick)).json.data.user
    expect(await ask(app, rick, `/user/${rick.id}`)).toEqual(answered({ user }))
  })

  test('an id that nobody has is not found, and unblocking it is as good as done', async () => {
    const app = await emptyApp()
    const jane = await newPerson(app)
    const block = await send(app, way, '/user/block', { target }, jane)
    expect([block.status, block.json]).toEqual(notFound)
    const unblock = await send(app, way, '/user/unblock', { target }, jane)
    expect([unblock.status, unblock.json]).toEqual(done)
  })
})

describe.each(doors)('under "%s"', (door) => {
  test('a block ends the requests in both directions', async () => {
    const app = await emptyApp()
    const rick = await newRick(app)
    const jane = await newPerson(app)
    await makePrivate(app, rick)
    await makePrivate(app, jane)
    expect(await follow(app, rick, jane)).toBe('requested')
    expect(await follow(app, jane, rick)).toBe('requested')
    expect(await ask(app, jane, `${door}/user/block`, { body: { target } })).toEqual(done)
    await ask(app, jane, `${door}/user/unblock`, { body: { target } })
    expect(await entriesOf(app, jane, 'follow-requests')).toEqual([])
    expect(await entriesOf(app, rick, 'follow-requests')).toEqual([])
    expect(await follow(app, rick, jane)).toBe('requested')
  })

  test('a blocked viewer does not find who blocked them, who finds them still', async () => {
    const app = await emptyApp()
    const rick = await newRick(app)
    const jane = await newPerson(app)
    await ask(app, rick, `${door}/user/block`, { body: { target: jane.id } })
    expect(await ask(app, jane, `${door}/user/${rick.id}`)).toEqual(notFound)
    const user = shown(jane)
    expect(await ask(app, rick, `${door}/user/${jane.id}`)).toEqual(answered({ user }))
    await ask(app, rick, `${door}/user/unblock`, { body: { target: jane.id } })
    expect(await ask(app, jane, `${door}/user/${rick.id}`)).toMatchObject([200, { ok: 1 }])
  })

  test('each blocks for themselves: both have to unblock', async () => {
    const app = await emptyApp()
    const rick = await newRick(app)
    const jane = await newPerson(app)
    const follows = () => ask(app, jane, `${door}/user/follow`, { body: { target } })
    expect(await ask(app, rick, `${door}/user/block`, { body: { target: jane.id } })).toEqual(done)
    expect(await ask(app, jane, `${door}/user/block`, { body: { target } })).toEqual(done)
    expect(await follows()).toEqual(blocked)
    await ask(app, jane, `${door}/user/unblock`, { body: { target } })
    expect(await follows()).toEqual(blocked)
    await ask(app, rick, `${door}/user/unblock`, { body: { target: jane.id } })
    expect(await follows()).toEqual(answered({ status: 'following' }))
  })

  test('nobody takes away the block of another', async () => {
    const app = await emptyApp()
    const rick = await newRick(app)
    const jane = await newPerson(app)
    await ask(app, rick, `${door}/user/block`, { body: { target: jane.id } })
    expect(await ask(app, jane, `${door}/user/unblock`, { body: { target } })).toEqual(done)
    expect(await ask(app, jane, `${door}/user/${rick.id}`)).toEqual(notFound)
  })
})

test('a disabled account cannot be blocked, being nobody’s to see', async () => {
  const app = await emptyApp()
  const rick = await newRick(app)
  const jane = await newPerson(app)
  await app.env.DB.prepare('UPDATE accounts SET disabled_at = 1 WHERE id = ?').bind(rick.id).run()
  expect(await ask(app, jane, '/user/block', { body: { target } })).toEqual(notFound)
})
