import { beforeAll, describe, expect, test } from 'vitest'
import { newJar, testApp } from '../support/app'
import { formOf } from '../support/browser'
import { basicOf, type TestClient } from '../support/clients'
import { change } from '../support/core'
import {
  authorizePath,
  decide,
  destinationOf,
  formType,
  type Parameters,
  redeem,
  sendForm,
  tokensOf,
} from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** POST /oauth/register: applications that introduce themselves, where they may (RFC 7591). */

const closed = testApp()
const app = testApp({ CLIENT_REGISTRATION: 'open' })
const good = {
  client_name: 'Photo Printer',
  redirect_uris: ['https://printer.example/cb', 'http://127.0.0.1/cb', 'com.example.printer:/cb'],
}
let hosts = 0
let person: TestPerson

beforeAll(async () => {
  person = await newPerson(app)
})

/** Each from an address of its own, unless one is given. */
function register(body: unknown, address?: string) {
  hosts += 1
  const headers = { 'CF-Connecting-IP': address ?? `198.18.${hosts >> 8}.${hosts & 255}` }
  return app.call('/oauth/register', { body, headers })
}

async function newRegistered(differing: object = {}) {
  const { json } = await register({ ...good, ...differing })
  const { client_id: clientId, client_secret: secret } = json
  const redirectUri = good.redirect_uris[0] ?? ''
  const basic = basicOf(clientId, secret)
  const client = { clientId, secret, secretIn: 'header', basic, isPublic: false, redirectUri }
  return { json, client: client as TestClient }
}

test('it is closed unless the setting opens it', async () => {
  const answer = await closed.call('/oauth/register', { body: good })
  expect([answer.status, answer.json]).toEqual([403, { error: 'access_denied' }])
  const { json } = await closed.call('/.well-known/oauth-authorization-server')
  expect(json).not.toHaveProperty('registration_endpoint')
})

describe('an application', () => {
  test('gets an id and a secret, told once', async () => {
    const answer = await register(good)
    expect(answer.status).toBe(201)
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(answer.json).toEqual({
      client_id: expect.stringMatching(/^app_[\w-]{22}$/),
      client_id_issued_at: expect.any(Number),
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      client_secret_expires_at: 0,
      ...good,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      scope: 'openid profile email offline_access',
    })
    const [one, two] = [await register(good), await register(good)]
    expect(one.json.client_id).not.toBe(two.json.client_id)
    expect(one.json.client_secret).not.toBe(two.json.client_secret)
  })

  test('gets no secret where it says that it could keep none', async () => {
    const { json } = await register({ ...good, token_endpoint_auth_method: 'none' })
    expect(json).toMatchObject({ token_endpoint_auth_method: 'none' })
    expect(json).not.toHaveProperty('client_secret')
    expect(json).not.toHaveProperty('client_secret_expires_at')
  })

  test('is taken at its word by what it registered, and by nothing else', async () => {
    const post_logout_redirect_uris = ['https://printer.example/bye']
    const { client, json } = await newRegistered({ post_logout_redirect_uris })
    expect(json).toMatchObject({ post_logout_redirect_uris })
    const page = await app.call(authorizePath(client), { cookies: person.cookies })
    const { code = '' } = destinationOf(await decide(app, person, page)).parameters
    expect(tokensOf(await redeem(app, client, code)).access).toBeDefined()

    const elsewhere = { redirect_uri: 'https://evil.example/' }
    expect((await app.call(authorizePath(client, elsewhere), person)).status).toBe(400)
    const out = `/oauth/logout?client_id=${client.clientId}&post_logout_redirect_uri=${post_logout_redirect_uris}`
    expect((await app.call(out, person)).status).toBe(200)
  })

  test('may ask who somebody is, and is not given what else it registers for', async () => {
    const open = 'openid profile email offline_access'
    for (const [scope, given] of [
      [`${open} delegated:all admin:profile:write client:oauth:introspect *`, open],
      ['offline_access delegated:profile:read email', 'email offline_access'],
      ['openid client:oauth:introspect', 'openid'],
    ]) {
      const { client, json } = await newRegistered({ scope })
      expect(json.scope).toBe(given)
      const all = await app.call(authorizePath(client, { scope: undefined }), person)
      const { code = '' } = destinationOf(await decide(app, person, all)).parameters
      expect((await redeem(app, client, code)).json.scope).toBe(given)
      const wide = { scope: 'openid delegated:profile:read' }
      expect((await app.call(authorizePath(client, wide), person)).status).toBe(400)
    }
  })

  test.each([
    ['client_secret_basic', 'header'],
    ['client_secret_post', 'body'],
  ])('that registered %s sends its secret in the %s, and nowhere else', async (method, place) => {
    const { json } = await register({ ...good, token_endpoint_auth_method: method })
    const { client_id, client_secret } = json
    const grant = { grant_type: 'refresh_token', refresh_token: 'x' }
    const headers = { Authorization: basicOf(client_id, client_secret) }
    const inHeader = await sendForm(app, '/oauth/token', grant, { headers })
    const inBody = await sendForm(app, '/oauth/token', { ...grant, client_id, client_secret })
    const [right, wrong] = place === 'header' ? [inHeader, inBody] : [inBody, inHeader]
    expect(right).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
    expect(wrong).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
  })

  test('is named by its id where it has no name, and is nobody’s server', async () => {
    const { json } = await register({ redirect_uris: good.redirect_uris })
    expect(json.client_name).toBe(json.client_id)
    const headers = { Authorization: basicOf(json.client_id, json.client_secret) }
    const grant = { grant_type: 'client_credentials' }
    const own = await sendForm(app, '/oauth/token', grant, { headers })
    expect(own).toMatchObject({ status: 400, json: { error: 'invalid_scope' } })
  })

  test('says more than we look at, and that is ignored', async () => {
    const ignored = {
      logo_uri: 'http://127.0.0.1:9/logo',
      jwks_uri: 'http://127.0.0.1:9/jwks',
      sector_identifier_uri: 'http://127.0.0.1:9/',
      contacts: ['x@example.com'],
      client_id: 'admin',
      client_secret: 'mine',
      is_first_party: true,
      isFirstParty: true,
    }
    const { status, json } = await register({ ...good, ...ignored })
    expect(status).toBe(201)
    expect(json.client_id).not.toBe('admin')
    expect(json.client_secret).not.toBe('mine')
    for (const name of ['logo_uri', 'jwks_uri', 'isFirstParty'])
      expect(json).not.toHaveProperty(name)
  })
})

