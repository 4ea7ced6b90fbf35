import { expect, test } from 'vitest'
import { testApp } from '../support/app'
import { newClient, type TestClient } from '../support/clients'
import { newPerson } from '../support/social'

/** POST /oauth/revoke (RFC 7009). */

const app = testApp()

const post = (path: string, { basic }: TestClient, body: object) =>
  app.call(path, { body, headers: { Authorization: basic } })
const tokenOf = async (client: TestClient) =>
  (await post('/oauth/token', client, { grant_type: 'client_credentials' })).json.access_token
const isActive = async (client: TestClient, token: string) =>
  (await post('/oauth/introspect', client, { token })).json.active

test('a client ends its own token, at once and as often as it likes', async () => {
  const client = await newClient()
  const [token, other] = [await tokenOf(client), await tokenOf(client)]
  for (let i = 0; i < 2; i += 1) {
    const answer = await post('/oauth/revoke', client, { token, token_type_hint: 'refresh_token' })
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(await isActive(client, token)).toBe(false)
  }
  expect(await isActive(client, other)).toBe(true)
  const asking = { body: { token: other }, headers: { Authorization: `Bearer ${token}` } }
  expect(await app.call('/oauth/introspect', asking)).toMatchObject({ status: 401 })
})

test('what is no token, or somebody else’s, is answered the same and left alone', async () => {
  const [client, stranger] = [await newClient(), await newClient()]
  const { cookies } = await newPerson(app)
  const session = [...cookies.cookies].find(([name]) => name.endsWith('atrium_session'))?.[1] ?? ''
  const token = await tokenOf(client)
  for (const given of [token, session, 'nonsense', 'a.b.c', 'a'.repeat(43)]) {
    const answer = await post('/oauth/revoke', stranger, { token: given })
    expect([answer.status, answer.text]).toEqual([200, ''])
  }
  expect(await isActive(client, token)).toBe(true)
  expect(await isActive(client, session)).toBe(true)
})

test('nobody ends anything without saying who they are', async () => {
  const client = await newClient()
  const token = await tokenOf(client)
  for (const headers of [{}, { Authorization: `Bearer ${token}` }]) {
    const answer = await app.call('/oauth/revoke', { body: { token }, headers })
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
  }
  const nothing = await post('/oauth/revoke', client, {})
  expect(nothing).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
  expect(await isActive(client, token)).toBe(true)
})
