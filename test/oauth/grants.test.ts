import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import { basicOf, partsOf, type TestClient } from '../support/clients'
import {
  ask,
  isAccepted,
  newApplication,
  newTokens,
  refresh,
  sendForm,
  type Tokens,
  tokensOf,
} from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** What a person has granted, looked at (RFC 7662) and given back (RFC 7009). */

const app = testApp()
const inactive = '{"active":false}'
let person: TestPerson
let client: TestClient
let open: TestClient
let stranger: TestClient
let server: TestClient
let tokens: Tokens

beforeAll(async () => {
  person = await newPerson(app)
  client = await newApplication({ isFirstParty: true })
  open = await newApplication({ isFirstParty: true, isPublic: true })
  stranger = await newApplication()
  server = await newApplication({ scopes: ['client:oauth:introspect'] })
})

beforeEach(async () => {
  tokens = await newTokens(app, person, client)
})

const look = (one: TestClient, token: string) => ask(app, one, '/oauth/introspect', { token })
const giveBack = (one: TestClient, token: string, token_type_hint?: string) =>
  ask(app, one, '/oauth/revoke', { token, token_type_hint })

describe('an access token that is looked at', () => {
  test('is told as it is, to its client and to who may ask about all', async () => {
    for (const one of [client, server]) {
      const answer = await look(one, tokens.access)
      expect(answer.status).toBe(200)
      const { iat } = answer.json
      expect(answer.json).toEqual({
        active: true,
        scope: 'openid profile',
        token_type: 'Bearer',
        client_id: client.clientId,
        username: person.username,
        sub: person.id,
        aud: 'https://atrium.test',
        iss: 'https://atrium.test',
        jti: partsOf(tokens.access).claims.jti,
        iat: expect.any(Number),
        exp: iat + 600,
      })
    }
  })

  test('is told in the older shape to who asks by a token of its own', async () => {
    const own = await ask(app, server, '/oauth/token', { grant_type: 'client_credentials' })
    const headers = { Authorization: `Bearer ${own.json.access_token}` }
    const answer = await app.call('/oauth/introspect', { body: { token: tokens.access }, headers })
    const tokenInfo = {
      accessToken: tokens.access,
      accessTokenExpiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      scope: ['openid', 'profile'],
      client: { id: client.clientId },
      user: {
        _id: person.id,
        username: person.username,
        firstName: 'John',
        lastName: 'Doe',
        role: 'user',
      },
    }
    expect([answer.status, answer.json]).toEqual([200, { ok: 1, data: { tokenInfo } }])
  })

  test('is nothing to another client, or for one that cannot prove who it is', async () => {
    expect((await look(stranger, tokens.access)).text).toBe(inactive)
    const { access } = await newTokens(app, person, open)
    for (const answer of [
      await look(open, access),
      await sendForm(app, '/oauth/introspect', { token: access }),
      await sendForm(
        app,
        '/oauth/introspect',
        { token: access },
        { headers: { Authorization: basicOf(client.clientId, 'wrong') } },
      ),
    ]) {
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
      expect(answer.headers.get('WWW-Authenticate')).toBe('Basic realm="atrium"')
    }
    // By an access token of a person nobody asks.
    const headers = { Authorization: `Bearer ${tokens.access}` }
    const asked = await app.call('/oauth/introspect', { body: { token: access }, headers })
    expect(asked).toMatchObject({ status: 401, json: { error: 'invalid_token' } })
  })

  test('is nothing once its ten minutes are over', async () => {
    app.offsetMs += 601_000
    expect((await look(client, tokens.access)).text).toBe(inactive)
    expect(await refresh(app, client, tokens.refresh)).toMatchObject({ status: 200 })
  })

  test('what is none of them is nothing', async () => {
    for (const token of [tokens.refresh, tokens.id, 'x', 'a.b.c', `${tokens.access}x`]) {
      expect((await look(server, token)).text).toBe(inactive)
    }
  })
})

describe('a token that is given back', () => {
  test.each<[string, (given: Tokens) => string, string | undefined]>([
    ['the refresh token', ({ refresh }) => refresh, 'refresh_token'],
    ['the refresh token, taken for another', ({ refresh }) => refresh, 'access_token'],
    ['the access token', ({ access }) => access, 'access_token'],
    ['the access token, by a hint nobody knows', ({ access }) => access, 'whatever'],
  ])('%s ends all of its grant, and a second time nothing', async (_, choose, hint) => {
    for (const one of [client, open]) {
      const [given, other] = [await newTokens(app, person, one), await newTokens(app, person, one)]
      const next = tokensOf(await refresh(app, one, given.refresh))
      for (let i = 0; i < 2; i += 1) {
        const answer = await giveBack(one, choose(given), hint)
        expect([answer.status, answer.text]).toEqual([200, ''])
        for (const { access, refresh: token } of [given, next]) {
          expect(await isAccepted(app, access)).toBe(false)
          expect((await look(server, access)).text).toBe(inactive)
          const refused = { status: 400, json: { error: 'invalid_grant' } }
          expect(await refresh(app, one, token)).toMatchObject(refused)
        }
      }
      expect(await isAccepted(app, other.access)).toBe(true)
      expect(await refresh(app, one, other.refresh)).toMatchObject({ status: 200 })
    }
  })

  test('by another client, or by nobody, is kept', async () => {
    for (const token of [tokens.access, tokens.refresh]) {
      for (const one of [stranger, server, open]) {
        const answer = await giveBack(one, token)
        expect([answer.status, answer.text]).toEqual([200, ''])
      }
      for (const fields of [{ token }, { token, client_id: client.clientId }]) {
        const answer = await sendForm(app, '/oauth/revoke', fields)
        expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
      }
    }
    expect(await isAccepted(app, tokens.access)).toBe(true)
    expect(await refresh(app, client, tokens.refresh)).toMatchObject({ status: 200 })
  })

  test('that is none is answered the same, and ends nothing', async () => {
    const { sid } = partsOf(tokens.access).claims
    const session = person.cookies.cookies.get('__Host-atrium_session') ?? ''
    for (const token of ['x', 'a.b.c', tokens.id, sid, `grant:${sid}`, session]) {
      const answer = await giveBack(client, token)
      expect([answer.status, answer.text]).toEqual([200, ''])
    }
    expect(await isAccepted(app, tokens.access)).toBe(true)
    expect((await app.call('/user/me', person)).status).toBe(200)
  })

  test('leaves the person signed in, and agreed: they are not asked anew', async () => {
    await giveBack(client, tokens.refresh)
    expect((await app.call('/user/me', person)).status).toBe(200)
    expect(await isAccepted(app, (await newTokens(app, person, client)).access)).toBe(true)
  })
})

test('what an application is granted is no sign-in of its person', async () => {
  const signedInAt = () =>
    app.env.DB.prepare('SELECT logged_in_at FROM accounts WHERE id = ?').bind(person.id).first()
  const before = await signedInAt()
  app.offsetMs += 60_000
  await newTokens(app, person, client)
  expect(await signedInAt()).toEqual(before)
})
