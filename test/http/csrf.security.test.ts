import { beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { isSignedIn, newPerson, type Person, password, resetHarness, send } from './harness'

/**
 * The attack: a page somewhere else makes the browser of somebody who is signed in send a request
 * here, with their cookie: a form that posts itself, an image, a link, a frame. Or it signs them in
 * as the attacker, who then reads what they enter. A browser says in `Origin` or `Sec-Fetch-Site`
 * whose page it was, and a page cannot change that.
 */

let person: Person

beforeAll(async () => {
  await resetHarness()
  person = await newPerson()
})

beforeEach(async () => {
  await resetHarness()
})

const cookie = () => [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; ')

/** What a browser says of a page that is not ours, and what a program says that is no browser. */
const foreign: readonly Record<string, string>[] = [
  {},
  { Origin: 'https://evil.example' },
  { Origin: 'null' },
  { Origin: 'http://localhost' },
  { Origin: 'http://localhost.evil.example:8787' },
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
  { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
]

const changes: readonly { method: string; path: string; body: unknown }[] = [
  { method: 'POST', path: '/user/private', body: { state: true } },
  { method: 'POST', path: '/user/2fa', body: { state: true } },
  { method: 'PATCH', path: '/user/me', body: { bio: 'written by evil' } },
  { method: 'PATCH', path: '/user/me', body: { password: 'chosen by evil' } },
  { method: 'POST', path: '/user/logout', body: {} },
  { method: 'POST', path: '/user/logout-all', body: {} },
]

test('a change that carries the cookie from a page that is not ours is refused, in any content type', async () => {
  for (const headers of foreign) {
    for (const { method, path, body } of changes) {
      const asJson = { method, body, headers: { Cookie: cookie(), ...headers } }
      const form = new URLSearchParams(body as Record<string, string>).toString()
      const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
      const asForm = { method, body: form, headers: { Cookie: cookie(), ...type, ...headers } }
      for (const sent of [asJson, asForm]) {
        const answer = await send(path, sent)
        expect([path, headers, answer.status]).toEqual([path, headers, 403])
        expect(answer.json.error).toBe('Forbidden')
        expect(answer.headers.getSetCookie()).toEqual([])
      }
    }
  }
  const me = await send('/user/me', { cookies: person.cookies })
  expect(me.json.data.user).toMatchObject({ isPrivate: false, bio: null })
})

test('a link or an image on another page signs nobody out', async () => {
  for (const path of ['/user/logout', '/user/logout-all']) {
    for (const site of ['cross-site', 'same-site']) {
      const answer = await send(path, { headers: { Cookie: cookie(), 'Sec-Fetch-Site': site } })
      expect(answer.status).toBeLessThan(500)
      expect(await isSignedIn(person.cookies)).toBe(true)
    }
    await send(path, { method: 'HEAD', headers: { Cookie: cookie() } })
    expect(await isSignedIn(person.cookies)).toBe(true)
  }
})

test('a page that is not ours cannot make the browser forget its session', async () => {
  const elsewhere = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }
  for (const path of ['/user/logout', '/user/logout-all']) {
    const byLink = await send(path, {
      headers: { 'Sec-Fetch-Site': 'cross-site', Cookie: cookie() },
    })
    expect(byLink.headers.getSetCookie()).toEqual([])
    // SameSite=Lax keeps the cookie from a posted form, but not what the answer sets from the browser.
    const byForm = await send(path, { method: 'POST', headers: elsewhere })
    expect(byForm.headers.getSetCookie()).toEqual([])
  }
})

test('another page signs nobody in', async () => {
  const { username } = person
  const body = { username, password, userAgent: 'test' }
  for (const headers of foreign.slice(1)) {
    const answer = await send('/user/login', { body, headers })
    expect([headers, answer.status]).toEqual([headers, 403])
    expect(answer.headers.getSetCookie()).toEqual([])
    const code = { target: person.id, code: '123456', sessionHash: 'x'.repeat(43) }
    expect((await send('/user/do-2fa', { body: code, headers })).status).toBe(403)
  }
  const plain = { 'Content-Type': 'text/plain' }
  const posted = await send('/user/login', { body: JSON.stringify(body), headers: plain })
  expect(posted.status).toBe(415)
})

test('our own pages, and programs with a bearer token, may do what they like', async () => {
  const body = { bio: 'written by me' }
  const own: Record<string, string>[] = [
    { Cookie: cookie(), Origin: inject('origin') },
    { Cookie: cookie(), 'Sec-Fetch-Site': 'same-origin' },
    { Cookie: cookie(), 'Sec-Fetch-Site': 'none' },
    {
      Authorization: `Bearer ${person.cookies.get('atrium_session')}`,
      Origin: 'https://app.example',
      'Sec-Fetch-Site': 'cross-site',
    },
  ]
  for (const headers of own) {
    const answer = await send('/user/me', { method: 'PATCH', body, headers })
    expect([headers, answer.status]).toEqual([headers, 200])
  }
})

test('the answer to another page may be read by it, but never together with the cookie', async () => {
  const headers = { Origin: 'https://evil.example', Cookie: cookie() }
  const answer = await send('/user/me', { headers })
  // The cookie is not looked at where another page asks.
  expect(answer.status).toBe(401)
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
  expect(answer.headers.get('Access-Control-Allow-Credentials')).toBeNull()
})
