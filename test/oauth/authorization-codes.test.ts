import { beforeAll, describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import { basicOf, type TestClient } from '../support/clients'
import { change } from '../support/core'
import {
  agree,
  ask,
  challengeOf,
  isAccepted,
  newApplication,
  newCode,
  newTokens,
  type Parameters,
  pkce,
  redeem,
  refresh,
  sendForm,
  tokensOf,
} from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** Codes become tokens once, for who asked for them (RFC 6749 section 4.1.3, RFC 7636 section 4.6). */

const app = testApp()
const refused = { status: 400, json: { error: 'invalid_grant' } }
let person: TestPerson
let client: TestClient

beforeAll(async () => {
  person = await newPerson(app)
  client = await newApplication()
  await agree(app, person, client)
})

const code = (differing?: Parameters, one = client) => newCode(app, person, one, differing)

describe('a code', () => {
  test('gives an access token, a refresh token and, where it was asked who it is, an id token', async () => {
    const answer = await redeem(app, client, await code())
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(answer.headers.get('Content-Type')).toBe('application/json')
    expect(answer.headers.getSetCookie()).toEqual([])
    const jwt = expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/)
    const tokens = {
      access_token: jwt,
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'openid profile',
      refresh_token: expect.stringMatching(/^[\w-]{43}$/),
    }
    expect(answer.json).toEqual({ ...tokens, id_token: jwt })
    const bare = await redeem(app, client, await code({ scope: 'profile' }))
    expect(bare.json).toEqual({ ...tokens, scope: 'profile' })
  })

  test('is taken from a client that sends JSON, or its secret in the body', async () => {
    const { clientId, secret, redirectUri } = client
    const body = async () => ({
      grant_type: 'authorization_code',
      code: await code(),
      redirect_uri: redirectUri,
      code_verifier: pkce.verifier,
      client_id: clientId,
      client_secret: secret,
    })
    expect(await app.call('/oauth/token', { body: await body() })).toMatchObject({ status: 200 })
    expect(await sendForm(app, '/oauth/token', await body())).toMatchObject({ status: 200 })
  })

  test('is taken from a public client by its verifier alone', async () => {
    const redirectUris = ['http://127.0.0.1/cb', 'com.example.app:/cb']
    const open = await newApplication({ isPublic: true, redirectUris })
    for (const redirect_uri of ['http://127.0.0.1:5000/cb', 'com.example.app:/cb']) {
      const answer = await redeem(app, open, await code({ redirect_uri }, open), { redirect_uri })
      expect(answer).toMatchObject({ status: 200, json: { token_type: 'Bearer' } })
      // Another port than the one that was asked for is another place.
      const other = await code({ redirect_uri }, open)
      const elsewhere = { redirect_uri: 'http://127.0.0.1:5001/cb' }
      expect(await redeem(app, open, other, elsewhere)).toMatchObject(refused)
    }
  })

  test('is taken for as long as it takes, and no longer', async () => {
    const [first, second] = [await code(), await code()]
    app.offsetMs += 59_000
    expect(await redeem(app, client, first)).toMatchObject({ status: 200 })
    app.offsetMs += 2_000
    expect(await redeem(app, client, second)).toMatchObject(refused)
  })

  test('that nobody was given is worth nothing', async () => {
    for (const nothing of ['x', 'x'.repeat(43), 'a.b.c', `${await code()}x`, '\0']) {
      expect(await redeem(app, client, nothing)).toMatchObject(refused)
    }
    const error = { error: 'invalid_request', error_description: 'code' }
    for (const none of ['', undefined]) {
      expect(await redeem(app, client, '', { code: none })).toMatchObject({
        status: 400,
        json: error,
      })
    }
  })
})

describe('a code with something wrong beside it', () => {
  test.each<[string, Parameters]>([
    ['no verifier', { code_verifier: undefined }],
    ['an empty verifier', { code_verifier: '' }],
    ['another verifier', { code_verifier: 'x'.repeat(43) }],
    ['the challenge as the verifier', { code_verifier: pkce.challenge }],
    ['a verifier with a letter more', { code_verifier: `${pkce.verifier}x` }],
    ['another place', { redirect_uri: 'https://client.example/other' }],
    ['nearly the same place', { redirect_uri: 'https://client.example/callback/' }],
    ['no place, though one was named', { redirect_uri: undefined }],
  ])('%s: is refused, and still good', async (_, differing) => {
    const one = await code()
    expect(await redeem(app, client, one, differing)).toMatchObject(refused)
    expect(await redeem(app, client, one)).toMatchObject({ status: 200 })
  })

  test('another client, public or not: is refused, and still good', async () => {
    const one = await code()
    for (const other of [await newApplication(), await newApplication({ isPublic: true })]) {
      expect(await redeem(app, other, one)).toMatchObject(refused)
    }
    expect(await redeem(app, client, one)).toMatchObject({ status: 200 })
  })

  test('a client that does not prove to be one: is refused, and still good', async () => {
    const one = await code()
    const { clientId } = client
    const fields = {
      grant_type: 'authorization_code',
      code: one,
      redirect_uri: client.redirectUri,
      code_verifier: pkce.verifier,
    }
    for (const answer of [
      await sendForm(app, '/oauth/token', { ...fields, client_id: clientId }),
      await sendForm(app, '/oauth/token', fields),
      await sendForm(app, '/oauth/token', fields, {
        headers: { Authorization: basicOf(clientId, 'wrong') },
      }),
      await sendForm(app, '/oauth/token', { ...fields, client_id: clientId, client_secret: 'no' }),
    ]) {
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
      expect(answer.headers.get('WWW-Authenticate')).toBe('Basic realm="atrium"')
    }
    expect(await redeem(app, client, one)).toMatchObject({ status: 200 })
  })

  test('who a client is comes before what it asks', async () => {
    const headers = { Authorization: basicOf(client.clientId, 'wrong') }
    for (const grant_type of ['authorization_code', 'refresh_token']) {
      const answer = await sendForm(app, '/oauth/token', { grant_type }, { headers })
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
    }
  })
})

