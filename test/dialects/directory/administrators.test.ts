import { describe, expect, test } from 'vitest'
import { testApp } from '../../support/app'
import {
  anyDate,
  anyId,
  apiError,
  as,
  emptyApp,
  forbidden,
  type Member,
  notFound,
  register,
  registerAdministrator,
  sample,
  send,
  signedIn,
  told,
  unauthorized,
  ways,
} from './answers'

/** What administrators do to accounts, and that nobody else does. */

type App = Awaited<ReturnType<typeof emptyApp>>

const unknownId = 'f'.repeat(24)
const { username, email, password } = sample

function record(given: { readonly [name: string]: unknown } = {}) {
  return {
    _id: anyId,
    createdAt: anyDate,
    services: {
      password: {},
      email: { verificationTokens: [] },
      resume: { loginTokens: [{ when: anyDate }] },
    },
    username,
    emails: [{ address: email, verified: false }],
    isAdmin: false,
    profile: {},
    loginDisabled: false,
    ...given,
  }
}

const noSessions = {
  password: {},
  email: { verificationTokens: [] },
  resume: { loginTokens: [] },
}

describe.each(ways)('$name', (way) => {
  const { door } = way

  test('the sample creates an account, which is not signed in and signs in by itself', async () => {
    const app = await emptyApp()
    const { token } = await registerAdministrator(app)
    const created = await send(app, way, '/api/users', sample, { token })
    expect(told(created)).toEqual([200, { _id: anyId, id: anyId }])
    expect(created.json._id).toBe(created.json.id)
    const found = await as(app, token, `${door}/api/users/${created.json.id}`)
    expect(told(found)).toEqual([200, record({ services: noSessions })])
    expect(told(await send(app, way, '/users/login', { username, password }))).toEqual([
      200,
      { ...signedIn, id: created.json.id },
    ])
  })

  test('the account of the step-by-step part is made with a password that counts', async () => {
    const app = await emptyApp()
    const { token } = await registerAdministrator(app)
    const tester = { username: 'tester', email: 'tester@example.com', fromAdmin: 'true' }
    const weak = await send(app, way, '/api/users', { ...tester, password: 'tester' }, { token })
    expect(told(weak)).toEqual(apiError(400, 400, 'Password is too short.'))
    const created = await send(app, way, '/api/users', { ...tester, password }, { token })
    expect(told(created)).toEqual([200, { _id: anyId, id: anyId }])
  })

  test('a taken name and a taken address are told with all the keys', async () => {
    const app = await emptyApp()
    const { token } = await registerAdministrator(app)
    const create = (fields: object) =>
      send(app, way, '/api/users', { ...sample, ...fields }, { token })
    await create({})
    const taken = (name: string) => {
      const [, body] = apiError(400, 403, `${name} already exists.`)
      return [400, body]
    }
    expect(told(await create({}))).toEqual(taken('Username'))
    expect(told(await create({ username: 'other' }))).toEqual(taken('Email'))
  })

  test('disabling ends every session at the next request, enabling lets in again', async () => {
    const app = await emptyApp()
    const { token } = await registerAdministrator(app)
    const member = await register(app)
    const path = `/api/users/${member.id}`
    const put = (action: string) => send(app, way, path, { action }, { token, method: 'PUT' })
    const login = () => send(app, way, '/users/login', { username, password })
    const disabled = [200, record({ services: noSessions, loginDisabled: true })]
    expect(told(await put('disableLogin'))).toEqual(disabled)
    expect(told(await as(app, member.token, '/api/user'))).toEqual(unauthorized)
    expect((await login()).status).toBe(403)
    expect(told(await put('disableLogin'))).toEqual(disabled)
    expect(told(await put('enableLogin'))).toEqual([200, record({ services: noSessions })])
    expect((await as(app, member.token, '/api/user')).status).toBe(401)
    expect(told(await login())).toEqual([200, { ...signedIn, id: member.id }])
  })

  test('another action is none', async () => {
    const app = await emptyApp()
    const { token } = await registerAdministrator(app)
    const { id } = await register(app)
    const put = (fields: { [name: string]: string }) =>
      send(app, way, `/api/users/${id}`, fields, { token, method: 'PUT' })
    const unknown = await put({ action: 'takeOwnership' })
    expect(told(unknown)).toEqual(apiError(400, 400, 'action is not valid.'))
    const none = told(await put({}))
    expect(none[0]).toBe(400)
    expect(told(await as(app, token, `/api/users/${id}`))).toEqual([200, record()])
  })
})

describe.each(['', '/directory'])('under "%s"', (door) => {
  test('an account is found by its id and by its username, with dates and no secrets', async () => {
    const app = await emptyApp()
    const { token } = await registerAdministrator(app)
    const member = await register(app)
    await app.call('/users/login', { body: { username, password } })
    const when = { when: anyDate }
    const services = { ...noSessions, resume: { loginTokens: [when, when] } }
    for (const key of [member.id, username, 'MYUSERNAME']) {
      const answer = await as(app, token, `${door}/api/users/${key}`)
      expect(told(answer)).toEqual([200, record({ _id: member.id, services })])
      expect(answer.text).not.toMatch(/hash|bcrypt|pbkdf2|[\w-]{43}/i)
    }
  })

  test('deleting removes the account, its sessions and its sign-in, once', async () => {
    const app = await emptyApp()
    const { token } = await registerAdministrator(app)
    const { id, token: theirs } = await register(app)
    const remove = () => as(app, token, `${door}/api/users/${id}`, { method: 'DELETE' })
    expect(told(await remove())).toEqual([200, { _id: id }])
    expect(told(await as(app, theirs, `${door}/api/user`))).toEqual(unauthorized)
    expect((await app.call('/users/login', { body: { username, password } })).status).toBe(401)
    expect(told(await as(app, token, `${door}/api/users/${id}`))).toEqual(notFound)
    expect(told(await remove())).toEqual(notFound)
  })
})

