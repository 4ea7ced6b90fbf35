import { expect, test } from 'vitest'
import { testApp } from '../support/app'
import { newClient, partsOf } from '../support/clients'

/** What is published for those who look: RFC 8414 and RFC 7517. */

const app = testApp()
const issuer = 'https://atrium.test'

test('the metadata names what works, and nothing else', async () => {
  const answer = await app.call('/.well-known/oauth-authorization-server')
  const methods = ['client_secret_basic', 'client_secret_post']
  expect(answer.status).toBe(200)
  expect(answer.json).toEqual({
    issuer,
    token_endpoint: `${issuer}/oauth/token`,
    jwks_uri: `${issuer}/oauth/jwks`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    scopes_supported: ['client:oauth:introspect'],
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_methods_supported: methods,
  })
  for (const [name, address] of Object.entries<string>(answer.json)) {
    if (!/_endpoint$|_uri$/.test(name)) continue
    const { status } = await app.call(new URL(address).pathname)
    expect([name, status]).toEqual([name, name === 'jwks_uri' ? 200 : 405])
  }
})

test('the keys are public parts, and a token is signed with one of them', async () => {
  const answer = await app.call('/oauth/jwks')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('Content-Type')).toBe('application/json')
  expect(answer.headers.get('Cache-Control')).toBe('public, max-age=3600')
  const coordinate = expect.stringMatching(/^[\w-]{43}$/)
  const key = { kty: 'EC', crv: 'P-256', x: coordinate, y: coordinate, kid: coordinate }
  expect(answer.json).toEqual({ keys: [{ ...key, use: 'sig', alg: 'ES256' }] })

  const { basic } = await newClient()
  const body = { grant_type: 'client_credentials' }
  const { json } = await app.call('/oauth/token', { body, headers: { Authorization: basic } })
  const [header = '', claims = '', signature = ''] = json.access_token.split('.')
  expect(partsOf(json.access_token).header.kid).toBe(answer.json.keys[0].kid)
  const [{ kid, use, alg, ...jwk }] = answer.json.keys
  const curve = { name: 'ECDSA', namedCurve: 'P-256' }
  const imported = await crypto.subtle.importKey('jwk', jwk, curve, false, ['verify'])
  const plain = atob(signature.replaceAll('-', '+').replaceAll('_', '/'))
  const isSigned = await crypto.subtle.verify(
    { name: 'ECDSA', hash: 'SHA-256' },
    imported,
    Uint8Array.from(plain, (char) => char.charCodeAt(0)),
    new TextEncoder().encode(`${header}.${claims}`),
  )
  expect(isSigned).toBe(true)
})

test('the nightly cron makes the next key, and the list shows both', async () => {
  const before = (await app.call('/oauth/jwks')).json.keys
  app.offsetMs = 91 * 24 * 60 * 60 * 1000
  await app.cron()
  expect((await app.call('/oauth/jwks')).json.keys).toEqual(before)
  await app.cron('17 3 * * *')
  const after = (await app.call('/oauth/jwks')).json.keys
  expect(after).toHaveLength(2)
  expect(after[0]).toEqual(before[0])
})
