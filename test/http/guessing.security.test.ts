import { beforeAll, beforeEach, expect, test } from 'vitest'
import {
  codeTo,
  isSignedIn,
  login,
  newAddress,
  newPerson,
  type Person,
  type Received,
  resetHarness,
  send,
  setClock,
  tally,
  times,
} from './harness'

/**
 * The attack: somebody has bought a list of names and passwords, and a network of machines. From
 * each of them they try a password or, where the password was right, a code of six digits: a
 * million guesses at 200 a second find every code within its lifetime unless somebody counts. Or they
 * want no more than to keep the owner out, by being so wrong that the door closes. So what is
 * counted is the account, whichever address, challenge or code a guess comes with, and what is
 * closed is closed to strangers alone.
 */

/** Nobody's password, which is counted like any wrong one but costs no hash to refuse. */
const unusable = 'no password holds a \0'

beforeEach(async () => {
  await resetHarness()
})

const retryAfter = ({ headers }: Received) => Number(headers.get('Retry-After'))

function expectClosed(answer: Received, seconds: number) {
  expect(answer.status).toBe(429)
  // On a busy machine seconds pass between the requests.
  expect(retryAfter(answer)).toBeLessThanOrEqual(seconds)
  expect(retryAfter(answer)).toBeGreaterThanOrEqual(seconds - 30)
  const additionalInfo = { retryAfter: retryAfter(answer) }
  expect(answer.json).toEqual({ ok: 0, error: 'RateLimitError', additionalInfo })
}

interface Pending {
  readonly sessionHash: string
  readonly code: string
}

/** The right password, and the code that was mailed for it. */
async function askForCode(
  person: Person,
  sent: { from: string; cookies?: Map<string, string> },
): Promise<Pending> {
  const asked = await login(person.username, sent)
  expect(asked.status).toBe(200)
  expect(asked.json.data['2faEnabled']).toBe(true)
  expect(asked.headers.get('Set-Cookie')).toBeNull()
  return { sessionHash: asked.json.data.sessionHash, code: await codeTo(person.email) }
}

function enter(
  person: Person,
  pending: Pending,
  sent: { from: string; cookies?: Map<string, string>; code?: string },
) {
  const { code = pending.code, ...rest } = sent
  const body = { target: person.id, code, sessionHash: pending.sessionHash }
  return send('/user/do-2fa', { body, ...rest })
}

/** So many wrong codes at once, each from an address of its own. */
function guess(person: Person, pending: Pending, count: number): Promise<Received[]> {
  const wrong = (i: number) => String(((Number(pending.code) + 1 + i) % 900_000) + 100_000)
  return Promise.all(
    times(count, (i) => enter(person, pending, { from: newAddress(), code: wrong(i) })),
  )
}

test('of 200 codes guessed from 200 addresses five count, and the owner still gets in', async () => {
  const owner = await newPerson()
  await send('/user/2fa', { body: { state: true }, cookies: owner.cookies })
  const first = await askForCode(owner, { from: newAddress() })
  const guesses = await guess(owner, first, 200)
  const counts = tally(guesses)
  expect(counts[400]).toBeLessThanOrEqual(5)
  expect((counts[400] ?? 0) + (counts[429] ?? 0)).toBe(200)

  // Were a sixth one evaluated, it would be this one.
  expectClosed(await enter(owner, first, { from: newAddress() }), 900)
  // The right password again, a new challenge and a new code refill nothing.
  const second = await askForCode(owner, { from: newAddress() })
  expect(second.sessionHash).not.toBe(first.sessionHash)
  expectClosed(await enter(owner, second, { from: newAddress() }), 900)
  expectClosed(await enter(owner, first, { from: newAddress() }), 900)

  const device = new Map([...owner.cookies].filter(([name]) => name === 'atrium_device'))
  const away = { from: newAddress(), cookies: device }
  expect((await enter(owner, await askForCode(owner, away), away)).status).toBe(200)
  expect(await isSignedIn(device)).toBe(true)
  const home = { from: owner.home }
  expect((await enter(owner, await askForCode(owner, home), home)).status).toBe(200)
  expect(await isSignedIn(owner.cookies)).toBe(true)
})

test('strangers may guess five codes again after 15 minutes, and 25 wrong ones an hour end it for all', async () => {
  const owner = await newPerson()
  await send('/user/2fa', { body: { state: true }, cookies: owner.cookies })
  let evaluated = 0
  for (const minutes of [0, 15, 30, 45]) {
    await setClock(minutes * 60 + (minutes > 0 ? 5 : 0))
    const pending = await askForCode(owner, { from: newAddress() })
    const counts = tally(await guess(owner, pending, 20))
    expect(counts).toEqual({ 400: 5, 429: 15 })
    evaluated += counts[400] ?? 0
    expectClosed(await enter(owner, pending, { from: newAddress() }), 900)
  }
  // What strangers can use up in an hour leaves the owner's own five.
  const home = { from: owner.home }
  const pending = await askForCode(owner, home)
  for (let i = 0; i < 4; i += 1) {
    expect((await enter(owner, pending, { ...home, code: '000000' })).status).toBe(400)
    evaluated += 1
  }
  // The right code is no guess: it uses nothing up, and clears nothing either.
  expect((await enter(owner, pending, home)).status).toBe(200)
  const last = await askForCode(owner, home)
  expect((await enter(owner, last, { ...home, code: '000000' })).status).toBe(400)
  expect(evaluated + 1).toBe(25)
  // Nobody's code is evaluated for the rest of the hour.
  const late = await askForCode(owner, home)
  const refused = await enter(owner, late, home)
  expect(refused.status).toBe(429)
  expect(retryAfter(refused)).toBeLessThanOrEqual(15 * 60)
  await setClock(60 * 60 + 5)
  const again = await askForCode(owner, { from: newAddress() })
  expect((await enter(owner, again, { from: newAddress() })).status).toBe(200)
})

