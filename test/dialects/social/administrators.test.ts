import { describe, expect, test } from 'vitest'
import { type Call, codeFrom, type TestApp, testApp } from '../../support/app'
import { newPerson } from '../../support/social'
import {
  anyId,
  fieldError,
  forgetEverybody,
  invalid,
  ownUser,
  registerJohn,
  sample,
  send,
  signInJohn,
  ways,
} from '../../support/social-answers'

/** What is an administrator's through this dialect, and that nobody becomes one by saying so. */

const forbidden = { ok: 0, error: 'Forbidden' }

async function emptyApp() {
  const app = testApp()
  await forgetEverybody(app)
  return app
}

async function newAdministrator(app: TestApp) {
  const person = await newPerson(app)
  await app.env.DB.prepare("UPDATE accounts SET role = 'admin' WHERE id = ?").bind(person.id).run()
  return person
}

function rowOf(app: TestApp, id: string) {
  return app.env.DB.prepare('SELECT * FROM accounts WHERE id = ?').bind(id).first()
}

async function patch(app: TestApp, body: unknown, cookies: NonNullable<Call['cookies']>) {
  const { status, json } = await app.call('/user/me', { method: 'PATCH', body, cookies })
  return [status, json]
}

describe('an ordinary account', () => {
  test('changes neither a role nor anybody else, and nothing of the request is done', async () => {
    const app = await emptyApp()
    const target = await registerJohn(app)
    const { id, cookies } = await newPerson(app)
    const before = [await rowOf(app, target), await rowOf(app, id)]
    const attempts = [
      { role: 'admin' },
      { role: 'user' },
      { role: 'admin', target },
      { target, firstName: 'Changed' },
      { target, password: 'something new' },
      { target: '507f1f77bcf86cd799439011', firstName: 'Changed' },
      { role: 'admin', firstName: 'Changed' },
    ]
    for (const body of attempts) expect(await patch(app, body, cookies)).toEqual([403, forbidden])
    expect([await rowOf(app, target), await rowOf(app, id)]).toEqual(before)
  })

  test('is not told whether a target exists', async () => {
    const app = await emptyApp()
    const target = await registerJohn(app)
    const { cookies } = await newPerson(app)
    const known = await patch(app, { target, firstName: 'x' }, cookies)
    const unknown = { target: '507f1f77bcf86cd799439011', firstName: 'x' }
    expect(await patch(app, unknown, cookies)).toEqual(known)
  })
})

/** Every key that the document shows but nobody sets here, with what somebody might like it to be. */
const shownOnly = {
  _id: '507f1f77bcf86cd799439011',
  verified: true,
  verifiedDate: '2023-09-12T15:50:58.690Z',
  varifiedDate: '2023-09-12T15:50:58.690Z',
  followingCount: 7,
  followerCount: 7_000_000,
  isPrivate: true,
  profilePictureUrl: 'https://profile.picture/url',
  isSubscribed: true,
  subscriptionTier: 'gold',
  subscriptionExpiry: '2099-09-12T15:50:58.691Z',
  isBanned: true,
  isRestricted: true,
  emailVerified: true,
  createdAt: '2023-09-12T15:50:58.690Z',
  updatedAt: '2023-09-12T15:50:58.690Z',
}

/** Names of columns and of the core, which are keys of no document. */
const inside = {
  id: '507f1f77bcf86cd799439011',
  number: 1,
  epoch: 99,
  email_verified_at: 1,
  emailVerifiedAt: 1,
  password_hash: 'x',
  passwordHash: 'x',
  account_key_hash: 'x',
  second_factor: null,
  secondFactor: 'email',
  '2faEnabled': false,
  disabled_at: 1,
  disabledAt: 1,
  follower_count: 7,
  changedBy: 'me',
  profile: { bio: 'x' },
  isAdmin: true,
  is_admin: 1,
  scope: ['admin:profile:write'],
  permissions: ['*'],
  currentRole: 'admin',
}

describe('mass assignment', () => {
  test('a registration takes nothing but the documented fields', async () => {
    const app = await emptyApp()
    const body = { ...sample.create, ...inside, ...shownOnly, role: 'admin' }
    const created = await app.call('/user/create', { body })
    const user = ownUser({ emailVerified: false })
    expect([created.status, created.json]).toEqual([201, { ok: 1, data: { user } }])
    expect(created.json.data.user._id).not.toBe(shownOnly._id)
    expect(await rowOf(app, created.json.data.user._id)).toMatchObject({
      role: 'user',
      epoch: 0,
      email_verified_at: null,
      disabled_at: null,
      second_factor: null,
      account_key_hash: null,
      follower_count: 0,
      profile: JSON.stringify({ phone: '0000000000', phoneCountryCode: '+00' }),
    })
  })

  test('a key like "__proto__" gives nobody anything', async () => {
    const app = await emptyApp()
    const fields = JSON.stringify(sample.create).slice(1, -1)
    const body = `{"__proto__":{"role":"admin","emailVerified":true},"constructor":{"prototype":{"role":"admin"}},${fields}}`
    const headers = { 'Content-Type': 'application/json' }
    const created = await app.call('/user/create', { body, headers })
    const user = ownUser({ emailVerified: false })
    expect([created.status, created.json]).toEqual([201, { ok: 1, data: { user } }])
    const form = new URLSearchParams({ ...sample.create, username: 'jane_doe', email: 'a@b.cd' })
    form.append('__proto__[role]', 'admin')
    form.append('__proto__', 'admin')
    const other = await app.call('/user/create', {
      body: form.toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    })
    expect(other.status).toBe(201)
    expect(other.json.data.user.role).toBe('user')
  })

  test.each(Object.entries(shownOnly))('%s is shown, and cannot be edited', async (key, value) => {
    const app = await emptyApp()
    const { id, cookies } = await signInJohn(app)
    const before = await rowOf(app, id)
    const error = fieldError(key, value, { msg: 'This field cannot be edited' })
    const body = { [key]: value, firstName: 'Changed' }
    expect(await patch(app, body, cookies)).toEqual([400, invalid(error)])
    expect(await rowOf(app, id)).toEqual(before)
  })

  test('all keys that cannot be edited are named at once', async () => {
    const app = await emptyApp()
    const { cookies } = await signInJohn(app)
    const errors = Object.entries(shownOnly).map(([key, value]) =>
      fieldError(key, value, { msg: 'This field cannot be edited' }),
    )
    expect(await patch(app, { ...shownOnly, firstName: 'Changed' }, cookies)).toEqual([
      400,
      invalid(...errors),
    ])
  })

  test('names of the inside are keys like any unknown one', async () => {
    const app = await emptyApp()
    const { id, cookies } = await signInJohn(app)
    const { updated_at, changed_by, ...before } = (await rowOf(app, id)) ?? {}
    expect(await patch(app, inside, cookies)).toEqual([200, { ok: 1 }])
    expect(await rowOf(app, id)).toMatchObject(before)
  })
})

