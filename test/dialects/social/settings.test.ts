import { describe, expect, test } from 'vitest'
import { codeFrom, newJar, testApp } from '../../support/app'
import { newPerson } from '../../support/social'
import {
  anyDate,
  fieldError,
  forgetEverybody,
  invalid,
  ownUser,
  registerJohn,
  sample,
  signedIn,
  signInJohn,
} from '../../support/social-answers'

/** What the settings change, as a client of this dialect sees it. */

const { email } = sample.create

async function appWith(settings: { readonly [name: string]: unknown }) {
  const app = testApp(settings)
  await forgetEverybody(app)
  return app
}

test('REQUIRE_EMAIL_VERIFICATION=false: an account is confirmed as it is made, and signs in', async () => {
  const app = await appWith({ REQUIRE_EMAIL_VERIFICATION: 'false' })
  const created = await app.call('/user/create', { body: sample.create })
  expect([created.status, created.json]).toEqual([201, { ok: 1, data: { user: ownUser() } }])
  const cookies = newJar()
  const login = await app.call('/user/login', { body: sample.login, cookies })
  expect([login.status, login.json]).toEqual([200, signedIn()])
  expect((await app.call('/user/me', { cookies })).status).toBe(200)
})

test('REGISTRATION=closed: nobody registers, and who is there already signs in', async () => {
  const open = await appWith({})
  await registerJohn(open)
  const app = testApp({ REGISTRATION: 'closed' })
  for (const door of ['', '/social']) {
    const jane = { ...sample.create, username: 'jane_doe', email: 'jane@example.com' }
    const answer = await app.call(`${door}/user/create`, { body: jane })
    const additionalInfo = { reason: 'registration_closed' }
    expect([answer.status, answer.json]).toEqual([
      403,
      { ok: 0, error: 'Forbidden', additionalInfo },
    ])
  }
  expect(app.mails).toEqual([])
  expect((await app.call('/user/login', { body: sample.login })).status).toBe(200)
})

test('INVITE_ONLY=true: nobody registers without a valid invite code', async () => {
  const app = await appWith({ INVITE_ONLY: 'true' })
  for (const inviteCode of [undefined, '', 'AA-9999-1700000000000']) {
    const answer = await app.call('/user/create', { body: { ...sample.create, inviteCode } })
    expect([answer.status, answer.json]).toEqual([400, { ok: 0, error: 'InvalidInviteCode' }])
  }
  expect(app.mails).toEqual([])
})

test('EDITABLE_FIELDS: another documented key is refused by its name, with every other one', async () => {
  const app = await appWith({ EDITABLE_FIELDS: 'bio, pronouns , customData' })
  const { cookies } = await signInJohn(app)
  const me = await app.call('/user/me', { cookies })
  expect(me.json.data.editableFields).toEqual(['bio', 'pronouns', 'customData'])
  const customData = { theme: 'dark', list: [1, { two: 3 }] }
  const body = { bio: 'Hello', pronouns: 'they', customData }
  const done = await app.call('/user/me', { method: 'PATCH', body, cookies })
  expect([done.status, done.json]).toEqual([200, { ok: 1 }])
  const after = await app.call('/user/me', { cookies })
  expect(after.json.data.user).toEqual(ownUser(body))
  const refused = await app.call('/user/me', { method: 'PATCH', body: sample.create, cookies })
  const msg = 'This field cannot be edited'
  const fields = ['username', 'firstName', 'lastName', 'email', 'password', 'phone']
  const error = (field: string) =>
    fieldError(field, field === 'password' ? undefined : Reflect.get(sample.create, field), { msg })
  expect(refused.status).toBe(400)
  const { errors } = refused.json.additionalInfo
  expect(refused.json).toEqual(invalid(...errors))
  expect(errors).toHaveLength(7)
  for (const field of [...fields, 'phoneCountryCode']) expect(errors).toContainEqual(error(field))
})

test('EDITABLE_FIELDS cannot open what is only shown, nor a role', async () => {
  const app = await appWith({ EDITABLE_FIELDS: 'role,emailVerified,isBanned,_id,target' })
  const { cookies } = await signInJohn(app)
  const patch = (body: object) => app.call('/user/me', { method: 'PATCH', body, cookies })
  expect((await patch({ role: 'admin' })).status).toBe(403)
  for (const field of ['emailVerified', 'isBanned', '_id']) {
    expect((await patch({ [field]: true })).status).toBe(400)
  }
})

test('PASSWORD_MIN=15: new passwords are longer, and older ones still sign in', async () => {
  const app = await appWith({ PASSWORD_MIN: '15' })
  const refused = invalid(fieldError('password'))
  const short = 'k7#pQz!wk7#pQz'
  const created = await app.call('/user/create', { body: { ...sample.create, password: short } })
  expect([created.status, created.json]).toEqual([400, refused])
  const old = testApp()
  await old.call('/user/create', { body: { ...sample.create, password: short } })
  await old.call('/user/verify-email', { body: { code: codeFrom(old.mails, email) } })
  const cookies = newJar()
  const login = { ...sample.login, password: short }
  expect((await app.call('/user/login', { body: login, cookies })).status).toBe(200)
  const body = { password: 'k7#pQz!wk7#pQ_' }
  const patched = await app.call('/user/me', { method: 'PATCH', body, cookies })
  expect([patched.status, patched.json]).toEqual([400, refused])
  await app.call(`/user/code?email=${email}`)
  const code = codeFrom(app.mails, email)
  const reset = await app.call('/user/reset-password', { body: { code, ...body } })
  expect([reset.status, reset.json]).toEqual([400, refused])
  const longer = { code, password: `${short}!` }
  expect((await app.call('/user/reset-password', { body: longer })).json).toEqual({ ok: 1 })
})

