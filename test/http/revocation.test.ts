import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  codeTo,
  type Fault,
  invalidCode,
  isSignedIn,
  login,
  newPerson,
  type Person,
  password,
  register,
  resetHarness,
  send,
  setClock,
  setFaults,
  settle,
  signIn,
} from './harness'

/** What was ended is refused at the next request, whatever KV remembers or however slow it is. */

let person: Person
let current = password

beforeAll(async () => {
  await resetHarness()
  person = await newPerson()
})

beforeEach(async () => {
  await resetHarness()
})

afterEach(async () => {
  await setFaults([])
})

const day = 24 * 60 * 60
type Jar = Map<string, string>

const open = () => signIn(person, { password: current })
const state = (cookies: Jar) => send('/user/session-state', { cookies: new Map(cookies) })
const patch = (cookies: Jar, body: unknown) =>
  send('/user/me', { method: 'PATCH', body, cookies: new Map(cookies), from: person.home })

/** All the ways in which KV can be wrong about a session that has ended. */
const kvFaults: readonly (readonly Fault[])[] = [
  [],
  [{ binding: 'KV', op: 'get', mode: 'stale' }],
  [{ binding: 'KV', op: 'get', mode: 'miss' }],
  [{ binding: 'KV', op: 'get', mode: 'fail-before' }],
  [{ binding: 'KV', op: 'get', mode: 'delay', ms: 150 }],
]

async function expectEnded(cookies: Jar): Promise<void> {
  for (const faults of kvFaults) {
    await setFaults(faults)
    const token = cookies.get('atrium_session') ?? ''
    const bearer = { Authorization: `Bearer ${token}` }
    const answers = await Promise.all([
      state(cookies),
      send('/user/me', { cookies: new Map(cookies) }),
      send('/user/session-state', { headers: bearer }),
      send(`/user/${person.id}`, { headers: bearer }),
      patch(cookies, { bio: 'written by nobody' }),
    ])
    // In the words of the document, asking for the state of no session is forbidden.
    expect(answers.map(({ status }) => status)).toEqual([403, 401, 403, 401, 401])
    expect(answers[0]?.json).toEqual({ ok: 0, error: 'Forbidden' })
    expect(answers[1]?.json).toEqual({ ok: 0, error: 'Unauthorized' })
  }
  await setFaults([])
}

async function reset(): Promise<void> {
  await send(`/user/code?email=${person.email}`, { from: person.home })
  current = `another passphrase ${Math.random()}`
  const body = { code: await codeTo(person.email), password: current }
  const answer = await send('/user/reset-password', { body, from: person.home })
  expect(answer.status).toBe(200)
}

test('a session that logs out is refused, and no other is', async () => {
  const [one, other] = [await open(), await open()]
  expect((await send('/user/logout', { cookies: new Map(one) })).status).toBe(200)
  // By now KV may have forgotten it, or not: the next request must not care.
  await expectEnded(one)
  expect(await isSignedIn(other)).toBe(true)
})

test('all sessions are refused once one of them has ended all', async () => {
  const [one, other] = [await open(), await open()]
  expect((await send('/user/logout-all', { cookies: new Map(one) })).status).toBe(200)
  await expectEnded(one)
  await expectEnded(other)
})

test('a new password ends every session but the one that set it', async () => {
  const [one, other] = [await open(), await open()]
  current = 'another passphrase'
  expect((await patch(one, { password: current })).status).toBe(200)
  await expectEnded(other)
  expect(await isSignedIn(one)).toBe(true)
})

test('a reset ends every session', async () => {
  const one = await open()
  await reset()
  await expectEnded(one)
})

test('while KV takes no changes, sessions open, tell what they are, and end', async () => {
  await setFaults([
    { binding: 'KV', op: 'put', mode: 'fail-before' },
    { binding: 'KV', op: 'delete', mode: 'fail-before' },
  ])
  const [one, other] = [await open(), await open()]
  await settle()
  expect((await state(one)).json.data.session.source).toBe('social')
  expect((await send('/user/logout', { cookies: new Map(one) })).status).toBe(200)
  await reset()
  await settle()
  await expectEnded(one)
  await expectEnded(other)
})