/** Anybody may be behind it, and its redirect URI may be any place that somebody should not be sent to. */
describe('who has introduced themselves', () => {
  const unknownToUs =
    'This application introduced itself, and nobody here has checked who is behind it.'
  let client: TestClient
  beforeAll(async () => {
    client = (await newRegistered()).client
  })

  test('is told of as such, to whoever is asked, also the second time', async () => {
    for (const prompt of [undefined, 'consent']) {
      const page = await app.call(authorizePath(client, { prompt }), person)
      expect(page.status).toBe(200)
      expect(page.text).toContain('Photo Printer asks for access')
      expect(page.text).toContain(unknownToUs)
      await decide(app, person, page)
    }
  })

  test.each<[string, Parameters]>([
    ['an unknown scope', { scope: 'nobody:knows' }],
    ['a scope that it lacks', { scope: 'delegated:all' }],
    ['another response type', { response_type: 'token' }],
    ['no challenge', { code_challenge: undefined }],
    ['a plain challenge', { code_challenge_method: 'plain' }],
    ['an unknown resource', { resource: 'https://api.example' }],
    ['a request object', { request: 'e30.e30.' }],
    ['prompts that exclude each other', { prompt: 'none login' }],
    ['an age in words', { max_age: 'soon' }],
    ['a nonce that is too long', { nonce: 'n'.repeat(513) }],
  ])('sends nobody anywhere by a mistake: %s', async (_, differing) => {
    for (const cookies of [person.cookies, newJar()]) {
      const answer = await app.call(authorizePath(client, differing), { cookies })
      expect([answer.status, answer.headers.get('Location')]).toEqual([400, null])
      expect(answer.headers.get('Content-Type')).toMatch(/^text\/html/)
      expect(answer.text).not.toContain('printer.example')
    }
  })

  test('sends nobody anywhere by a mistake in what was decided, or in what was left with us', async () => {
    const page = await app.call(authorizePath(client, { prompt: 'consent' }), person)
    const { request, ...fields } = formOf(page).fields
    const altered = new URLSearchParams(request)
    altered.set('scope', 'delegated:all')
    const sent = { ...fields, request: altered.toString(), decision: 'allow' }
    const decided = await sendForm(app, '/oauth/consent', sent, person)
    expect([decided.status, decided.headers.get('Location')]).toEqual([400, null])
    const unconfirmed = await newPerson(app)
    await change('UPDATE accounts SET email_verified_at = NULL WHERE id = ?', unconfirmed.id)
    const silent = await app.call(authorizePath(client, { prompt: 'none' }), unconfirmed)
    expect([silent.status, silent.headers.get('Location')]).toEqual([403, null])
  })

  test('hears what the person has decided all the same', async () => {
    const page = await app.call(authorizePath(client, { prompt: 'consent' }), person)
    const { place, parameters } = destinationOf(await decide(app, person, page, 'deny'))
    expect([place, parameters.error]).toEqual([client.redirectUri, 'access_denied'])
  })
})

