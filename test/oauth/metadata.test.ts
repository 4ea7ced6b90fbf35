import { expect, test } from 'vitest'
import { testApp } from '../support/app'
import { newClient, partsOf } from '../support/clients'

/** What is published for those who look: RFC 8414, OpenID Connect Discovery and RFC 7517. */

const app = testApp()
const issuer = 'https://atrium.test'

const metadata = {
  issuer,
  authorization_endpoint: `${issuer}/oauth/authorize`,
  token_endpoint: `${issuer}/oauth/token`,
  jwks_uri: `${issuer}/oauth/jwks`,
  userinfo_endpoint: `${issuer}/oauth/userinfo`,
  end_session_endpoint: `${issuer}/oauth/logout`,
  introspection_endpoint: `${issuer}/oauth/introspect`,
  revocation_endpoint: `${issuer}/oauth/revoke`,
  pushed_authorization_request_endpoint: `${issuer}/oauth/par`,
  scopes_supported: expect.arrayContaining(['openid', 'profile', 'email', 'delegated:all']),
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
  introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['ES256'],
  prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
  claims_supported: [
    'sub',
    'auth_time',
    'name',
    'given_name',
    'family_name',
    'preferred_username',
    'picture',
    'updated_at',
    'email',
    'email_verified',
  ],
  claims_parameter_supported: false,
  request_parameter_supported: false,
  request_uri_parameter_supported: false,
}

test('the metadata names what works, and nothing else', async () => {
  for (const name of ['oauth-authorization-server', 'openid-configuration']) {
    const answer = await app.call(`/.well-known/${name}`)
    expect([answer.status, answer.json]).toEqual([200, metadata])
  }
  const { json } = await app.call('/.well-known/oauth-authorization-server')
  const { data } = (await app.call('/user/scopes')).json
  const nameable = Object.keys(data.scopes).filter((name) => name !== '*')
  expect([...json.scopes_supported].sort()).toEqual(nameable.sort())
})

test('every endpoint is there', async () => {
  const open = testApp({ CLIENT_REGISTRATION: 'open' })
  const { json } = await open.call('/.well-known/openid-configuration')
  expect(json).toEqual({ ...metadata, registration_endpoint: `${issuer}/oauth/register` })
  const gets: { readonly [name: string]: number } = {
    authorization_endpoint: 400,
    jwks_uri: 200,
    userinfo_endpoint: 401,
    end_session_endpoint: 200,
  }
  for (const [name, address] of Object.entries<string>(json)) {
    if (!/_endpoint$|_uri$/.test(name)) continue
    const { status } = await open.call(new URL(address).pathname)
    expect([name, status]).toEqual([name, gets[name] ?? 405])
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

test('the hourly cron makes the next key, and the list shows both', async () => {
  const before = (await app.call('/oauth/jwks')).json.keys
  app.offsetMs = 91 * 24 * 60 * 60 * 1000
  await app.cron()
  expect((await app.call('/oauth/jwks')).json.keys).toEqual(before)
  await app.cron('17 * * * *')
  const after = (await app.call('/oauth/jwks')).json.keys
  expect(after).toHaveLength(2)
  expect(after[0]).toEqual(before[0])
})
