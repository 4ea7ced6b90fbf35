import { expect } from 'vitest'
import { type Mutation, me, shared } from './attempts'
import { type Person, send } from './harness'

/** Requests that change what is between two people, with how it shows from outside. */

const fans = shared()
const stars = shared()
/** Somebody else, because what is asked of a private account is another statement. */
const recluses = shared()

const as = (person: Person, path: string, body?: unknown, method = 'POST') =>
  send(path, { ...(body === undefined ? {} : { body, method }), cookies: new Map(person.cookies) })
const toward = (verb: string, from: Person, to: Person) =>
  as(from, `/user/${verb}`, { target: to.id })
const setPrivate = (person: Person, state: boolean) => as(person, '/user/private', { state })

/** A fan and somebody else, with nothing between them, whatever the case before has left. */
async function strangers(others: () => Promise<Person>, isPrivate = false) {
  const [fan, ...all] = await Promise.all([fans(), stars(), recluses()])
  for (const one of all) {
    await toward('unblock', one, fan)
    await toward('unfollow', fan, one)
  }
  const other = await others()
  if (others === recluses) await setPrivate(other, isPrivate)
  return { fan, other }
}

/** How the fan stands to the other, with the counts that go with it. */
async function standing(fan: Person, other: Person) {
  const { json } = await as(fan, `/user/follow-status/${other.id}`)
  const [{ followingCount }, { followerCount }] = [await me(fan.cookies), await me(other.cookies)]
  return { ...json.data, followingCount, followerCount }
}

const nothing = { following: false, followingCount: 0, followerCount: 0 }
const asked = { ...nothing, requested: true }
const followed = { following: true, followingCount: 1, followerCount: 1 }

/** The request that the fan has made of a private account. */
async function askedOf(other: Person): Promise<string> {
  const { json } = await as(other, '/user/follow-requests')
  return json.data.records[0]._id
}

async function expectStanding(fan: Person, other: Person, expected: unknown): Promise<void> {
  expect(await standing(fan, other)).toEqual(expected)
}

export const hiding: Mutation = {
  name: 'private',
  async begin() {
    const { other } = await strangers(recluses)
    return {
      send: () => setPrivate(other, true),
      expectUndone: async () => expect((await me(other.cookies)).isPrivate).toBe(false),
      expectDone: async () => expect((await me(other.cookies)).isPrivate).toBe(true),
    }
  },
}

export const revealing: Mutation = {
  name: 'private no more',
  async begin() {
    const { fan, other } = await strangers(recluses, true)
    await toward('follow', fan, other)
    return {
      send: () => setPrivate(other, false),
      async expectUndone() {
        expect((await me(other.cookies)).isPrivate).toBe(true)
        await expectStanding(fan, other, asked)
      },
      async expectDone() {
        expect((await me(other.cookies)).isPrivate).toBe(false)
        await expectStanding(fan, other, followed)
      },
    }
  },
}

export const following: Mutation = {
  name: 'follow',
  async begin() {
    const { fan, other } = await strangers(stars)
    return {
      send: () => toward('follow', fan, other),
      expectUndone: () => expectStanding(fan, other, nothing),
      expectDone: () => expectStanding(fan, other, followed),
    }
  },
}

export const asking: Mutation = {
  name: 'follow, private',
  async begin() {
    const { fan, other } = await strangers(recluses, true)
    return {
      send: () => toward('follow', fan, other),
      expectUndone: () => expectStanding(fan, other, nothing),
      expectDone: () => expectStanding(fan, other, asked),
    }
  },
}

export const unfollowing: Mutation = {
  name: 'unfollow',
  async begin() {
    const { fan, other } = await strangers(stars)
    await toward('follow', fan, other)
    return {
      send: () => toward('unfollow', fan, other),
      expectUndone: () => expectStanding(fan, other, followed),
      expectDone: () => expectStanding(fan, other, nothing),
    }
  },
}

export const accepting: Mutation = {
  name: 'follow-request',
  async begin() {
    const { fan, other } = await strangers(recluses, true)
    await toward('follow', fan, other)
    const request = await askedOf(other)
    return {
      send: () => as(other, '/user/follow-request', { request }, 'PATCH'),
      expectUndone: () => expectStanding(fan, other, asked),
      expectDone: () => expectStanding(fan, other, followed),
    }
  },
}

export const declining: Mutation = {
  name: 'follow-entry',
  async begin() {
    const { fan, other } = await strangers(recluses, true)
    await toward('follow', fan, other)
    const entry = await askedOf(other)
    return {
      send: () => as(other, '/user/follow-entry', { entry }, 'DELETE'),
      expectUndone: () => expectStanding(fan, other, asked),
      expectDone: () => expectStanding(fan, other, nothing),
    }
  },
}

const finds = async (fan: Person, other: Person) => (await as(fan, `/user/${other.id}`)).status

export const blocking: Mutation = {
  name: 'block',
  async begin() {
    const { fan, other } = await strangers(stars)
    await toward('follow', fan, other)
    return {
      send: () => toward('block', other, fan),
      async expectUndone() {
        expect(await finds(fan, other)).toBe(200)
        await expectStanding(fan, other, followed)
      },
      async expectDone() {
        expect(await finds(fan, other)).toBe(404)
        expect((await me(fan.cookies)).followingCount).toBe(0)
        expect((await me(other.cookies)).followerCount).toBe(0)
      },
    }
  },
}

export const unblocking: Mutation = {
  name: 'unblock',
  async begin() {
    const { fan, other } = await strangers(stars)
    await toward('block', other, fan)
    return {
      send: () => toward('unblock', other, fan),
      expectUndone: async () => expect(await finds(fan, other)).toBe(404),
      expectDone: async () => expect(await finds(fan, other)).toBe(200),
    }
  },
}
