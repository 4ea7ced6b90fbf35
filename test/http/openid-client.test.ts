import * as openid from 'openid-client'
import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import {
  isSignedIn,
  newPerson,
  type Person,
  register,
  resetHarness,
  send,
  setClock,
} from './harness'
import { appScope, decide, newBrowser, submit, visit } from './oauth-flow'

/** The certified client of OpenID Connect, as it is published, against the running server. */

const issuer = () => new URL(inject('origin'))
const execute = [openid.allowInsecureRequests]
const goodbye = 'https://app.example/goodbye'
let person: Person

beforeAll(async () => {
  await resetHarness()
  // The first account of a local database administers: it is somebody else.
  await register()
  person = await newPerson()
})

beforeEach(async () => {
  await resetHarness()
})

interface Way {
  readonly method: 'client_secret_basic' | 'client_secret_post' | 'none'
  readonly proof: () => openid.ClientAuth
  readonly redirectUri: string
}

const ways: readonly Way[] = [
  {
    method: 'client_secret_basic',
    proof: () => openid.ClientSecretBasic(),
    redirectUri: 'https://app.example/callback',
  },
  {
    method: 'client_secret_post',
    proof: () => openid.ClientSecretPost(),
    redirectUri: 'https://app.example/callback',
  },
  { method: 'none', proof: openid.None, redirectUri: 'http://127.0.0.1:4711/callback' },
]

const introduced = new Map<Way, openid.Configuration>()

/** Introduces itself once, and checks the signature of all that it is told from then on. */
async function introduce(way: Way): Promise<openid.Configuration> {
  const known = introduced.get(way)
  if (known) return known
  const { method, proof, redirectUri } = way
  const about = {
    client_name: `An app by ${method}`,
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: [goodbye],
    scope: appScope,
    token_endpoint_auth_method: method,
  }
  const config = await openid.dynamicClientRegistration(issuer(), about, proof(), { execute })
  openid.enableNonRepudiationChecks(config)
  introduced.set(way, config)
  return config
}

/** What a client asks, and what it keeps to check the answer by. */
async function begin(redirectUri: string, more: { readonly [name: string]: string } = {}) {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const expectedState = openid.randomState()
  const expectedNonce = openid.randomNonce()
  const parameters = {
    redirect_uri: redirectUri,
    scope: appScope,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    nonce: expectedNonce,
    ...more,
  }
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }
  return { parameters, checks }
}

test.each(['oidc', 'oauth2'] as const)(
  'finds the server by the document of %s',
  async (algorithm) => {
    const config = await openid.discovery(issuer(), 'anybody', undefined, openid.None(), {
      algorithm,
      execute,
    })
    const found = config.serverMetadata()
    expect(found.issuer).toBe(inject('origin'))
    expect(found.supportsPKCE()).toBe(true)
    expect(found.authorization_response_iss_parameter_supported).toBe(true)
  },
)

