import { type Answer, newJar, type TestApp } from '../../support/app'
import type { AccountDriver, Done, DriverSession, From, SignIn } from '../../support/driver'

/** How clients of the `directory` document do what every account system does. */

const at = (path: string) => `/directory${path}`

function post(app: TestApp, path: string, { address, cookies }: From, body: unknown) {
  const headers = { 'CF-Connecting-IP': address }
  return app.call(at(path), { body, headers, ...(cookies ? { cookies } : {}) })
}

function withBearer(app: TestApp, path: string, { token }: DriverSession, body?: unknown) {
  return app.call(at(path), { body, headers: { Authorization: `Bearer ${token}` } })
}

const done = (answer: Answer): Done => ({ answer, isDone: answer.status === 200 })

function signedIn(answer: Answer, pending: unknown, { cookies }: From): SignIn {
  if (answer.json?.error === 'no-2fa-code') {
    return { answer, outcome: 'second_factor_required', pending }
  }
  if (answer.status !== 200) return { answer, outcome: 'refused' }
  const session = { cookies: cookies ?? newJar(), token: answer.json.token }
  return { answer, outcome: 'signed_in', session }
}

export const directory: AccountDriver = {
  name: 'directory',
  reveals: { unknownAddressAtReset: false },

  async register(app, { username, email, password, inviteCode }, from) {
    const body = { username, email, password, inviteCode }
    return done(await post(app, '/users/register', from, body))
  },

  confirm: null,

  async signIn(app, { username, password }, from) {
    const sent = { username, password }
    return signedIn(await post(app, '/users/login', from, sent), sent, from)
  },

  async completeSecondFactor(app, pending, code, from) {
    const sent = { ...(pending as object), code }
    return signedIn(await post(app, '/users/login', from, sent), pending, from)
  },

  async me(app, session) {
    const answer = await withBearer(app, '/api/user', session)
    const { _id: id, username } = answer.json ?? {}
    return { answer, me: answer.status === 200 ? { id, username } : null }
  },

  async signOut(app, session) {
    return done(await withBearer(app, '/users/logout', session, {}))
  },

  async signOutEverywhere(app, session) {
    return done(await withBearer(app, '/users/logout', session, { all: true }))
  },

  requestReset: null,
  resetPassword: null,
  changePassword: null,
  switchSecondFactor: null,

  samples: [
    {
      method: 'POST',
      path: at('/users/register'),
      body: { username: 'myusername', password: 'my$up3erP@ssw0rd', email: 'my@email.com' },
    },
    {
      method: 'POST',
      path: at('/users/login'),
      body: { username: 'myusername', password: 'my$up3erP@ssw0rd', code: '123456' },
    },
  ],

  guarded: { method: 'GET', path: at('/api/user') },

  isFailure({ status, json }) {
    return status >= 400 && json?.error !== undefined && typeof json.reason === 'string'
  },
}
