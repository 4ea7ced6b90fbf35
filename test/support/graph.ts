import { expect } from 'vitest'
import { type TestApp, testApp } from './app'
import { newPerson, type TestPerson } from './social'
import { anyDate, anyId, forgetEverybody, othersUser } from './social-answers'

/** People between whom there is something, and what `social` answers of it. */

/** The id that the samples of this half of the document name, whatever they name with it. */
export const sampleId = '507f1f77bcf86cd799439011'
/** The id of the rows in the samples. */
export const sampleEntryId = '507f191e810c19729de860ea'

export const doors = ['', '/social'] as const

export const done = [200, { ok: 1 }]
export const notFound = [404, { ok: 0, error: 'NotFound' }]
export const blocked = [403, { ok: 0, error: 'Blocked', additionalInfo: { reason: 'blocked' } }]
export const notFollowing = [
  403,
  { ok: 0, error: 'Forbidden', additionalInfo: { reason: 'not_following' } },
]
export const unauthorized = [401, { ok: 0, error: 'Unauthorized' }]

export const answered = (data: unknown) => [200, { ok: 1, data }]

/** Nobody but those whom the test makes; there are many, and they do much, so nothing is throttled. */
export async function emptyApp(overrides: { readonly [name: string]: unknown } = {}) {
  const app = testApp({ THROTTLE: 'off', ...overrides })
  await forgetEverybody(app)
  return app
}

type Somebody = Pick<TestPerson, 'cookies'>

/** The status and the body of what somebody is answered. */
export async function ask(
  app: TestApp,
  { cookies }: Somebody,
  path: string,
  call: { readonly method?: string; readonly body?: unknown } = {},
): Promise<unknown[]> {
  const { status, json } = await app.call(path, { ...call, cookies })
  return [status, json]
}

/** Gives an account the id that a sample names, so that the sample can be sent as it is printed. */
export async function withId<P extends TestPerson>(
  app: TestApp,
  person: P,
  id = sampleId,
): Promise<P> {
  await app.env.DB.prepare('UPDATE accounts SET id = ? WHERE id = ?').bind(id, person.id).run()
  return { ...person, id }
}

/** The same for the row of a follow. */
export async function withEntryId(app: TestApp, entryId: string, id = sampleId): Promise<void> {
  const update = 'UPDATE follows SET entry_id = ? WHERE entry_id = ?'
  await app.env.DB.prepare(update).bind(id, entryId).run()
}

const rickGiven = {
  firstName: 'Rick',
  lastName: 'Asthley',
  gender: 'male',
  bio: 'Grab a straw, because you suck.',
  designation: 'Software Engineer',
  pronouns: 'he/him',
  customLink: 'https://custom.link',
}

/** The person of the samples, with everything that the samples show of them. */
export async function newRick(app: TestApp): Promise<TestPerson> {
  const person = await newPerson(app, 'rick_asthley')
  const body = { ...rickGiven, phoneCountryCode: '+00', phone: '0000000000' }
  const { cookies } = person
  expect(await ask(app, person, '/user/me', { method: 'PATCH', body })).toEqual(done)
  return withId(app, { ...person, cookies })
}

/** The same in the eyes of others. */
export function rick(given: { readonly [name: string]: unknown } = {}) {
  return othersUser({ _id: sampleId, username: 'rick_asthley', ...rickGiven, ...given })
}

/** Anybody of `newPerson` in the eyes of others. */
export function shown(person: TestPerson, given: { readonly [name: string]: unknown } = {}) {
  return othersUser({ _id: person.id, username: person.username, ...given })
}

/** The keys of a person in the order of the document's samples. */
export const documentedKeys =
  `_id firstName middleName lastName gender username role bio designation
  profilePictureUrl pronouns verified verifiedDate customLink followingCount followerCount isPrivate
  isSubscribed subscriptionTier subscriptionExpiry isBanned isRestricted email phone
  customData`.split(/\s+/)

/** A row of a list: `source` is who follows, `target` who is followed. */
export function row(
  side: { readonly source: unknown } | { readonly target: unknown },
  { _id = anyId as unknown, approved = true } = {},
) {
  return { _id, approved, createdAt: anyDate, ...side }
}

export async function makePrivate(app: TestApp, person: Somebody, state = true): Promise<void> {
  const body = { state }
  expect(await ask(app, person, '/user/private', { body })).toEqual(done)
}

/** Follows or asks to, whichever the other account makes of it. */
export async function follow(app: TestApp, from: Somebody, to: { readonly id: string }) {
  const { json } = await app.call('/user/follow', {
    body: { target: to.id },
    cookies: from.cookies,
  })
  return json.data.status as string
}

/** The ids of the rows of somebody's own list, in its order. */
export async function entriesOf(
  app: TestApp,
  { cookies }: Somebody,
  list: 'followers' | 'following' | 'follow-requests',
): Promise<string[]> {
  const { json } = await app.call(`/user/${list}`, { cookies })
  return json.data.records.map(({ _id }: { _id: string }) => _id)
}

/** How many a person follows and is followed by, as they and somebody else are told. */
export async function countsOf(app: TestApp, person: TestPerson, viewer: Somebody) {
  const own = await app.call('/user/me', { cookies: person.cookies })
  const seen = await app.call(`/user/${person.id}`, { cookies: viewer.cookies })
  const [mine, theirs] = [own, seen].map(({ json }) => {
    const { followingCount, followerCount } = json.data.user
    return { followingCount, followerCount }
  })
  expect(theirs).toEqual(mine)
  return [mine?.followingCount, mine?.followerCount]
}