describe.each(ways)('a client by $method', (way) => {
  const { method, redirectUri } = way

  test('signs somebody in, acts for them, and gives up what it got', async () => {
    const config = await introduce(way)
    const clientId = config.clientMetadata().client_id
    const browser = newBrowser(person)
    const { parameters, checks } = await begin(redirectUri, { max_age: '300' })
    const address = openid.buildAuthorizationUrl(config, parameters)
    const arrived = await decide(browser, person, address)
    expect(arrived.href.startsWith(redirectUri)).toBe(true)
    expect(arrived.searchParams.get('iss')).toBe(inject('origin'))

    const given = await openid.authorizationCodeGrant(config, arrived, { ...checks, maxAge: 300 })
    expect(given).toMatchObject({ token_type: 'bearer', expires_in: 600 })
    expect(given.scope).toBe(appScope)
    const claims = given.claims()
    expect(claims).toMatchObject({ sub: person.id, aud: clientId, nonce: checks.expectedNonce })

    const told = await openid.fetchUserInfo(config, given.access_token, person.id)
    expect(told).toMatchObject({
      name: 'John Doe',
      preferred_username: person.username,
      email: person.email,
      email_verified: true,
    })
    const ask = () =>
      openid.fetchProtectedResource(
        config,
        given.access_token,
        new URL('/oauth/userinfo', issuer()),
        'GET',
      )
    expect((await ask()).status).toBe(200)

    const next = await openid.refreshTokenGrant(config, given.refresh_token ?? '')
    expect(next.refresh_token).not.toBe(given.refresh_token)
    expect(next.claims()).toMatchObject({ sub: person.id, auth_time: claims?.auth_time })
    const narrow = await openid.refreshTokenGrant(config, next.refresh_token ?? '', {
      scope: 'openid',
    })
    expect(narrow.scope).toBe('openid')

    const asked = openid.tokenIntrospection(config, next.access_token)
    if (method === 'none') {
      await expect(asked).rejects.toMatchObject({ status: 401 })
    } else {
      const expected = { active: true, client_id: clientId, sub: person.id }
      expect(await asked).toMatchObject(expected)
    }

    await openid.tokenRevocation(config, narrow.refresh_token ?? '')
    await expect(ask()).rejects.toMatchObject({ status: 401 })
    const dead = openid.refreshTokenGrant(config, narrow.refresh_token ?? '')
    await expect(dead).rejects.toMatchObject({ error: 'invalid_grant' })
    if (method !== 'none') {
      expect(await openid.tokenIntrospection(config, next.access_token)).toEqual({ active: false })
    }
  })

  test('leaves its request beforehand, and the browser carries only its name', async () => {
    const config = await introduce(way)
    const { parameters, checks } = await begin(redirectUri)
    const address = await openid.buildAuthorizationUrlWithPAR(config, parameters)
    expect([...address.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
    const arrived = await decide(newBrowser(person), person, address)
    const given = await openid.authorizationCodeGrant(config, arrived, checks)
    expect(given.claims()?.sub).toBe(person.id)
    const again = await visit(person, address)
    expect(again.answer.status).toBe(400)
    expect(again.url.origin).toBe(inject('origin'))
  })
})

describe('a client', () => {
  const [way] = ways as [Way]
  const { redirectUri } = way
  let config: openid.Configuration

  beforeAll(async () => {
    config = await introduce(way)
  })

  async function arrive(more: { readonly [name: string]: string } = {}) {
    const { parameters, checks } = await begin(redirectUri, more)
    const address = openid.buildAuthorizationUrl(config, parameters)
    return { checks, arrived: await decide(person, person, address) }
  }

  test.each(['https://another.example', null])('takes no answer in the name of %s', async (iss) => {
    const { checks, arrived } = await arrive()
    if (iss === null) arrived.searchParams.delete('iss')
    else arrived.searchParams.set('iss', iss)
    const redeeming = openid.authorizationCodeGrant(config, arrived, checks)
    await expect(redeeming).rejects.toMatchObject({ code: 'OAUTH_INVALID_RESPONSE' })
  })

  test('takes no id token that was made for another request', async () => {
    const { checks, arrived } = await arrive()
    const redeeming = openid.authorizationCodeGrant(config, arrived, {
      ...checks,
      expectedNonce: openid.randomNonce(),
    })
    await expect(redeeming).rejects.toMatchObject({ cause: { cause: { claim: 'nonce' } } })
  })

  test('redeems no code without the verifier that goes with it', async () => {
    const { checks, arrived } = await arrive()
    const pkceCodeVerifier = openid.randomPKCECodeVerifier()
    const guess = openid.authorizationCodeGrant(config, arrived, { ...checks, pkceCodeVerifier })
    await expect(guess).rejects.toMatchObject({ status: 400, error: 'invalid_grant' })
    // Whoever only guesses spoils nothing.
    expect(await openid.authorizationCodeGrant(config, arrived, checks)).toHaveProperty('id_token')
  })

  test('is told that somebody said no', async () => {
    const { parameters, checks } = await begin(redirectUri, { prompt: 'consent' })
    const address = openid.buildAuthorizationUrl(config, parameters)
    const arrived = await decide(person, person, address, 'deny')
    const redeeming = openid.authorizationCodeGrant(config, arrived, checks)
    await expect(redeeming).rejects.toMatchObject({ error: 'access_denied' })
  })

  test('is told without a page what it cannot have without one', async () => {
    const { parameters, checks } = await begin(redirectUri, { prompt: 'none' })
    const address = openid.buildAuthorizationUrl(config, parameters)
    const { url } = await visit(newBrowser(person), address)
    const redeeming = openid.authorizationCodeGrant(config, url, checks)
    await expect(redeeming).rejects.toMatchObject({ error: 'login_required' })
  })

  test('has somebody sign in anew whose sign-in is too old for it', async () => {
    const laterSeconds = 3600
    await setClock(laterSeconds)
    const about = config.clientMetadata()
    const later = await openid.discovery(
      issuer(),
      about.client_id,
      { ...about, [openid.clockSkew]: laterSeconds },
      openid.ClientSecretBasic(about.client_secret),
      { execute },
    )
    const { parameters, checks } = await begin(redirectUri, { max_age: '60' })
    const address = openid.buildAuthorizationUrl(later, parameters)
    const place = await visit(person, address)
    expect(place.url.pathname).toBe('/sign-in')
    const arrived = await decide(person, person, address)
    const given = await openid.authorizationCodeGrant(later, arrived, { ...checks, maxAge: 60 })
    expect(given.claims()?.auth_time).toBeGreaterThan(Date.now() / 1000 + laterSeconds - 60)
  })

  test('signs somebody out, who is asked, and goes on to where the client said', async () => {
    const somebody = await newPerson()
    const { parameters, checks } = await begin(redirectUri)
    const address = openid.buildAuthorizationUrl(config, parameters)
    const arrived = await decide(somebody, somebody, address)
    const given = await openid.authorizationCodeGrant(config, arrived, checks)
    const leaving = openid.buildEndSessionUrl(config, {
      id_token_hint: given.id_token ?? '',
      post_logout_redirect_uri: goodbye,
      state: 'so long',
    })
    const before = new Map(somebody.cookies)
    const place = await visit(somebody, leaving)
    expect(await isSignedIn(before)).toBe(true)
    expect((await submit(somebody, place, {})).url.href).toBe(`${goodbye}?state=so+long`)
    expect(await isSignedIn(before)).toBe(false)
    expect(somebody.cookies.has('atrium_session')).toBe(false)
  })
})

describe('a client that acts for itself', () => {
  const { id, secret, scope } = inject('server')
  const connect = (proof: openid.ClientAuth) =>
    openid.discovery(issuer(), id, undefined, proof, { algorithm: 'oauth2', execute })

  test.each([openid.ClientSecretBasic, openid.ClientSecretPost])(
    'asks, shows and gives back a token (%o)',
    async (way) => {
      const config = await connect(way(secret))
      const issued = await openid.clientCredentialsGrant(config, { scope })
      expect(issued).toMatchObject({ token_type: 'bearer', expires_in: 3600, scope })
      const token = issued.access_token
      const looked = () => openid.tokenIntrospection(config, token)
      expect(await looked()).toMatchObject({ active: true, client_id: id, scope })
      const session = person.cookies.get('atrium_session') ?? ''
      const own = await openid.tokenIntrospection(config, session)
      expect(own).toMatchObject({ active: true, sub: person.id, username: person.username })
      await openid.tokenRevocation(config, token)
      expect(await looked()).toEqual({ active: false })
    },
  )

  test('is told what it did wrong', async () => {
    const config = await connect(openid.ClientSecretBasic('wrong'))
    const asking = openid.clientCredentialsGrant(config, { scope })
    await expect(asking).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'basic', parameters: { realm: 'atrium' } }],
    })
  })

  test('is nobody where people are meant', async () => {
    const config = await connect(openid.ClientSecretBasic(secret))
    const { access_token: token } = await openid.clientCredentialsGrant(config, { scope })
    const headers = { Authorization: `Bearer ${token}` }
    expect((await send('/user/me', { headers })).status).toBe(401)
    expect((await send('/oauth/userinfo', { headers })).status).toBe(401)
  })
})