describe('what does not do', () => {
  const place = 'invalid_redirect_uri'
  const data = 'invalid_client_metadata'

  test.each<[string, object, string]>([
    ['nothing', {}, place],
    ['no place', { redirect_uris: [] }, place],
    ['a text for places', { redirect_uris: 'https://printer.example/cb' }, place],
    ['a place that is no text', { redirect_uris: [1] }, place],
    ['too many places', { redirect_uris: Array(11).fill('https://printer.example/cb') }, place],
    ['one bad place among others', { redirect_uris: [...good.redirect_uris, '/cb'] }, place],
    ['a long place', { redirect_uris: [`https://printer.example/${'a'.repeat(500)}`] }, place],
    ...[
      'http://printer.example/cb',
      'https://printer.example/cb#part',
      'https://*.example/cb',
      'https://user@printer.example/cb',
      'https://printer.example/a b',
      'https://printer.example\\@evil.example/',
      'https://pr\u0456nter.example/cb',
      'http://127.0.0.1.evil.example/cb',
      'http://10.0.0.1/cb',
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'myapp:/cb',
      'mailto:a@b.example',
      // What one program takes for a host, another ends earlier; and a CSP would end there.
      'https://bank.example;evil.example/cb',
      'https://bank.example,evil.example/cb',
      'https://(evil.example)/cb',
      'https://$evil.example/cb',
      'https://evil_.example/cb',
      'https://evil.example!/cb',
      'https://evil+.example/cb',
      'https://evil=.example/cb',
      'https://evil&.example/cb',
      'https://[::1]/cb',
      'https://[2001:db8::1]/cb',
      '',
    ].map(
      (uri) => [`the place ${uri}`, { redirect_uris: [uri] }, place] as [string, object, string],
    ),
    [
      'a bad place for afterwards',
      { ...good, post_logout_redirect_uris: ['javascript:alert(1)'] },
      data,
    ],
    ['a name of two lines', { ...good, client_name: 'Photo\nPrinter' }, data],
    ['a name that turns round', { ...good, client_name: 'Photo\u202ePrinter' }, data],
    ['a name of spaces', { ...good, client_name: '   ' }, data],
    ['a long name', { ...good, client_name: 'a'.repeat(101) }, data],
    ['a name that is none', { ...good, client_name: { en: 'Photo' } }, data],
    ['an unknown method', { ...good, token_endpoint_auth_method: 'private_key_jwt' }, data],
    ['the implicit grant', { ...good, grant_types: ['implicit'] }, data],
    ['a token in front', { ...good, response_types: ['token'] }, data],
    ['everything', { ...good, scope: '*' }, 'invalid_scope'],
    ['what is for servers', { ...good, scope: 'client:oauth:introspect' }, 'invalid_scope'],
    ['what a person has', { ...good, scope: 'delegated:profile:read' }, 'invalid_scope'],
    ['no scope at all', { ...good, scope: ' ' }, 'invalid_scope'],
    ['what is for administrators', { ...good, scope: 'admin:profile:write' }, 'invalid_scope'],
    ['nothing that we know', { ...good, scope: 'nobody:knows' }, 'invalid_scope'],
  ])('%s', async (_, body, error) => {
    const answer = await register(body)
    expect([answer.status, answer.json.error]).toEqual([400, error])
    expect(JSON.stringify(answer.json)).not.toContain('client_id')
  })

  test('is no JSON', async () => {
    for (const body of ['{', '[]', 'null', '"x"']) {
      const headers = { 'Content-Type': 'application/json' }
      expect((await app.call('/oauth/register', { method: 'POST', body, headers })).status).toBe(
        400,
      )
    }
    const sent = { method: 'POST', body: 'redirect_uris=https://a.example/', headers: formType }
    expect((await app.call('/oauth/register', sent)).status).toBe(400)
    expect((await app.call('/oauth/register')).status).toBe(405)
  })
})

test('ten an hour come from one address', async () => {
  const address = '198.51.100.77'
  for (let i = 0; i < 10; i += 1) expect((await register(good, address)).status).toBe(201)
  const answer = await register(good, address)
  expect([answer.status, answer.json]).toEqual([429, { error: 'slow_down' }])
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
  expect((await register(good, '198.51.100.78')).status).toBe(201)
})
