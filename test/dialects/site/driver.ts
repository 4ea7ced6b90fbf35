import { type Answer, type Call, newJar, type TestApp } from '../../support/app'
import type { AccountDriver, Done, From } from '../../support/driver'

/** How clients of the `site` document do what every account system does. */

const at = (path: string) => `/site${path}`

function call(app: TestApp, path: string, from: From, sent: Omit<Call, 'cookies'> = {}) {
  const { address, cookies } = from
  return app.call(path, {
    ...sent,
    headers: { 'CF-Connecting-IP': address, ...sent.headers },
    ...(cookies ? { cookies } : {}),
  })
}

const done = (answer: Answer): Done => ({ answer, isDone: answer.status === 200 })

/** The document never tells clients who they are: they remember it. */
const signedIn = new Map<string, string>()

async function authenticate(
  app: TestApp,
  sent: { username: string; password: string; code?: string },
  from: From,
) {
  const cookies = from.cookies ?? newJar()
  const answer = await call(app, at('/user/auth'), { ...from, cookies }, { body: sent })
  if (answer.status === 200) {
    const token = cookies.cookies.get('TOKEN') ?? ''
    signedIn.set(token, sent.username)
    return { answer, outcome: 'signed_in', session: { cookies, token } } as const
  }
  return answer.json?.message === 'Two-factor code required'
    ? ({ answer, outcome: 'second_factor_required', pending: sent } as const)
    : ({ answer, outcome: 'refused' } as const)
}

const sample = {
  username: 'ada.byron',
  email: 'ada.byron@example.com',
  password: '$uper&ecurePassw0rd',
}

export const site: AccountDriver = {
  name: 'site',
  reveals: { unknownAddressAtReset: true },

  async register(app, { username, email, password, inviteCode }, from) {
    const body = { username, email, password, inviteCode, name: 'Ada Byron' }
    return done(await call(app, at('/user/create'), from, { body }))
  },

  /** The document has no words for it; the path is everybody's. */
  async confirm(app, code, from) {
    return done(await call(app, '/user/verify-email', from, { body: { code } }))
  },

  signIn: (app, { username, password }, from) => authenticate(app, { username, password }, from),

  completeSecondFactor: (app, pending, code, from) =>
    authenticate(app, { ...(pending as typeof sample), code }, from),

  async me(app, { cookies, token }) {
    const answer = await app.call(at('/user/logged'), { cookies })
    const username = signedIn.get(token) ?? ''
    return { answer, me: answer.status === 200 ? { id: username, username } : null }
  },

  async signOut(app, { cookies }) {
    return done(await app.call(at('/user/logout'), { method: 'POST', cookies }))
  },

  signOutEverywhere: null,

  async requestReset(app, email, from) {
    const path = at(`/user/password-reset-token?email=${encodeURIComponent(email)}`)
    return done(await call(app, path, from, { method: 'POST' }))
  },

  async resetPassword(app, uuid, newPassword, from) {
    return done(await call(app, at('/user/password-reset'), from, { body: { uuid, newPassword } }))
  },

  changePassword: null,
  switchSecondFactor: null,

  samples: [
    { method: 'POST', path: at('/user/create'), body: { ...sample } },
    {
      method: 'POST',
      path: at('/user/auth'),
      body: { username: sample.username, password: sample.password },
    },
    {
      method: 'POST',
      path: at('/user/password-reset'),
      body: { uuid: '0f4e1ea6-9f2f-4239-96ec-64cbfc7e4815', newPassword: sample.password },
    },
    { method: 'POST', path: at('/user/password-reset-token'), body: { email: sample.email } },
  ],

  guarded: { method: 'GET', path: at('/user/logged'), refusal: 404 },

  isFailure({ status, json }) {
    return (
      status >= 400 &&
      /^4\d\d$|^5\d\d$/.test(json?.statusCode) &&
      typeof json.message === 'string' &&
      ['null', 'true', 'false'].includes(json.data)
    )
  },
}
