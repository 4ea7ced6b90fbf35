import * as oauth from 'oauth4webapi'
import { beforeAll, expect, inject, test } from 'vitest'
import { newPerson, type Person, register, resetHarness } from './harness'
import { decide, newBrowser } from './oauth-flow'

/** The library of single steps, which checks each answer by the letter of its standard. */

const options = { [oauth.allowInsecureRequests]: true }
const scope = 'openid email'
const issuer = () => new URL(inject('origin'))
let server: oauth.AuthorizationServer
let person: Person

beforeAll(async () => {
  await resetHarness()
  // The first account of a local database administers: it is somebody else.
  await register()
  person = await newPerson()
  server = await find('oidc')
})

async function find(algorithm: 'oidc' | 'oauth2'): Promise<oauth.AuthorizationServer> {
  const answer = await oauth.discoveryRequest(issuer(), { algorithm, ...options })
  return oauth.processDiscoveryResponse(issuer(), answer)
}

async function introduce(token_endpoint_auth_method: string, redirectUri: string) {
  const about = { redirect_uris: [redirectUri], scope, token_endpoint_auth_method }
  const answer = await oauth.dynamicClientRegistrationRequest(server, about, options)
  return oauth.processDynamicClientRegistrationResponse(answer)
}

function proofOf({ token_endpoint_auth_method: method, client_secret: secret }: oauth.Client) {
  if (typeof secret !== 'string') return oauth.None()
  return method === 'client_secret_post'
    ? oauth.ClientSecretPost(secret)
    : oauth.ClientSecretBasic(secret)
}

test('both documents say the same', async () => {
  expect(await find('oauth2')).toEqual(server)
})

test.each([
  ['client_secret_basic', 'https://app.example/callback?by=atrium'],
  ['client_secret_post', 'https://app.example/callback'],
  ['none', 'http://[::1]:4711/callback'],
  ['none', 'com.example.app:/callback'],
])('signs somebody in for a client by %s at %s', async (method, redirectUri) => {
  const client = await introduce(method, redirectUri)
  const proof = proofOf(client)
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  const parameters = {
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state,
    nonce,
    max_age: '600',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }
  const pushing = await oauth.pushedAuthorizationRequest(server, client, proof, parameters, options)
  const pushed = await oauth.processPushedAuthorizationResponse(server, client, pushing)
  const asked = new URLSearchParams({
    client_id: client.client_id,
    request_uri: pushed.request_uri,
  })
  const arrived = await decide(newBrowser(person), person, `/oauth/authorize?${asked}`)
  expect(arrived.href.startsWith(redirectUri)).toBe(true)

  const callback = oauth.validateAuthResponse(server, client, arrived, state)
  const redeeming = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    proof,
    callback,
    redirectUri,
    verifier,
    options,
  )
  const given = await oauth.processAuthorizationCodeResponse(server, client, redeeming, {
    expectedNonce: nonce,
    maxAge: 600,
    requireIdToken: true,
  })
  await oauth.validateApplicationLevelSignature(server, redeeming, options)
  expect(oauth.getValidatedIdTokenClaims(given)).toMatchObject({ sub: person.id })

  const shown = new Request(issuer(), {
    headers: { Authorization: `Bearer ${given.access_token}` },
  })
  const claims = await oauth.validateJwtAccessToken(server, shown, inject('origin'), options)
  expect(claims).toMatchObject({ client_id: client.client_id, sub: person.id, scope })
  const telling = await oauth.userInfoRequest(server, client, given.access_token, options)
  const told = await oauth.processUserInfoResponse(server, client, person.id, telling)
  expect(told).toEqual({ sub: person.id, email: person.email, email_verified: true })

  const refreshing = await oauth.refreshTokenGrantRequest(
    server,
    client,
    proof,
    given.refresh_token ?? '',
    options,
  )
  const next = await oauth.processRefreshTokenResponse(server, client, refreshing)
  expect(next.refresh_token).not.toBe(given.refresh_token)
  const revoking = await oauth.revocationRequest(server, client, proof, next.access_token, options)
  await oauth.processRevocationResponse(revoking)
  const info = new URL('/oauth/userinfo', issuer())
  for (const token of [given.access_token, next.access_token]) {
    const asking = oauth.protectedResourceRequest(token, 'GET', info, undefined, null, options)
    await expect(asking).rejects.toMatchObject({ status: 401 })
  }
})

test('asks for itself, and verifies, shows and gives back what it got', async () => {
  const { id, secret, scope: own } = inject('server')
  const client = { client_id: id }
  const proof = oauth.ClientSecretBasic(secret)
  const asking = await oauth.clientCredentialsGrantRequest(
    server,
    client,
    proof,
    { scope: own },
    options,
  )
  const issued = await oauth.processClientCredentialsResponse(server, client, asking)
  const token = issued.access_token

  const shown = new Request(issuer(), { headers: { Authorization: `Bearer ${token}` } })
  const claims = await oauth.validateJwtAccessToken(server, shown, inject('origin'), options)
  expect(claims).toMatchObject({ client_id: id, sub: id, scope: own })

  const looked = async () => {
    const answer = await oauth.introspectionRequest(server, client, proof, token, options)
    return oauth.processIntrospectionResponse(server, client, answer)
  }
  expect(await looked()).toMatchObject({ active: true, client_id: id })
  const given = await oauth.revocationRequest(server, client, proof, token, options)
  await oauth.processRevocationResponse(given)
  expect(await looked()).toEqual({ active: false })
})
