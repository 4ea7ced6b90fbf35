import { beforeAll, describe, expect, test } from 'vitest'
import { newJar, testApp } from '../support/app'
import type { TestClient } from '../support/clients'
import { change, rowsOf } from '../support/core'
import {
  agree,
  authorizePath,
  destinationOf,
  issuer,
  newApplication,
  type Parameters,
  pkce,
  sendForm,
} from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** GET /oauth/authorize: what is asked, and what the application hears (RFC 6749 section 4.1). */

const app = testApp()
let person: TestPerson
let client: TestClient

beforeAll(async () => {
  person = await newPerson(app)
  client = await newApplication()
  await agree(app, person, client, { scope: 'openid profile delegated:profile:all' })
})

const ask = (differing: Parameters, one = client) =>
  app.call(authorizePath(one, differing), { cookies: person.cookies })
const codes = async () => (await rowsOf('SELECT 1 FROM authorization_codes')).length

describe('the application gets a code', () => {
  test('with its state, and who gave it', async () => {
    const answer = await ask({})
    expect(answer.status).toBe(303)
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(answer.text).toBe('')
    expect(destinationOf(answer)).toEqual({
      place: 'https://client.example/callback',
      parameters: {
        code: expect.stringMatching(/^[\w-]{43}$/),
        state: 'a state',
        iss: issuer,
      },
    })
  })

  test.each([
    'ä, 語 and 🙂',
    'a "quoted" <b>state</b> & more=than + that',
    "it's #1 100%25 \\ back",
    ' ',
    '0',
    'line one\r\nline two',
    'x'.repeat(2048),
  ])('with its state as it was: %s', async (state) => {
    expect(destinationOf(await ask({ state })).parameters.state).toBe(state)
  })

  test('without a state where it sent none', async () => {
    for (const state of [undefined, '']) {
      expect(Object.keys(destinationOf(await ask({ state })).parameters)).toEqual(['code', 'iss'])
    }
  })

  test('beside what its redirect URI has of its own', async () => {
    const place = 'https://client.example/cb?tenant=a%20b&x=%2F'
    const one = await newApplication({ redirectUris: [place], isFirstParty: true })
    const location = (await ask({}, one)).headers.get('Location') ?? ''
    expect(location.startsWith(`${place}&code=`)).toBe(true)
    expect(Object.fromEntries(new URL(location).searchParams)).toMatchObject({
      tenant: 'a b',
      x: '/',
      state: 'a state',
      iss: issuer,
    })
  })

  test('for what has no meaning here as well, which is ignored as the standard says', async () => {
    const harmless = { display: 'popup', ui_locales: 'de', login_hint: 'ada', unknown: 'yes' }
    expect(destinationOf(await ask(harmless)).parameters.code).toBeDefined()
    expect(destinationOf(await ask({ response_mode: 'query' })).parameters.code).toBeDefined()
  })

  test('by GET alone: HEAD changes nothing', async () => {
    const before = await codes()
    const answer = await app.call(authorizePath(client), {
      method: 'HEAD',
      cookies: person.cookies,
    })
    expect([answer.status, answer.headers.get('Location')]).toEqual([200, null])
    expect(await codes()).toBe(before)
  })

  test('by a form that is posted, which becomes the same question', async () => {
    const path = authorizePath(client, { resource: issuer })
    const fields = Object.fromEntries(new URL(path, issuer).searchParams)
    // As another site's form is sent: without cookies.
    const posted = await sendForm(app, '/oauth/authorize', fields, {
      headers: { Origin: 'https://client.example', 'Sec-Fetch-Site': 'cross-site' },
    })
    expect(posted.status).toBe(303)
    expect(posted.headers.get('Location')).toBe(path)
    expect(
      destinationOf(await app.call(path, { cookies: person.cookies })).parameters.code,
    ).toBeDefined()
  })
})

