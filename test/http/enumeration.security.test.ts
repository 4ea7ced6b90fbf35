import { beforeAll, expect, test } from 'vitest'
import {
  calls,
  login,
  newAddress,
  newPerson,
  newUsername,
  type Person,
  type Received,
  register,
  resetHarness,
  send,
  settle,
} from './harness'

/**
 * The attack: somebody has a list of addresses and wants to know who of them has an account here.
 * They compare what is answered for an address of their own with what is answered for another, and
 * how long it took. Both accounts are then the same but for what nobody sees: time is compared by
 * the work that was done, because a clock in a test only measures the machine.
 */

let confirmed: Person
let guarded: Person
let unconfirmed: { username: string; email: string }

beforeAll(async () => {
  await resetHarness()
  confirmed = await newPerson()
  guarded = await newPerson()
  await send('/user/2fa', { body: { state: true }, cookies: guarded.cookies })
  unconfirmed = await register()
})

interface Observed {
  readonly answer: { status: number; text: string; headers: [string, string][] }
  readonly work: unknown
}

const changing = new Set(['date', 'cf-ray', 'x-request-id'])

async function observe(request: () => Promise<Received>): Promise<Observed> {
  await resetHarness()
  const { status, text, headers } = await request()
  await settle()
  const { DB, KV, RATE_LIMIT } = await calls()
  return {
    answer: { status, text, headers: [...headers].filter(([name]) => !changing.has(name)) },
    work: {
      statements: DB.statements,
      roundTrips: DB.roundTrips,
      database: DB.calls,
      keyValue: KV.calls,
      shield: RATE_LIMIT.calls,
    },
  }
}

async function expectAlike(requests: readonly (() => Promise<Received>)[]): Promise<Observed> {
  const observed: Observed[] = []
  for (const request of requests) observed.push(await observe(request))
  const [first, ...others] = observed
  if (first === undefined) throw new Error('nothing was compared')
  for (const other of others) expect(other).toEqual(first)
  return first
}

test('a wrong password is answered alike whether the username exists, is confirmed or guarded', async () => {
  const names = [newUsername(), confirmed.username, guarded.username, unconfirmed.username]
  const wrong = { password: 'not the password' }
  const alike = await expectAlike(
    names.map((name) => () => login(name, { ...wrong, from: newAddress() })),
  )
  expect(alike.answer.text).toBe('{"ok":0,"error":"Unauthorized"}')
})

test('a wrong password is answered alike whether the address exists or not', async () => {
  const addresses = [`${newUsername()}@example.com`, confirmed.email, unconfirmed.email]
  const body = { password: 'not the password', userAgent: 'test' }
  const alike = await expectAlike(
    addresses.map(
      (email) => () => send('/user/login', { body: { ...body, email }, from: newAddress() }),
    ),
  )
  expect(alike.answer.status).toBe(401)
})

test('a mailed code is promised alike for every address, and again when the quota is used up', async () => {
  const addresses = [
    `${newUsername()}@example.com`,
    confirmed.email,
    guarded.email,
    unconfirmed.email,
  ]
  for (let i = 0; i < 7; i += 1) {
    const ways = [
      (email: string) => send(`/user/code?email=${email}`, { from: newAddress() }),
      (email: string) => send('/user/code', { body: { email }, from: newAddress() }),
    ]
    const ask = ways[i % 2] ?? ways[0]
    const alike = await expectAlike(addresses.map((email) => () => ask?.(email) as never))
    expect([alike.answer.status, alike.answer.text]).toEqual([200, '{"ok":1}'])
  }
})

test('codes, challenges and ids of nobody are refused like those of somebody', async () => {
  const target = 'f'.repeat(24)
  await expectAlike(
    [target, confirmed.id].map(
      (id) => () =>
        send('/user/do-2fa', {
          body: { target: id, code: '123456', sessionHash: 'x'.repeat(43) },
          from: newAddress(),
        }),
    ),
  )
  // Only an id that still waits for its confirmation is told apart: the document says so.
  await expectAlike(
    [target, confirmed.id].map((id) => () => send(`/user/resend-verification?target=${id}`)),
  )
  await expectAlike(
    [target, confirmed.id].map(
      (id) => () =>
        send('/user/verify-email', {
          body: { target: id, code: 'abcde-abcde' },
          from: newAddress(),
        }),
    ),
  )
})
