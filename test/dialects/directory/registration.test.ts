import { describe, expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { forgetEverybody } from '../../support/social-answers'
import {
  anyDate,
  anyId,
  as,
  emptyApp,
  plainWay,
  register,
  sample,
  send,
  signedIn,
  told,
  ways,
} from './answers'

/** POST /users/register, as the document prints it. */

describe.each(ways)('$name', (way) => {
  test('the sample registers and signs in, with the session’s absolute end', async () => {
    const app = await emptyApp()
    const answer = await send(app, way, '/users/register', sample)
    expect(told(answer)).toEqual([200, signedIn])
    expect(answer.headers.getSetCookie()).toEqual([])
    const days = (Date.parse(answer.json.tokenExpires) - Date.now()) / (24 * 3600 * 1000)
    expect(days).toBeCloseTo(90, 1)
    expect(told(await as(app, answer.json.token, '/api/user'))).toEqual([
      200,
      {
        _id: answer.json.id,
        createdAt: anyDate,
        username: sample.username,
        emails: [{ address: sample.email, verified: false }],
        profile: {},
      },
    ])
    expect(app.mails.map(({ to }) => to)).toEqual([sample.email])
  })

  test('a username alone is enough', async () => {
    const app = await emptyApp()
    const { username, password } = sample
    const answer = await send(app, way, '/users/register', { username, password })
    expect(told(answer)).toEqual([200, signedIn])
    const me = await as(app, answer.json.token, '/api/user')
    expect(me.json).toEqual({
      _id: anyId,
      createdAt: anyDate,
      username,
      emails: [],
      profile: {},
    })
  })

  test('a taken name and a taken address are told in Meteor’s words', async () => {
    const app = await emptyApp()
    await register(app)
    const name = { error: 403, reason: 'Username already exists.' }
    const address = { error: 403, reason: 'Email already exists.' }
    const again = (fields: object) => send(app, way, '/users/register', { ...sample, ...fields })
    expect(told(await again({}))).toEqual([400, name])
    expect(told(await again({ email: 'x@email.com' }))).toEqual([400, name])
    expect(told(await again({ username: 'MYUSERNAME', email: 'x@email.com' }))).toEqual([400, name])
    expect(told(await again({ username: 'other', email: 'MY@email.com' }))).toEqual([400, address])
  })
})

describe('a username that is not given', () => {
  const nameOf = async (email: string, app: Awaited<ReturnType<typeof emptyApp>>) => {
    const body = { email, password: sample.password }
    const { json, text } = await app.call('/users/register', { body })
    if (json?.token === undefined) throw new Error(text)
    return (await as(app, json.token, '/api/user')).json.username
  }

  test('is the local part of the address, in the letters of usernames', async () => {
    const app = await emptyApp()
    expect(await nameOf('ada.byron@email.com', app)).toBe('ada.byron')
    expect(await nameOf("o'reilly+list@email.com", app)).toBe('o-reilly-list')
  })

  test('has a suffix where the plain one is taken, reserved, too short or nothing', async () => {
    const app = await emptyApp()
    await register(app, { username: 'Ada.Byron', email: 'first@email.com' })
    expect(await nameOf('ada.byron@email.com', app)).toMatch(/^ada\.byron-\d{6}$/)
    expect(await nameOf('admin.x@email.com', app)).toBe('admin.x')
    expect(await nameOf('users@email.com', app)).toMatch(/^users-\d{6}$/)
    expect(await nameOf('a@email.com', app)).toMatch(/^a-\d{6}$/)
    expect(await nameOf('!!@email.com', app)).toMatch(/^user(-\d{6})?$/)
  })

  test('is never what is taken: only the address can be', async () => {
    const app = await emptyApp()
    await nameOf('ada@email.com', app)
    const body = { email: 'ADA@email.com', password: sample.password }
    const taken = { error: 403, reason: 'Email already exists.' }
    expect(told(await app.call('/users/register', { body }))).toEqual([400, taken])
  })
})

const refused = [
  { what: 'no password', fields: { password: undefined }, reason: 'Password is required.' },
  { what: 'an empty password', fields: { password: '' }, reason: 'Password is too short.' },
  { what: 'a password of another type', fields: { password: 7 }, reason: 'Password is not valid.' },
  { what: 'the weak sample', fields: { password: 'tester' }, reason: 'Password is too short.' },
  {
    what: 'the password of the printed curl call',
    fields: { password: 'mypassword' },
    reason: 'Password is too common.',
  },
  { what: 'a common one', fields: { password: 'password' }, reason: 'Password is too common.' },
  {
    what: 'the own name as password',
    fields: { password: sample.username },
    reason: 'Password is too easy to guess.',
  },
  {
    what: 'no name of any kind',
    fields: { username: undefined, email: undefined },
    reason: 'Need to set a username or email',
  },
  {
    what: 'two empty names',
    fields: { username: '', email: '' },
    reason: 'Need to set a username or email',
  },
  { what: 'a name of another type', fields: { username: 7 }, reason: 'Username is not valid.' },
  { what: 'a name with a space', fields: { username: 'a b c' }, reason: 'Username is not valid.' },
  { what: 'a reserved name', fields: { username: 'register' }, reason: 'Username is reserved.' },
  { what: 'no address', fields: { email: 'nobody' }, reason: 'Email is not valid.' },
]

test.each(refused)('$what is refused by name', async ({ fields, reason }) => {
  const app = await emptyApp()
  const answer = await app.call('/users/register', { body: { ...sample, ...fields } })
  expect(told(answer)).toEqual([400, { error: 400, reason }])
})

test('privileges that are sent are nobody’s', async () => {
  const app = await emptyApp()
  const { token } = await register(app, { isAdmin: true, role: 'admin', fromAdmin: 'true' })
  expect((await as(app, token, '/api/users')).status).toBe(403)
})

test('nobody registers where registration is closed, or without an invitation where one is needed', async () => {
  const closed = await emptyApp({ REGISTRATION: 'closed' })
  expect(told(await send(closed, plainWay, '/users/register', sample))).toEqual([
    403,
    { error: 403, reason: 'Signups forbidden' },
  ])
  const invited = await emptyApp({ INVITE_ONLY: 'true' })
  expect(told(await send(invited, plainWay, '/users/register', sample))).toEqual([
    400,
    { error: 'invalid-invite-code', reason: 'Invalid invitation code.' },
  ])
})

test('too many registrations from one address have to wait', async () => {
  const app = testApp({ SIGN_UPS_PER_ADDRESS_PER_HOUR: '1' })
  await forgetEverybody(app)
  await register(app)
  const fields = { ...sample, username: 'another', email: 'another@email.com' }
  const answer = await send(app, plainWay, '/users/register', fields)
  const seconds = Number(answer.headers.get('Retry-After'))
  expect(seconds).toBeGreaterThan(0)
  const reason = `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying again.`
  expect(told(answer)).toEqual([429, { error: 'too-many-requests', reason }])
})
