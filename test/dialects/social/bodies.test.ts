import { beforeAll, describe, expect, test } from 'vitest'
import { type Call, testApp } from '../../support/app'
import {
  fieldError,
  forgetEverybody,
  invalid,
  ownUser,
  sample,
  signInJohn,
} from '../../support/social-answers'

/** Bodies as clients should not send them: a clear 4xx in the words of this API, never a 500. */

const app = testApp({ THROTTLE: 'off' })
const json = { 'Content-Type': 'application/json' }
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }

const open = [
  '/user/create',
  '/user/verify-email',
  '/user/resend-verification',
  '/user/login',
  '/user/do-2fa',
  '/user/code',
  '/user/reset-password',
]
const delegated = [
  ['POST', '/user/2fa'],
  ['POST', '/user/private'],
  ['PATCH', '/user/me'],
] as const

/** Every endpoint that takes a body, called as somebody who may. */
const endpoints = [...open.map((path) => ['POST', path] as const), ...delegated]
  .flatMap(([method, path]) => [
    { method, path },
    { method, path: `/social${path}` },
  ])
  // At the root a body that names no person is for another dialect.
  .filter(({ path }) => path !== '/user/create')

async function signedInCaller() {
  await forgetEverybody(app)
  const { cookies } = await signInJohn(app)
  return (path: string, call: Call) => app.call(path, { cookies, ...call })
}

const reason = (word: string) => ({
  ok: 0,
  error: 'ClientInputError',
  additionalInfo: { reason: word },
})
const tooLarge = { ok: 0, error: 'ClientInputError', additionalInfo: { bytesMax: 65_536 } }

describe.each(endpoints)('$method $path', ({ method, path }) => {
  let call: Awaited<ReturnType<typeof signedInCaller>>
  beforeAll(async () => {
    call = await signedInCaller()
  })

  test.each([
    ['half an object', '{"username":'],
    ['no JSON', 'username=john_doe'],
    ['a comma too many', '{"a":1,}'],
    ['two values', '{}{}'],
    ['a NUL byte', '{"a":"\u0000"}'],
    ['white space alone', '   '],
    ['NaN', '{"a":NaN}'],
  ])('with %s is malformed', async (_, body) => {
    const answer = await call(path, { method, body, headers: json })
    expect([answer.status, answer.json]).toEqual([400, reason('malformed_body')])
  })

  test('with bytes that are no UTF-8 is malformed', async () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('{"a":"'), 0xff, 0x22, 0x7d])
    const answer = await call(path, { method, body: new Blob([bytes]).stream(), headers: json })
    expect([answer.status, answer.json]).toEqual([400, reason('malformed_body')])
  })

  test.each([
    'text/plain',
    'text/plain;charset=UTF-8',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/ld+json',
    'application/json-patch+json',
    'text/json',
    'application/jsonx',
    '*/*',
    'json',
    ';',
  ])('as %s is an unsupported type', async (type) => {
    const headers = { 'Content-Type': type }
    const answer = await call(path, { method, body: '{}', headers })
    expect([answer.status, answer.json]).toEqual([415, reason('content_type')])
  })

  test('with a body of no type is an unsupported type', async () => {
    const answer = await call(path, { method, body: new Blob(['{}']).stream() })
    expect([answer.status, answer.json]).toEqual([415, reason('content_type')])
  })

  test('with 64 KB is read, with one byte more it is too large', async () => {
    const padded = (bytes: number) => `{"pad":"${'x'.repeat(bytes - '{"pad":""}'.length)}"}`
    const fits = await call(path, { method, body: padded(65_536), headers: json })
    expect(fits.status).not.toBe(413)
    const over = await call(path, { method, body: padded(65_537), headers: json })
    expect([over.status, over.json]).toEqual([413, tooLarge])
  })

  test('with 20 MB in chunks that tell no length is too large after 64 KB', async () => {
    // It is read to its end and thrown away: over HTTP an answer in the middle would be lost.
    let sent = 0
    const chunk = new Uint8Array(16_384).fill(0x20)
    const body = new ReadableStream({
      pull(controller) {
        sent += chunk.length
        controller.enqueue(chunk.slice())
        if (sent >= 20 * 1024 * 1024) controller.close()
      },
    })
    const answer = await call(path, { method, body, headers: json })
    expect([answer.status, answer.json]).toEqual([413, tooLarge])
  })
})

const wholeBodies = [
  ['null', null],
  ['a text', 'x'],
  ['a number', 5],
  ['true', true],
  ['an empty list', []],
  ['a list of two', [{}, {}]],
  ['a list of a list', [[{}]]],
  ['a list of null', [null]],
] as const

describe.each(endpoints)('$method $path', ({ method, path }) => {
  let call: Awaited<ReturnType<typeof signedInCaller>>
  beforeAll(async () => {
    call = await signedInCaller()
  })

  test.each(wholeBodies)('with %s for a body is invalid', async (_, body) => {
    const answer = await call(path, { method, body: JSON.stringify(body), headers: json })
    expect([answer.status, answer.json.error]).toEqual([400, 'ClientInputError'])
    const whole = { type: 'field', msg: 'Invalid value', path: '', param: '', location: 'body' }
    expect(answer.json.additionalInfo.errors[0]).toMatchObject(whole)
  })
})

