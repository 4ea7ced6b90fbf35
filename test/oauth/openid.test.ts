import { beforeAll, describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import { partsOf, type TestClient } from '../support/clients'
import { change } from '../support/core'
import {
  authorizePath,
  bearer,
  destinationOf,
  issuer,
  newApplication,
  newTokens,
  redeem,
  tokensOf,
} from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** Who the person is, as a signed statement and by asking (OpenID Connect Core sections 2 and 5). */

const app = testApp()
let person: TestPerson
let client: TestClient

beforeAll(async () => {
  person = await newPerson(app)
  client = await newApplication({ isFirstParty: true })
})

const seconds = () => Math.floor((Date.now() + app.offsetMs) / 1000)

describe('the id token', () => {
  test('states who signed in, to whom, and when', async () => {
    const before = seconds()
    app.offsetMs += 30_000
    const { id } = await newTokens(app, person, client, { scope: 'openid profile email' })
    const { header, claims } = partsOf(id)
    expect(header).toEqual({ alg: 'ES256', typ: 'JWT', kid: expect.stringMatching(/^[\w-]{43}$/) })
    expect(claims).toEqual({
      iss: issuer,
      aud: client.clientId,
      sub: person.id,
      sid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      auth_time: expect.any(Number),
      jti: expect.stringMatching(/^[\w-]{43}$/),
      iat: expect.any(Number),
      exp: claims.iat + 3600,
    })
    expect(claims.auth_time).toBeLessThanOrEqual(before)
    expect(claims.iat).toBeGreaterThanOrEqual(before + 30)
  })

  test('is signed with a key that everybody can look up', async () => {
    const { id, access } = await newTokens(app, person, client)
    const { keys } = (await app.call('/oauth/jwks')).json
    const kids = keys.map((key: { kid: string }) => key.kid)
    expect(kids).toContain(partsOf(id).header.kid)
    expect(kids).toContain(partsOf(access).header.kid)
  })

  test('has the nonce of its request, as it was', async () => {
    for (const nonce of ['n-0S6_WzA2Mj', 'ä "quoted" & 🙂', 'x'.repeat(500)]) {
      const { id } = await newTokens(app, person, client, { nonce })
      expect(partsOf(id).claims.nonce).toBe(nonce)
    }
    expect(
      partsOf((await newTokens(app, person, client, { nonce: '' })).id).claims,
    ).not.toHaveProperty('nonce')
  })

  test('is for those who ask who it is', async () => {
    const { id } = await newTokens(app, person, client, { scope: 'profile email' })
    expect(id).toBeUndefined()
  })

  test('names the same person to everybody, and another client to each', async () => {
    const other = await newApplication({ isFirstParty: true })
    const one = partsOf((await newTokens(app, person, client)).id).claims
    const two = partsOf((await newTokens(app, person, other)).id).claims
    expect([one.sub, one.aud]).toEqual([person.id, client.clientId])
    expect([two.sub, two.aud]).toEqual([person.id, other.clientId])
    expect(one.sid).not.toBe(two.sid)
  })
})

describe('asking who it is', () => {
  const look = (token: string, method = 'GET') =>
    app.call('/oauth/userinfo', { method, ...bearer(token) })

  test.each(['GET', 'POST'])('is answered by %s, with what the scopes are for', async (method) => {
    const sub = person.id
    const profile = {
      name: 'John Doe',
      given_name: 'John',
      family_name: 'Doe',
      preferred_username: person.username,
      updated_at: expect.any(Number),
    }
    const email = { email: person.email, email_verified: true }
    for (const [scope, claims] of [
      ['openid', { sub }],
      ['openid profile', { sub, ...profile }],
      ['openid email', { sub, ...email }],
      ['openid profile email offline_access', { sub, ...profile, ...email }],
      ['openid delegated:profile:all', { sub }],
    ] as const) {
      const { access } = await newTokens(app, person, client, { scope })
      const answer = await look(access, method)
      expect([answer.status, answer.json]).toEqual([200, claims])
      expect(answer.headers.get('Cache-Control')).toBe('no-store')
    }
  })

  test('says what there is, and leaves out what there is not', async () => {
    const one = await newPerson(app)
    const { access } = await newTokens(app, one, client, { scope: 'openid profile email' })
    const nameless = `UPDATE accounts SET first_name = '', last_name = '', email = NULL, email_key = NULL,
      picture_key = 'p/1/secret' WHERE id = ?`
    await change(nameless, one.id)
    const { json } = await look(access)
    expect(json).toEqual({
      sub: one.id,
      name: one.username,
      preferred_username: one.username,
      picture: expect.stringMatching(`^${issuer}/pictures/${one.id}/secret\\?`),
      updated_at: expect.any(Number),
    })
  })

  test('takes a token with openid in it', async () => {
    const { access } = await newTokens(app, person, client, { scope: 'profile email' })
    const answer = await look(access)
    const json = { error: 'insufficient_scope', scope: 'openid' }
    expect(answer).toMatchObject({ status: 403, json })
    expect(answer.headers.get('WWW-Authenticate')).toMatch(/^Bearer .*scope="openid"$/)
  })

  test('takes nothing else', async () => {
    const { id, refresh } = await newTokens(app, person, client)
    const session = person.cookies.cookies.get('__Host-atrium_session') ?? ''
    for (const token of [id, refresh, 'a.b.c', 'x'.repeat(43)]) {
      const answer = await look(token)
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } })
      expect(answer.headers.get('WWW-Authenticate')).toMatch(/^Bearer /)
    }
    expect((await app.call('/oauth/userinfo', person)).status).toBe(401)
    expect((await app.call('/oauth/userinfo')).status).toBe(401)
    // A session is the person’s own, for nobody to whom they would have to be stated.
    expect([403, 401]).toContain((await look(session)).status)
  })

  test('can be done from a page of any origin, without a cookie', async () => {
    const { access } = await newTokens(app, person, client)
    const headers = { Authorization: `Bearer ${access}`, Origin: 'https://client.example' }
    const answer = await app.call('/oauth/userinfo', { headers })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
    expect(answer.headers.get('Access-Control-Allow-Credentials')).toBeNull()
  })
})

test('the time of the sign-in is that of the session, also for a code that comes later', async () => {
  const answer = await app.call(authorizePath(client), { cookies: person.cookies })
  const first = destinationOf(answer).parameters.code ?? ''
  const { claims: before } = partsOf(tokensOf(await redeem(app, client, first)).id)
  app.offsetMs += 3600_000
  const { claims: after } = partsOf((await newTokens(app, person, client)).id)
  expect(after.auth_time).toBe(before.auth_time)
  expect(after.iat - before.iat).toBeGreaterThanOrEqual(3600)
})