test('PASSWORD_BLOCKLIST=false: a common password is taken, the own name is not', async () => {
  const app = await appWith({ PASSWORD_BLOCKLIST: 'false' })
  const create = (password: string) =>
    app.call('/user/create', { body: { ...sample.create, password } })
  expect((await create('password123')).status).toBe(201)
  expect((await create('john_doe')).status).toBe(400)
})

test('FIRST_ACCOUNT_IS_ADMIN=true: the first account of an empty database alone', async () => {
  const app = await appWith({ FIRST_ACCOUNT_IS_ADMIN: 'true' })
  const created = await app.call('/user/create', { body: sample.create })
  expect(created.json.data.user.role).toBe('admin')
  const jane = { ...sample.create, username: 'jane_doe', email: 'jane@example.com' }
  expect((await app.call('/user/create', { body: jane })).json.data.user.role).toBe('user')
})

test('FIRST_ACCOUNT_IS_ADMIN is false unless it is said', async () => {
  const app = await appWith({})
  const created = await app.call('/user/create', { body: sample.create })
  expect(created.json.data.user.role).toBe('user')
})

test('a name beside an address that disowned it is free at once, whatever is held back', async () => {
  const app = await appWith({ USERNAME_HOLD_DAYS: '30' })
  await app.call('/user/create', { body: sample.create })
  const codes = app.mails[0]?.text.match(/^\w{5}(-\w{5}){5}$/gm)
  await app.call('/disown-email', { body: { code: codes?.[1] } })
  expect((await app.call('/user/create', { body: sample.create })).status).toBe(201)
})

test('RECENT_AUTHENTICATION_SECONDS and the session’s ends are the operator’s', async () => {
  const settings = { RECENT_AUTHENTICATION_SECONDS: '60', SESSION_MAX_SECONDS: '3600' }
  const app = await appWith(settings)
  const { cookies } = await signInJohn(app)
  const { session } = (await app.call('/user/session-state', { cookies })).json.data
  expect(session).toMatchObject({ createdAt: anyDate, expiresAt: anyDate })
  expect(Date.parse(session.expiresAt) - Date.parse(session.createdAt)).toBe(3_600_000)
  app.offsetMs = 61_000
  expect((await app.call('/user/2fa', { body: { state: true }, cookies })).status).toBe(401)
  app.offsetMs = 3_601_000
  expect((await app.call('/user/me', { cookies })).status).toBe(401)
})

test('THROTTLE=off: wrong passwords are not counted', async () => {
  const app = await appWith({ THROTTLE: 'off' })
  const person = await newPerson(app)
  const body = { username: person.username, password: 'not the password', userAgent: 'test' }
  for (let i = 0; i < 12; i += 1) {
    expect((await app.call('/user/login', { body })).status).toBe(401)
  }
})

describe('settings that the Worker refuses to serve with', () => {
  test.each([
    ['no pepper', { PEPPER_1: undefined }],
    ['an empty pepper', { PEPPER_1: '' }],
    ['a short pepper', { PEPPER_1: 'x'.repeat(31) }],
    ['no application key', { APP_KEY_1: undefined }],
    ['an empty second application key', { APP_KEY_2: '' }],
    ['no origin', { ORIGIN: '' }],
    ['an origin with a path', { ORIGIN: 'https://atrium.test/accounts' }],
    ['no sender', { MAIL_FROM: '' }],
    ['a word for a boolean', { REQUIRE_EMAIL_VERIFICATION: 'no' }],
    ['a negative number', { PASSWORD_MIN: '-1' }],
    ['a minimum below 8', { PASSWORD_MIN: '7' }],
    ['an unknown word', { REGISTRATION: 'maybe' }],
    ['an allowed origin that is none', { ALLOWED_ORIGINS: 'https://app.example/, *' }],
    ['an unknown environment', { ENVIRONMENT: 'staging' }],
    ['production with cheap passwords', { ENVIRONMENT: 'production' }],
    [
      'production without throttling',
      { ENVIRONMENT: 'production', PASSWORD_ITERATIONS: '600000', THROTTLE: 'off' },
    ],
    ['iterations that cannot be split', { PASSWORD_ITERATIONS: '150001' }],
  ])('%s', async (_, settings) => {
    const app = testApp(settings)
    const unavailable = { ok: 0, error: 'ServiceUnavailable' }
    const calls = [
      ['/user/login', { body: sample.login }, unavailable],
      ['/social/user/me', {}, unavailable],
      ['/user/x/y', {}, unavailable],
      ['/healthz', {}, { error: 'unavailable' }],
      ['/', {}, { error: 'unavailable' }],
      ['/x', {}, { error: 'unavailable' }],
    ] as const
    for (const [path, call, body] of calls) {
      const answer = await app.call(path, call)
      expect([answer.status, answer.json]).toEqual([503, body])
      expect(answer.headers.get('Retry-After')).toBe('60')
    }
  })

  test('production with everything that it needs serves', async () => {
    const app = testApp({ ENVIRONMENT: 'production', PASSWORD_ITERATIONS: '600000' })
    const answer = await app.call('/healthz')
    expect([answer.status, answer.json]).toEqual([200, { status: 'ok' }])
  })
})