describe('the application is told what is wrong', () => {
  test.each<[string, Parameters, Parameters]>([
    ['no challenge', { code_challenge: undefined }, { error_description: 'code_challenge' }],
    [
      'no method',
      { code_challenge_method: undefined },
      { error_description: 'code_challenge_method' },
    ],
    [
      'the plain method',
      { code_challenge_method: 'plain' },
      { error_description: 'code_challenge_method' },
    ],
    [
      'a method in small letters',
      { code_challenge_method: 's256' },
      { error_description: 'code_challenge_method' },
    ],
    [
      'a short challenge',
      { code_challenge: 'a'.repeat(42) },
      { error_description: 'code_challenge' },
    ],
    [
      'a long challenge',
      { code_challenge: 'a'.repeat(44) },
      { error_description: 'code_challenge' },
    ],
    [
      'a challenge in another alphabet',
      { code_challenge: `${pkce.challenge.slice(1)}+` },
      { error_description: 'code_challenge' },
    ],
    [
      'a padded challenge',
      { code_challenge: `${pkce.challenge.slice(1)}=` },
      { error_description: 'code_challenge' },
    ],
    ['no response type', { response_type: undefined }, { error_description: 'response_type' }],
    [
      'the implicit grant',
      { response_type: 'token' },
      { error: 'unsupported_response_type', error_description: 'response_type' },
    ],
    [
      'an id token in front',
      { response_type: 'id_token' },
      { error: 'unsupported_response_type', error_description: 'response_type' },
    ],
    [
      'both',
      { response_type: 'code id_token' },
      { error: 'unsupported_response_type', error_description: 'response_type' },
    ],
    [
      'none',
      { response_type: 'none' },
      { error: 'unsupported_response_type', error_description: 'response_type' },
    ],
    ['a fragment', { response_mode: 'fragment' }, { error_description: 'response_mode' }],
    ['a posted form', { response_mode: 'form_post' }, { error_description: 'response_mode' }],
    [
      'a request object',
      { request: 'eyJhbGciOiJub25lIn0.e30.' },
      { error: 'request_not_supported', error_description: 'request' },
    ],
    ['an age in words', { max_age: 'a minute' }, { error_description: 'max_age' }],
    ['an age below zero', { max_age: '-1' }, { error_description: 'max_age' }],
    ['a nonce that is too long', { nonce: 'n'.repeat(513) }, { error_description: 'nonce' }],
    ['no prompt and one', { prompt: 'none login' }, { error_description: 'prompt' }],
    ['one prompt and none', { prompt: 'consent none' }, { error_description: 'prompt' }],
    [
      'an unknown resource',
      { resource: 'https://api.example' },
      { error: 'invalid_target', error_description: 'resource' },
    ],
    ['an unknown scope', { scope: 'openid nobody:knows' }, { error: 'invalid_scope' }],
    [
      'a scope of its own that it lacks',
      { scope: 'delegated:social:all' },
      { error: 'invalid_scope' },
    ],
    ['a scope above its own', { scope: 'delegated:all' }, { error: 'invalid_scope' }],
    ['everything', { scope: '*' }, { error: 'invalid_scope' }],
    ['what only an object has', { scope: 'constructor' }, { error: 'invalid_scope' }],
    ['no scope that could be meant', { scope: ' , ' }, { error: 'invalid_scope' }],
  ])('%s', async (_, differing, told) => {
    const before = await codes()
    const answer = await ask(differing)
    expect(answer.status).toBe(303)
    expect(destinationOf(answer)).toEqual({
      place: 'https://client.example/callback',
      parameters: { error: 'invalid_request', state: 'a state', iss: issuer, ...told },
    })
    // Whoever is not signed in need not sign in first to find out.
    const stranger = await app.call(authorizePath(client, differing), { cookies: newJar() })
    expect(destinationOf(stranger)).toEqual(destinationOf(answer))
    expect(await codes()).toBe(before)
  })

  test('what is for clients alone, or for administrators', async () => {
    const one = await newApplication({ scopes: ['*'], isFirstParty: true })
    const scopes = ['*', 'client:oauth:introspect', 'openid client:oauth:introspect']
    for (const scope of [...scopes, 'admin:profile:write']) {
      expect(destinationOf(await ask({ scope }, one)).parameters.error).toBe('invalid_scope')
    }
    const admin = await newPerson(app)
    await change("UPDATE accounts SET role = 'admin' WHERE id = ?", admin.id)
    const scope = 'admin:profile:write'
    const answer = await app.call(authorizePath(one, { scope }), { cookies: admin.cookies })
    expect(destinationOf(answer).parameters.code).toBeDefined()
  })
})

