import { expect } from 'vitest'
import {
  anybody,
  askForReset,
  hourly,
  isResetCode,
  type Mutation,
  me,
  nothingElse,
  patch,
  shared,
} from './attempts'
import {
  codeTo,
  isSignedIn,
  mailsTo,
  newAddress,
  newUsername,
  password,
  register,
  send,
  signIn,
} from './harness'

/** Requests that make or change an account, with how the change shows from outside. */

export const create: Mutation = {
  name: 'create',
  async begin() {
    const username = newUsername()
    const email = `${username}@example.com`
    const body = { username, email, password, firstName: 'John', lastName: 'Doe' }
    return {
      send: () => send('/user/create', { body, from: newAddress() }),
      expectUndone: async () => expect(await mailsTo(email)).toEqual([]),
      async expectDone() {
        const sent = await send('/user/verify-email', { body: { code: await codeTo(email) } })
        expect(sent.status).toBe(200)
      },
    }
  },
}

export const verify: Mutation = {
  name: 'verify-email',
  async begin() {
    const { id, email } = await register()
    const code = await codeTo(email)
    return {
      send: () => send('/user/verify-email', { body: { code }, from: newAddress() }),
      expectUndone: nothingElse,
      async expectDone() {
        expect((await send(`/user/resend-verification?target=${id}`)).status).toBe(400)
      },
    }
  },
}

export const resend: Mutation = {
  name: 'resend-verification',
  async begin() {
    const { id, email } = await register()
    const before = (await mailsTo(email)).length
    return {
      send: () => send('/user/resend-verification', { body: { target: id } }),
      expectUndone: async () => expect(await mailsTo(email)).toHaveLength(before),
      async expectDone() {
        expect((await mailsTo(email)).length).toBeGreaterThan(before)
        const sent = await send('/user/verify-email', { body: { code: await codeTo(email) } })
        expect(sent.status).toBe(200)
      },
    }
  },
}

const laterReset = hourly()
export const code: Mutation = {
  name: 'code',
  async begin() {
    const person = await anybody()
    await laterReset()
    const older = await askForReset(person)
    const before = (await mailsTo(person.email)).length
    return {
      send: () => send(`/user/code?email=${person.email}`, { from: person.home }),
      async expectUndone() {
        expect(await mailsTo(person.email)).toHaveLength(before)
        expect(await isResetCode(older)).toBe(true)
      },
      async expectDone() {
        const newer = await codeTo(person.email)
        expect(newer).not.toBe(older)
        expect([await isResetCode(newer), await isResetCode(older)]).toEqual([true, false])
      },
    }
  },
}

const resets = shared()
const laterUse = hourly()
let resetCount = 0
let resetSession: Map<string, string> | undefined
export const reset: Mutation = {
  name: 'reset-password',
  async begin() {
    const person = await resets()
    await laterUse()
    const mailed = await askForReset(person)
    resetSession ??= person.cookies
    const session = resetSession
    resetCount += 1
    const chosen = `another passphrase ${resetCount}`
    return {
      send: () =>
        send('/user/reset-password', {
          body: { code: mailed, password: chosen },
          from: person.home,
        }),
      async expectUndone() {
        expect(await isResetCode(mailed)).toBe(true)
        expect(await isSignedIn(session)).toBe(true)
      },
      async expectDone() {
        expect(await isSignedIn(session)).toBe(false)
        resetSession = await signIn(person, { password: chosen })
      },
    }
  },
}

let names = 0
export const rename: Mutation = {
  name: 'PATCH me with a name',
  async begin() {
    const { cookies } = await anybody()
    const { firstName } = await me(cookies)
    names += 1
    const chosen = `Ada ${names}`
    return {
      send: () => patch({ firstName: chosen }, cookies),
      expectUndone: async () => expect((await me(cookies)).firstName).toBe(firstName),
      expectDone: async () => expect((await me(cookies)).firstName).toBe(chosen),
    }
  },
}

const moves = shared()
export const move: Mutation = {
  name: 'PATCH me with an e-mail',
  async begin() {
    const { cookies } = await moves()
    const email = `${newUsername()}@example.com`
    return {
      send: () => patch({ email }, cookies),
      expectUndone: async () => expect(await mailsTo(email)).toEqual([]),
      async expectDone() {
        expect((await me(cookies)).email).not.toBe(email)
        await send('/user/verify-email', { body: { code: await codeTo(email) } })
        expect((await me(cookies)).email).toBe(email)
      },
    }
  },
}

const rekeys = shared()
let rekeyCount = 0
let rekeyOther: Map<string, string> | undefined
export const rekey: Mutation = {
  name: 'PATCH me with a password',
  async begin() {
    const person = await rekeys()
    rekeyOther ??= await signIn(person)
    const other = rekeyOther
    rekeyCount += 1
    const chosen = `another passphrase ${rekeyCount}`
    return {
      send: () => patch({ password: chosen }, person.cookies),
      expectUndone: async () => expect(await isSignedIn(other)).toBe(true),
      async expectDone() {
        expect([await isSignedIn(person.cookies), await isSignedIn(other)]).toEqual([true, false])
        rekeyOther = await signIn(person, { password: chosen })
      },
    }
  },
}
