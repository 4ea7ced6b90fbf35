import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, codeFrom, newJar, type TestApp, testApp } from '../support/app'

/** One core behind five doors: what one of them makes, opens or ends is so in all of them. */

const password = 'a long enough one'
let app: TestApp
let made = 0

beforeAll(() => {
  app = testApp({ THROTTLE: 'off' })
})

const device = {
  id: '0F4E1EA6-9F2F-4239-96EC-64CBFC7E4815',
  name: 'A phone',
  model: 'Phone 1',
  transport: 'none',
}
const basic = (username: string, secret = password) => ({
  Authorization: `Basic ${btoa(`${username}:${secret}`)}`,
})
const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })

async function cookieOf(
  name: string,
  answering: (jar: ReturnType<typeof newJar>) => Promise<Answer>,
) {
  const jar = newJar()
  const answer = await answering(jar)
  return { answer, token: [...jar.cookies].find(([key]) => key.endsWith(name))?.[1] ?? '' }
}

interface Door {
  readonly name: string
  register(username: string, email: string): Promise<Answer>
  signIn(
    username: string,
    secret?: string,
    code?: string,
  ): Promise<{ answer: Answer; token: string }>
  /** Something that only somebody who is signed in gets. */
  look(token: string): Promise<Answer>
  signOut(token: string): Promise<Answer>
}

const doors: readonly Door[] = [
  {
    name: 'social',
    register: (username, email) =>
      app.call('/social/user/create', {
        body: { username, email, password, firstName: 'John', lastName: 'Doe' },
      }),
    signIn: (username, secret = password) =>
      cookieOf('atrium_session', (cookies) =>
        app.call('/social/user/login', {
          body: { username, password: secret, userAgent: 'test' },
          cookies,
        }),
      ),
    look: (token) => app.call('/social/user/me', bearer(token)),
    signOut: (token) => app.call('/social/user/logout', { method: 'POST', ...bearer(token) }),
  },
  {
    name: 'site',
    register: (username, email) =>
      app.call('/site/user/create', { body: { username, email, password } }),
    signIn: (username, secret = password, code) =>
      cookieOf('TOKEN', (cookies) =>
        app.call('/site/user/auth', {
          body: { username, password: secret, ...(code === undefined ? {} : { code }) },
          cookies,
        }),
      ),
    look: (token) => app.call('/site/user/logged', bearer(token)),
    signOut: (token) => app.call('/site/user/logout', { method: 'POST', ...bearer(token) }),
  },
  {
    name: 'directory',
    register: (username, email) =>
      app.call('/directory/users/register', { body: { username, email, password } }),
    async signIn(username, secret = password, code) {
      const answer = await app.call('/directory/users/login', {
        body: { username, password: secret, ...(code === undefined ? {} : { code }) },
      })
      return { answer, token: answer.json?.token ?? '' }
    },
    look: (token) => app.call('/directory/api/user', bearer(token)),
    signOut: (token) => app.call('/directory/users/logout', { method: 'POST', ...bearer(token) }),
  },
  {
    name: 'chat',
    register: (username) =>
      app.call('/chat/users', {
        body: { name: 'John Doe', username, password, deviceInfo: device },
      }),
    async signIn(username, secret = password, code) {
      const answer = await app.call('/chat/users/login', {
        body: { deviceInfo: { ...device, id: crypto.randomUUID() } },
        headers: { ...basic(username, secret), ...(code === undefined ? {} : { 'X-OTP': code }) },
      })
      return { answer, token: answer.json?.deviceSessions?.[0]?.accessToken ?? '' }
    },
    look: (token) => app.call('/chat/users/me', bearer(token)),
    signOut: (token) => app.call('/chat/users/me/logout', { method: 'POST', ...bearer(token) }),
  },
  {
    name: 'talent',
    register: (username, email) =>
      app.call('/talent/v1/auth/create-account', {
        body: { firstName: username, email, password, confirmPassword: password },
      }),
    async signIn(username, secret = password) {
      const body = { email: await emailOf(username), password: secret }
      const answer = await app.call('/talent/v1/auth/login', { body })
      return { answer, token: answer.json?.data?.token ?? '' }
    },
    look: (token) => app.call('/talent/v1/account', bearer(token)),
    signOut: (token) => app.call('/talent/v1/account/logout', { method: 'POST', ...bearer(token) }),
  },
]

/** For the door that knows people by their addresses alone. */
async function emailOf(username: string): Promise<string> {
  const row = await app.env.DB.prepare('SELECT email FROM accounts WHERE username = ?')
    .bind(username)
    .first<{ email: string | null }>()
  return row?.email ?? 'nobody@example.com'
}

const door = (name: string) => doors.find((one) => one.name === name) as Door

/** Registers somebody through a door, and confirms the address where there is one. */
async function newPerson(through: Door) {
  made += 1
  const username = `crossing_${made}_${Math.random().toString(36).slice(2, 8)}`
  const email = `${username}@example.com`
  const answer = await through.register(username, email)
  expect([200, 201, 202]).toContain(answer.status)
  const hasMail = app.mails.some(({ to }) => to === email)
  if (hasMail) {
    await app.call('/social/user/verify-email', { body: { code: codeFrom(app.mails, email) } })
  }
  return { username: await usernameOf(username, email), email }
}

