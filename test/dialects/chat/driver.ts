import { type Answer, type Call, newJar, type TestApp } from '../../support/app'
import type { AccountDriver, Credentials, Done, From, SignIn } from '../../support/driver'

/** How clients of the `chat` document do what every account system does. It knows no addresses. */

const at = (path: string) => `/chat${path}`

function call(app: TestApp, path: string, { address }: Pick<From, 'address'>, sent: Call) {
  return app.call(at(path), { ...sent, headers: { 'CF-Connecting-IP': address, ...sent.headers } })
}

const done = (answer: Answer): Done => ({ answer, isDone: answer.status === 200 })
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

let devices = 0

function newDeviceInfo() {
  devices += 1
  const id = `1815A1B2-0000-4000-8000-${devices.toString(16).toUpperCase().padStart(12, '0')}`
  return { id, name: 'My laptop', model: 'Analytical Engine', transport: 'none' }
}

function basic({ username, password }: Credentials): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}

async function signIn(app: TestApp, who: Credentials, from: From, code?: string): Promise<SignIn> {
  const answer = await call(app, '/users/login', from, {
    body: { deviceInfo: newDeviceInfo() },
    headers: { Authorization: basic(who), ...(code === undefined ? {} : { 'X-OTP': code }) },
  })
  if (answer.status === 200) {
    const token = answer.json.deviceSessions[0].accessToken
    return { answer, outcome: 'signed_in', session: { cookies: newJar(), token } }
  }
  return answer.headers.get('X-OTP') === 'required' && code === undefined
    ? { answer, outcome: 'second_factor_required', pending: { who, from } }
    : { answer, outcome: 'refused' }
}

const sample = {
  name: 'John Doe',
  username: 'john_doe_1815',
  password: '$uper&ecurePassw0rd',
  deviceInfo: newDeviceInfo(),
}

const reset = { userId: 1815, accountKey: 'k'.repeat(25), newPassword: sample.password }

export const chat: AccountDriver = {
  name: 'chat',
  isWithoutAddress: true,
  reveals: { unknownAddressAtReset: false },

  async register(app, { username, password, inviteCode }, from) {
    const deviceInfo = newDeviceInfo()
    const body = { name: 'Ada Byron', username, password, inviteCode, deviceInfo }
    return done(await call(app, '/users', from, { body }))
  },

  confirm: null,
  signIn: (app, who, from) => signIn(app, who, from),

  // The code counts from the address of the sign-in that it completes.
  async completeSecondFactor(app, pending, code) {
    const { who, from } = pending as { who: Credentials; from: From }
    return signIn(app, who, from, code)
  },

  async me(app, { token }) {
    const answer = await app.call(at('/users/me'), { headers: bearer(token) })
    const user = answer.status === 200 ? answer.json : null
    return { answer, me: user && { id: String(user.id), username: user.username } }
  },

  async signOut(app, { token }) {
    return done(await app.call(at('/users/me/logout'), { method: 'POST', headers: bearer(token) }))
  },

  signOutEverywhere: null,
  requestReset: null,
  resetPassword: null,

  async changePassword(app, { token }, oldPassword, newPassword) {
    const sent = { method: 'PUT', body: { oldPassword, newPassword }, headers: bearer(token) }
    return done(await app.call(at('/users/me/changePassword'), sent))
  },

  switchSecondFactor: null,

  samples: [
    { method: 'POST', path: at('/users'), body: sample },
    { method: 'POST', path: at('/users/login'), body: { deviceInfo: sample.deviceInfo } },
    { method: 'PUT', path: at('/users/resetPassword'), body: reset },
    { method: 'POST', path: at('/users/resetPassword'), body: reset },
  ],

  guarded: { method: 'GET', path: at('/users/me') },

  isFailure({ status, json }) {
    return status >= 400 && json?.error === true && typeof json.reason === 'string'
  },
}