test('after five wrong passwords each closes the door for twice as long, to names of nobody too', async () => {
  const { username, home, cookies } = await newPerson()
  const from = newAddress()
  const nobody = `${username.slice(0, 20)}_no`
  const both = (password?: string) =>
    Promise.all(
      [username, nobody].map((name) =>
        login(name, { from, ...(password === undefined ? {} : { password }) }),
      ),
    )
  const withoutSeconds = ({ status, text }: Received) => [status, text.replaceAll(/\d+/g, 'n')]

  for (let i = 0; i < 5; i += 1) {
    const [known, unknown] = (await both(unusable)) as [Received, Received]
    expect(known.status).toBe(401)
    expect(withoutSeconds(unknown)).toEqual(withoutSeconds(known))
  }
  let clock = 0
  for (const seconds of [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]) {
    // The right password is not looked at either.
    for (const answer of await both()) expectClosed(answer, seconds)
    clock += seconds
    await setClock(clock)
    const [known, unknown] = (await both(unusable)) as [Received, Received]
    expect(known.status).toBe(401)
    expect(withoutSeconds(unknown)).toEqual(withoutSeconds(known))
  }
  // All of this was one stranger's business.
  expect((await login(username, { from: home })).status).toBe(200)
  expect(await isSignedIn(cookies)).toBe(true)
  await setClock(clock + 900)
  expect((await login(username, { from })).status).toBe(200)
})

test('of 60 passwords guessed at once from one address five are evaluated', async () => {
  const { username, home, cookies } = await newPerson()
  const from = newAddress()
  const guesses = await Promise.all(
    times(60, (i) => login(username, { from, password: `a wrong password ${i}` })),
  )
  expect(tally(guesses)).toEqual({ 401: 5, 429: 55 })
  expect((await login(username, { from: home })).status).toBe(200)
  expect(await isSignedIn(cookies)).toBe(true)
})

test('all addresses of one /64 count as one', async () => {
  const { username } = await newPerson()
  const network = newAddress().replace('::1', '')
  const guesses = await Promise.all(
    times(30, (i) =>
      login(username, { from: `${network}:${i + 1}:${i * 7}:0:${i}`, password: unusable }),
    ),
  )
  expect(tally(guesses)).toEqual({ 401: 5, 429: 25 })
  expectClosed(await login(username, { from: `${network}::ffff` }), 2)
})

test('50 failures over many accounts close an address for 10 minutes, but not to who signed in from it', async () => {
  const office = newAddress()
  const colleague = await newPerson(office)
  const victim = await newPerson()
  const sprayed = await Promise.all(
    times(60, (i) => login(`nobody_${i}_${victim.username}`, { from: office, password: unusable })),
  )
  expect(tally(sprayed)).toEqual({ 401: 50, 429: 10 })
  expectClosed(await login(victim.username, { from: office }), 600)
  expectClosed(await login('nobody_at_all', { from: office }), 600)
  expect((await login(colleague.username, { from: office })).status).toBe(200)
  expect((await login(victim.username, { from: office, cookies: victim.cookies })).status).toBe(200)
  await setClock(601)
  const other = await login(`other_${victim.username}`, { from: office, password: unusable })
  expect(other.status).toBe(401)
})

let besieged: Person

beforeAll(async () => {
  besieged = await newPerson()
})

test('after 100 failures of strangers the right password from an unknown address needs a mailed code', async () => {
  const failures = await Promise.all(
    times(100, () => login(besieged.username, { from: newAddress(), password: unusable })),
  )
  expect(tally(failures)).toEqual({ 401: 100 })

  const from = newAddress()
  const pending = await askForCode(besieged, { from })
  // The owner notices nothing: neither at work, nor on the known device, nor at the known address.
  expect(await isSignedIn(besieged.cookies)).toBe(true)
  const device = new Map([...besieged.cookies].filter(([name]) => name === 'atrium_device'))
  const away = await login(besieged.username, { from: newAddress(), cookies: device })
  expect(away.json.data['2faEnabled']).toBe(false)
  expect(await isSignedIn(device)).toBe(true)
  const atHome = await login(besieged.username, { from: besieged.home })
  expect(atHome.json.data['2faEnabled']).toBe(false)

  const cookies = new Map<string, string>()
  expect((await enter(besieged, pending, { from, cookies })).status).toBe(200)
  expect(await isSignedIn(cookies)).toBe(true)
})