test('an administrator sees in their own document that they are one', async () => {
  const app = await emptyApp()
  const { id, token } = await registerAdministrator(app)
  expect((await as(app, token, '/api/user')).json).toEqual({
    _id: id,
    createdAt: anyDate,
    username: 'admin',
    emails: [{ address: 'admin@email.com', verified: false }],
    isAdmin: true,
    profile: {},
  })
})

test('nobody disables their own login', async () => {
  const app = await emptyApp()
  const { id, token } = await registerAdministrator(app)
  const body = { action: 'disableLogin' }
  const answer = await as(app, token, `/api/users/${id}`, { method: 'PUT', body })
  expect(told(answer)).toEqual(forbidden)
  expect((await as(app, token, '/api/user')).status).toBe(200)
})

test('a change names its account by the id: a username deletes and disables nobody', async () => {
  const app = await emptyApp()
  const { token } = await registerAdministrator(app)
  const member = await register(app)
  const path = `/api/users/${username}`
  const body = { action: 'disableLogin' }
  expect(told(await as(app, token, path, { method: 'PUT', body }))).toEqual(notFound)
  expect(told(await as(app, token, path, { method: 'DELETE' }))).toEqual(notFound)
  expect((await as(app, member.token, '/api/user')).status).toBe(200)
})

test('administrators create accounts where registration is closed or by invitation', async () => {
  for (const setting of [{ REGISTRATION: 'closed' }, { INVITE_ONLY: 'true' }]) {
    const { token } = await registerAdministrator(await emptyApp())
    // The same accounts under another setting.
    const app = testApp({ THROTTLE: 'off', ...setting })
    const created = await as(app, token, '/api/users', { body: sample })
    expect(told(created)).toEqual([200, { _id: anyId, id: anyId }])
  }
})

const routes = [
  { method: 'POST', path: '/api/users', body: sample },
  { method: 'POST', path: '/api/users', body: {} },
  { method: 'GET', path: '/api/users' },
  { method: 'GET', path: '/api/users?limit=10' },
  { method: 'GET', path: '/api/users?limit=nothing' },
  { method: 'GET', path: '/api/users/ID' },
  { method: 'GET', path: `/api/users/${unknownId}` },
  { method: 'GET', path: `/api/users/${username}` },
  { method: 'PUT', path: '/api/users/ID', body: { action: 'disableLogin' } },
  { method: 'PUT', path: '/api/users/ID', body: { action: 'enableLogin' } },
  { method: 'PUT', path: '/api/users/ID', body: { action: 'nothing' } },
  { method: 'PUT', path: `/api/users/${unknownId}`, body: { action: 'disableLogin' } },
  { method: 'DELETE', path: '/api/users/ID' },
  { method: 'DELETE', path: `/api/users/${unknownId}` },
]

describe.each(routes)('$method $path $body', ({ method, path, body }) => {
  async function people() {
    const app = await emptyApp()
    return { app, admin: await registerAdministrator(app), member: await register(app) }
  }
  const ask = (app: App, { id }: Member, headers: { readonly [name: string]: string }) =>
    app.call(path.replace('ID', id), { method, headers, ...(body ? { body } : {}) })
  const count = async (app: App) =>
    (await app.env.DB.prepare('SELECT count(*) AS n FROM accounts').first<{ n: number }>())?.n

  test('is nobody’s without a token, and forbidden to an ordinary account, itself included', async () => {
    const { app, admin, member } = await people()
    for (const target of [admin, member]) {
      expect(told(await ask(app, target, {}))).toEqual(unauthorized)
      const bearer = { Authorization: `Bearer ${member.token}` }
      expect(told(await ask(app, target, bearer))).toEqual(forbidden)
    }
    expect((await as(app, admin.token, '/api/user')).status).toBe(200)
    expect((await as(app, member.token, '/api/user')).status).toBe(200)
    expect(await count(app)).toBe(2)
  })

  test('is forbidden to who is an administrator no longer, at the next request', async () => {
    const { app, admin, member } = await people()
    await app.env.DB.prepare("UPDATE accounts SET role = 'user'").run()
    const bearer = { Authorization: `Bearer ${admin.token}` }
    expect(told(await ask(app, member, bearer))).toEqual(forbidden)
  })
})

test.each([
  { method: 'GET', path: `/api/users/${unknownId}` },
  { method: 'GET', path: '/api/users/nobody' },
  { method: 'PUT', path: `/api/users/${unknownId}`, body: { action: 'disableLogin' } },
  { method: 'PUT', path: `/api/users/${unknownId}`, body: { action: 'enableLogin' } },
  { method: 'DELETE', path: `/api/users/${unknownId}` },
])('$method $path of nobody is not found', async ({ method, path, body }) => {
  const app = await emptyApp()
  const { token } = await registerAdministrator(app)
  const call = { method, ...(body ? { body } : {}) }
  expect(told(await as(app, token, path, call))).toEqual(notFound)
})
