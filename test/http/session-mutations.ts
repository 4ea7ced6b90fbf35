import { expect } from 'vitest'
import { anybody, hourly, type Mutation, shared, switchSecondFactor } from './attempts'
import { codeTo, isSignedIn, login, mailsTo, send, signIn } from './harness'

/** Requests that open or end sessions or decide how they are opened, with how it shows from outside. */

export const logIn: Mutation = {
  name: 'login',
  async begin() {
    const { username, home, cookies } = await anybody()
    const jar = new Map<string, string>()
    const before = await send('/user/login-history?limit=1', { cookies })
    const newest = before.json.data.records[0]._id
    return {
      send: () => login(username, { from: home, cookies: jar }),
      async expectUndone() {
        expect([...jar]).toEqual([])
        const history = await send('/user/login-history?limit=1', { cookies })
        const [{ _id, success }] = history.json.data.records
        expect(_id === newest || !success).toBe(true)
      },
      expectDone: async () => expect(await isSignedIn(jar)).toBe(true),
    }
  },
}

const guarded = shared((person) => switchSecondFactor(person, true))
const laterSignIn = hourly()
export const logInGuarded: Mutation = {
  name: 'login with a second factor',
  async begin() {
    const { id, username, email, home } = await guarded()
    await laterSignIn()
    const before = (await mailsTo(email)).length
    return {
      send: () => login(username, { from: home }),
      expectUndone: async () => expect(await mailsTo(email)).toHaveLength(before),
      async expectDone(answer) {
        const { sessionHash } = answer.json.data
        const body = { target: id, code: await codeTo(email), sessionHash }
        expect((await send('/user/do-2fa', { body, from: home })).status).toBe(200)
      },
    }
  },
}

export const complete: Mutation = {
  name: 'do-2fa',
  async begin() {
    const { id, username, email, home } = await guarded()
    await laterSignIn()
    const asked = await login(username, { from: home })
    const { sessionHash } = asked.json.data
    const body = { target: id, code: await codeTo(email), sessionHash }
    const jar = new Map<string, string>()
    return {
      send: () => send('/user/do-2fa', { body, from: home, cookies: jar }),
      expectUndone: async () => expect([...jar]).toEqual([]),
      expectDone: async () => expect(await isSignedIn(jar)).toBe(true),
    }
  },
}

export function switching(state: boolean): Mutation {
  return {
    name: `2fa ${state ? 'on' : 'off'}`,
    async begin() {
      const person = await anybody()
      await switchSecondFactor(person, !state)
      const notices = (await mailsTo(person.email)).length
      return {
        send: () => send('/user/2fa', { body: { state }, cookies: person.cookies }),
        expectUndone: async () => expect(await mailsTo(person.email)).toHaveLength(notices),
        async expectDone() {
          const asked = await login(person.username, { from: person.home })
          expect(asked.json.data['2faEnabled']).toBe(state)
        },
      }
    },
  }
}

export function ending(path: string): Mutation {
  return {
    name: path,
    async begin() {
      const cookies = await signIn(await anybody())
      return {
        send: () => send(`/user/${path}`, { method: 'POST', cookies: new Map(cookies) }),
        expectUndone: async () => expect(await isSignedIn(cookies)).toBe(true),
        expectDone: async () => expect(await isSignedIn(cookies)).toBe(false),
      }
    },
  }
}
