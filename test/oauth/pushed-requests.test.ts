import { beforeAll, describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import { basicOf, type TestClient } from '../support/clients'
import { change, rowsOf } from '../support/core'
import {
  agree,
  ask,
  authorizePath,
  decide,
  destinationOf,
  newApplication,
  type Parameters,
  query,
  redeem,
  sendForm,
  signInAgain,
  tokensOf,
} from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** Requests that are left with us before anybody is sent anywhere (RFC 9126). */

const app = testApp()
let person: TestPerson
let client: TestClient

beforeAll(async () => {
  person = await newPerson(app)
  client = await newApplication()
  await agree(app, person, client)
})

const parameters = (one: TestClient, differing: Parameters = {}): Parameters =>
  Object.fromEntries(new URLSearchParams(query({ ...good(one), ...differing })))
const good = (one: TestClient) =>
  Object.fromEntries(new URL(authorizePath(one), 'https://atrium.test').searchParams)
const push = (differing: Parameters = {}, one = client) =>
  ask(app, one, '/oauth/par', parameters(one, differing))
const pushed = async (differing?: Parameters, one = client): Promise<string> =>
  (await push(differing, one)).json.request_uri
const open = (request_uri: string, more: Parameters = {}, one = client) => {
  const path = `/oauth/authorize?${query({ client_id: one.clientId, request_uri, ...more })}`
  return app.call(path, { cookies: person.cookies })
}

describe('a request that was left', () => {
  test('has a name, for a while', async () => {
    const answer = await push()
    expect(answer.status).toBe(201)
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(answer.json).toEqual({
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/),
      expires_in: 600,
    })
  })

  test('is answered like one in an address, and counts alone', async () => {
    const name = await pushed({ state: 'pushed' })
    const answer = await open(name, { state: 'another', scope: 'delegated:all', prompt: 'none' })
    const { code = '', ...others } = destinationOf(answer).parameters
    expect(others).toEqual({ state: 'pushed', iss: 'https://atrium.test' })
    expect((await redeem(app, client, code)).json.scope).toBe('openid profile')
  })

  test('is taken as JSON, from a public client, and with the secret in the body', async () => {
    const local = await newApplication({ isPublic: true, isFirstParty: true })
    const { code = '' } = destinationOf(await open(await pushed({}, local), {}, local)).parameters
    expect(await redeem(app, local, code)).toMatchObject({ status: 200 })
    const { secret: client_secret } = client
    const body = { ...good(client), client_secret, resource: ['https://atrium.test'] }
    expect(await app.call('/oauth/par', { body })).toMatchObject({ status: 201 })
    const kept = await rowsOf<{ parameters: string }>('SELECT parameters FROM pushed_requests')
    expect(kept.some(({ parameters }) => parameters.includes('secret'))).toBe(false)
  })

  test('may be looked at and decided by somebody who signs in first', async () => {
    const name = await pushed({ prompt: 'login consent' })
    const sent = destinationOf(await open(name))
    expect(sent.place).toBe('/sign-in')
    await signInAgain(app, person)
    const page = await app.call(sent.parameters.continue ?? '', person)
    expect(page.status).toBe(200)
    const { code = '' } = destinationOf(await decide(app, person, page)).parameters
    expect(tokensOf(await redeem(app, client, code)).access).toBeDefined()
  })
})

describe('its name', () => {
  const refused = { status: 400, location: null }
  const outcome = async (request_uri: string, one = client) => {
    const { status, headers } = await open(request_uri, {}, one)
    return { status, location: headers.get('Location') }
  }

  test('is good for one code', async () => {
    const name = await pushed()
    expect(destinationOf(await open(name)).parameters.code).toBeDefined()
    expect(await outcome(name)).toEqual(refused)
  })

  test('is good for one code also where two tabs have the page open', async () => {
    const name = await pushed({ prompt: 'consent' })
    const [page, other] = [await open(name), await open(name)]
    expect(destinationOf(await decide(app, person, page)).parameters.code).toBeDefined()
    const late = await decide(app, person, other)
    expect([late.status, late.headers.get('Location')]).toEqual([400, null])
  })

  test('is good for its client alone', async () => {
    const name = await pushed()
    expect(await outcome(name, await newApplication({ isFirstParty: true }))).toEqual(refused)
    expect(destinationOf(await open(name)).parameters.code).toBeDefined()
  })

  test('is good for ten minutes, and not without its client', async () => {
    const [first, second] = [await pushed(), await pushed()]
    app.offsetMs += 599_000
    expect(destinationOf(await open(first)).parameters.code).toBeDefined()
    app.offsetMs += 2_000
    expect(await outcome(second)).toEqual(refused)
    const gone = await newApplication()
    const name = await pushed({}, gone)
    await change('DELETE FROM clients WHERE client_id = ?', gone.clientId)
    expect(await outcome(name, gone)).toEqual(refused)
  })

  /** We fetch nothing that somebody names: a server that does can be sent anywhere (CVE-2020-10770). */
  test.each([
    'https://client.example/request.jwt',
    'http://169.254.169.254/latest/meta-data',
    'urn:ietf:params:oauth:request_uri:',
    'urn:ietf:params:oauth:request_uri:x',
    'urn:ietf:params:oauth:request_uri:%00',
    'URN:ietf:params:oauth:request_uri:x',
    'x',
  ])('is none that was not given: %s', async (name) => {
    expect(await outcome(name)).toEqual(refused)
  })
})