describe('a parameter that is sent twice', () => {
  test.each(['state', 'scope', 'response_type', 'code_challenge', 'nonce', 'prompt'])(
    '%s: nobody knows which one counts',
    async (name) => {
      const path = authorizePath(client, { nonce: 'n', prompt: 'none' })
      const answer = await app.call(`${path}&${name}=other`, { cookies: person.cookies })
      expect([answer.status, answer.headers.get('Location')]).toEqual([400, null])
    },
  )
})

describe('whoever is not signed in', () => {
  test('is sent to sign in, and then on their way again', async () => {
    const path = authorizePath(client, { state: 'a?b&c=d', scope: 'openid' })
    const answer = await app.call(path, { cookies: newJar() })
    expect(answer.status).toBe(303)
    expect(destinationOf(answer)).toEqual({ place: '/sign-in', parameters: { continue: path } })
    const returned = await app.call(path, { cookies: person.cookies })
    expect(destinationOf(returned).parameters).toMatchObject({ state: 'a?b&c=d' })
  })

  test('is whoever carries what is no session', async () => {
    for (const value of ['grant:1', 'x'.repeat(43), 'a.b.c', '']) {
      const cookies = newJar()
      cookies.cookies.set('__Host-atrium_session', value)
      expect(destinationOf(await app.call(authorizePath(client), { cookies })).place).toBe(
        '/sign-in',
      )
    }
  })

  test('is a program that shows its token: a page is for people', async () => {
    const token = person.cookies.cookies.get('__Host-atrium_session') ?? ''
    const headers = { Authorization: `Bearer ${token}` }
    expect(destinationOf(await app.call(authorizePath(client), { headers })).place).toBe('/sign-in')
  })

  test('comes by a link in another site, and is known all the same', async () => {
    const headers = {
      Origin: 'https://client.example',
      'Sec-Fetch-Site': 'cross-site',
      'Sec-Fetch-Mode': 'navigate',
    }
    const come = (dest: string) =>
      app.call(authorizePath(client), {
        cookies: person.cookies,
        headers: { ...headers, 'Sec-Fetch-Dest': dest },
      })
    expect(destinationOf(await come('document')).parameters.code).toBeDefined()
    // In a frame of that site, nobody sees where they are.
    expect(destinationOf(await come('iframe')).place).toBe('/sign-in')
  })
})

test('an address that is not confirmed says nothing about anybody', async () => {
  const { id, cookies } = await newPerson(app)
  await change('UPDATE accounts SET email_verified_at = NULL WHERE id = ?', id)
  const own = await newApplication({ isFirstParty: true })
  const answer = await app.call(authorizePath(own), { cookies })
  expect([answer.status, answer.headers.get('Location')]).toEqual([403, null])
  expect(answer.text).toContain('confirm your e-mail address')
  // Where nothing may be shown, a page would be seen by nobody.
  const silent = await app.call(authorizePath(own, { prompt: 'none' }), { cookies })
  expect(destinationOf(silent).parameters).toMatchObject({ error: 'interaction_required' })

  const open = testApp({ REQUIRE_EMAIL_VERIFICATION: 'false' })
  const welcome = await open.call(authorizePath(own), { cookies })
  expect(destinationOf(welcome).parameters.code).toBeDefined()
})
