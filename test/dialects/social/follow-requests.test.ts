import { describe, expect, test } from 'vitest'
import type { TestApp } from '../../support/app'
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
  newRick,
  notFound,
  rick,
  row,
  sampleEntryId,
  sampleId,
  withEntryId,
} from '../../support/graph'
import { newPerson, type TestPerson } from '../../support/social'
import { fieldError, invalid, send, ways } from '../../support/social-answers'

/** My Follow Requests, Accept Follow Request, and Delete Follower/Following. */

/** Somebody private whom Rick has asked, and who else may be looking on. */
async function asked(entryId = sampleId) {
  const app = await emptyApp()
  const person = await newRick(app)
  const jane = await newPerson(app)
  const stranger = await newPerson(app)
  await makePrivate(app, jane)
  expect(await follow(app, person, jane)).toBe('requested')
  const [given = ''] = await entriesOf(app, jane, 'follow-requests')
  await withEntryId(app, given, entryId)
  return { app, rick: person, jane, stranger }
}

const accept = (app: TestApp, by: TestPerson, request: unknown) =>
  ask(app, by, `/user/follow-request`, { method: 'PATCH', body: { request } })

const remove = (app: TestApp, by: TestPerson, entry: unknown) =>
  ask(app, by, `/user/follow-entry`, { method: 'DELETE', body: { entry } })

describe.each(doors)('under "%s"', (door) => {
  test('a request is the row of the sample, not approved as yet', async () => {
    const { app, jane, rick: person } = await asked(sampleEntryId)
    const records = [row({ source: rick() }, { _id: sampleEntryId, approved: false })]
    const path = `${door}/user/follow-requests`
    expect(await ask(app, jane, path)).toEqual(answered({ records }))
    expect(await ask(app, person, path)).toEqual(answered({ records: [] }))
  })

  test('an entry of others is answered like one that never was, byte for byte', async () => {
    const { app, stranger, rick: person, jane } = await asked()
    const answers = async (path: string, method: string, key: string, by: TestPerson) =>
      Promise.all(
        [sampleId, 'f'.repeat(24)].map(async (id) => {
          const { cookies } = by
          const body = { [key]: id }
          const answer = await app.call(`${door}${path}`, { method, body, cookies })
          const headers = [...answer.headers].filter(([name]) => name !== 'x-request-id')
          return { status: answer.status, text: answer.text, headers }
        }),
      )
    for (const [path, method, key, by] of [
      ['/user/follow-request', 'PATCH', 'request', stranger],
      ['/user/follow-request', 'PATCH', 'request', person],
      ['/user/follow-entry', 'DELETE', 'entry', stranger],
    ] as const) {
      const [foreign, unknown] = await answers(path, method, key, by)
      expect([foreign?.status, foreign?.text]).toEqual([404, '{"ok":0,"error":"NotFound"}'])
      expect(foreign).toEqual(unknown)
    }
    expect(await entriesOf(app, jane, 'follow-requests')).toEqual([sampleId])
    expect(await countsOf(app, jane, person)).toEqual([0, 0])
  })
})

describe.each(ways)('$name', (way) => {
  test('the asked account accepts, and again without effect', async () => {
    const { app, jane, rick: person } = await asked()
    const call = { method: 'PATCH', cookies: jane.cookies }
    for (const _ of ['once', 'twice']) {
      const answer = await send(app, way, '/user/follow-request', { request: sampleId }, call)
      expect([answer.status, answer.json]).toEqual(done)
      expect(await entriesOf(app, jane, 'follow-requests')).toEqual([])
      expect(await entriesOf(app, jane, 'followers')).toEqual([sampleId])
      expect(await entriesOf(app, person, 'following')).toEqual([sampleId])
      expect(await countsOf(app, jane, person)).toEqual([0, 1])
      expect(await countsOf(app, person, jane)).toEqual([1, 0])
    }
  })

  test.each(['rick', 'jane'] as const)('%s ends a request by its entry, once', async (side) => {
    const { app, ...people } = await asked()
    const call = { method: 'DELETE', cookies: people[side].cookies }
    const answer = await send(app, way, '/user/follow-entry', { entry: sampleId }, call)
    expect([answer.status, answer.json]).toEqual(done)
    expect(await entriesOf(app, people.jane, 'follow-requests')).toEqual([])
    expect(await countsOf(app, people.jane, people.rick)).toEqual([0, 0])
    const again = await send(app, way, '/user/follow-entry', { entry: sampleId }, call)
    expect([again.status, again.json]).toEqual(notFound)
    expect(await accept(app, people.jane, sampleId)).toEqual(notFound)
    expect(await follow(app, people.rick, people.jane)).toBe('requested')
  })

  test.each(['rick', 'jane'] as const)('%s ends a follow by its entry, once', async (side) => {
    const { app, ...people } = await asked()
    expect(await accept(app, people.jane, sampleId)).toEqual(done)
    const call = { method: 'DELETE', cookies: people[side].cookies }
    const answer = await send(app, way, '/user/follow-entry', { entry: sampleId }, call)
    expect([answer.status, answer.json]).toEqual(done)
    expect(await remove(app, people[side], sampleId)).toEqual(notFound)
    expect(await entriesOf(app, people.jane, 'followers')).toEqual([])
    expect(await entriesOf(app, people.rick, 'following')).toEqual([])
    expect(await countsOf(app, people.jane, people.rick)).toEqual([0, 0])
    expect(await countsOf(app, people.rick, people.jane)).toEqual([0, 0])
  })
})

test('a withdrawn request can no longer be accepted', async () => {
  const { app, jane, rick: person } = await asked()
  await ask(app, person, '/user/unfollow', { body: { target: jane.id } })
  expect(await accept(app, jane, sampleId)).toEqual(notFound)
  expect(await countsOf(app, jane, person)).toEqual([0, 0])
})

const noIds = ['507f1f77', '507f1f77bcf86cd79943901g', "' OR 1=1 --", '', 5, null, [], {}]

test.each(noIds)('%j is no id of an entry', async (value) => {
  const app = await emptyApp()
  const jane = await newPerson(app)
  const refused = (field: string) => [400, invalid(fieldError(field, value))]
  expect(await accept(app, jane, value)).toEqual(refused('request'))
  expect(await remove(app, jane, value)).toEqual(refused('entry'))
})

test('no id is refused by its name, and the id of an account is no entry', async () => {
  const { app, jane, rick: person } = await asked(sampleEntryId)
  expect(await accept(app, jane, undefined)).toEqual([400, invalid(fieldError('request'))])
  expect(await remove(app, jane, undefined)).toEqual([400, invalid(fieldError('entry'))])
  expect(await accept(app, jane, person.id)).toEqual(notFound)
  expect(await remove(app, jane, person.id)).toEqual(notFound)
})
