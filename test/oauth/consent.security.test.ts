import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, testApp } from '../support/app'
import { formOf } from '../support/browser'
import type { TestClient } from '../support/clients'
import { rowsOf } from '../support/core'
import {
  authorizePath,
  destinationOf,
  formType,
  newApplication,
  type Parameters,
  query,
  sendForm,
} from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** The consent is the person's own: nobody presses the button for them, or shows them another one. */

const app = testApp()
let person: TestPerson
let client: TestClient
let page: Answer

beforeAll(async () => {
  person = await newPerson(app)
  client = await newApplication()
  page = await app.call(authorizePath(client), { cookies: person.cookies })
})

const fields = (): Parameters => ({ ...formOf(page).fields, decision: 'allow' })
const cookieOf = ({ cookies }: TestPerson) =>
  [...cookies.cookies].map(([name, value]) => `${name}=${value}`).join('; ')

async function expectNothingIssued(client: TestClient): Promise<void> {
  const issued = 'SELECT client_id FROM authorization_codes WHERE client_id = ?1'
  const agreed = 'SELECT client_id FROM consents WHERE client_id = ?1'
  expect(await rowsOf(`${issued} UNION ALL ${agreed}`, client.clientId)).toEqual([])
}

describe('a form that another site makes the browser send', () => {
  test.each<[string, { readonly [name: string]: string }]>([
    ['with its own origin', { Origin: 'https://evil.example' }],
    ['with the client’s origin', { Origin: 'https://client.example' }],
    ['with an origin like ours', { Origin: 'https://atrium.test.evil.example' }],
    ['with no origin that is told', { Origin: 'null' }],
    ['from a neighbour', { Origin: 'https://x.atrium.test', 'Sec-Fetch-Site': 'same-site' }],
    ['as the browser tells', { 'Sec-Fetch-Site': 'cross-site' }],
    ['without a word of where it comes from', {}],
  ])('%s', async (_, headers) => {
    const answer = await app.call('/oauth/consent', {
      method: 'POST',
      body: query(fields()),
      headers: { ...formType, Cookie: cookieOf(person), ...headers },
    })
    expect([answer.status, answer.headers.get('Location')]).toEqual([403, null])
    expect(answer.text).toContain('nothing was done')
    await expectNothingIssued(client)
  })

  test('or that is no form at all', async () => {
    for (const type of ['text/plain', 'multipart/form-data; boundary=x']) {
      const answer = await app.call('/oauth/consent', {
        method: 'POST',
        body: query(fields()),
        headers: { 'Content-Type': type },
        cookies: person.cookies,
      })
      expect(answer.status).toBe(415)
    }
    await expectNothingIssued(client)
  })

  test('or that is an address', async () => {
    const answer = await app.call(`/oauth/consent?${query(fields())}`, person)
    expect(answer.headers.get('Location')).toBe('/account')
    await expectNothingIssued(client)
  })
})

describe('a page that was made for somebody else', () => {
  test('is shown anew to whoever has signed in meanwhile in another tab', async () => {
    const other = await newPerson(app)
    const answer = await sendForm(app, '/oauth/consent', fields(), { cookies: other.cookies })
    expect(answer.status).toBe(200)
    expect(answer.text).toContain(other.username)
    expect(formOf(answer).fields.account).toBe(other.id)
    await expectNothingIssued(client)
  })

  test('is not decided by whoever names another account', async () => {
    const other = await newPerson(app)
    for (const account of [other.id, '', 'x', undefined]) {
      const answer = await sendForm(app, '/oauth/consent', { ...fields(), account }, person)
      expect([200, 400]).toContain(answer.status)
    }
    await expectNothingIssued(client)
  })

  test('is not decided by whoever is signed out', async () => {
    const gone = await newPerson(app)
    const shown = await app.call(authorizePath(client), { cookies: gone.cookies })
    const stale = new Map(gone.cookies.cookies)
    await app.call('/social/user/logout', { method: 'POST', cookies: gone.cookies })
    const sent = { ...formOf(shown).fields, decision: 'allow' }
    const answer = await sendForm(app, '/oauth/consent', sent, { cookies: { cookies: stale } })
    expect(destinationOf(answer).place).toBe('/sign-in')
    await expectNothingIssued(client)
  })
})

test('a request that was altered on the page is asked like any other', async () => {
  const alter = (changes: Parameters) => {
    const request = new URLSearchParams(fields().request)
    for (const [name, value] of Object.entries(changes)) request.set(name, value ?? '')
    return sendForm(app, '/oauth/consent', { ...fields(), request: request.toString() }, person)
  }
  for (const changes of [
    { redirect_uri: 'https://evil.example/' },
    { client_id: 'nobody' },
    { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
    { request_uri: 'https://evil.example/request' },
  ]) {
    const answer = await alter(changes)
    expect([answer.status, answer.headers.get('Location')]).toEqual([400, null])
  }
  for (const [changes, error] of [
    [{ scope: 'delegated:all' }, 'invalid_scope'],
    [{ code_challenge: '' }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
  ] as const) {
    expect(destinationOf(await alter(changes)).parameters.error).toBe(error)
  }
  await expectNothingIssued(client)
})

test('the page cannot be put into a frame, runs nothing, and leads to the web alone', async () => {
  const policy = page.headers.get('Content-Security-Policy')?.split('; ')
  expect(policy).toEqual([
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' data:",
    "form-action 'self' https:",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ])
  expect(page.headers.get('X-Frame-Options')).toBe('DENY')
  expect(page.headers.get('Cache-Control')).toBe('no-store')
  // A referrer would carry the request to wherever somebody goes from here.
  expect(page.headers.get('Referrer-Policy')).toBe('same-origin')
  expect(page.text).not.toMatch(/<script|<iframe|\son\w+=|javascript:/i)
})

describe('what an application says of itself', () => {
  const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&amp;`

  test('is shown as text: its name, its state, and all else that it sends', async () => {
    const redirectUris = ["https://client.example/cb?a='b'&c=$(d)"]
    const one = await newApplication({ name: evil, redirectUris })
    const request = { state: evil, nonce: evil, login_hint: evil, [evil]: evil }
    const shown = await app.call(authorizePath(one, request), { cookies: person.cookies })
    expect(shown.status).toBe(200)
    expect(shown.text).not.toMatch(/<script|<img src=x|onerror=alert\(1\)>/)
    expect(shown.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    const kept = new URLSearchParams(formOf(shown).fields.request)
    expect([kept.get('state'), kept.get(evil)]).toEqual([evil, evil])
  })

  test('is not shown at all where it is refused', async () => {
    for (const name of ['client_id', 'redirect_uri', 'request_uri']) {
      const answer = await app.call(authorizePath(client, { [name]: evil }), person)
      expect(answer.status).toBe(400)
      expect(answer.text).not.toMatch(/<script|onerror|alert\(1\)/)
    }
  })
})
