import { beforeAll, beforeEach, expect, test } from 'vitest'
import { ask, expectRefused, id, json, routes, signedIn } from './broken-requests'
import { newPerson, type Person, resetHarness } from './harness'

/** Headers, paths and queries that mean nothing get a clear answer: never a 500, never a session. */

let person: Person

beforeAll(async () => {
  await resetHarness()
  person = await newPerson()
})

beforeEach(async () => {
  await resetHarness()
})

const gets = ['/user/me', '/user/session-state', '/user/login-history', `/user/${id}`]
const needSession = [...gets.map((path) => ['GET', path] as const), ['POST', '/user/2fa'] as const]

test('a broken Authorization header is nobody, and the cookie beside it is not looked at', async () => {
  const values = [
    'Bearer',
    'Bearer ',
    'Bearer a b',
    `Bearer ${'x'.repeat(43)}`,
    `Bearer ${'x'.repeat(8000)}`,
    'Bearer \u00e9\u00ff',
    'Basic',
    'Basic !!!',
    `Basic ${btoa('no colon')}`,
    'Digest username="x"',
    ', ,',
    '{"alg":"none"}',
  ]
  const answers = await Promise.all(
    needSession.flatMap(([method, path]) =>
      values.map((Authorization) => ask(method, path, { ...signedIn(person), Authorization })),
    ),
  )
  expectRefused(answers)
  // "Nobody is signed in" is forbidden in the words of one route.
  expect(answers.filter(({ status }) => status !== 401 && status !== 403)).toEqual([])
})

test('a broken cookie is nobody, and keeps nobody from signing in', async () => {
  const values = [
    '',
    '=',
    ';;;=;',
    'atrium_session',
    'atrium_session=',
    'atrium_session=%E0%A4%A',
    'atrium_session="quoted"',
    `atrium_session=${'x'.repeat(43)}; atrium_session=${'y'.repeat(43)}`,
    `atrium_session=${'x'.repeat(8000)}`,
    'atrium_session=\u00e9\u00ff; atrium_device=\u00e9',
    'atrium_session=__proto__; __proto__=x; constructor=y',
  ]
  const { Origin } = signedIn(person)
  const answers = await Promise.all(
    values.flatMap((Cookie) => [
      ...needSession.map(([method, path]) => ask(method, path, { Origin, Cookie })),
      ask(
        'POST',
        '/user/login',
        { Origin, Cookie: Cookie.replaceAll('session', 'device'), ...json },
        JSON.stringify(routes.find(({ path }) => path === '/user/login')?.body),
      ),
    ]),
  )
  expectRefused(answers)
  expect(answers.filter(({ status }) => status !== 401 && status !== 403)).toEqual([])
})

test('broken paths, queries and methods are told apart from each other and answered', async () => {
  const paths = [
    '/user/code',
    '/user/code?email',
    '/user/code?email=%FF%00',
    '/user/code?email=a@example.com&email=b@example.com',
    '/user/code?email[]=a@example.com',
    '/user/verify-email?code=',
    '/user/resend-verification?target=1',
    ...['abc', '-1', '0', '1e9', '1.5', ''].map((limit) => `/user/login-history?limit=${limit}`),
    '/user/login-history?offset=yesterday',
    '/user/login-history?limit=1&limit=2',
    '/user/%00',
    '/user/%E0%A4%A',
    '/user/..%2fme',
    `/user/${'f'.repeat(8000)}`,
    "/user/'%20OR%201=1--",
    '/user/me/else',
    '/user',
    '/social/user/nothing/here',
  ]
  const answers = await Promise.all([
    ...paths.map((path) => ask('GET', path, signedIn(person))),
    ...['PUT', 'DELETE', 'PATCH', 'PROPFIND'].map((method) =>
      ask(method, '/user/login', signedIn(person)),
    ),
  ])
  expectRefused(answers)
  expect(answers.slice(-4).map(({ status }) => status)).toEqual([405, 405, 405, 405])
})
