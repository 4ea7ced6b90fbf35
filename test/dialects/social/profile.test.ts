import { describe, expect, test } from 'vitest'
import { codeFrom, newJar, testApp } from '../../support/app'
import { newPerson } from '../../support/social'
import {
  fieldError,
  forgetEverybody,
  invalid,
  othersUser,
  ownUser,
  registerJohn,
  sample,
  send,
  signInJohn,
  ways,
} from '../../support/social-answers'

/** Get Current User, Update User Info, Get User by ID and Switch to Private, as documented. */

const editableFields = [
  'username',
  'firstName',
  'lastName',
  'email',
  'password',
  'phoneCountryCode',
  'phone',
  'middleName',
  'gender',
  'bio',
  'designation',
  'pronouns',
  'customLink',
  'organization',
  'country',
  'preferredLanguage',
]

/** The profile of the document's samples, as far as its owner may fill it in. */
const profile = {
  middleName: 'Maria',
  gender: 'male',
  bio: 'Grab a straw, because you suck.',
  designation: 'Software Engineer',
  pronouns: 'he/him',
  customLink: 'https://custom.link',
  organization: 'Atrium',
  country: 'DE',
  preferredLanguage: 'en',
}

async function emptyApp() {
  const app = testApp()
  await forgetEverybody(app)
  return app
}

describe.each(['', '/social'])('under "%s"', (door) => {
  test('the current user is an object with every documented key', async () => {
    const app = await emptyApp()
    const { id, cookies } = await signInJohn(app)
    const me = await app.call(`${door}/user/me`, { cookies })
    expect(me.status).toBe(200)
    expect(me.json).toEqual({ ok: 1, data: { user: ownUser({ _id: id }), editableFields } })
  })

  test('the own account by its id is the same as the current user', async () => {
    const app = await emptyApp()
    const { id, cookies } = await signInJohn(app)
    const answer = await app.call(`${door}/user/${id}`, { cookies })
    expect([answer.status, answer.json]).toEqual([
      200,
      { ok: 1, data: { user: ownUser({ _id: id }) } },
    ])
  })

  test('somebody else is shown without anything private', async () => {
    const app = await emptyApp()
    const id = await registerJohn(app)
    const { cookies } = await newPerson(app)
    const answer = await app.call(`${door}/user/${id}`, { cookies })
    expect([answer.status, answer.json]).toEqual([
      200,
      { ok: 1, data: { user: othersUser({ _id: id }) } },
    ])
  })

  test('an id that nobody has is not found, and what is no id is invalid', async () => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    const unknown = await app.call(`${door}/user/507f1f77bcf86cd799439011`, { cookies })
    expect([unknown.status, unknown.json]).toEqual([404, { ok: 0, error: 'NotFound' }])
    const bad = await app.call(`${door}/user/507f1f77`, { cookies })
    const error = fieldError('userId', '507f1f77', { location: 'params' })
    expect([bad.status, bad.json]).toEqual([400, invalid(error)])
  })

  test('a disabled account is not found', async () => {
    const app = await emptyApp()
    const id = await registerJohn(app)
    const { cookies } = await newPerson(app)
    await app.env.DB.prepare('UPDATE accounts SET disabled_at = 1 WHERE id = ?').bind(id).run()
    const answer = await app.call(`${door}/user/${id}`, { cookies })
    expect([answer.status, answer.json]).toEqual([404, { ok: 0, error: 'NotFound' }])
  })

  test('nobody is shown to a stranger', async () => {
    const app = await emptyApp()
    for (const path of ['me', '507f1f77bcf86cd799439011', 'not-an-id', 'login-history']) {
      const answer = await app.call(`${door}/user/${path}`)
      expect([answer.status, answer.json]).toEqual([401, { ok: 0, error: 'Unauthorized' }])
      expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="atrium"')
    }
  })
})

describe.each(ways)('$name', (way) => {
  test('the sample without its role updates the own account', async () => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    const update = { ...sample.create, username: 'john_doe_2', firstName: 'Johnny' }
    const call = { method: 'PATCH', cookies }
    const answer = await send(app, way, '/user/me', update, call)
    expect([answer.status, answer.json]).toEqual([200, { ok: 1 }])
    const me = await app.call('/user/me', { cookies })
    const changed = { username: 'john_doe_2', firstName: 'Johnny' }
    expect(me.json.data.user).toEqual(ownUser(changed))
  })

  test('the whole sample, role and all, is an administrator’s', async () => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    const update = { ...sample.create, role: 'user' }
    const answer = await send(app, way, '/user/me', update, { method: 'PATCH', cookies })
    expect([answer.status, answer.json]).toEqual([403, { ok: 0, error: 'Forbidden' }])
  })

  test('the profile fields are filled in, and taken away by "__unset__"', async () => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    const call = { method: 'PATCH', cookies }
    const filled = await send(app, way, '/user/me', profile, call)
    expect([filled.status, filled.json]).toEqual([200, { ok: 1 }])
    const me = await app.call('/user/me', { cookies })
    expect(me.json.data.user).toEqual(ownUser(profile))

    const nothing = Object.fromEntries(Object.keys(profile).map((key) => [key, '__unset__']))
    await send(app, way, '/user/me', { ...nothing, phone: '__unset__' }, call)
    const after = await app.call('/user/me', { cookies })
    expect(after.json.data.user).toEqual(ownUser({ phone: null }))
  })

  test('an account is made private and public again', async () => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    for (const state of [true, true, false]) {
      const answer = await send(app, way, '/user/private', { state }, { cookies })
      expect([answer.status, answer.json]).toEqual([200, { ok: 1 }])
      const me = await app.call('/user/me', { cookies })
      expect(me.json.data.user).toEqual(ownUser({ isPrivate: state }))
    }
  })
})