/** The name that was given, or made up. */
async function usernameOf(username: string, email: string): Promise<string> {
  const row = await app.env.DB.prepare('SELECT username FROM accounts WHERE email = ?')
    .bind(email)
    .first<{ username: string }>()
  return row?.username ?? username
}

/** Everybody with a confirmed address and the mailed second factor on. */
async function newTwoFactorPerson() {
  const person = await newPerson(door('social'))
  const { token } = await door('social').signIn(person.username)
  const on = await app.call('/social/user/2fa', { body: { state: true }, ...bearer(token) })
  expect(on.json).toEqual({ ok: 1 })
  return person
}

const hasAddresses = ({ name }: Door) => name !== 'chat'
const pairs = doors.flatMap((made) =>
  doors
    .filter((used) => used.name !== 'talent' || hasAddresses(made))
    .map((used) => ({ made, used })),
)

describe.each(pairs)('an account of $made.name', ({ made: maker, used }) => {
  test(`signs in through ${used.name}, is let in by all, and signed out for all by any`, async () => {
    const { username } = await newPerson(maker)
    for (const ending of doors) {
      const { answer, token } = await used.signIn(username)
      expect(answer.status).toBe(200)
      for (const other of doors) {
        expect([other.name, (await other.look(token)).status]).toEqual([other.name, 200])
      }
      expect((await ending.signOut(token)).status).toBe(200)
      for (const other of doors) {
        expect([401, 404]).toContain((await other.look(token)).status)
      }
    }
  })
})

test('an account without address gets one through social, resets by mail and signs in by directory', async () => {
  const { username, email } = await newPerson(door('chat'))
  const { token } = await door('chat').signIn(username)
  const asked = await app.call('/social/user/me', {
    method: 'PATCH',
    body: { email },
    ...bearer(token),
  })
  expect(asked.json).toEqual({ ok: 1 })
  await app.call('/user/verify-email', { body: { code: codeFrom(app.mails, email) } })
  await app.call('/user/code', { body: { email } })
  const code = codeFrom(app.mails, email)
  await app.call('/user/reset-password', { body: { code, password: 'an even better one' } })
  const login = await app.call('/users/login', { body: { email, password: 'an even better one' } })
  expect(login.status).toBe(200)
  for (const other of doors) expect((await other.look(login.json.token)).status).toBe(200)
})

test('who is disabled through directory is refused everywhere at the next request', async () => {
  const [admin, person] = [await newPerson(door('directory')), await newPerson(door('site'))]
  await app.env.DB.prepare("UPDATE accounts SET role = 'admin' WHERE username = ?")
    .bind(admin.username)
    .run()
  const { token } = await door('directory').signIn(admin.username)
  const session = await door('chat').signIn(person.username)
  const found = await app.call(`/api/users/${person.username}`, bearer(token))
  const path = `/api/users/${found.json._id}`
  await app.call(path, { method: 'PUT', body: { action: 'disableLogin' }, ...bearer(token) })
  for (const other of doors) {
    expect([401, 404]).toContain((await other.look(session.token)).status)
    expect((await other.signIn(person.username)).token).toBe('')
  }
  await app.call(path, { method: 'PUT', body: { action: 'enableLogin' }, ...bearer(token) })
  for (const other of doors) expect((await other.signIn(person.username)).token).not.toBe('')
})

describe('an account with a second factor', () => {
  test.each(doors)('is not opened by the password alone through $name', async (used) => {
    const { username } = await newTwoFactorPerson()
    expect((await used.signIn(username)).token).toBe('')
  })

  test.each(['site', 'directory', 'chat'])(
    'is opened by both together through %s',
    async (name) => {
      const { username, email } = await newTwoFactorPerson()
      const asked = await door(name).signIn(username)
      expect(asked.answer.status).toBe(401)
      const wrong = await door(name).signIn(username, password, '000000')
      expect([wrong.answer.status, wrong.token]).toEqual([401, ''])
      const right = await door(name).signIn(username, password, codeFrom(app.mails, email))
      expect(right.answer.status).toBe(200)
      expect((await door('social').look(right.token)).status).toBe(200)
    },
  )

  test('is not deleted by the password alone', async () => {
    const { username, email } = await newTwoFactorPerson()
    const remove = (headers: object) =>
      app.call('/users/me', { method: 'DELETE', headers: { ...basic(username), ...headers } })
    expect((await remove({})).status).toBe(401)
    expect((await remove({ 'X-OTP': '000000' })).status).toBe(401)
    const code = codeFrom(app.mails, email)
    expect((await remove({ 'X-OTP': code })).status).toBe(200)
    expect((await door('social').signIn(username)).answer.status).toBe(401)
  })

  test('keeps it through every way to a new password', async () => {
    const { username, email } = await newTwoFactorPerson()
    await app.call('/user/password-reset-token', { body: { email } })
    const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/m.exec(app.mails[0]?.text ?? '')?.[0]
    const newPassword = 'an even better one'
    const reset = await app.call('/user/password-reset', { body: { uuid, newPassword } })
    expect(reset.status).toBe(200)
    for (const other of doors) expect((await other.signIn(username, newPassword)).token).toBe('')
  })
})
