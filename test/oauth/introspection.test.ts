import { beforeAll, describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import { newClient, type TestClient } from '../support/clients'
import { change } from '../support/core'
import { newPerson, type TestPerson } from '../support/social'

/** POST /oauth/introspect in both its shapes, which the caller chooses by how it authenticates. */

const app = testApp()
const inactive = { active: false }
let server: TestClient
let person: TestPerson
let session: string
let own: string

async function tokenOf({ basic }: TestClient): Promise<string> {
  const body = { grant_type: 'client_credentials' }
  const answer = await app.call('/oauth/token', { body, headers: { Authorization: basic } })
  return answer.json.access_token
}

const sessionOf = ({ cookies }: TestPerson) =>
  [...cookies.cookies].find(([name]) => name.endsWith('atrium_session'))?.[1] ?? ''

beforeAll(async () => {
  server = await newClient()
  person = await newPerson(app)
  session = sessionOf(person)
  own = await tokenOf(server)
})

const look = (token: string, authorization = server.basic, path = '/oauth/introspect') =>
  app.call(path, { body: { token }, headers: { Authorization: authorization } })

describe('by RFC 7662', () => {
  test('a session is told as it is', async () => {
    const answer = await look(session)
    expect(answer).toMatchObject({ status: 200 })
    expect(answer.json).toEqual({
      active: true,
      scope: 'delegated:all',
      token_type: 'Bearer',
      iat: expect.any(Number),
      exp: expect.any(Number),
      iss: 'https://atrium.test',
      sub: person.id,
      username: person.username,
    })
    expect(answer.json.exp - answer.json.iat).toBe(90 * 24 * 60 * 60)
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
  })

  test('a client’s token is told as it is', async () => {
    const { clientId } = server
    const answer = await look(own)
    expect(answer.json).toEqual({
      active: true,
      scope: 'client:oauth:introspect',
      token_type: 'Bearer',
      iat: expect.any(Number),
      exp: answer.json.iat + 3600,
      iss: 'https://atrium.test',
      aud: 'https://atrium.test',
      client_id: clientId,
      sub: clientId,
      jti: expect.any(String),
    })
  })

  test('of anything else nothing is said', async () => {
    for (const token of ['a', 'a'.repeat(43), 'a.b.c', `${own}a`, 'x'.repeat(60_000)]) {
      const answer = await look(token)
      expect([answer.status, answer.text]).toEqual([200, '{"active":false}'])
    }
  })

  test('of others’ tokens nothing is said to who may not ask; its own it may see', async () => {
    const other = await newClient({ scopes: ['delegated:all'] })
    for (const token of [session, own])
      expect((await look(token, other.basic)).json).toEqual(inactive)
    const narrowed = await newClient()
    const token = await tokenOf(narrowed)
    const narrowing = "UPDATE clients SET client_scopes = '[]' WHERE client_id = ?"
    await change(narrowing, narrowed.clientId)
    expect((await look(token, narrowed.basic)).json).toMatchObject({ active: true, scope: '' })
    expect((await look(own, narrowed.basic)).json).toEqual(inactive)
  })

  test('a form is taken, with a hint, as the standard has it', async () => {
    const body = new URLSearchParams({ token: session, token_type_hint: 'refresh_token' })
    const { clientId, secret } = server
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const credentials = new URLSearchParams({ client_id: clientId, client_secret: secret })
    const sent = { method: 'POST', body: `${body}&${credentials}`, headers }
    expect(await app.call('/oauth/introspect', sent)).toMatchObject({
      status: 200,
      json: { active: true, sub: person.id },
    })
  })

  test('nobody asks without saying who they are', async () => {
    const open = await newClient({ isPublic: true })
    const bodies = [{}, { token: session }, { token: session, client_id: open.clientId }]
    for (const body of bodies) {
      const answer = await app.call('/oauth/introspect', { body })
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
      expect(answer.headers.get('WWW-Authenticate')).toBe('Basic realm="atrium"')
    }
    const nothing = await app.call('/oauth/introspect', {
      body: {},
      headers: { Authorization: server.basic },
    })
    const error = { error: 'invalid_request', error_description: 'token' }
    expect(nothing).toMatchObject({ status: 400, json: error })
  })

  test('a query is not looked at', async () => {
    const path = `/oauth/introspect?token=${session}`
    const answer = await app.call(path, {
      method: 'POST',
      headers: { Authorization: server.basic },
    })
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
  })
})

describe('in the older shape', () => {
  const bearer = () => `Bearer ${own}`

  test('a session is told as it is, at the root and under social, the scheme in any case', async () => {
    const tokenInfo = {
      accessToken: session,
      accessTokenExpiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      scope: ['delegated:all'],
      user: {
        _id: person.id,
        username: person.username,
        firstName: 'John',
        lastName: 'Doe',
        role: 'user',
      },
    }
    for (const answer of [
      await look(session, bearer()),
      await look(session, bearer(), '/social/oauth/introspect'),
      await look(session, `bEARER  ${own} `),
    ]) {
      expect(answer.status).toBe(200)
      expect(answer.json).toEqual({ ok: 1, data: { tokenInfo } })
    }
  })

  test('a client’s token has a client and no user', async () => {
    const { json } = await look(own, bearer())
    expect(json.data.tokenInfo).toMatchObject({
      accessToken: own,
      scope: ['client:oauth:introspect'],
      client: { id: server.clientId },
    })
    expect(json.data.tokenInfo.user).toBeUndefined()
  })

  test('of anything else nothing is said', async () => {
    const answer = await look('a'.repeat(43), bearer())
    expect([answer.status, answer.text]).toEqual([200, '{"ok":1,"data":{"tokenInfo":null}}'])
  })

  test('who asks needs a live token of a client, with the scope', async () => {
    for (const token of [session, 'a'.repeat(43), 'a.b.c', `${own}a`]) {
      const answer = await look(session, `Bearer ${token}`)
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } })
      expect(answer.headers.get('WWW-Authenticate')).toMatch(/^Bearer .*error="invalid_token"$/)
    }
    const client = await newClient()
    const token = await tokenOf(client)
    await change("UPDATE clients SET client_scopes = '[]' WHERE client_id = ?", client.clientId)
    const answer = await look(session, `Bearer ${token}`)
    const scope = 'client:oauth:introspect'
    expect(answer).toMatchObject({ status: 403, json: { error: 'insufficient_scope', scope } })
    expect(answer.headers.get('WWW-Authenticate')).toContain(`scope="${scope}"`)
  })

  test('a token and a secret at once are one too many', async () => {
    const { clientId, secret } = server
    const body = { token: session, client_id: clientId, client_secret: secret }
    const answer = await app.call('/oauth/introspect', {
      body,
      headers: { Authorization: bearer() },
    })
    expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
  })
})

