import { beforeAll, describe, expect, test } from 'vitest'
import { endSessionById, listSessions } from '../../src/core/session-list'
import { viewerOf } from '../support/accounts'
import { testApp } from '../support/app'
import { partsOf, type TestClient } from '../support/clients'
import { callerWith, change, testCore } from '../support/core'
import { ask, bearer, isAccepted, newApplication, newTokens, type Tokens } from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** An application that was let in is not the person, whatever it was allowed to do. */

const app = testApp()
let person: TestPerson
let client: TestClient
let tokens: Tokens
let grantId: string

beforeAll(async () => {
  person = await newPerson(app)
  client = await newApplication({ scopes: ['openid', 'delegated:all', 'client:oauth:introspect'] })
  tokens = await newTokens(app, person, client, { scope: 'openid delegated:all' })
  grantId = partsOf(tokens.access).claims.sid
})

const places = [
  '/user/me',
  '/social/user/me',
  '/user/logged',
  '/api/user',
  '/users/me',
  '/v1/account',
]
const sessionOf = ({ cookies }: TestPerson) => cookies.cookies.get('__Host-atrium_session') ?? ''

/** The person has just signed in, but it is not them who calls. */
describe('it never counts as somebody who has just signed in', () => {
  test.each([
    ['PATCH', '/user/me', { password: 'the password of a thief' }],
    ['PATCH', '/user/me', { email: 'thief@example.com' }],
    ['POST', '/user/2fa', { state: true }],
    ['DELETE', '/users/me', {}],
    ['POST', '/v1/account/delete-account', { password: 'wrong' }],
    ['POST', '/v1/account/initiate/2fa', { type: 'email' }],
    ['POST', '/v1/account/initiate/2fa', { type: 'authenticator' }],
    ['POST', '/v1/auth/change-password', { oldPassword: 'wrong', newPassword: 'Another one 9!' }],
  ])('%s %s %o', async (method, path, body) => {
    const answer = await app.call(path, { method, body, ...bearer(tokens.access) })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    const me = await app.call('/user/me', person)
    expect(me.json.data.user).toMatchObject({ email: person.email, username: person.username })
  })

  test('while the person themselves, at that moment, does', async () => {
    const body = { state: true }
    expect(await app.call('/user/2fa', { body, ...person })).toMatchObject({ status: 200 })
    await app.call('/user/2fa', { body: { state: false }, ...person })
    // A factor that is switched on ends what was open before it.
    tokens = await newTokens(app, person, client, { scope: 'openid delegated:all' })
    grantId = partsOf(tokens.access).claims.sid
  })
})

describe('what it was granted is no session', () => {
  const core = testCore()

  test('it stands in no list of sessions, and cannot be ended as one', async () => {
    const token = sessionOf(person)
    const listed = await core.request((core) => listSessions(core, callerWith(token)))
    expect(listed.map(({ id }) => id)).not.toContain(grantId)
    const viewer = await viewerOf(core, token)
    expect(await core.request((core) => endSessionById(core, viewer, grantId))).toBe(false)
    expect(await isAccepted(app, tokens.access)).toBe(true)
  })

  test('its name, which every token tells, opens nothing', async () => {
    for (const name of [`grant:${grantId}`, grantId, `Bearer grant:${grantId}`]) {
      for (const path of places) {
        const shown = await app.call(path, bearer(name))
        const carried = await app.call(path, {
          headers: {
            Cookie: `__Host-atrium_session=${name}; atrium_session=${name}`,
            'Sec-Fetch-Site': 'same-origin',
          },
        })
        expect([401, 404]).toContain(shown.status)
        expect([401, 404]).toContain(carried.status)
      }
      const seen = await ask(app, client, '/oauth/introspect', { token: name })
      expect(seen.text).toBe('{"active":false}')
      await ask(app, client, '/oauth/revoke', { token: name })
      for (const path of ['/user/logout', '/user/logout-all']) {
        await app.call(path, { method: 'POST', ...bearer(name) })
      }
    }
    expect(await isAccepted(app, tokens.access)).toBe(true)
  })

  test('nor does its refresh token, or the statement of who the person is', async () => {
    for (const token of [tokens.refresh, tokens.id]) {
      for (const path of [...places, '/oauth/userinfo']) {
        expect([401, 404]).toContain((await app.call(path, bearer(token))).status)
      }
      const seen = await ask(app, client, '/oauth/introspect', { token })
      expect(seen.text).toBe('{"active":false}')
    }
  })

  test('signing out by it ends what it was granted, and nobody else’s session', async () => {
    const own = await newTokens(app, person, client, { scope: 'openid' })
    await app.call('/user/logout', { method: 'POST', ...bearer(own.access) })
    expect(await isAccepted(app, own.access)).toBe(false)
    expect((await app.call('/user/me', person)).status).toBe(200)
    // To sign the person out everywhere takes all of the account.
    const some = await newTokens(app, person, client, { scope: 'openid delegated:social:all' })
    const everywhere = await app.call('/user/logout-all', {
      method: 'POST',
      ...bearer(some.access),
    })
    expect(everywhere.status).toBe(403)
    expect((await app.call('/user/me', person)).status).toBe(200)
    // What the client has lost since, its tokens still say.
    const narrowed = await newApplication({ scopes: ['openid', 'delegated:all'] })
    const { access } = await newTokens(app, person, narrowed, { scope: 'delegated:all' })
    const narrowing = `UPDATE clients SET client_scopes = '["openid"]' WHERE client_id = ?`
    await change(narrowing, narrowed.clientId)
    const refused = await app.call('/user/logout-all', { method: 'POST', ...bearer(access) })
    expect(refused.status).toBe(403)
    expect((await app.call('/user/me', person)).status).toBe(200)
  })
})

/** RFC 9700 section 4.15: the subject of such a token is the client. */
describe('a token of the client itself is nobody’s', () => {
  test('also where the client has taken the name of somebody’s account', async () => {
    const posing = await newApplication({
      clientId: person.id,
      scopes: ['*'],
    })
    const asked = await ask(app, posing, '/oauth/token', { grant_type: 'client_credentials' })
    const token = asked.json.access_token
    expect(partsOf(token).claims.sub).toBe(person.id)
    for (const path of [...places, '/oauth/userinfo']) {
      expect([401, 404]).toContain((await app.call(path, bearer(token))).status)
    }
    const seen = await ask(app, client, '/oauth/introspect', { token })
    expect(seen.json).toMatchObject({ active: true, client_id: person.id })
    expect(seen.json.username).toBeUndefined()
  })
})
