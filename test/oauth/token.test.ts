import { describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import { basicOf, newClient, partsOf } from '../support/clients'

/** POST /oauth/token, as RFC 6749 sections 2.3, 4.4 and 5 tell it: who asks, and for themselves. */

const app = testApp()
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const grant = 'grant_type=client_credentials'
const scope = 'client:oauth:introspect'

function ask(body: string, headers = {}, path = '/oauth/token') {
  return app.call(path, { method: 'POST', body, headers: { ...form, ...headers } })
}

const answered = {
  access_token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
  token_type: 'Bearer',
  expires_in: 3600,
  scope,
}

describe('a token', () => {
  test('is given to who proves to be a client, in any of the ways, at the root and under social', async () => {
    const { clientId, secret, basic } = await newClient()
    const inBody = new URLSearchParams({ client_id: clientId, client_secret: secret })
    const sent = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret }
    const json = { 'Content-Type': 'application/json' }
    for (const answer of [
      await ask(grant, { Authorization: basic }),
      await ask(grant, { Authorization: basic.replace('Basic', 'bASIC') }),
      await ask(`${grant}&client_id=${clientId}`, { Authorization: basic }),
      await ask(`${grant}&${inBody}`),
      await ask(JSON.stringify(sent), json),
      await ask(grant, { Authorization: basic }, '/social/oauth/token'),
      await ask(`${grant}&scope=${scope}&nobody=knows`, { Authorization: basic }),
      await ask(`${grant}&scope=*`, { Authorization: basic }),
      await ask(`${grant}&scope=${scope},${scope}`, { Authorization: basic }),
      await ask(`${grant}&scope=&client_secret=`, { Authorization: basic }),
    ]) {
      expect(answer).toMatchObject({ status: 200, json: answered })
      expect(answer.headers.get('Cache-Control')).toBe('no-store')
      expect(answer.headers.get('Content-Type')).toBe('application/json')
      expect(answer.headers.getSetCookie()).toEqual([])
    }
  })

  test('is given where id and secret need to be encoded', async () => {
    const { clientId, secret } = await newClient({ clientId: `ä:b %+${Date.now()}` })
    const answer = await ask(grant, { Authorization: basicOf(clientId, secret) })
    expect(answer).toMatchObject({ status: 200, json: answered })
    expect(partsOf(answer.json.access_token).claims).toMatchObject({ client_id: clientId })
  })
})

describe('no token', () => {
  const challenge = 'Basic realm="atrium"'

  test('is given to who does not prove to be a client', async () => {
    const { clientId, secret, basic } = await newClient()
    const open = await newClient({ isPublic: true })
    const wrong = new URLSearchParams({ client_id: clientId, client_secret: `${secret}!` })
    for (const [body, headers] of [
      [grant, {}],
      [`${grant}&${wrong}`, {}],
      [`${grant}&client_id=${clientId}`, {}],
      [`${grant}&client_secret=${secret}`, {}],
      [`${grant}&client_id=nobody&client_secret=${secret}`, {}],
      [grant, { Authorization: basicOf(clientId, 'wrong') }],
      [grant, { Authorization: basicOf('nobody', secret) }],
      [grant, { Authorization: basicOf(open.clientId, open.secret) }],
      [grant, { Authorization: basicOf(clientId, '') }],
      [grant, { Authorization: `${basic}!` }],
      [grant, { Authorization: `Basic ${btoa('no colon')}` }],
      [grant, { Authorization: `Basic ${btoa(':no id')}` }],
      [grant, { Authorization: `Basic ${btoa(`${clientId}:%`)}` }],
      [grant, { Authorization: `Basic ${btoa(`${clientId}:\xff`)}` }],
      [grant, { Authorization: 'Bearer abc' }],
      [grant, { Authorization: 'Digest abc' }],
      // Who asks comes before what is asked for.
      ['grant_type=password', {}],
      ['', {}],
    ] as const) {
      const answer = await ask(body, headers)
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
      expect(answer.headers.get('WWW-Authenticate')).toBe(challenge)
      expect(answer.headers.get('Cache-Control')).toBe('no-store')
    }
  })

  test('is given for a request that says things twice, or not at all', async () => {
    const { clientId, secret, basic } = await newClient()
    const both = new URLSearchParams({ client_id: clientId, client_secret: secret })
    for (const [body, description] of [
      ['', 'grant_type'],
      ['grant_type=', 'grant_type'],
      [`scope=${scope}`, 'grant_type'],
      [`${grant}&${grant}`, 'grant_type'],
      [`${grant}&scope=a&scope=b`, 'scope'],
      [`${grant}&${both}`, 'client_secret'],
      [`${grant}&client_secret=${secret}`, 'client_secret'],
      [`${grant}&client_id=another`, 'client_id'],
    ] as const) {
      const answer = await ask(body, { Authorization: basic })
      const error = { error: 'invalid_request', error_description: description }
      expect(answer).toMatchObject({ status: 400, json: error })
    }
  })

  test('is given for another grant, or for what the client may not have', async () => {
    const { basic } = await newClient({ scopes: [scope, 'delegated:all'] })
    const open = await newClient({ isPublic: true })
    for (const [body, error] of [
      ['grant_type=password&username=a&password=b', 'unsupported_grant_type'],
      ['grant_type=implicit', 'unsupported_grant_type'],
      ['grant_type=authorization_code&code=a', 'invalid_grant'],
      ['grant_type=refresh_token&refresh_token=a', 'invalid_grant'],
      ['grant_type=CLIENT_CREDENTIALS', 'unsupported_grant_type'],
      [`${grant}&scope=delegated:all`, 'invalid_scope'],
      [`${grant}&scope=nobody:knows`, 'invalid_scope'],
      [`${grant}&scope=${scope}%20admin:profile:write`, 'invalid_scope'],
    ] as const) {
      const answer = await ask(body, { Authorization: basic })
      expect(answer).toMatchObject({ status: 400, json: { error } })
    }
    const answer = await ask(`${grant}&client_id=${open.clientId}`)
    expect(answer).toMatchObject({ status: 400, json: { error: 'unauthorized_client' } })
  })

  test('is given for a body that cannot be read', async () => {
    const { basic } = await newClient()
    const json = { Authorization: basic, 'Content-Type': 'application/json' }
    const refused = { error: 'invalid_request', error_description: expect.any(String) }
    for (const body of ['{', '[]', 'null', '"text"', '{"grant_type":["client_credentials"]}']) {
      expect(await ask(body, json)).toMatchObject({ status: 400, json: refused })
    }
    const text = { Authorization: basic, 'Content-Type': 'text/plain' }
    expect(await ask(grant, text)).toMatchObject({ status: 415, json: refused })
    const large = await ask(`${grant}&scope=${'a'.repeat(70_000)}`, { Authorization: basic })
    expect(large).toMatchObject({ status: 413, json: refused })
  })

  test('is given by a query, or by another method', async () => {
    const { clientId, secret } = await newClient()
    const query = `${grant}&client_id=${clientId}&client_secret=${secret}`
    const asked = await app.call(`/oauth/token?${query}`, { method: 'POST' })
    expect(asked).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
    const read = await app.call(`/oauth/token?${query}`)
    expect(read.status).toBe(405)
    expect(read.headers.get('Allow')).toBe('POST')
  })
})
