import LiquidAuthenticator from 'liquid-node-authenticator'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { newPerson, type Person, register, resetHarness, send, setClock, times } from './harness'
import { admin, secretIn } from './operator'

/** The published clients of OAuth, and an application's whole life with its operator. */

const scope = 'client:oauth:introspect'
const clientId = 'a-server'
let secret = ''
let person: Person
let session = ''

const create = (id: string, ...more: string[]) =>
  admin('client', 'create', '--id', id, '--scope', scope, ...more)

function ask(id: string, given: string) {
  const body = { grant_type: 'client_credentials', client_id: id, client_secret: given }
  return send('/oauth/token', { body })
}

beforeAll(async () => {
  await resetHarness()
  secret = secretIn(await create(clientId, '--name', 'A server'))
  // The first account of a local database administers: it is somebody else.
  await register()
  person = await newPerson()
  session = person.cookies.get('atrium_session') ?? ''
})

test('many first requests at once make one key', async () => {
  const answers = await Promise.all(times(20, () => ask(clientId, secret)))
  expect(answers.map(({ status }) => status)).toEqual(times(20, () => 200))
  const { json } = await send('/oauth/jwks')
  expect(json.keys).toHaveLength(1)
  for (const answer of answers) {
    const [header = ''] = answer.json.access_token.split('.')
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
    expect(kid).toBe(json.keys[0].kid)
  }
})

describe('openid-client', () => {
  const ways = [openid.ClientSecretBasic, openid.ClientSecretPost]

  test.each(ways)('finds the server, and asks, shows and gives back a token (%o)', async (way) => {
    const config = await openid.discovery(
      new URL(inject('origin')),
      clientId,
      undefined,
      way(secret),
      { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
    )
    const issued = await openid.clientCredentialsGrant(config, { scope })
    expect(issued).toMatchObject({ token_type: 'bearer', expires_in: 3600, scope })
    const token = issued.access_token
    const looked = () => openid.tokenIntrospection(config, token)
    expect(await looked()).toMatchObject({ active: true, client_id: clientId, scope })
    const own = await openid.tokenIntrospection(config, session)
    expect(own).toMatchObject({ active: true, sub: person.id, username: person.username })
    await openid.tokenRevocation(config, token)
    expect(await looked()).toEqual({ active: false })
  })

  test('is told what it did wrong', async () => {
    const config = await openid.discovery(new URL(inject('origin')), clientId, 'wrong', undefined, {
      algorithm: 'oauth2',
      execute: [openid.allowInsecureRequests],
    })
    const asking = openid.clientCredentialsGrant(config, { scope })
    await expect(asking).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'basic', parameters: { realm: 'atrium' } }],
    })
  })
})

test('oauth4webapi finds the server, and asks, verifies, shows and gives back a token', async () => {
  const issuer = new URL(inject('origin'))
  const options = { [oauth.allowInsecureRequests]: true }
  const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...options })
  const server = await oauth.processDiscoveryResponse(issuer, found)
  const client = { client_id: clientId }
  const proof = oauth.ClientSecretBasic(secret)
  const answer = await oauth.clientCredentialsGrantRequest(
    server,
    client,
    proof,
    { scope },
    options,
  )
  const issued = await oauth.processClientCredentialsResponse(server, client, answer)
  const token = issued.access_token

  const shown = new Request(inject('origin'), { headers: { Authorization: `Bearer ${token}` } })
  const claims = await oauth.validateJwtAccessToken(server, shown, inject('origin'), options)
  expect(claims).toMatchObject({ client_id: clientId, sub: clientId, scope })

  const looked = async () => {
    const answer = await oauth.introspectionRequest(server, client, proof, token, options)
    return oauth.processIntrospectionResponse(server, client, answer)
  }
  expect(await looked()).toMatchObject({ active: true, client_id: clientId })
  const given = await oauth.revocationRequest(server, client, proof, token, options)
  await oauth.processRevocationResponse(given)
  expect(await looked()).toEqual({ active: false })
})

