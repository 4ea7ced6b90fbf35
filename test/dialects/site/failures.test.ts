import { beforeEach, describe, expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { brokenDatabase } from '../../support/database'
import { forgetEverybody, heard, registerAda, sample, told } from '../../support/site-answers'

/** What the document does not name is told in its envelope; settings hold at this door. */

const app = testApp()
beforeEach(() => forgetEverybody(app))

test('unknown paths and methods', async () => {
  for (const path of ['/site/user/nothing', '/site', '/user/profile', '/user/profile/ada/more']) {
    expect(heard(await app.call(path)), path).toEqual(told(404, 'Not found'))
  }
  const auth = await app.call('/user/auth')
  expect(heard(auth)).toEqual(told(405, 'Method not allowed'))
  expect(auth.headers.get('Allow')).toBe('POST')
  const logged = await app.call('/user/logged', { body: {} })
  expect(heard(logged)).toEqual(told(405, 'Method not allowed'))
  expect(logged.headers.get('Allow')).toContain('GET')
  expect((await app.call('/site/user/logout')).status).toBe(405)
})

test.each([
  {
    what: 'broken JSON',
    type: 'application/json',
    body: '{',
    status: 400,
    message: 'Malformed body',
  },
  { what: 'a list', type: 'application/json', body: '[]', status: 400, message: 'Malformed body' },
  { what: 'null', type: 'application/json', body: 'null', status: 400, message: 'Malformed body' },
  {
    what: 'XML',
    type: 'text/xml',
    body: '<a/>',
    status: 415,
    message: 'Content type is not supported',
  },
  {
    what: 'a large body',
    type: 'application/json',
    body: `"${'x'.repeat(70_000)}"`,
    status: 413,
    message: 'Body is too large',
  },
])('$what', async ({ type, body, status, message }) => {
  for (const path of ['auth', 'password-reset', 'password-reset-token', 'create']) {
    const answer = await app.call(`/user/${path}`, { body, headers: { 'Content-Type': type } })
    expect(heard(answer), path).toEqual(told(status, message))
  }
})

test('five wrong passwords: 429 with Retry-After, for the right one too', async () => {
  await registerAda(app)
  const wrong = { ...sample.auth, password: 'not the password' }
  for (let i = 0; i < 5; i += 1) {
    expect((await app.call('/user/auth', { body: wrong })).status).toBe(401)
  }
  const answer = await app.call('/user/auth', { body: sample.auth })
  expect(heard(answer)).toEqual(told(429, 'Too many attempts'))
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
})

test('a database that is down: 503 with Retry-After', async () => {
  const broken = testApp({ DB: brokenDatabase('D1_ERROR: Network connection lost.') })
  const answers = [
    await broken.call('/user/profile/ada'),
    await broken.call('/user/auth', { body: sample.auth }),
    await broken.call('/user/logged', { headers: { Cookie: `TOKEN=${'A'.repeat(43)}` } }),
  ]
  for (const answer of answers) {
    expect(heard(answer)).toEqual(told(503, 'Service unavailable'))
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
  }
})

describe('settings', () => {
  const create = (settings: { readonly [name: string]: string }, more = {}) =>
    testApp(settings).call('/site/user/create', { body: { ...sample.create, ...more } })

  test('REGISTRATION=closed', async () => {
    const answer = await create({ REGISTRATION: 'closed' })
    expect(heard(answer)).toEqual(told(403, 'Registration is closed'))
  })

  test.each([undefined, null, '', 'AA-9999-1700000000000'])(
    'INVITE_ONLY, with %j',
    async (inviteCode) => {
      const answer = await create({ INVITE_ONLY: 'true' }, { inviteCode })
      expect(heard(answer)).toEqual(told(406, 'Invalid invite code'))
    },
  )

  test('PASSWORD_MIN above the document’s is told in other words than the document’s', async () => {
    const answer = await create({ PASSWORD_MIN: '12' }, { password: 'q7!xvbnzkj' })
    expect(heard(answer)).toEqual(told(406, 'Password is too short'))
  })

  test('REQUIRE_EMAIL_VERIFICATION closes nothing here: an unconfirmed account signs in', async () => {
    await registerAda(app)
    expect((await app.call('/user/auth', { body: sample.auth })).status).toBe(200)
    expect(app.mails[0]?.subject).toContain('Confirm your address')
  })
})
