import { expect, inject } from 'vitest'
import { picture } from '../support/png'
import { type Mutation, me, shared } from './attempts'
import { type Person, type Received, send } from './harness'

/** Showing a picture and taking it away, with how it shows from outside. */

/** Two people, so that neither comes to an end of uploads for the hour. */
const newcomers = shared()
const leavers = shared()

/** A form, which the harness does not send. */
async function upload({ cookies }: Person): Promise<Received> {
  const origin = inject('origin')
  const body = new FormData()
  body.set('profilePicture', new Blob([await picture()], { type: 'image/png' }), 'me.png')
  const Cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const headers = { Origin: origin, Cookie }
  const response = await fetch(`${origin}/user/profile-picture`, { method: 'PATCH', body, headers })
  const text = await response.text()
  const json = text === '' ? undefined : JSON.parse(text)
  return { status: response.status, headers: response.headers, text, json }
}

const takeAway = ({ cookies }: Person) =>
  send('/user/profile-picture', { method: 'DELETE', cookies: new Map(cookies) })
const pictureOf = async ({ cookies }: Person): Promise<string | null> =>
  (await me(cookies)).profilePictureUrl

async function statusOf(url: string): Promise<number> {
  const { pathname, search } = new URL(url)
  return (await send(pathname + search)).status
}

export const picturing: Mutation = {
  name: 'profile-picture',
  async begin() {
    const person = await newcomers()
    await takeAway(person)
    return {
      send: () => upload(person),
      expectUndone: async () => expect(await pictureOf(person)).toBeNull(),
      expectDone: async () => expect(await statusOf((await pictureOf(person)) ?? '')).toBe(200),
    }
  },
}

export const unpicturing: Mutation = {
  name: 'no profile-picture',
  async begin() {
    const person = await leavers()
    const { json } = await upload(person)
    const url: string = json.data.signedUrl
    return {
      send: () => takeAway(person),
      async expectUndone() {
        expect(await pictureOf(person)).not.toBeNull()
        expect(await statusOf(url)).toBe(200)
      },
      async expectDone() {
        expect(await pictureOf(person)).toBeNull()
        expect(await statusOf(url)).toBe(404)
      },
    }
  },
}