test('an update of nothing changes nothing, and unknown keys are nothing', async () => {
  const app = await emptyApp()
  const { cookies } = await signInJohn(app)
  for (const body of [{}, { favouriteColour: 'blue', addressLine1: 'x', scope: '*' }]) {
    const answer = await app.call('/user/me', { method: 'PATCH', body, cookies })
    expect([answer.status, answer.json]).toEqual([200, { ok: 1 }])
    const me = await app.call('/user/me', { cookies })
    expect(me.json.data.user).toEqual(ownUser())
  }
})

test('a new password ends the other sessions and keeps this one', async () => {
  const app = await emptyApp()
  const { cookies } = await signInJohn(app)
  const other = newJar()
  await app.call('/user/login', { body: sample.login, cookies: other })
  const body = { password: sample.newPassword }
  await app.call('/user/me', { method: 'PATCH', body, cookies })
  expect((await app.call('/user/me', { cookies })).status).toBe(200)
  expect((await app.call('/user/me', { cookies: other })).status).toBe(401)
  expect((await app.call('/user/login', { body: sample.login })).status).toBe(401)
})

test('a new address takes effect when its code comes back', async () => {
  const app = await emptyApp()
  const { cookies } = await signInJohn(app)
  app.mails.length = 0
  const email = 'john.doe@example.com'
  const answer = await app.call('/user/me', { method: 'PATCH', body: { email }, cookies })
  expect(answer.json).toEqual({ ok: 1 })
  expect((await app.call('/user/me', { cookies })).json.data.user).toEqual(ownUser())
  expect(app.mails.map((mail) => mail.to)).toEqual([email])
  const code = codeFrom(app.mails, email)
  await app.call('/user/verify-email', { body: { code } })
  expect((await app.call('/user/me', { cookies })).json.data.user).toEqual(ownUser({ email }))
  expect(app.mails.map((mail) => mail.to)).toEqual([sample.create.email, email])
})

test('a name or an address that somebody else has is refused, and nothing is changed', async () => {
  const app = await emptyApp()
  await registerJohn(app)
  const jane = await newPerson(app)
  const { username, email } = sample.create
  const body = { username, email, firstName: 'Janet' }
  const call = { method: 'PATCH', body, cookies: jane.cookies }
  const answer = await app.call('/user/me', call)
  const duplicateFields = ['username', 'email']
  const conflict = { ok: 0, error: 'ResourceConflict', additionalInfo: { duplicateFields } }
  expect([answer.status, answer.json]).toEqual([409, conflict])
  const me = await app.call('/user/me', { cookies: jane.cookies })
  expect(me.json.data.user.firstName).toBe('John')
})

test.each([
  ['password', sample.newPassword],
  ['email', 'new@example.com'],
])('a new %s needs a recent sign-in or the password', async (field, value) => {
  const app = await emptyApp()
  const { cookies } = await signInJohn(app)
  app.offsetMs = 15 * 60_000 + 1000
  const patch = async (body: object) => {
    const { status, json } = await app.call('/user/me', { method: 'PATCH', body, cookies })
    return [status, json]
  }
  const refused = (reason: string) => [
    401,
    { ok: 0, error: 'Unauthorized', additionalInfo: { reason } },
  ]
  expect(await patch({ [field]: value })).toEqual(refused('stale'))
  expect(await patch({ [field]: value, currentPassword: 'not it' })).toEqual(
    refused('wrong_password'),
  )
  const currentPassword = sample.create.password
  expect(await patch({ [field]: value, currentPassword })).toEqual([200, { ok: 1 }])
  expect(await patch({ firstName: 'Johnny' })).toEqual([200, { ok: 1 }])
})

test.each([
  ['bio', 'x'.repeat(256), 'x'.repeat(257)],
  ['bio', 'one line\nand another', 'a \u202e trick'],
  ['gender', 'x'.repeat(128), 'x'.repeat(129)],
  ['designation', 'x'.repeat(128), 'nul \u0000'],
  ['organization', 'x'.repeat(128), ''],
  ['pronouns', 'x'.repeat(24), 'x'.repeat(25)],
  ['middleName', 'Μαρία', 'two\nlines'],
  ['customLink', 'http://example.com/~me?x=1', 'javascript:alert(1)'],
  ['customLink', 'https://пример.example/', 'example.com'],
  ['country', 'DE', 'Germany'],
  ['preferredLanguage', 'de', 'DE'],
  ['phone', '123456789012345', '1234567890123456'],
  ['phoneCountryCode', '0049', '+'],
])('%s may be %j and not %j', async (field, good, bad) => {
  const app = await emptyApp()
  const { cookies } = await signInJohn(app)
  const patch = (body: object) => app.call('/user/me', { method: 'PATCH', body, cookies })
  expect((await patch({ [field]: good })).json).toEqual({ ok: 1 })
  const refused = await patch({ [field]: bad })
  expect([refused.status, refused.json]).toEqual([400, invalid(fieldError(field, bad))])
  const me = await app.call('/user/me', { cookies })
  expect(me.json.data.user).toEqual(ownUser({ [field]: good }))
})
