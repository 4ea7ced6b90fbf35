import { type Answer, type Call, newJar, type TestApp } from '../../support/app'
import type { AccountDriver, Credentials, Done, From, SignIn } from '../../support/driver'

/** How clients of the `social` document do what every account system does. */

const at = (path: string) => `/social${path}`

function call(app: TestApp, path: string, from: From, sent: Omit<Call, 'cookies'> = {}) {
  const { address, cookies } = from
  return app.call(at(path), {
    ...sent,
    headers: { 'CF-Connecting-IP': address, ...sent.headers },
    ...(cookies ? { cookies } : {}),
  })
}

const done = (answer: Answer): Done => ({
  answer,
  isDone: answer.status < 300 && answer.json?.ok === 1,
})

/** A sign-in answer, and the cookies that came with it. */
function signedIn(answer: Answer, cookies: ReturnType<typeof newJar>): SignIn {
  if (answer.status !== 200) return { answer, outcome: 'refused' }
  const { sessionHash, user } = answer.json.data
  if (sessionHash !== undefined) {
    return { answer, outcome: 'second_factor_required', pending: { sessionHash, target: user._id } }
  }
  const token = [...cookies.cookies].find(([name]) => name.endsWith('session'))?.[1] ?? ''
  return { answer, outcome: 'signed_in', session: { cookies, token } }
}

/** The cookies of the device that signs in: its own, or none yet. */
const jarOf = ({ cookies }: From) => cookies ?? newJar()

const sample: Credentials & { readonly firstName: string; readonly lastName: string } = {
  username: 'john_doe_1815',
  email: 'john.doe.1815@example.com',
  password: '$uper&ecurePassw0rd',
  firstName: 'John',
  lastName: 'Doe',
}

export const social: AccountDriver = {
  name: 'social',
  reveals: { unknownAddressAtReset: false },

  async register(app, { username, email, password, inviteCode }, from) {
    const names = { firstName: 'Ada', lastName: 'Byron' }
    const body = { username, email, password, inviteCode, ...names }
    return done(await call(app, '/user/create', from, { body }))
  },

  async confirm(app, code, from) {
    return done(await call(app, '/user/verify-email', from, { body: { code } }))
  },

  async signIn(app, { username, password }, from) {
    const cookies = jarOf(from)
    const body = { username, password, userAgent: 'a driver' }
    return signedIn(await call(app, '/user/login', { ...from, cookies }, { body }), cookies)
  },

  async completeSecondFactor(app, pending, code, from) {
    const cookies = jarOf(from)
    const body = { ...(pending as object), code }
    return signedIn(await call(app, '/user/do-2fa', { ...from, cookies }, { body }), cookies)
  },

  async me(app, { cookies }) {
    const answer = await app.call(at('/user/me'), { cookies })
    const user = answer.status === 200 ? answer.json.data.user : null
    return { answer, me: user && { id: user._id, username: user.username } }
  },

  async signOut(app, { cookies }) {
    return done(await app.call(at('/user/logout'), { method: 'POST', cookies }))
  },

  async signOutEverywhere(app, { cookies }) {
    return done(await app.call(at('/user/logout-all'), { method: 'POST', cookies }))
  },

  async requestReset(app, email, from) {
    const path = `/user/code?email=${encodeURIComponent(email)}`
    return done(await call(app, path, from))
  },

  async resetPassword(app, code, password, from) {
    return done(await call(app, '/user/reset-password', from, { body: { code, password } }))
  },

  async changePassword(app, { cookies }, currentPassword, password) {
    const body = { password, currentPassword }
    return done(await app.call(at('/user/me'), { method: 'PATCH', body, cookies }))
  },

  async switchSecondFactor(app, { cookies }, state, currentPassword) {
    return done(await app.call(at('/user/2fa'), { body: { state, currentPassword }, cookies }))
  },

  samples: [
    { method: 'POST', path: at('/user/create'), body: { ...sample } },
    {
      method: 'POST',
      path: at('/user/login'),
      body: { username: sample.username, password: sample.password, userAgent: 'a driver' },
    },
    {
      method: 'POST',
      path: at('/user/do-2fa'),
      body: { target: '0'.repeat(24), code: '123456', sessionHash: 'A'.repeat(43) },
    },
    { method: 'POST', path: at('/user/verify-email'), body: { code: 'abcde' } },
    { method: 'POST', path: at('/user/code'), body: { email: sample.email } },
    {
      method: 'POST',
      path: at('/user/reset-password'),
      body: { code: 'abcde', password: sample.password },
    },
  ],

  guarded: { method: 'GET', path: at('/user/me') },

  isFailure({ status, json }) {
    return status >= 400 && json?.ok === 0 && typeof json.error === 'string'
  },
}
