import { beforeEach, describe, expect, test } from 'vitest'
import { newJar, testApp } from '../../support/app'
import {
  ada,
  doors,
  forgetEverybody,
  heard,
  registerAda,
  sample,
  told,
} from '../../support/site-answers'

/** Every row of the document: the HTTP status and the whole body, at the root and under /site. */

const nameLength = 'Name cannot be less than 3 or over 150 characters'
const usernameLength = 'Username cannot be less than 3 or over 100 characters'
const passwordLength = 'Password cannot be less than 8 or over 200 characters'
const long = (count: number) => 'q7x!vbnzkj'.repeat(21).slice(0, count)

type Row = readonly [given: { readonly [field: string]: unknown }, status: number, message: string]

const createRows: Row[] = [
  [{ name: 'Al' }, 406, nameLength],
  [{ name: '   ' }, 406, nameLength],
  [{ name: 'x'.repeat(151) }, 406, nameLength],
  [{ username: 'ab' }, 406, usernameLength],
  [{ username: 'x'.repeat(101) }, 406, usernameLength],
  [{ password: long(7) }, 406, passwordLength],
  [{ password: '😀'.repeat(7) }, 406, passwordLength],
  [{ password: long(201) }, 406, passwordLength],
  [{ email: 'ada' }, 406, 'Invalid email'],
  [{ email: 'ada@example.com, eve@example.com' }, 406, 'Invalid email'],
  [{ bio: 'x'.repeat(201) }, 406, 'Bio cannot be over 200 characters'],
  [{ username: 'ada byron' }, 400, 'Username cannot contain white space'],
  [{ username: ' ada' }, 400, 'Username cannot contain white space'],
  [{ username: 'a\t' }, 400, 'Username cannot contain white space'],
  [{ username: null }, 400, 'Username cannot be null'],
  [{ username: undefined }, 400, 'Username cannot be null'],
  [{ username: '' }, 400, 'Username cannot be empty'],
  [{ email: null }, 400, 'Email cannot be null'],
  [{ email: undefined }, 400, 'Email cannot be null'],
  [{ email: '' }, 400, 'Email cannot be empty'],
  [{ password: null }, 400, 'Password cannot be null'],
  [{ password: undefined }, 400, 'Password cannot be null'],
  [{ password: '' }, 400, 'Password cannot be empty'],
  [{ name: '' }, 400, 'name cannot be empty'],
  [{ bio: sample.create.password }, 400, 'Password cannot be bio'],
  [{ bio: '' }, 400, 'Bio cannot be empty'],
  [{ website: '' }, 400, 'Website cannot be empty'],
  [{ pronounce: '' }, 400, 'Pronounce cannot be empty'],
]

/** What the document has no words for: the core's policy, and values that are no texts. */
const createBeyond: Row[] = [
  [{ username: 'ada!' }, 406, 'Invalid username'],
  [{ username: 'admin/ada' }, 406, 'Invalid username'],
  [{ username: 'logout' }, 406, 'Username is reserved'],
  [{ password: 'password' }, 406, 'Password is too common'],
  [{ password: 'ADA@example.com' }, 406, 'Password is too easy to guess'],
  [{ password: 'with a \0 in it' }, 406, 'Invalid password'],
  [{ name: 'Ada\u202eByron' }, 406, 'Invalid name'],
  [{ bio: 'half \ud800' }, 406, 'Invalid bio'],
  [{ website: 'javascript:alert(1)' }, 406, 'Invalid website'],
  [{ website: `https://${'x'.repeat(260)}` }, 406, 'Website cannot be over 256 characters'],
  [{ pronounce: 'x'.repeat(51) }, 406, 'Pronounce cannot be over 50 characters'],
  [{ pronounce: 'she\nher' }, 406, 'Invalid pronounce'],
  [{ username: 7 }, 400, 'Username must be a string'],
  [{ email: ['ada@example.com'] }, 400, 'Email must be a string'],
  [{ password: { $ne: null } }, 400, 'Password must be a string'],
  [{ name: true }, 400, 'Name must be a string'],
  [{ bio: 7 }, 400, 'Bio must be a string'],
  [{ website: [] }, 400, 'Website must be a string'],
  [{ pronounce: {} }, 400, 'Pronounce must be a string'],
  [{ inviteCode: 7 }, 406, 'Invalid inviteCode'],
]

const authRows: Row[] = [
  [{ password: 'not the password' }, 401, 'Authenticated failed'],
  [{ username: 'nobody.at.all' }, 401, 'Authenticated failed'],
  [{ username: 'could@never.be' }, 401, 'Authenticated failed'],
  [{ username: 'ab' }, 406, usernameLength],
  [{ username: 'x'.repeat(101) }, 406, usernameLength],
  [{ password: long(7) }, 406, passwordLength],
  [{ password: long(201) }, 406, passwordLength],
  [{ username: 'ada byron' }, 400, 'Username cannot contain white space'],
  [{ username: null }, 400, 'Username cannot be null'],
  [{ username: '' }, 400, 'Username cannot be empty'],
  [{ password: null }, 400, 'Password cannot be null'],
  [{ password: '' }, 400, 'Password cannot be empty'],
]

