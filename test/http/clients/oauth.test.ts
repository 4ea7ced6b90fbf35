import { expect, inject, test } from 'vitest'
import { createClient } from '../../../dist/clients/oauth'

const origin = inject('origin')
const { id: username, secret: password, scope } = inject('server')

test('the client of oauth finds the server, gets a token and asks what it is worth', async () => {
  const oauth = createClient({ origin, credentials: () => ({ client: { username, password } }) })
  const metadata = await oauth.getMetadata()
  if (!metadata.ok) throw new Error(metadata.body.error)
  const { issuer, jwks_uri: keysAt } = metadata.body
  expect(keysAt).toBe(`${issuer}/oauth/jwks`)

  const issued = await oauth.issueToken({ body: { grant_type: 'client_credentials' } })
  if (!issued.ok) throw new Error(issued.body.error)
  expect(issued.body.scope).toBe(scope)

  const asked = await oauth.introspectToken({ body: { token: issued.body.access_token } })
  if (!asked.ok) throw new Error(asked.body.error)
  if (!('active' in asked.body) || !asked.body.active) throw new Error('it is worth nothing')
  expect(asked.body.sub).toBe(username)

  const revoked = await oauth.revokeToken({ body: { token: issued.body.access_token } })
  expect(revoked).toMatchObject({ ok: true, body: undefined })
  const again = await oauth.introspectToken({ body: { token: issued.body.access_token } })
  expect(again.body).toEqual({ active: false })
})

test('the client of oauth tells failures apart', async () => {
  const oauth = createClient({ origin, credentials: () => ({ bearer: 'a word' }) })
  const nobody = await oauth.issueToken({ body: { grant_type: 'client_credentials' } })
  expect(nobody).toMatchObject({ ok: false, status: 401, body: { error: 'invalid_client' } })
  const refused = await oauth.getUserInfo()
  expect(refused).toMatchObject({ ok: false, status: 401, body: { error: 'invalid_token' } })
  // @ts-expect-error: a failure says nothing of a person
  expect(refused.body.sub).toBeUndefined()
})
