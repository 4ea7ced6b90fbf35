import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { codeFrom, testApp } from '../../support/app'
import { newPerson, newUsername } from '../../support/social'
import {
  accountKey,
  basic,
  bearer,
  dateShape,
  failure,
  newAddress,
  newChatPerson,
  newDevice,
  newUuid,
  otherPassword,
  password,
  signIn,
  uuidShape,
} from './people'

/** The fourteen endpoints of the document but for photos and search, as they are printed. */

const app = testApp()
const unauthorized = failure('Unauthorized')

/** What an account with nothing but a name is, and its sessions. */
function selfOf(username: string, sessions: unknown[]) {
  const info = {
    id: expect.any(Number),
    name: 'Ada Byron',
    username,
    lastSeen: expect.stringMatching(dateShape),
    photos: [],
  }
  return { ...info, info, deviceSessions: sessions }
}

function sessionOf(device: unknown, more: object = {}) {
  return {
    id: expect.stringMatching(uuidShape),
    ipAddress: expect.any(String),
    createdAt: expect.stringMatching(dateShape),
    updatedAt: expect.stringMatching(dateShape),
    deviceInfo: device,
    ...more,
  }
}

const withToken = { accessToken: expect.stringMatching(/^[\w-]{43}$/) }

describe.each(['', '/chat'])('at %j', (root) => {
  test('POST /users makes an account and signs it in', async () => {
    const username = newUsername()
    const device = { ...newDevice(), token: 'push', transport: 'apns' }
    const answer = await app.call(`${root}/users`, {
      body: { name: 'Ada Byron', username, password, deviceInfo: device },
      headers: { 'CF-Connecting-IP': newAddress() },
    })
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual(selfOf(username, [sessionOf(device, withToken)]))
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  test('POST /users/login signs in, the new session first and its token alone', async () => {
    const { username, device } = await newChatPerson(app)
    const other = newDevice()
    const answer = await app.call(`${root}/users/login`, {
      body: { deviceInfo: other },
      headers: { ...basic(username), 'CF-Connecting-IP': newAddress() },
    })
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual(selfOf(username, [sessionOf(other, withToken), sessionOf(device)]))
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  test('GET /users/me is the account and its sessions', async () => {
    const person = await newChatPerson(app)
    const answer = await person.call(`${root}/users/me`)
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual(
      selfOf(person.username, [sessionOf(person.device, { accessToken: person.token })]),
    )
  })

  test('POST /users/me/logout ends this session and no other', async () => {
    const person = await newChatPerson(app)
    const other = (await signIn(app, person.username)).json.deviceSessions[0].accessToken
    const answer = await person.call(`${root}/users/me/logout`, { method: 'POST' })
    expect([answer.status, answer.text]).toEqual([200, ''])
    const after = await person.call(`${root}/users/me`)
    expect([after.status, after.json]).toEqual([401, unauthorized])
    expect((await app.call(`${root}/users/me`, { headers: bearer(other) })).status).toBe(200)
  })

  test('PUT /users/me/changePassword sets a new password by the old one', async () => {
    const person = await newChatPerson(app)
    const put = (oldPassword: string) =>
      person.call(`${root}/users/me/changePassword`, {
        method: 'PUT',
        body: { oldPassword, newPassword: otherPassword },
      })
    const wrong = await put('not the old one')
    expect([wrong.status, wrong.json]).toEqual([403, failure('Invalid user or password.')])
    const answer = await put(password)
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect((await signIn(app, person.username)).status).toBe(401)
    expect((await signIn(app, person.username, { secret: otherPassword })).status).toBe(200)
  })

  test.each(['PUT', 'POST'])(
    '%s /users/resetPassword resets by the account key',
    async (method) => {
      const person = await newChatPerson(app)
      const set = (secret: string) =>
        person.call(`${root}/users/me/setAccountKey`, {
          method: 'PUT',
          body: { password: secret, accountKey },
        })
      const wrong = await set('not the password')
      expect([wrong.status, wrong.json]).toEqual([403, failure('Invalid user or password.')])
      const answer = await set(password)
      expect([answer.status, answer.text]).toEqual([200, ''])
      const reset = await app.call(`${root}/users/resetPassword`, {
        method,
        body: { userId: person.id, accountKey, newPassword: otherPassword },
      })
      expect([reset.status, reset.text]).toEqual([200, ''])
      expect((await person.call(`${root}/users/me`)).status).toBe(401)
      expect((await signIn(app, person.username, { secret: otherPassword })).status).toBe(200)
    },
  )

  test('PUT /users/me changes name and about, and takes about away again', async () => {
    const person = await newChatPerson(app)
    const put = (body: object) => person.call(`${root}/users/me`, { method: 'PUT', body })
    const answer = await put({ name: 'Ada King Lovelace', about: 'Poetical science' })
    const user = {
      id: person.id,
      name: 'Ada King Lovelace',
      username: person.username,
      about: 'Poetical science',
      lastSeen: expect.stringMatching(dateShape),
      photos: [],
    }
    expect([answer.status, answer.json]).toEqual([200, user])
    const { about, ...without } = user
    expect((await put({ about: '' })).json).toEqual(without)
    const seen = await app.call(`${root}/users/${person.id}`)
    const { lastSeen, ...anybodys } = without
    expect(seen.json).toEqual(anybodys)
  })

  test('PUT /users/me/device changes the name of the device and its push token', async () => {
    const person = await newChatPerson(app)
    const answer = await person.call(`${root}/users/me/device`, {
      method: 'PUT',
      body: { deviceName: 'My other laptop', deviceToken: 'push' },
    })
    const device = { ...person.device, name: 'My other laptop', token: 'push' }
    const self = selfOf(person.username, [sessionOf(device, { accessToken: person.token })])
    expect([answer.status, answer.json]).toEqual([200, self])
    expect((await person.call(`${root}/users/me`)).json).toEqual(self)
  })

  test('GET /users/<id> is public, and says nothing of sessions', async () => {
    const { id, username } = await newChatPerson(app)
    const answer = await app.call(`${root}/users/${id}`)
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({ id, name: 'Ada Byron', username, photos: [] })
    const unknown = await app.call(`${root}/users/1`)
    expect([unknown.status, unknown.json]).toEqual([404, failure('Not Found')])
    const none = await app.call(`${root}/users/ada`)
    const reason = 'Integer id was not found in the path.'
    expect([none.status, none.json]).toEqual([400, failure(reason)])
  })

  test('DELETE /users/me deletes by name and password', async () => {
    const person = await newChatPerson(app)
    const erase = (secret: string) =>
      app.call(`${root}/users/me`, { method: 'DELETE', headers: basic(person.username, secret) })
    const wrong = await erase('not the password')
    expect([wrong.status, wrong.json]).toEqual([401, unauthorized])
    const answer = await erase(password)
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect((await person.call(`${root}/users/me`)).status).toBe(401)
    expect((await app.call(`${root}/users/${person.id}`)).status).toBe(404)
    const left = await env.DB.prepare('SELECT 1 FROM sessions WHERE account_number = ?')
      .bind(person.id)
      .all()
    expect(left.results).toEqual([])
  })

  test('DELETE /users/me by bearer needs a recent sign-in', async () => {
    const later = testApp()
    const person = await newChatPerson(later)
    later.offsetMs = 16 * 60 * 1000
    const stale = await person.call(`${root}/users/me`, { method: 'DELETE' })
    expect([stale.status, stale.json]).toEqual([401, failure('Sign in again to do this.')])
    later.offsetMs = 0
    const answer = await person.call(`${root}/users/me`, { method: 'DELETE' })
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect((await person.call(`${root}/users/me`)).status).toBe(401)
  })
})

describe('who is there', () => {
  test.each([
    ['GET', '/users/me'],
    ['POST', '/users/me/logout'],
    ['PUT', '/users/me/changePassword'],
    ['PUT', '/users/me/setAccountKey'],
    ['PUT', '/users/me'],
    ['PUT', '/users/me/device'],
    ['POST', '/users/me/photos'],
    ['DELETE', `/users/me/photos/${newUuid()}`],
    ['DELETE', '/users/me'],
    ['POST', '/uploads'],
  ])('%s %s is refused without a session, also to a cookie', async (method, path) => {
    const { token } = await newChatPerson(app)
    const Cookie = `__Host-atrium_session=${token}`
    const ours = { Origin: 'https://atrium.test' }
    for (const headers of [{}, bearer('A'.repeat(43)), { Cookie, ...ours }]) {
      const answer = await app.call(`/chat${path}`, { method, headers })
      expect([answer.status, answer.json]).toEqual([401, unauthorized])
      expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="atrium"')
    }
  })

  test.each([
    'Basic',
    'Basic !!!',
    `Basic ${btoa('nocolon')}`,
    `Basic ${btoa('\xff:x')}`,
    'Bearer x',
  ])('POST /users/login refuses %j', async (Authorization) => {
    const answer = await signIn(app, 'nobody', { headers: { Authorization } })
    expect([answer.status, answer.json]).toEqual([401, unauthorized])
  })

  test('a password may hold colons and letters of any script', async () => {
    const username = newUsername()
    const secret = 'ключ:от:всего'
    const body = { name: 'Ada', username, password: secret, deviceInfo: newDevice() }
    await app.call('/chat/users', { body, headers: { 'CF-Connecting-IP': newAddress() } })
    const utf8 = String.fromCharCode(...new TextEncoder().encode(`${username}:${secret}`))
    const headers = { Authorization: `basic ${btoa(utf8)}` }
    expect((await signIn(app, username, { headers })).status).toBe(200)
  })

  test('the same device replaces its session, in capitals or not; another’s device id does not', async () => {
    const person = await newChatPerson(app)
    const device = { ...person.device, id: person.device.id.toLowerCase() }
    const stranger = await newChatPerson(app)
    await signIn(app, stranger.username, { device })
    expect((await person.call('/chat/users/me')).status).toBe(200)
    const again = await signIn(app, person.username, { device })
    expect(again.json.deviceSessions).toHaveLength(1)
    expect((await person.call('/chat/users/me')).status).toBe(401)
  })

  test('a sign-in takes the device bare, as clients send it', async () => {
    const { username } = await newChatPerson(app)
    const device = newDevice()
    const answer = await app.call('/chat/users/login', { body: device, headers: basic(username) })
    expect(answer.json.deviceSessions[0].deviceInfo).toEqual(device)
  })

  test('a session of another API is listed with a device made of what is known', async () => {
    const { username, cookies } = await newPerson(app)
    const token = cookies.cookies.get('__Host-atrium_session') ?? ''
    const me = await app.call('/chat/users/me', { headers: bearer(token) })
    expect(me.json.deviceSessions[0]).toEqual({
      id: expect.stringMatching(uuidShape),
      accessToken: token,
      createdAt: expect.stringMatching(dateShape),
      updatedAt: expect.stringMatching(dateShape),
      deviceInfo: {
        id: expect.stringMatching(uuidShape),
        name: 'social',
        model: 'test',
        transport: 'none',
      },
    })
    const renamed = await app.call('/chat/users/me/device', {
      method: 'PUT',
      body: { deviceName: 'A browser' },
      headers: bearer(token),
    })
    expect(renamed.json.username).toBe(username)
    expect(renamed.json.deviceSessions[0].deviceInfo.name).toBe('A browser')
  })
})

describe('with a second factor', () => {
  async function newGuarded() {
    const person = await newPerson(app)
    const { cookies } = person
    const switched = await app.call('/social/user/2fa', {
      body: { state: true, currentPassword: password },
      cookies,
    })
    expect(switched.json).toEqual({ ok: 1 })
    return person
  }

  test('the password opens nothing, and the code in X-OTP completes the sign-in', async () => {
    const { username, email } = await newGuarded()
    const place = { 'CF-Connecting-IP': newAddress() }
    const half = await signIn(app, username, { headers: place })
    expect([half.status, half.json]).toEqual([401, failure('Two-factor code required.')])
    expect(half.headers.get('X-OTP')).toBe('required')
    const wrong = await signIn(app, username, { headers: { ...place, 'X-OTP': 'nothing' } })
    expect([wrong.status, wrong.json]).toEqual([401, failure('Two-factor code is not valid.')])
    expect(wrong.headers.get('X-OTP')).toBe('required')
    const code = codeFrom(app.mails, email)
    const whole = await signIn(app, username, { headers: { ...place, 'X-OTP': code } })
    expect([whole.status, whole.json.username]).toEqual([200, username])
  })

  test('deleting by Basic needs the code too', async () => {
    const { username, email } = await newGuarded()
    const place = { ...basic(username), 'CF-Connecting-IP': newAddress() }
    const half = await app.call('/chat/users/me', { method: 'DELETE', headers: place })
    expect([half.status, half.headers.get('X-OTP')]).toEqual([401, 'required'])
    const headers = { ...place, 'X-OTP': codeFrom(app.mails, email) }
    const whole = await app.call('/chat/users/me', { method: 'DELETE', headers })
    expect([whole.status, whole.text]).toEqual([200, ''])
    expect((await signIn(app, username)).json).toEqual(unauthorized)
  })
})

describe('what is refused', () => {
  const sample = () => ({
    name: 'Ada Byron',
    username: newUsername(),
    password,
    deviceInfo: newDevice(),
  })
  const nameReason = 'Name should consist of letters.'
  const usernameReason =
    'Username should be at least 5 characters length, start with letter and consist of letters and digits.'

  test.each<[object, string]>([
    [{ name: '' }, nameReason],
    [{ name: undefined }, nameReason],
    [{ name: 'Ada\u0000' }, nameReason],
    [{ name: 'x'.repeat(151) }, 'Name is too long.'],
    [{ username: 'a!' }, usernameReason],
    [{ username: 7 }, usernameReason],
    [{ username: 'admin\u0000' }, usernameReason],
    [{ username: 'resetpassword' }, 'This username is reserved.'],
    [{ password: 'q7!xvbn' }, 'Password should be at least 8 characters length.'],
    [{ password: 'qwertyuiop' }, 'This password is too common.'],
    [{ password: undefined }, 'Password should be at least 8 characters length.'],
    [{ deviceInfo: undefined }, 'Invalid value: deviceInfo.'],
    [{ deviceInfo: { ...newDevice(), id: 'no uuid' } }, 'Invalid value: deviceInfo.id.'],
    [{ deviceInfo: { ...newDevice(), transport: 'mail' } }, 'Invalid value: deviceInfo.transport.'],
  ])('POST /users with %j', async (change, reason) => {
    const body = { ...sample(), ...change }
    const answer = await app.call('/chat/users', {
      body,
      headers: { 'CF-Connecting-IP': newAddress() },
    })
    expect([answer.status, answer.json]).toEqual([400, failure(reason)])
  })

  test.each<[object, string]>([
    [{ id: 'no uuid' }, 'Invalid value: deviceInfo.id.'],
    [{ name: 7 }, 'Invalid value: deviceInfo.name.'],
    [{ transport: undefined }, 'Invalid value: deviceInfo.transport.'],
  ])('POST /users/login from a device with %j, wrapped or bare', async (change, reason) => {
    const { username } = await newChatPerson(app)
    const device = { ...newDevice(), ...change }
    for (const body of [{ deviceInfo: device }, device]) {
      const answer = await app.call('/chat/users/login', { body, headers: basic(username) })
      expect([answer.status, answer.json]).toEqual([400, failure(reason)])
    }
  })

  test('POST /users with a username that is taken, in any case', async () => {
    const { username } = await newChatPerson(app)
    const body = { ...sample(), username: username.toUpperCase() }
    const answer = await app.call('/chat/users', { body })
    expect([answer.status, answer.json]).toEqual([409, failure('Username is already taken.')])
  })

  test('a body that is no JSON, of another type or too large', async () => {
    const send = (body: string, type: string) =>
      app.call('/chat/users', { body, headers: { 'Content-Type': type } })
    const malformed = await send('{', 'application/json')
    expect([malformed.status, malformed.json]).toEqual([
      400,
      failure('Request body is not valid JSON.'),
    ])
    const form = await send('name=Ada', 'application/x-www-form-urlencoded')
    expect([form.status, form.json]).toEqual([415, failure('Unsupported Media Type')])
    const large = await send(JSON.stringify('x'.repeat(70_000)), 'application/json')
    expect([large.status, large.json]).toEqual([413, failure('Payload Too Large')])
  })

  test('registering where it is closed, or by invitation only', async () => {
    const closed = await testApp({ REGISTRATION: 'closed' }).call('/chat/users', { body: sample() })
    expect([closed.status, closed.json]).toEqual([403, failure('Registration is closed.')])
    const invited = testApp({ INVITE_ONLY: 'true' })
    const answer = await invited.call('/chat/users', { body: { ...sample(), inviteCode: 'x' } })
    expect([answer.status, answer.json]).toEqual([400, failure('Invalid invite code.')])
  })

  test('a disabled account signs in nowhere, and is not there', async () => {
    const { id, username } = await newChatPerson(app)
    await env.DB.prepare('UPDATE accounts SET disabled_at = 1 WHERE number = ?').bind(id).run()
    const answer = await signIn(app, username)
    expect([answer.status, answer.json]).toEqual([403, failure('This account is disabled.')])
    expect((await app.call(`/chat/users/${id}`)).status).toBe(404)
  })

  test('an account key of less than 25 or more than 100 characters', async () => {
    const person = await newChatPerson(app)
    const set = (key: string) =>
      person.call('/chat/users/me/setAccountKey', {
        method: 'PUT',
        body: { password, accountKey: key },
      })
    const short = await set('k'.repeat(24))
    const reason = 'Key should be at least 25 characters length.'
    expect([short.status, short.json]).toEqual([400, failure(reason)])
    const long = await set('k'.repeat(101))
    expect([long.status, long.json]).toEqual([
      400,
      failure('Key should be at most 100 characters length.'),
    ])
    expect((await set('k'.repeat(25))).status).toBe(200)
    expect((await set('k'.repeat(100))).status).toBe(200)
  })

  test('a wrong account key, an account without one and no account get the same bytes', async () => {
    const reset = (userId: number) =>
      app.call('/chat/users/resetPassword', {
        method: 'PUT',
        body: { userId, accountKey: 'x'.repeat(30), newPassword: otherPassword },
      })
    const [keyed, keyless] = [await newChatPerson(app), await newChatPerson(app)]
    await keyed.call('/chat/users/me/setAccountKey', {
      method: 'PUT',
      body: { password, accountKey },
    })
    const unknown = await reset(4)
    expect([unknown.status, unknown.json]).toEqual([403, failure('Invalid user or account key.')])
    for (const { id } of [keyed, keyless]) {
      const { status, text, headers } = await reset(id)
      expect([status, text]).toEqual([403, unknown.text])
      expect(Object.fromEntries(headers)).toEqual(Object.fromEntries(unknown.headers))
    }
  })

  test('five wrong keys a day are evaluated, and then the right one waits', async () => {
    const later = testApp()
    const person = await newChatPerson(later)
    await person.call('/chat/users/me/setAccountKey', {
      method: 'PUT',
      body: { password, accountKey },
    })
    const reset = (key: string) =>
      later.call('/chat/users/resetPassword', {
        method: 'PUT',
        body: { userId: person.id, accountKey: key, newPassword: otherPassword },
        headers: { 'CF-Connecting-IP': newAddress() },
      })
    for (let i = 0; i < 5; i += 1) expect((await reset('x'.repeat(30))).status).toBe(403)
    const closed = await reset(accountKey)
    expect([closed.status, closed.json]).toEqual([429, failure('Too Many Requests')])
    expect(Number(closed.headers.get('Retry-After'))).toBeGreaterThan(0)
    later.offsetMs = 24 * 60 * 60 * 1000 + 1000
    expect((await reset(accountKey)).status).toBe(200)
  })

  test('paths and methods that are not there, and nothing under /api/users', async () => {
    const unknown = await app.call('/chat/users/me/nothing')
    expect([unknown.status, unknown.json]).toEqual([404, failure('Not Found')])
    for (const [path, allow] of [
      ['/chat/users/login', 'POST'],
      ['/chat/users/resetPassword', 'PUT, POST'],
    ] as const) {
      const answer = await app.call(path)
      expect([answer.status, answer.json]).toEqual([405, failure('Method Not Allowed')])
      expect(answer.headers.get('Allow')).toBe(allow)
    }
    expect((await app.call('/chat/api/users/me')).status).toBe(404)
  })
})