const resetRows: Row[] = [
  [{ newPassword: long(7) }, 406, passwordLength],
  [{ newPassword: long(201) }, 406, passwordLength],
  [{ uuid: null }, 400, 'UUID cannot be null'],
  [{ uuid: '' }, 400, 'UUID cannot be empty'],
  [{ newPassword: null }, 400, 'Password cannot be null'],
  [{ newPassword: '' }, 400, 'Password cannot be empty'],
  [{ uuid: 7 }, 400, 'UUID must be a string'],
]

describe.each(doors)('at "%s"', (door) => {
  const app = testApp()
  beforeEach(() => forgetEverybody(app))
  const send = (path: string, body: unknown) => app.call(`${door}${path}`, { body })

  describe('POST /user/create', () => {
    test('makes the account, and answers its public profile', async () => {
      const answer = await send('/user/create', sample.create)
      expect(heard(answer)).toEqual(told(200, 'User created successfully', { data: ada }))
      expect(answer.text).not.toContain('example.com"')
    })

    test('takes a form as well, and only what is required', async () => {
      const answer = await app.call(`${door}/user/create`, {
        body: new URLSearchParams(sample.minimal).toString(),
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      })
      const empty = { name: '', bio: '', website: '', pronounce: '' }
      const data = { username: 'bob', ...empty, followers: '0', following: '0' }
      expect(heard(answer)).toEqual(told(200, 'User created successfully', { data }))
    })

    test.each([...createRows, ...createBeyond])(
      'refuses %j with %i %s',
      async (given, status, message) => {
        const answer = await send('/user/create', { ...sample.create, ...given })
        expect(heard(answer)).toEqual(told(status, message))
        expect(answer.headers.getSetCookie()).toEqual([])
      },
    )

    test('409 with "400": the name, then the address is taken', async () => {
      await registerAda(app)
      const other = { ...sample.create, username: 'ADA', email: 'other@example.com' }
      const user = told(409, 'User already exists', { statusCode: '400' })
      expect(heard(await send('/user/create', other))).toEqual(user)
      expect(heard(await send('/user/create', sample.create))).toEqual(user)
      const address = { ...sample.create, username: 'other', email: 'ADA@example.com' }
      expect(heard(await send('/user/create', address))).toEqual(
        told(409, 'Email already exists', { statusCode: '400' }),
      )
    })

    test('tells the first failing check only: nulls, empties, white space, length, format, taken', async () => {
      await registerAda(app)
      const steps: readonly Row[] = [
        [{ username: null }, 400, 'Username cannot be null'],
        [{ email: null, username: '' }, 400, 'Email cannot be null'],
        [{ password: null, email: '' }, 400, 'Password cannot be null'],
        [
          { username: '', email: '', password: '', name: '', bio: '' },
          400,
          'Username cannot be empty',
        ],
        [{ username: 'a b', email: '', password: '' }, 400, 'Email cannot be empty'],
        [{ username: 'a b', password: '', name: '' }, 400, 'Password cannot be empty'],
        [{ username: 'a b', name: '', website: '' }, 400, 'name cannot be empty'],
        [{ username: 'a b', bio: '', website: '' }, 400, 'Bio cannot be empty'],
        [{ username: 'a b', website: '', pronounce: '' }, 400, 'Website cannot be empty'],
        [{ username: 'a b', pronounce: '' }, 400, 'Pronounce cannot be empty'],
        [{ username: ' ', name: 'x', password: 'x' }, 400, 'Username cannot contain white space'],
        [{ name: 'x', username: 'x', password: 'x', email: 'x' }, 406, nameLength],
        [{ username: 'x', password: 'x', email: 'x' }, 406, usernameLength],
        [{ password: 'x', email: 'x', bio: 'x'.repeat(201) }, 406, passwordLength],
        [{ email: 'x', bio: 'x'.repeat(201) }, 406, 'Bio cannot be over 200 characters'],
        [{ email: 'x', bio: sample.create.password }, 406, 'Invalid email'],
        [{ bio: sample.create.password }, 400, 'Password cannot be bio'],
      ]
      for (const [given, status, message] of steps) {
        const answer = await send('/user/create', { ...sample.create, ...given })
        expect(heard(answer), JSON.stringify(given)).toEqual(told(status, message))
      }
    })

    test('takes every field at its limits', async () => {
      const body = {
        username: 'abc',
        email: 'abc@example.com',
        password: '😀'.repeat(200),
        name: 'é'.repeat(150),
        bio: '🙂'.repeat(200),
        website: null,
      }
      expect((await send('/user/create', body)).status).toBe(200)
      const least = {
        username: 'x'.repeat(100),
        email: 'x@example.com',
        password: long(8),
        name: 'Ada',
      }
      expect((await send('/user/create', least)).status).toBe(200)
    })
  })

  describe('POST /user/auth', () => {
    test('answers that it is authenticated', async () => {
      await registerAda(app)
      expect(heard(await send('/user/auth', sample.auth))).toEqual(told(200, 'Authenticated'))
      const capitals = { ...sample.auth, username: 'ADA' }
      expect(heard(await send('/user/auth', capitals))).toEqual(told(200, 'Authenticated'))
    })

    test.each(authRows)('refuses %j with %i %s', async (given, status, message) => {
      await registerAda(app)
      const answer = await send('/user/auth', { ...sample.auth, ...given })
      expect(heard(answer)).toEqual(told(status, message))
      expect(answer.headers.getSetCookie()).toEqual([])
    })

    test('a disabled account fails like any other', async () => {
      await registerAda(app)
      await app.env.DB.exec('UPDATE accounts SET disabled_at = 1')
      const answer = await send('/user/auth', sample.auth)
      expect(heard(answer)).toEqual(told(401, 'Authenticated failed'))
    })
  })

  describe('GET /user/logged', () => {
    const logged = `${door}/user/logged`

    test('is valid with the cookie, and with its token as a bearer', async () => {
      const cookies = await registerAda(app)
      const valid = told(200, 'Validation', { data: 'true' })
      expect(heard(await app.call(logged, { cookies }))).toEqual(valid)
      const Authorization = `Bearer ${cookies.cookies.get('TOKEN')}`
      expect(heard(await app.call(logged, { headers: { Authorization } }))).toEqual(valid)
    })

    test('without a cookie: "false"', async () => {
      const none = told(404, 'TOKEN was not found', { data: 'false' })
      expect(heard(await app.call(logged))).toEqual(none)
      expect(heard(await app.call(logged, { headers: { Cookie: 'TOKEN=' } }))).toEqual(none)
      expect(heard(await app.call(logged, { headers: { Cookie: 'other=1' } }))).toEqual(none)
    })

    test.each(['A'.repeat(43), 'x', '%E0%A4%A', 'x'.repeat(4000)])(
      'with a dead cookie: "true", as printed (%s)',
      async (value) => {
        const answer = await app.call(logged, { headers: { Cookie: `TOKEN=${value}` } })
        expect(heard(answer)).toEqual(told(404, 'No auth info found', { data: 'true' }))
      },
    )

    test('a session that has ended is dead', async () => {
      const cookies = await registerAda(app)
      await app.env.DB.exec('UPDATE accounts SET disabled_at = 1')
      const answer = await app.call(logged, { cookies })
      expect(heard(answer)).toEqual(told(404, 'No auth info found', { data: 'true' }))
    })
  })

  describe('GET /user/profile/:username', () => {
    test('answers the profile under the name as it is written', async () => {
      await registerAda(app)
      for (const name of ['ada', 'ADA', '%61da']) {
        const answer = await app.call(`${door}/user/profile/${name}`)
        expect(heard(answer)).toEqual(told(200, 'ada', { data: ada }))
      }
    })

    test.each(['nobody', '%00', '%E0%A4%A', 'x'.repeat(3000), '$ada$', 'ada%20'])(
      'knows no %s',
      async (name) => {
        await registerAda(app)
        const answer = await app.call(`${door}/user/profile/${name}`)
        expect(heard(answer)).toEqual(told(404, 'User not found', { data: 'false' }))
      },
    )

    test('a disabled account is not found', async () => {
      await registerAda(app)
      await app.env.DB.exec('UPDATE accounts SET disabled_at = 1')
      const answer = await app.call(`${door}/user/profile/ada`)
      expect(heard(answer)).toEqual(told(404, 'User not found', { data: 'false' }))
    })
  })

  describe('POST /user/password-reset', () => {
    const given = { uuid: sample.uuid, newPassword: sample.newPassword }

    test.each(resetRows)('refuses %j with %i %s', async (wrong, status, message) => {
      const answer = await send('/user/password-reset', { ...given, ...wrong })
      expect(heard(answer)).toEqual(told(status, message))
    })

    test('404 with "400": an unknown token', async () => {
      const unknown = told(404, 'Token not found', { statusCode: '400' })
      expect(heard(await send('/user/password-reset', given))).toEqual(unknown)
      const spaces = { ...given, uuid: 'no uuid at all' }
      expect(heard(await send('/user/password-reset', spaces))).toEqual(unknown)
    })

    test('tells the first failing check only', async () => {
      const first = async (body: unknown) => (await send('/user/password-reset', body)).json.message
      expect(await first({})).toBe('UUID cannot be null')
      expect(await first({ uuid: '' })).toBe('Password cannot be null')
      expect(await first({ uuid: '', newPassword: '' })).toBe('UUID cannot be empty')
      expect(await first({ uuid: ' ', newPassword: 'short' })).toBe(passwordLength)
    })
  })

  test('a cookie of another session is replaced at a sign-in, and its session ends', async () => {
    const cookies = await registerAda(app)
    const former = newJar()
    former.cookies.set('TOKEN', cookies.cookies.get('TOKEN') ?? '')
    await app.call(`${door}/user/auth`, { body: sample.auth, cookies })
    expect((await app.call(`${door}/user/logged`, { cookies })).status).toBe(200)
    expect((await app.call(`${door}/user/logged`, { cookies: former })).status).toBe(404)
  })
})
