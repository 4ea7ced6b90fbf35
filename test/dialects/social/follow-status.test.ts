import { describe, expect, test } from 'vitest'
import {
  answered,
  ask,
  doors,
  emptyApp,
  follow,
  makePrivate,
  newRick,
  notFound,
  sampleId,
  unauthorized,
} from '../../support/graph'
import { newPerson } from '../../support/social'
import { fieldError, invalid } from '../../support/social-answers'

/** What clients ask about one person, by the query and by the path. */

const forms = doors.flatMap((door) => [
  { name: `${door} by query`, at: (id: string) => `${door}/user/follow-status?target=${id}` },
  { name: `${door} by path`, at: (id: string) => `${door}/user/follow-status/${id}` },
])

describe.each(forms)('$name', ({ at }) => {
  test('is what has become of it, step by step', async () => {
    const app = await emptyApp()
    const rick = await newRick(app)
    const jane = await newPerson(app)
    const status = () => ask(app, jane, at(rick.id))
    expect(await status()).toEqual(answered({ following: false }))
    await makePrivate(app, rick)
    await follow(app, jane, rick)
    expect(await status()).toEqual(answered({ following: false, requested: true }))
    await makePrivate(app, rick, false)
    expect(await status()).toEqual(answered({ following: true }))
    await ask(app, jane, '/user/unfollow', { body: { target: sampleId } })
    expect(await status()).toEqual(answered({ following: false }))
  })

  test('is about the caller’s following, and not about being followed', async () => {
    const app = await emptyApp()
    const rick = await newRick(app)
    const jane = await newPerson(app)
    await follow(app, rick, jane)
    expect(await ask(app, jane, at(rick.id))).toEqual(answered({ following: false }))
    expect(await ask(app, rick, at(jane.id))).toEqual(answered({ following: true }))
    expect(await ask(app, rick, at(rick.id))).toEqual(answered({ following: false }))
  })

  test('of somebody who has blocked the caller, or whom nobody knows, is not found', async () => {
    const app = await emptyApp()
    const rick = await newRick(app)
    const jane = await newPerson(app)
    await ask(app, rick, '/user/block', { body: { target: jane.id } })
    expect(await ask(app, jane, at(rick.id))).toEqual(notFound)
    expect(await ask(app, jane, at('f'.repeat(24)))).toEqual(notFound)
    expect(await ask(app, rick, at(jane.id))).toEqual(answered({ following: false }))
  })

  test('of what is no id is invalid, where the caller is known', async () => {
    const app = await emptyApp()
    const jane = await newPerson(app)
    const [field, location] = at('').includes('?') ? ['target', 'query'] : ['userId', 'params']
    for (const id of ['507f1f77', "'--", '0'.repeat(25)]) {
      const refused = [400, invalid(fieldError(field, id, { location }))]
      expect(await ask(app, jane, at(encodeURIComponent(id)))).toEqual(refused)
      const stranger = await app.call(at(encodeURIComponent(id)))
      expect([stranger.status, stranger.json]).toEqual(unauthorized)
    }
  })
})

test.each(doors)('under "%s" no target is refused by its name', async (door) => {
  const app = await emptyApp()
  const jane = await newPerson(app)
  const refused = [400, invalid(fieldError('target', undefined, { location: 'query' }))]
  expect(await ask(app, jane, `${door}/user/follow-status`)).toEqual(refused)
})