test('while KV keeps what it should forget, a session that ended stays ended', async () => {
  const one = await open()
  await settle()
  await setFaults([{ binding: 'KV', op: 'delete', mode: 'fail-before' }])
  await send('/user/logout', { cookies: new Map(one) })
  await settle()
  await expectEnded(one)
})

test('what a session is comes from the database when KV has nothing, and is the same', async () => {
  const one = await open()
  await settle()
  const known = await state(one)
  expect(known.status).toBe(200)
  for (const faults of kvFaults) {
    await setFaults(faults)
    expect((await state(one)).json).toEqual(known.json)
  }
})

test('a session that is not used for 30 days is refused, one used to the end after 90', async () => {
  const [unused, used] = [await open(), await open()]
  for (const days of [29, 58, 87, 89.9]) {
    await setClock(days * day)
    expect(await isSignedIn(used)).toBe(true)
    await settle()
    if (days === 29) {
      await setClock(30 * day + 60)
      await expectEnded(unused)
    }
  }
  await setClock(90 * day + 60)
  await expectEnded(used)
})

test('a reset code is refused after 30 minutes', async () => {
  await send(`/user/code?email=${person.email}`, { from: person.home })
  const code = await codeTo(person.email)
  const use = () => send('/user/reset-password', { body: { code, password: 'never set at all' } })
  await setClock(30 * 60 + 1)
  for (const faults of kvFaults) {
    await setFaults(faults)
    const late = await use()
    expect([late.status, late.json]).toEqual([400, invalidCode])
  }
  await setFaults([])
  await setClock(30 * 60 - 30)
  current = 'never set at all'
  expect((await use()).status).toBe(200)
})

test('a code that confirms an address is refused after 24 hours', async () => {
  const { email } = await register()
  const code = await codeTo(email)
  const use = () => send('/user/verify-email', { body: { code } })
  await setClock(day + 1)
  const late = await use()
  expect([late.status, late.json]).toEqual([400, invalidCode])
  await setClock(day - 60)
  expect((await use()).status).toBe(200)
})

test('after 15 minutes password, e-mail and second factor need the password, and nothing else does', async () => {
  const one = await open()
  await setClock(15 * 60 + 5)
  const stale = { ok: 0, error: 'Unauthorized', additionalInfo: { reason: 'stale' } }
  const wrong = { ok: 0, error: 'Unauthorized', additionalInfo: { reason: 'wrong_password' } }
  const email = `new_${person.email}`
  const changes = [
    (given: object) => patch(one, { password: 'another passphrase', ...given }),
    (given: object) => patch(one, { email, ...given }),
    (given: object) =>
      send('/user/2fa', { body: { state: true, ...given }, cookies: one, from: person.home }),
  ]
  for (const change of changes) {
    const without = await change({})
    expect([without.status, without.json]).toEqual([401, stale])
  }
  const refused = await patch(one, { email, currentPassword: 'not the password' })
  expect([refused.status, refused.json]).toEqual([401, wrong])
  expect((await patch(one, { firstName: 'Ada' })).status).toBe(200)

  for (const change of changes) {
    expect((await change({ currentPassword: current })).status).toBe(200)
    current = 'another passphrase'
  }
  const off = await send('/user/2fa', { body: { state: false }, cookies: one, from: person.home })
  expect(off.status).toBe(401)
})

test('a sign-in code is refused after 10 minutes', async () => {
  // The test before has switched the second factor on.
  const asked = await login(person.username, { password: current, from: person.home })
  const { sessionHash } = asked.json.data
  const body = { target: person.id, code: await codeTo(person.email), sessionHash }
  await setClock(10 * 60 + 1)
  const late = await send('/user/do-2fa', { body, from: person.home })
  expect([late.status, late.json]).toEqual([400, invalidCode])
  await setClock(10 * 60 - 30)
  expect((await send('/user/do-2fa', { body, from: person.home })).status).toBe(200)
})