describe.each(ways)('an administrator, $name', (way) => {
  test('sends the whole printed sample with a target', async () => {
    const app = await emptyApp()
    const { cookies } = await newAdministrator(app)
    const target = await registerJohn(app)
    const update = { ...sample.create, target, firstName: 'Johnny', role: 'admin' }
    const answer = await send(app, way, '/user/me', update, { method: 'PATCH', cookies })
    expect([answer.status, answer.json]).toEqual([200, { ok: 1 }])
    const row = await rowOf(app, target)
    expect(row).toMatchObject({ first_name: 'Johnny', role: 'admin', username: 'john_doe' })
  })
})

describe('an administrator', () => {
  test('ends the sessions of an account by giving it a new password', async () => {
    const app = await emptyApp()
    const { cookies } = await newAdministrator(app)
    const john = await signInJohn(app)
    const body = { target: john.id, password: sample.newPassword }
    expect(await patch(app, body, cookies)).toEqual([200, { ok: 1 }])
    expect((await app.call('/user/me', { cookies: john.cookies })).status).toBe(401)
    expect((await app.call('/user/me', { cookies })).status).toBe(200)
    const login = { ...sample.login, password: sample.newPassword }
    expect((await app.call('/user/login', { body: login })).status).toBe(200)
  })

  test('cannot confirm an address for somebody: the code goes to the address', async () => {
    const app = await emptyApp()
    const { cookies } = await newAdministrator(app)
    const john = await signInJohn(app)
    const email = 'new@example.com'
    expect(await patch(app, { target: john.id, email }, cookies)).toEqual([200, { ok: 1 }])
    const me = await app.call('/user/me', { cookies: john.cookies })
    expect(me.json.data.user).toEqual(ownUser())
    await app.call('/user/verify-email', { body: { code: codeFrom(app.mails, email) } })
    const after = await app.call('/user/me', { cookies: john.cookies })
    expect(after.json.data.user).toEqual(ownUser({ email }))
  })

  test('is told of a target that does not exist', async () => {
    const app = await emptyApp()
    const { cookies } = await newAdministrator(app)
    const body = { target: '507f1f77bcf86cd799439011', firstName: 'x' }
    expect(await patch(app, body, cookies)).toEqual([404, { ok: 0, error: 'NotFound' }])
  })

  test('gives only the roles there are, and needs a recent sign-in for it', async () => {
    const app = await emptyApp()
    const { cookies } = await newAdministrator(app)
    const target = await registerJohn(app)
    expect(await patch(app, { target, role: 'root' }, cookies)).toEqual([
      400,
      invalid(fieldError('role', 'root')),
    ])
    app.offsetMs = 15 * 60_000 + 1000
    const stale = { ok: 0, error: 'Unauthorized', additionalInfo: { reason: 'stale' } }
    expect(await patch(app, { target, role: 'admin' }, cookies)).toEqual([401, stale])
    expect(await patch(app, { target, firstName: 'Johnny' }, cookies)).toEqual([200, { ok: 1 }])
  })

  test('edits what accounts may not edit themselves, and still not what is only shown', async () => {
    const app = testApp({ EDITABLE_FIELDS: 'bio' })
    await forgetEverybody(app)
    const { cookies } = await newAdministrator(app)
    const target = await registerJohn(app)
    const done = { target, username: 'john_doe_2', customData: { a: [1] } }
    expect(await patch(app, done, cookies)).toEqual([200, { ok: 1 }])
    expect(await rowOf(app, target)).toMatchObject({ username: 'john_doe_2' })
    const error = fieldError('isBanned', true, { msg: 'This field cannot be edited' })
    expect(await patch(app, { target, isBanned: true }, cookies)).toEqual([400, invalid(error)])
  })

  test('sees no more of others through the user view than anybody', async () => {
    const app = await emptyApp()
    const { cookies } = await newAdministrator(app)
    const id = await registerJohn(app)
    const answer = await app.call(`/user/${id}`, { cookies })
    expect(answer.json.data.user).toMatchObject({ _id: anyId, email: null, phone: null })
  })

  test('who is one no longer may no longer, at the next request', async () => {
    const app = await emptyApp()
    const { id, cookies } = await newAdministrator(app)
    const target = await registerJohn(app)
    expect(await patch(app, { target, firstName: 'x' }, cookies)).toEqual([200, { ok: 1 }])
    await app.env.DB.prepare("UPDATE accounts SET role = 'user' WHERE id = ?").bind(id).run()
    expect(await patch(app, { target, firstName: 'y' }, cookies)).toEqual([403, forbidden])
  })
})
