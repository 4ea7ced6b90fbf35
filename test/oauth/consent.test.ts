import { beforeAll, describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import { formOf } from '../support/browser'
import type { TestClient } from '../support/clients'
import { change, rowsOf } from '../support/core'
import {
  agree,
  authorizePath,
  bearer,
  decide,
  destinationOf,
  newApplication,
  newTokens,
  type Parameters,
  redeem,
  sendForm,
  tokensOf,
} from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** The question whether an application may, and what is remembered of the answer. */

const app = testApp()
let person: TestPerson

beforeAll(async () => {
  person = await newPerson(app)
})

const ask = (client: TestClient, differing: Parameters = {}, one = person) =>
  app.call(authorizePath(client, differing), { cookies: one.cookies })
const isAsked = async (client: TestClient, differing: Parameters = {}, one = person) =>
  (await ask(client, differing, one)).status === 200

describe('the page', () => {
  test('says who asks, for what, as whom, and where it goes on', async () => {
    const client = await newApplication({ name: 'Photo Printer' })
    const page = await ask(client, { scope: 'openid delegated:profile:read' })
    expect(page.status).toBe(200)
    for (const words of [
      'Photo Printer asks for access',
      'Know who you are.',
      'See your profile with your e-mail address and phone number, and the profiles that you can see.',
      'John Doe',
      person.username,
      'client.example',
    ]) {
      expect(page.text).toContain(words)
    }
    expect(page.text).not.toContain('Change your profile')
    expect(page.text).not.toContain('introduced itself')
  })

  // Whoever is led there may be led on over the web, by the application itself.
  test.each([
    ['https://client.example/cb', 'client.example', 'https:'],
    [
      'http://127.0.0.1:9999/cb',
      'an app on this device (127.0.0.1:9999)',
      'https: http://127.0.0.1:9999',
    ],
    ['http://localhost/cb', 'an app on this device (localhost)', 'https: http://localhost'],
    // No policy can name an IPv6 address.
    ['http://[::1]:9999/cb', 'an app on this device ([::1]:9999)', 'https: http:'],
    ['com.example.app:/cb', 'an app on this device (com.example.app)', 'https: com.example.app:'],
    // A host in an app's own scheme is what the app likes to write there.
    [
      'com.example.app://bank.example/cb',
      'an app on this device (com.example.app)',
      'https: com.example.app:',
    ],
  ])('says where it goes on to, and lets its form go there: %s', async (place, words, targets) => {
    const client = await newApplication({ redirectUris: [place], isPublic: true })
    const page = await ask(client)
    expect(page.text).toContain(`You go on to ${words}. What you allow`)
    const policy = page.headers.get('Content-Security-Policy')?.split('; ')
    expect(policy).toContain(`form-action 'self' ${targets}`)
  })

  test('says that an administrator’s application could act upon anybody', async () => {
    const admin = await newPerson(app)
    await change("UPDATE accounts SET role = 'admin' WHERE id = ?", admin.id)
    const client = await newApplication({ scopes: ['admin:profile:write'] })
    const page = await ask(client, { scope: 'admin:profile:write' }, admin)
    expect(page.text).toContain('Change, close and delete the account of anybody')
  })
})

describe('the answer', () => {
  test('yes gives a code, by a redirect that sends no form again', async () => {
    const answer = await agree(app, person, await newApplication())
    expect(answer.status).toBe(303)
    expect(destinationOf(answer).parameters).toEqual({
      code: expect.stringMatching(/^[\w-]{43}$/),
      state: 'a state',
      iss: 'https://atrium.test',
    })
  })

  test('no is told, and nothing is remembered', async () => {
    const client = await newApplication()
    const answer = await decide(app, person, await ask(client), 'deny')
    expect(answer.status).toBe(303)
    expect(destinationOf(answer)).toEqual({
      place: 'https://client.example/callback',
      parameters: { error: 'access_denied', state: 'a state', iss: 'https://atrium.test' },
    })
    expect(await isAsked(client)).toBe(true)
    expect(
      await rowsOf('SELECT 1 FROM authorization_codes WHERE client_id = ?', client.clientId),
    ).toEqual([])
  })

  test('is yes or no', async () => {
    const client = await newApplication()
    const fields = formOf(await ask(client)).fields
    for (const decision of [undefined, '', 'ALLOW', 'maybe']) {
      const answer = await sendForm(app, '/oauth/consent', { ...fields, decision }, person)
      expect([answer.status, answer.headers.get('Location')]).toEqual([400, null])
    }
    expect(await isAsked(client)).toBe(true)
  })

  test('gives what the person can give: an administrator’s scope is not everybody’s', async () => {
    const client = await newApplication({ scopes: ['openid', 'admin:profile:write'] })
    const scope = 'openid admin:profile:write'
    const page = await ask(client, { scope })
    expect(page.text).not.toContain('administrator')
    const { code = '' } = destinationOf(await decide(app, person, page)).parameters
    expect((await redeem(app, client, code)).json.scope).toBe('openid')
  })

  test('to a request without scopes is for all that the client has, and is for people', async () => {
    const scopes = ['openid', 'delegated:social:all', 'client:oauth:introspect']
    const client = await newApplication({ scopes })
    const page = await ask(client, { scope: undefined })
    const { code = '' } = destinationOf(await decide(app, person, page)).parameters
    expect((await redeem(app, client, code)).json.scope).toBe('openid delegated:social:all')
  })
})

describe('who has agreed', () => {
  test('is not asked for the same or for less, again and again', async () => {
    const client = await newApplication()
    await agree(app, person, client, { scope: 'openid delegated:profile:all' })
    for (const scope of ['openid', 'delegated:profile:all openid', 'delegated:profile:read']) {
      expect(await isAsked(client, { scope })).toBe(false)
    }
  })

  test('is asked for more, and what was given before stays given', async () => {
    const client = await newApplication()
    await agree(app, person, client, { scope: 'openid' })
    expect(await isAsked(client, { scope: 'openid email' })).toBe(true)
    expect(await isAsked(client, { scope: 'delegated:profile:all' })).toBe(true)
    await agree(app, person, client, { scope: 'email' })
    expect(await isAsked(client, { scope: 'openid email' })).toBe(false)
  })

  test('has agreed to this client alone, and nobody else has', async () => {
    const [client, another] = [await newApplication(), await newApplication()]
    await agree(app, person, client)
    expect(await isAsked(another)).toBe(true)
    expect(await isAsked(client, {}, await newPerson(app))).toBe(true)
  })

  test('is asked each time where anything on their machine could be waiting', async () => {
    const places = ['http://127.0.0.1/cb', 'com.example.app:/cb', 'https://client.example/cb']
    const client = await newApplication({ redirectUris: places, isPublic: true })
    const [local = '', scheme = '', web = ''] = places
    for (const redirect_uri of places) await agree(app, person, client, { redirect_uri })
    expect(await isAsked(client, { redirect_uri: local })).toBe(true)
    expect(await isAsked(client, { redirect_uri: scheme })).toBe(true)
    expect(await isAsked(client, { redirect_uri: web })).toBe(false)
  })

  test('need not have been asked by an application of the house', async () => {
    const own = await newApplication({ isFirstParty: true })
    expect(await isAsked(own)).toBe(false)
    expect(await rowsOf('SELECT 1 FROM consents WHERE client_id = ?', own.clientId)).toEqual([])
    const places = ['http://127.0.0.1/cb']
    const local = await newApplication({ redirectUris: places, isPublic: true, isFirstParty: true })
    expect(await isAsked(local)).toBe(true)
  })

  test('has agreed to no more than the client has left', async () => {
    const client = await newApplication()
    const tokens = await newTokens(app, person, client, { scope: 'openid delegated:profile:read' })
    expect((await app.call('/social/user/me', bearer(tokens.access))).status).toBe(200)
    const narrowing = `UPDATE clients SET client_scopes = '["openid"]' WHERE client_id = ?`
    await change(narrowing, client.clientId)
    expect((await app.call('/social/user/me', bearer(tokens.access))).status).toBe(403)
    const answer = await ask(client, { scope: 'openid delegated:profile:read' })
    expect(destinationOf(answer).parameters.error).toBe('invalid_scope')
    const { code = '' } = destinationOf(await ask(client, { scope: 'openid' })).parameters
    expect(tokensOf(await redeem(app, client, code)).access).toBeDefined()
  })
})

test('the page that was decided leads nowhere when it is opened by itself', async () => {
  const answer = await app.call('/oauth/consent', person)
  expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/account'])
})
