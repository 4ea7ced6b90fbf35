import { beforeAll, describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import { partsOf, type TestClient } from '../support/clients'
import {
  ask,
  authorizePath,
  bearer,
  decide,
  destinationOf,
  formType,
  isAccepted,
  issuer,
  newApplication,
  newCode,
  newTokens,
  type Parameters,
  pkce,
  query,
  redeem,
  refresh,
  tokensOf,
} from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** Tokens for other places than our own: resource indicators (RFC 8707). */

const one = 'https://api.example/v1'
const two = 'urn:example:two'
const app = testApp({ OAUTH_RESOURCES: `${one},${two}` })
const wrong = { status: 400, json: { error: 'invalid_target', error_description: 'resource' } }
let person: TestPerson
let client: TestClient

beforeAll(async () => {
  person = await newPerson(app)
  client = await newApplication({ isFirstParty: true })
})

const audienceOf = (token: string) => partsOf(token).claims.aud

/** RFC 8707 section 2: the parameter is repeated. */
const naming = (resources: readonly string[]) =>
  new URLSearchParams(resources.map((resource) => ['resource', resource])).toString()

async function codeFor(...resources: readonly string[]): Promise<string> {
  const path = `${authorizePath(client)}&${naming(resources)}`
  const answer = await app.call(path, { cookies: person.cookies })
  return destinationOf(answer).parameters.code ?? ''
}

function fetchFor(grant: Parameters, resources: readonly string[], who = client) {
  const proof = { redirect_uri: who.redirectUri, code_verifier: pkce.verifier }
  return app.call('/oauth/token', {
    method: 'POST',
    body: `${query({ ...proof, ...grant })}&${naming(resources)}`,
    headers: { ...formType, Authorization: who.basic },
  })
}

describe('a token', () => {
  test('is for us where nothing is said', async () => {
    const { access } = await newTokens(app, person, client)
    expect(audienceOf(access)).toBe(issuer)
    expect(await isAccepted(app, access)).toBe(true)
  })

  test('is for the place that was asked for; we do not take it, and say what it is worth', async () => {
    const { access, id } = await newTokens(app, person, client, { resource: one })
    expect(audienceOf(access)).toBe(one)
    expect(await isAccepted(app, access)).toBe(false)
    for (const path of ['/user/me', '/users/me', '/api/user', '/v1/account']) {
      expect((await app.call(path, bearer(access))).status).toBe(401)
    }
    const seen = await ask(app, client, '/oauth/introspect', { token: access })
    expect(seen.json).toMatchObject({ active: true, aud: one, sub: person.id })
    // Whom the statement is for is another matter.
    expect(audienceOf(id)).toBe(client.clientId)
  })

  test('is for several others where several were asked for, each of them once', async () => {
    const { access } = tokensOf(await redeem(app, client, await codeFor(one, two, one)))
    expect(audienceOf(access)).toEqual([one, two])
    expect(await isAccepted(app, access)).toBe(false)
  })

  test('is for fewer where that is asked for when it is fetched, and for all of them the next time', async () => {
    const first = tokensOf(await redeem(app, client, await codeFor(one, two), { resource: two }))
    expect(audienceOf(first.access)).toBe(two)
    const second = tokensOf(await refresh(app, client, first.refresh, { resource: one }))
    expect(audienceOf(second.access)).toBe(one)
    const third = tokensOf(await refresh(app, client, second.refresh))
    expect(audienceOf(third.access)).toEqual([one, two])
  })

  test('is for the place that the person was asked about, through the page', async () => {
    const asking = await newApplication()
    const page = await app.call(authorizePath(asking, { resource: two }), person)
    const { code = '' } = destinationOf(await decide(app, person, page)).parameters
    expect(audienceOf(tokensOf(await redeem(app, asking, code)).access)).toBe(two)
  })
})

/** Whoever is shown a token for both would have one that acts here. */
describe('a token that counts with us counts nowhere else', () => {
  test('though both were asked for: then it is for us, or for the one that is named', async () => {
    const first = tokensOf(await redeem(app, client, await codeFor(one, issuer)))
    expect(audienceOf(first.access)).toBe(issuer)
    expect(await isAccepted(app, first.access)).toBe(true)
    const second = tokensOf(await refresh(app, client, first.refresh, { resource: one }))
    expect(audienceOf(second.access)).toBe(one)
    expect(await isAccepted(app, second.access)).toBe(false)
    const third = tokensOf(await refresh(app, client, second.refresh))
    expect(audienceOf(third.access)).toBe(issuer)
    const named = await redeem(app, client, await codeFor(issuer, one), { resource: one })
    expect(audienceOf(tokensOf(named).access)).toBe(one)
  })

  test('and none is given where both are named, which uses nothing up', async () => {
    const code = await codeFor(one, issuer, two)
    for (const both of [
      [one, issuer],
      [issuer, one],
      [one, issuer, two],
    ]) {
      expect(await fetchFor({ grant_type: 'authorization_code', code }, both)).toMatchObject(wrong)
    }
    const { refresh: token } = tokensOf(await redeem(app, client, code))
    const grant = { grant_type: 'refresh_token', refresh_token: token }
    expect(await fetchFor(grant, [issuer, one])).toMatchObject(wrong)
    expect(await fetchFor(grant, [one, two])).toMatchObject({ status: 200 })
  })

  test('whomever it is for: an application’s own as well', async () => {
    const server = await newApplication({ scopes: ['client:oauth:introspect'] })
    const grant = { grant_type: 'client_credentials' }
    expect(await fetchFor(grant, [one, issuer], server)).toMatchObject(wrong)
    const { json } = await fetchFor(grant, [two, one], server)
    expect(audienceOf(json.access_token)).toEqual([two, one])
  })
})

describe('no token', () => {
  test.each([
    'https://api.example/v2',
    'https://api.example/v1/',
    'https://api.example',
    `${issuer}/`,
    `${one}#part`,
    'not a uri',
  ])('is for a place that nobody has named: %s', async (resource) => {
    const asked = await app.call(authorizePath(client, { resource }), person)
    expect(destinationOf(asked).parameters.error).toBe('invalid_target')
    const code = await newCode(app, person, client, { resource: one })
    expect(await redeem(app, client, code, { resource })).toMatchObject(wrong)
    // Nothing is used up by it.
    const { refresh: token } = tokensOf(await redeem(app, client, code))
    expect(await refresh(app, client, token, { resource })).toMatchObject(wrong)
    expect(await refresh(app, client, token)).toMatchObject({ status: 200 })
  })

  test('is for another place than the person was asked about, known as it may be', async () => {
    for (const [asked, fetched] of [
      [one, two],
      [one, issuer],
      [undefined, one],
    ] as const) {
      const code = await newCode(app, person, client, { resource: asked })
      expect(await redeem(app, client, code, { resource: fetched })).toMatchObject(wrong)
      const { refresh: token } = tokensOf(await redeem(app, client, code))
      expect(await refresh(app, client, token, { resource: fetched })).toMatchObject(wrong)
    }
  })
})

test('an application’s own token is for us, or for a place that is known', async () => {
  const server = await newApplication({ scopes: ['client:oauth:introspect'] })
  const get = (resource?: string) =>
    ask(app, server, '/oauth/token', { grant_type: 'client_credentials', resource })
  expect(audienceOf((await get()).json.access_token)).toBe(issuer)
  expect(audienceOf((await get(issuer)).json.access_token)).toBe(issuer)
  const token = (await get(one)).json.access_token
  expect(audienceOf(token)).toBe(one)
  const asking = await app.call('/oauth/introspect', { body: { token }, ...bearer(token) })
  expect(asking.status).toBe(401)
  const seen = await ask(app, server, '/oauth/introspect', { token })
  expect(seen.json).toMatchObject({ active: true, aud: one })
  expect(await get('https://evil.example')).toMatchObject(wrong)
})