describe('liquid-node-authenticator', () => {
  const connect = (given: string, scopes?: string) =>
    new LiquidAuthenticator({
      host: inject('origin'),
      clientId,
      clientSecret: given,
      debugging: false,
      ...(scopes === undefined ? {} : { scope: scopes }),
    })

  test.each([undefined, scope])('knows a person by a session, asking for %s', async (scopes) => {
    const authenticator = connect(secret, scopes)
    const details = await authenticator.authenticate(session)
    expect(details).toMatchObject({
      accessToken: session,
      scope: ['delegated:all'],
      user: { _id: person.id, username: person.username, role: 'user' },
    })
    // It reads the tree of scopes by itself, some time after it was made.
    await vi.waitFor(() =>
      expect(authenticator.checkTokenScope('delegated:profile:read', details)).toBe(true),
    )
    expect(authenticator.checkTokenScope('delegated:social:follow:accept', details)).toBe(true)
    expect(authenticator.checkTokenScope('admin:profile:write', details)).toBe(false)
    expect(await authenticator.authenticate('a'.repeat(43))).toBeNull()
    expect(await authenticator.authenticate('nonsense')).toBeNull()
  })

  test('with a wrong secret knows nobody', async () => {
    await expect(connect('wrong').authenticate(session)).rejects.toMatchObject({ code: 401 })
  })
})

describe('the operator', () => {
  // Each command starts wrangler, so that the tests share what they make.
  let appSecret = ''

  test('makes a client once, and sees it in the list', async () => {
    const given = ['--redirect-uri', 'https://app.example/cb', '--first-party']
    const made = await create('an-app', '--name', 'Ada’s app -- the first', ...given)
    appSecret = secretIn(made)
    expect(appSecret).toMatch(/^[\w-]{43}$/)
    expect(await create('an-app')).toMatchObject({ code: 1 })
    expect((await create('an-open-app', '--public')).output).not.toContain('secret')
    const { output } = await admin('client', 'list')
    expect(output).toContain('an-app  Ada’s app -- the first  (confidential, first-party)')
    expect(output).toContain('to     https://app.example/cb')
    expect(output).toContain('an-open-app  an-open-app  (public)')
    expect(output).not.toContain(secret)
  })

  test.each([
    ['ab'],
    ['a b'],
    ["a'b"],
    ['0123456789abcdef01234567'],
    ['0123456789ABCDEF01234567'],
    ['1234567'],
    ['a'.repeat(65)],
    ['good', '--name', "O'Neil"],
    ['good', '--name', 'a\nb'],
    ['good', '--name', 'a;b'],
    ['good', '--scope', 'nobody:knows'],
    ['good', '--scope', ','],
    ['good', '--redirect-uri', 'http://app.example/cb'],
    ['good', '--redirect-uri', 'https://app.example/cb#here'],
    ['good', '--redirect-uri', 'https://ada:secret@app.example/'],
    ['good', '--redirect-uri', "https://app.example/'"],
    ['good', '--redirect-uri', 'javascript:alert(1)'],
    ['good', '--redirect-uri', '/cb'],
  ])('cannot make one of %j %j %j', async (id, ...more) => {
    expect(await create(id, ...more)).toMatchObject({ code: 2 })
  })

  test('gives a client a new secret, and the one before ends a day later', async () => {
    const before = appSecret
    const token = (await ask('an-app', before)).json.access_token
    const after = secretIn(await admin('client', 'rotate-secret', 'an-app'))
    appSecret = after
    for (const good of [before, after]) expect((await ask('an-app', good)).status).toBe(200)
    const look = { body: { token }, headers: basic('an-app', after) }
    expect((await send('/oauth/introspect', look)).json).toMatchObject({ active: true })
    await setClock(24 * 60 * 60 + 60)
    expect((await ask('an-app', before)).status).toBe(401)
    expect((await ask('an-app', after)).status).toBe(200)
    await setClock(0)
  })

  test('deletes a client, and its tokens with it', async () => {
    const token = (await ask('a-server', secret)).json.access_token
    const own = (await ask('an-app', appSecret)).json.access_token
    const asking = (by: string) =>
      send('/oauth/introspect', {
        body: { token: session },
        headers: { Authorization: `Bearer ${by}` },
      })
    expect((await asking(own)).status).toBe(200)
    expect(await admin('client', 'delete', 'an-app')).toMatchObject({ code: 0 })
    expect((await asking(own)).status).toBe(401)
    expect((await ask('an-app', appSecret)).status).toBe(401)
    expect((await asking(token)).status).toBe(200)
    expect(await admin('client', 'delete', 'an-app')).toMatchObject({ code: 1 })
  })
})

function basic(id: string, given: string) {
  return { Authorization: `Basic ${btoa(`${id}:${given}`)}` }
}
