import { type Answer, codeFrom, newJar, type TestApp } from '../../support/app'
import type { AccountDriver, Done, DriverSession, From, SignIn } from '../../support/driver'

/** How clients of the `talent` document do what every account system does. */

const at = (path: string) => `/talent/v1${path}`

function post(app: TestApp, path: string, { address }: Pick<From, 'address'>, body: unknown) {
  return app.call(at(path), { body, headers: { 'CF-Connecting-IP': address } })
}

function withBearer(
  app: TestApp,
  method: string,
  path: string,
  token: string,
  body?: object,
): Promise<Answer> {
  return app.call(at(path), { method, body, headers: { Authorization: `Bearer ${token}` } })
}

const done = (answer: Answer): Done => ({
  answer,
  isDone: answer.status < 300 && answer.json?.status === 'success',
})

/** What a client keeps between two steps, by what the first was about. */
const tempTokens = new Map<string, string>()

async function begin(
  app: TestApp,
  kind: string,
  path: string,
  body: { email: string },
  from: From,
) {
  const answer = await post(app, path, from, body)
  if (done(answer).isDone) {
    tempTokens.set(`${kind} ${body.email.toLowerCase()}`, answer.json.data.tempToken.token)
  }
  return done(answer)
}

/** Whose mailbox a code was read from tells which of the steps it belongs to. */
function tempTokenFor(app: TestApp, kind: string, code: string): string {
  const to = app.mails.find(({ text }) => text.includes(code))?.to
  return tempTokens.get(`${kind} ${to?.toLowerCase()}`) ?? 'none'
}

function signedIn(answer: Answer): SignIn {
  if (answer.status !== 200) return { answer, outcome: 'refused' }
  const { tempToken, token } = answer.json.data
  return tempToken === undefined
    ? { answer, outcome: 'signed_in', session: { cookies: newJar(), token } }
    : { answer, outcome: 'second_factor_required', pending: { tempToken: tempToken.token } }
}

/** What needs a fresh sign-in is begun with one, where the one at hand is too old. */
async function withFreshToken(
  app: TestApp,
  { token }: DriverSession,
  { email, password }: { email: string; password: string },
  act: (token: string) => Promise<Done>,
): Promise<Done> {
  const tried = await act(token)
  if (tried.answer.json?.message !== 'Sign in again to do this') return tried
  const from = { address: '2001:db8:f5e5::1' }
  const entered = await post(app, '/auth/login', from, { email, password })
  const pending = entered.json?.data?.tempToken?.token
  const answer =
    pending === undefined
      ? entered
      : await post(app, '/auth/login/2fa', from, {
          tempToken: pending,
          code: codeFrom(app.mails, email),
        })
  return answer.status === 200 ? act(answer.json.data.token) : done(answer)
}

const sample = {
  firstName: 'Alice',
  lastName: 'Bob',
  email: 'alice.bob@example.com',
  password: '1234@Abcde',
  confirmPassword: '1234@Abcde',
}
const { email, password } = sample
const token = 'abcde-fghij-kmnpq-rstuv-wxyz2-34567'
const tempToken = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'

export const talent: AccountDriver = {
  name: 'talent',
  makesUpNames: true,
  reveals: { unknownAddressAtReset: false },

  async register(app, { username: firstName, email, password, inviteCode }, from) {
    const body = { firstName, email, password, confirmPassword: password, inviteCode }
    return begin(app, 'confirmation', '/auth/create-account', body, from)
  },

  async confirm(app, code, from) {
    const sent = { tempToken: tempTokenFor(app, 'confirmation', code), token: code }
    return done(await post(app, '/auth/account/verify', from, sent))
  },

  async signIn(app, { email, password }, from) {
    return signedIn(await post(app, '/auth/login', from, { email, password }))
  },

  async completeSecondFactor(app, pending, code, from) {
    return signedIn(await post(app, '/auth/login/2fa', from, { ...(pending as object), code }))
  },

  async me(app, session) {
    const answer = await withBearer(app, 'GET', '/account', session.token)
    const { _id: id, userName: username } = answer.json?.data ?? {}
    return { answer, me: answer.status === 200 ? { id, username } : null }
  },

  async signOut(app, session) {
    return done(await withBearer(app, 'POST', '/account/logout', session.token))
  },

  signOutEverywhere: null,

  requestReset: (app, email, from) => begin(app, 'reset', '/auth/password/reset', { email }, from),

  async resetPassword(app, code, password, from) {
    const sent = { tempToken: tempTokenFor(app, 'reset', code), token: code, password }
    return done(await post(app, '/auth/password/change', from, sent))
  },

  async changePassword(app, session, oldPassword, newPassword) {
    const body = { oldPassword, newPassword }
    return done(await withBearer(app, 'PUT', '/account/password/change', session.token, body))
  },

  async switchSecondFactor(app, session, isOn, password) {
    const { json } = await withBearer(app, 'GET', '/account', session.token)
    const { email } = json.data
    return withFreshToken(app, session, { email, password }, async (token) => {
      const asked = await (isOn
        ? withBearer(app, 'POST', '/account/initiate/2fa', token, { type: 'email' })
        : withBearer(app, 'POST', '/account/2fa/email', token, { password }))
      if (!done(asked).isDone) return done(asked)
      const path = isOn ? '/account/activate/2fa' : '/account/deactivate/2fa'
      const code = codeFrom(app.mails, email)
      return done(await withBearer(app, 'POST', path, token, { code }))
    })
  },

  samples: [
    { method: 'POST', path: at('/auth/create-account'), body: { ...sample } },
    { method: 'POST', path: at('/auth/account/verify'), body: { tempToken, token } },
    { method: 'POST', path: at('/auth/verify/resend'), body: { email } },
    { method: 'POST', path: at('/auth/login'), body: { email, password } },
    { method: 'POST', path: at('/auth/login/2fa'), body: { code: '123456', tempToken } },
    { method: 'POST', path: at('/auth/2fa/email/code'), body: { email } },
    { method: 'POST', path: at('/auth/password/reset'), body: { email } },
    { method: 'POST', path: at('/auth/password/reset/resend'), body: { email } },
    { method: 'POST', path: at('/auth/validate/password'), body: { tempToken, token } },
    { method: 'POST', path: at('/auth/password/change'), body: { token, tempToken, password } },
    { method: 'POST', path: at('/auth/referral/validate'), body: { token: 'Jg60' } },
  ],

  guarded: { method: 'GET', path: at('/account') },

  isFailure({ status, json }) {
    return (
      status >= 400 &&
      json?.status === 'error' &&
      json.statusCode === status &&
      json.data === null &&
      typeof json.message === 'string'
    )
  },
}