describe('a token that ended is inactive at the next request', () => {
  test.each([
    ['signing out', (one: TestPerson) => app.call('/user/logout', { method: 'POST', ...one })],
    [
      'signing out everywhere',
      (one: TestPerson) => app.call('/user/logout-all', { method: 'POST', ...one }),
    ],
    [
      'being disabled',
      (one: TestPerson) => change('UPDATE accounts SET disabled_at = 1 WHERE id = ?', one.id),
    ],
    ['being deleted', (one: TestPerson) => change('DELETE FROM accounts WHERE id = ?', one.id)],
  ])('by %s', async (_, end) => {
    const one = await newPerson(app)
    const token = sessionOf(one)
    expect((await look(token)).json).toMatchObject({ active: true })
    await end(one)
    expect((await look(token)).text).toBe('{"active":false}')
  })
})

describe('a client is no person', () => {
  // What each answers to who is not signed in, as its document has it.
  const places = [
    ['/user/me', 401],
    ['/social/user/me', 401],
    ['/user/session-state', 403],
    ['/user/logged', 404],
    ['/site/user/logged', 404],
    ['/api/user', 401],
    ['/directory/api/user', 401],
    ['/users/me', 401],
    ['/chat/users/me', 401],
    ['/v1/account', 401],
    ['/talent/v1/account', 401],
  ] as const

  test.each(places)('%s does not take its token', async (path, refused) => {
    const names = ['__Host-atrium_session', 'atrium_session', '__Host-TOKEN', 'TOKEN']
    const cookies = (token: string) => names.map((name) => `${name}=${token}`).join('; ')
    const statuses = async (token: string) => [
      (await app.call(path, { headers: { Authorization: `Bearer ${token}` } })).status,
      (
        await app.call(path, {
          headers: { Cookie: cookies(token), 'Sec-Fetch-Site': 'same-origin' },
        })
      ).status,
    ]
    expect(await statuses(own)).toEqual([refused, refused])
    expect((await statuses(session))[0]).toBe(200)
  })
})