describe('a form', () => {
  test('with a field sent twice has no value for it', async () => {
    await forgetEverybody(app)
    const body = `${new URLSearchParams(sample.create)}&username=jane_doe`
    const answer = await app.call('/user/create', { body, headers: form })
    const error = fieldError('username', ['john_doe', 'jane_doe'])
    expect([answer.status, answer.json]).toEqual([400, invalid(error)])
  })

  test('with a secret sent twice does not repeat it', async () => {
    await forgetEverybody(app)
    const body = `${new URLSearchParams(sample.create)}&password=another-secret`
    const answer = await app.call('/user/create', { body, headers: form })
    expect([answer.status, answer.json]).toEqual([400, invalid(fieldError('password'))])
  })

  test('may name its character set, in any case', async () => {
    await forgetEverybody(app)
    const headers = { 'Content-Type': 'Application/X-WWW-Form-Urlencoded; Charset=UTF-8' }
    const body = new URLSearchParams({ ...sample.create, firstName: 'Zoë' }).toString()
    const answer = await app.call('/user/create', { body, headers })
    const user = ownUser({ firstName: 'Zoë', emailVerified: false })
    expect([answer.status, answer.json]).toEqual([201, { ok: 1, data: { user } }])
  })

  test.each(['', '&&&', '=', '%', '%zz=%', '[a][b]=c', 'a=%ff%fe'])(
    'of %j is read without harm',
    async (body) => {
      const answer = await app.call('/user/code', { body, headers: form })
      expect([answer.status, answer.json]).toEqual([400, invalid(fieldError('email'))])
    },
  )

  test('knows no list of one', async () => {
    const body = '0[email]=user@example.com'
    const answer = await app.call('/user/code', { body, headers: form })
    expect([answer.status, answer.json]).toEqual([400, invalid(fieldError('email'))])
  })
})

test('no body at all is an empty one', async () => {
  const answer = await app.call('/user/login', { method: 'POST' })
  expect([answer.status, answer.json]).toEqual([
    400,
    invalid(fieldError('password'), fieldError('userAgent'), fieldError('username')),
  ])
})

test('JSON may begin with a byte order mark', async () => {
  const answer = await app.call('/user/code', {
    body: `\ufeff${JSON.stringify({ email: 'nobody@example.com' })}`,
    headers: json,
  })
  expect([answer.status, answer.json]).toEqual([200, { ok: 1 }])
})

test('JSON may name its character set, in any case', async () => {
  await forgetEverybody(app)
  const headers = { 'Content-Type': 'Application/JSON ; charset=utf-8' }
  const body = JSON.stringify(sample.create)
  expect((await app.call('/user/create', { body, headers })).status).toBe(201)
})

test.each([
  [
    '/user/code?email=a@b.cd&email=c@d.ef',
    fieldError('email', ['a@b.cd', 'c@d.ef'], { location: 'query' }),
  ],
  ['/user/code', fieldError('email', undefined, { location: 'query' })],
  ['/user/code?email', fieldError('email', '', { location: 'query' })],
  ['/user/code?email=%00', fieldError('email', '\u0000', { location: 'query' })],
  ['/user/verify-email?code=a&code=b', fieldError('code', undefined, { location: 'query' })],
  ['/user/verify-email', fieldError('code', undefined, { location: 'query' })],
  ['/user/verify-email?code=', fieldError('code', undefined, { location: 'query' })],
  ['/user/verify-email?code=x&target=1', fieldError('target', '1', { location: 'query' })],
  ['/user/resend-verification?target=me', fieldError('target', 'me', { location: 'query' })],
])('GET %s is invalid', async (path, error) => {
  const answer = await app.call(path)
  expect([answer.status, answer.json]).toEqual([400, invalid(error)])
})

test.each([
  [
    '/user/login',
    { username: 'a b', email: 'x', password: '', userAgent: '' },
    ['username', 'email', 'password', 'userAgent'],
  ],
  [
    '/user/login',
    { username: 5, password: 5, userAgent: 5 },
    ['username', 'password', 'userAgent'],
  ],
  ['/user/login', { password: 'x', userAgent: 'x' }, ['username']],
  ['/user/login', { username: '', email: '', password: 'x', userAgent: 'x' }, ['username']],
  [
    '/user/login',
    { username: 'john_doe', password: 'x', userAgent: 'x'.repeat(1025) },
    ['userAgent'],
  ],
  [
    '/user/login',
    { username: 'john_doe', password: 'x'.repeat(1025), userAgent: 'x' },
    ['password'],
  ],
  ['/user/do-2fa', {}, ['target', 'code', 'sessionHash']],
  ['/user/do-2fa', { target: 'x', code: -1, sessionHash: 'x' }, ['target', 'code', 'sessionHash']],
  ['/user/do-2fa', { target: 'x', code: 1.5, sessionHash: 5 }, ['target', 'code', 'sessionHash']],
  ['/user/verify-email', { code: null }, ['code']],
  ['/user/verify-email', { code: 'x'.repeat(129) }, ['code']],
  ['/user/reset-password', {}, ['code', 'password']],
  ['/user/reset-password', { code: {}, password: 'short' }, ['code', 'password']],
])('POST %s with %j names every failing field, without its secrets', async (path, body, fields) => {
  const answer = await app.call(path, { body })
  const secrets = ['password', 'code', 'sessionHash']
  const errors = fields.map((field) =>
    fieldError(field, secrets.includes(field) ? undefined : Reflect.get(body, field)),
  )
  expect([answer.status, answer.json]).toEqual([400, invalid(...errors)])
})

test.each(['yes', 1, null, 'TRUE', [true], undefined])('the state %j is refused', async (state) => {
  const call = await signedInCaller()
  for (const path of ['/user/2fa', '/user/private']) {
    const answer = await call(path, { body: { state } })
    expect([answer.status, answer.json]).toEqual([400, invalid(fieldError('state', state))])
  }
})