describe('a request is not kept', () => {
  test.each<[string, Parameters, string]>([
    [
      'with the name of another',
      { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
      'invalid_request',
    ],
    ['as an object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
    ['for another place', { redirect_uri: 'https://evil.example/' }, 'invalid_request'],
    ['without a challenge', { code_challenge: '' }, 'invalid_request'],
    ['with a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['for a token', { response_type: 'token' }, 'unsupported_response_type'],
    ['for what the client may not have', { scope: 'delegated:all' }, 'invalid_scope'],
    ['for an unknown resource', { resource: 'https://evil.example' }, 'invalid_target'],
    ['for two prompts that exclude each other', { prompt: 'none login' }, 'invalid_request'],
  ])('%s', async (_, differing, error) => {
    expect(await push(differing)).toMatchObject({ status: 400, json: { error } })
  })

  test('that is longer than an address may be', async () => {
    const long = (length: number) => push({ state: 'x'.repeat(length) })
    expect(await long(7500)).toMatchObject({ status: 201 })
    expect(await long(8192)).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
    const nonce = 'n'.repeat(513)
    expect(await push({ nonce })).toMatchObject({ json: { error_description: 'nonce' } })
    expect(await push({ nonce: nonce.slice(1) })).toMatchObject({ status: 201 })
  })

  test('of who does not prove to be the client', async () => {
    const { clientId } = client
    for (const [headers, differing] of [
      [{}, {}],
      [{}, { client_secret: 'wrong' }],
      [{ Authorization: basicOf(clientId, 'wrong') }, {}],
      [{}, { client_id: 'nobody' }],
    ] as const) {
      const fields = parameters(client, differing)
      const answer = await sendForm(app, '/oauth/par', fields, { headers })
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
    }
    const other = await newApplication()
    const posing = await push({ client_id: clientId }, other)
    expect(posing).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
  })

  test('from a query, or by another method', async () => {
    const path = `/oauth/par?${query({ ...good(client), client_secret: client.secret })}`
    expect((await app.call(path, { method: 'POST' })).status).toBe(401)
    expect((await app.call(path)).status).toBe(405)
  })
})

/** Nobody has to be a public client to leave requests in its name, and each is a row for ten minutes. */
describe('in the name of a public client', () => {
  const slowDown = { status: 429, json: { error: 'slow_down' } }
  let open: TestClient
  let another: TestClient
  beforeAll(async () => {
    open = await newApplication({ isPublic: true })
    another = await newApplication({ isPublic: true })
  })

  const from = (address: string, one: TestClient) =>
    app.call('/oauth/par', {
      body: one.isPublic ? good(one) : { ...good(one), client_secret: one.secret },
      headers: { 'CF-Connecting-IP': address },
    })
  /** What it would take most of a minute to leave. */
  const leave = async (address: string, count: number) => {
    const counted = "key LIKE 'pushed-requests:%'"
    await change(`DELETE FROM throttles WHERE ${counted}`)
    expect(await from(address, open)).toMatchObject({ status: 201 })
    await change(`UPDATE throttles SET count = ? WHERE ${counted}`, count)
  }

  test('one address leaves 300 an hour, for all of them together, and others go on', async () => {
    const address = '198.51.100.1'
    await leave(address, 299)
    const racing = await Promise.all([open, another, open].map((one) => from(address, one)))
    expect(racing.map(({ status }) => status).sort()).toEqual([201, 429, 429])
    const answer = await from(address, another)
    expect(answer).toMatchObject(slowDown)
    const seconds = Number(answer.headers.get('Retry-After'))
    expect(seconds).toBeGreaterThan(3500)
    expect(await from('198.51.100.2', open)).toMatchObject({ status: 201 })
    app.offsetMs += seconds * 1000
    expect(await from(address, open)).toMatchObject({ status: 201 })
  })

  test('nothing is kept of what is over it', async () => {
    const address = '198.51.100.3'
    await leave(address, 300)
    const count = () => rowsOf('SELECT 1 FROM pushed_requests')
    const before = (await count()).length
    for (let i = 0; i < 3; i += 1) expect(await from(address, open)).toMatchObject(slowDown)
    expect(await count()).toHaveLength(before)
    // Whoever proves to be a client is not asked how often, and takes nothing from the others.
    expect(await from(address, await newApplication({ secretIn: 'body' }))).toMatchObject({
      status: 201,
    })
  })
})
