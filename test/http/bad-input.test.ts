import { beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type Answer,
  ask,
  expectRefused,
  json,
  parse,
  type Route,
  routes,
  signedIn,
} from './broken-requests'
import { inChunks, megabyte, newPerson, type Person, resetHarness, times } from './harness'

/** Whatever is sent gets a clear answer in the words of this API: never a 500, never no answer. */

let person: Person

beforeAll(async () => {
  await resetHarness()
  person = await newPerson()
})

beforeEach(async () => {
  await resetHarness()
})

const everywhere = (
  make: (route: Route) => readonly { headers: Record<string, string>; body?: BodyInit }[],
) =>
  Promise.all(
    routes.flatMap((route) =>
      make(route).map(({ headers, body }) =>
        ask(route.method, route.path, { ...signedIn(person), ...headers }, body),
      ),
    ),
  )

test('a body of 20 MB is refused with 413, whether it names its length or comes in chunks', async () => {
  const answers: Answer[] = []
  const headers = { ...signedIn(person), ...json }
  for (const { method, path } of routes) {
    answers.push(await ask(method, path, headers, inChunks(1)))
  }
  // All of it has to be sent, so these two stand for the others.
  for (const [method, path] of [
    ['POST', '/social/user/create'],
    ['PATCH', '/user/me'],
  ] as const) {
    answers.push(await ask(method, path, headers, new Uint8Array(20 * megabyte).fill(0x20)))
    answers.push(await ask(method, path, headers, inChunks(20)))
  }
  expectRefused(answers)
  expect(answers.filter(({ status }) => status !== 413)).toEqual([])
})

test('malformed JSON and broken text are refused with 400', async () => {
  const bodies = [
    '{',
    '{"username":',
    'username=ada',
    '{"a":1}}',
    "{'a':1}",
    '\0',
    'undefined',
    '['.repeat(60_000),
    '{"a":'.repeat(10_000),
    new Uint8Array([0x22, 0xff, 0xfe, 0x22]),
    new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
  ]
  const answers = await everywhere(() => bodies.map((body) => ({ headers: json, body })))
  expectRefused(answers)
  expect(answers.filter(({ status }) => status !== 400)).toEqual([])
})

test('a body that is no object is refused with 400', async () => {
  const bodies = ['null', 'true', '1', '1e999', '"text"', '[]', '[[]]', '[1]', '[null]', '[{},{}]']
  const answers = await everywhere(() => bodies.map((body) => ({ headers: json, body })))
  expectRefused(answers)
  expect(answers.filter(({ status }) => status !== 400)).toEqual([])
})

test('a field of a wrong type, or that holds what no text may, is refused and never a 500', async () => {
  const wrong: unknown[] = [
    {},
    [],
    [[1]],
    { $gt: '' },
    { toString: 1 },
    '',
    '\0',
    '\ud800',
    'x'.repeat(50_000),
  ]
  const answers = await everywhere(({ body }) =>
    Object.keys(body).flatMap((field) =>
      wrong.map((value) => ({
        headers: json,
        body: JSON.stringify({ ...body, [field]: value }),
      })),
    ),
  )
  expectRefused(answers)
})

test('keys that mean something to JavaScript mean nothing here', async () => {
  const body = '{"__proto__":{"role":"admin"},"constructor":{"prototype":{}},"hasOwnProperty":1}'
  const answers = await everywhere(() => [{ headers: json, body }])
  expect(answers.filter(({ status }) => status >= 500)).toEqual([])
  const me = await ask('GET', '/user/me', signedIn(person))
  expect(parse(me.text)).toMatchObject({ data: { user: { firstName: 'John' } } })
})

test('a content type that is not taken is refused with 415', async () => {
  const types = [
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonp',
    'application/json-patch+json',
    'application/x-www-form-urlencoded-not',
    'json',
    '/',
    'text/plain; application/json',
  ]
  const answers = await everywhere(({ body }) =>
    types.map((type) => ({ headers: { 'Content-Type': type }, body: JSON.stringify(body) })),
  )
  expectRefused(answers)
  expect(answers.filter(({ status }) => status !== 415)).toEqual([])
})

test('300 broken requests at once are all answered, and the next good one too', async () => {
  const bodies = ['{', 'null', '['.repeat(30_000), '{"username":{}}', '\0', 'x'.repeat(100_000)]
  const types = ['application/json', 'text/plain', 'application/x-www-form-urlencoded', ';']
  const tokens = ['', 'Bearer x', 'Basic !', `Bearer ${'x'.repeat(43)}`]
  const answers = await Promise.all(
    times(300, (i) => {
      const { method, path } = routes[i % routes.length] ?? { method: 'POST', path: '/user' }
      const Authorization = tokens[i % tokens.length] ?? ''
      const type = types[i % types.length] ?? ''
      const headers = { Cookie: `atrium_session=%${i}`, 'Content-Type': type, Authorization }
      return ask(method, path, headers, bodies[i % bodies.length] ?? '')
    }),
  )
  expectRefused(answers)
  expect((await ask('GET', '/user/me', signedIn(person))).status).toBe(200)
})