describe('the place that it was asked for', () => {
  test('may be left out at both ends, or be named at the second alone', async () => {
    const none = { redirect_uri: undefined }
    expect(await redeem(app, client, await code(none), none)).toMatchObject({ status: 200 })
    expect(await redeem(app, client, await code(none))).toMatchObject({ status: 200 })
    const other = { redirect_uri: 'https://client.example/other' }
    expect(await redeem(app, client, await code(none), other)).toMatchObject(refused)
  })
})

/** RFC 7636 section 4.1: 43 to 128 characters out of those that need no escape. */
test.each([
  ['a'.repeat(42), 400],
  ['a'.repeat(43), 200],
  [`${'-._~'.repeat(32)}`, 200],
  ['a'.repeat(129), 400],
  [`${'a'.repeat(42)}+`, 400],
  [`${'a'.repeat(42)} `, 400],
  [`${'a'.repeat(42)}ä`, 400],
  [`${'a'.repeat(43)}\n`, 400],
])('a verifier like %s is answered %i', async (code_verifier, status) => {
  const one = await code({ code_challenge: await challengeOf(code_verifier) })
  expect((await redeem(app, client, one, { code_verifier })).status).toBe(status)
})

describe('between the consent and the code’s end', () => {
  test.each<[string, (one: TestPerson) => Promise<unknown>]>([
    ['signing out everywhere', (one) => app.call('/user/logout-all', { method: 'POST', ...one })],
    [
      'a new password',
      (one) =>
        app.call('/user/me', { method: 'PATCH', body: { password: 'another one 9!' }, ...one }),
    ],
    ['the end of the account', (one) => change('DELETE FROM accounts WHERE id = ?', one.id)],
    [
      'being switched off',
      (one) => change('UPDATE accounts SET disabled_at = 1 WHERE id = ?', one.id),
    ],
    [
      'the end of the client',
      () => change('DELETE FROM clients WHERE client_id = ?', client.clientId),
    ],
  ])('%s makes it worthless', async (_, end) => {
    const one = await newPerson(app)
    client = await newApplication()
    const given = await newCode(app, one, client)
    await end(one)
    const answer = await redeem(app, client, given)
    expect([400, 401]).toContain(answer.status)
    expect(['invalid_grant', 'invalid_client']).toContain(answer.json.error)
  })

  test('ending one session leaves what it allowed, as a grant is no session', async () => {
    const one = await newPerson(app)
    const own = await newApplication()
    const given = await newCode(app, one, own)
    await app.call('/user/logout', { method: 'POST', ...one })
    const { access } = tokensOf(await redeem(app, own, given))
    expect(await isAccepted(app, access)).toBe(true)
  })
})

describe('a code that is shown a second time', () => {
  test('by its rightful client is refused, and ends what the first became', async () => {
    const own = await newApplication()
    const given = await newCode(app, person, own)
    const { access, refresh: token } = tokensOf(await redeem(app, own, given))
    const other = await newTokens(app, person, own)
    expect(await isAccepted(app, access)).toBe(true)

    expect(await redeem(app, own, given)).toMatchObject(refused)
    expect(await isAccepted(app, access)).toBe(false)
    const seen = await ask(app, own, '/oauth/introspect', { token: access })
    expect([seen.status, seen.text]).toEqual([200, '{"active":false}'])
    expect(await refresh(app, own, token)).toMatchObject(refused)
    // What another code became is another grant.
    expect(await isAccepted(app, other.access)).toBe(true)
  })

  test('is known for what it is also when its time is over', async () => {
    const own = await newApplication()
    const given = await newCode(app, person, own)
    const { access } = tokensOf(await redeem(app, own, given))
    app.offsetMs += 600_000
    expect(await redeem(app, own, given)).toMatchObject(refused)
    expect(await isAccepted(app, access)).toBe(false)
  })

  test('by whoever found it ends nothing: it would be a way to sign people out', async () => {
    const own = await newApplication()
    const thief = await newApplication()
    const given = await newCode(app, person, own)
    const { access, refresh: token } = tokensOf(await redeem(app, own, given))
    for (const answer of [
      await redeem(app, thief, given),
      await redeem(app, own, given, { code_verifier: 'x'.repeat(43) }),
      await redeem(app, own, given, { code_verifier: undefined }),
      await redeem(app, own, given, { redirect_uri: 'https://client.example/other' }),
    ]) {
      expect(answer).toMatchObject(refused)
    }
    expect(await isAccepted(app, access)).toBe(true)
    expect(await refresh(app, own, token)).toMatchObject({ status: 200 })
  })
})

test('of several at once that show the same code one gets tokens', async () => {
  const own = await newApplication()
  const given = await newCode(app, person, own)
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => redeem(app, own, given)))
  expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1)
  expect(answers.filter(({ status }) => status !== 400).length).toBe(1)
})
