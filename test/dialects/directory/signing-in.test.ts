import { describe, expect, test } from 'vitest'
import { codeFrom, newJar, testApp } from '../../support/app'
import { forgetEverybody } from '../../support/social-answers'
import {
  as,
  emptyApp,
  plainWay,
  register,
  sample,
  send,
  signedIn,
  switchSecondFactorOn,
  told,
  ways,
} from './answers'

/** POST /users/login, its second factor, and POST /users/logout. */

const { username, email, password } = sample
const failed = {
  error: 'login-failed',
  reason: 'Incorrect username, email address or password.',
}
const codeMissing = { error: 'no-2fa-code', reason: '2FA code must be informed' }
const codeWrong = { error: 'invalid-2fa-code', reason: 'Invalid 2FA code' }

describe.each(ways)('$name', (way) => {
  test('signs in by username, by address, and by an address in the place of the username', async () => {
    const app = await emptyApp()
    const { id } = await register(app)
    const names = [
      { username },
      { username: 'MyUserName' },
      { email },
      { username: email },
      { username: '', email },
    ]
    for (const name of names) {
      const answer = await send(app, way, '/users/login', { ...name, password })
      expect(told(answer)).toEqual([200, { ...signedIn, id }])
      expect(answer.headers.getSetCookie()).toEqual([])
      expect((await as(app, answer.json.token, '/api/user')).json._id).toBe(id)
    }
  })

  test('a wrong name and a wrong password are one failure', async () => {
    const app = await emptyApp()
    await register(app)
    const wrong = [
      { username, password: 'mypassword' },
      { email, password: 'mypassword' },
      { username: 'nobody', password },
      { username: 'no body at all', password },
      { email: 'nobody@email.com', password },
      { email: 'nobody', password },
    ]
    for (const fields of wrong) {
      expect(told(await send(app, way, '/users/login', fields))).toEqual([401, failed])
    }
  })

  test('the second factor is asked for, refused when wrong, and taken once', async () => {
    const app = await emptyApp()
    const member = await register(app)
    await switchSecondFactorOn(app, member)
    const login = (code?: string) =>
      send(app, way, '/users/login', { username, password, ...(code ? { code } : {}) })
    expect(told(await login('123456'))).toEqual([401, codeWrong])
    expect(told(await login())).toEqual([401, codeMissing])
    const code = codeFrom(app.mails, email)
    const other = code === '999999' ? '999998' : '999999'
    expect(told(await login(other))).toEqual([401, codeWrong])
    expect(told(await login(code))).toEqual([200, { ...signedIn, id: member.id }])
    expect(told(await login(code))).toEqual([401, codeWrong])
  })

  test('signing out ends this session, or with "all" every one', async () => {
    const app = await emptyApp()
    const { token } = await register(app)
    const next = async () =>
      (await send(app, way, '/users/login', { username, password })).json.token as string
    const [second, third] = [await next(), await next()]
    const logout = { ...way, door: '/directory' }
    const one = await send(app, logout, '/users/logout', {}, { token })
    expect(told(one)).toEqual([200, { message: "You've been logged out!" }])
    expect((await as(app, token, '/api/user')).status).toBe(401)
    expect((await as(app, second, '/api/user')).status).toBe(200)
    const all = await send(app, logout, '/users/logout', { all: true }, { token: second })
    expect(told(all)).toEqual([200, { message: 'All login tokens have been invalidated.' }])
    expect((await as(app, third, '/api/user')).status).toBe(401)
    const again = await send(app, logout, '/users/logout', {}, { token })
    expect(told(again)).toEqual([401, { error: 'unauthorized', reason: 'Unauthorized' }])
    expect(again.headers.get('WWW-Authenticate')).toBe('Bearer realm="atrium"')
  })
})

test.each([
  { what: 'no password', fields: { username }, reason: 'Password is required.' },
  { what: 'no name', fields: { password }, reason: 'Need to set a username or email' },
  {
    what: 'a name of another type',
    fields: { username: {}, password },
    reason: 'Username is not valid.',
  },
])('$what does not match', async ({ fields, reason }) => {
  const app = await emptyApp()
  const answer = await send(app, plainWay, '/users/login', fields)
  expect(told(answer)).toEqual([400, { error: 400, reason }])
})

test('a code may be a number', async () => {
  const app = await emptyApp()
  await switchSecondFactorOn(app, await register(app))
  const answer = await send(app, plainWay, '/users/login', { username, password, code: 123456 })
  expect(told(answer)).toEqual([401, codeWrong])
})

test('a disabled account hears so only with the right password', async () => {
  const app = await emptyApp()
  const { id } = await register(app)
  await app.env.DB.prepare('UPDATE accounts SET disabled_at = 1 WHERE id = ?').bind(id).run()
  const right = await send(app, plainWay, '/users/login', { username, password })
  const disabled = { error: 'login-disabled', reason: 'Login is disabled for this account.' }
  expect(told(right)).toEqual([403, disabled])
  const wrong = await send(app, plainWay, '/users/login', { username, password: 'mypassword' })
  expect(told(wrong)).toEqual([401, failed])
})

test('five wrong passwords have to wait', async () => {
  const app = testApp()
  await forgetEverybody(app)
  await register(app)
  const login = () => send(app, plainWay, '/users/login', { username, password: 'mypassword' })
  for (let i = 0; i < 5; i += 1) expect((await login()).status).toBe(401)
  const answer = await login()
  const seconds = Number(answer.headers.get('Retry-After'))
  expect(seconds).toBeGreaterThan(0)
  const reason = `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying again.`
  expect(told(answer)).toEqual([429, { error: 'too-many-requests', reason }])
})

test('an account whose address is not confirmed signs in here', async () => {
  const app = await emptyApp({ REQUIRE_EMAIL_VERIFICATION: 'true' })
  await register(app)
  expect((await send(app, plainWay, '/users/login', { email, password })).status).toBe(200)
})

test('a token counts in the header alone: neither in the query nor as a cookie', async () => {
  const app = await emptyApp()
  const { token } = await register(app)
  expect((await app.call(`/api/user?access_token=${token}`)).status).toBe(401)
  const cookies = newJar()
  cookies.cookies.set('__Host-atrium_session', token)
  expect((await app.call('/api/user', { cookies })).status).toBe(401)
  expect((await app.call('/directory/users/logout', { body: {}, cookies })).status).toBe(401)
})

test('signing in here leaves a browser’s session of another dialect as it was', async () => {
  const app = await emptyApp()
  const { token } = await register(app)
  const cookies = newJar()
  cookies.cookies.set('__Host-atrium_session', token)
  await app.call('/users/login', { body: { username, password }, cookies })
  expect((await as(app, token, '/api/user')).status).toBe(200)
})

test('signing out is not this dialect’s at the root', async () => {
  const app = await emptyApp()
  const { token } = await register(app)
  await as(app, token, '/users/logout', { method: 'POST', body: {} })
  expect((await as(app, token, '/api/user')).status).toBe(200)
})
