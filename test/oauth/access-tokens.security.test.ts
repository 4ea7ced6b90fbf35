import { beforeAll, describe, expect, test } from 'vitest'
import { endSessionById, listSessions } from '../../src/core/session-list'
import { viewerOf } from '../support/accounts'
import { testApp } from '../support/app'
import { partsOf, type TestClient } from '../support/clients'
import { callerWith, change, testCore } from '../support/core'
import { ask, bearer, isAccepted, newApplication, newTokens, type Tokens } from '../support/oauth'
import { newPerson, password, type TestPerson } from '../support/social'

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

/** A sign-in takes the place of the session in the cookie that came with it. */
test('its name in a cookie ends nobody’s grant at a sign-in', async () => {
  const thief = await newPerson(app)
  const { username } = thief
  const name = `grant:${grantId}`
  const names = ['__Host-atrium_session', 'atrium_session', 'TOKEN']
  const headers = {
    Cookie: names.map((cookie) => `${cookie}=${name}`).join('; '),
    Origin: 'https://atrium.test',
  }
  for (const [path, body] of [
    ['/site/user/auth', { username, password }],
    ['/social/user/login', { username, password, userAgent: 'test' }],
    ['/users/login', { username, password }],
  ] as const) {
    const answer = await app.call(path, { body, headers })
    expect([path, answer.status]).toEqual([path, 200])
    expect(await isAccepted(app, tokens.access)).toBe(true)
  }
  await app.call('/site/user/logout', { method: 'POST', headers })
  expect(await isAccepted(app, tokens.access)).toBe(true)
})

/** What a person may change of themselves is the operator's to say, and an administrator's to go beyond. */
test('it changes what an account may change, unless it was allowed what administrators may', async () => {
  const house = testApp({ EDITABLE_FIELDS: 'bio' })
  const boss = await newPerson(house)
  await change("UPDATE accounts SET role = 'admin' WHERE id = ?", boss.id)
  const one = await newApplication({ scopes: ['delegated:all', 'admin:profile:write'] })
  const patch = async (scope: string, body: object) => {
    const { access } = await newTokens(house, boss, one, { scope })
    return house.call('/user/me', { method: 'PATCH', body, ...bearer(access) })
  }
  const asPerson = 'delegated:profile:write'
  expect(await patch(asPerson, { bio: 'Hello' })).toMatchObject({ status: 200 })
  const refused = await patch(asPerson, { firstName: 'Ada' })
  expect(refused).toMatchObject({ status: 400, json: { error: 'ClientInputError' } })
  const { errors } = refused.json.additionalInfo
  expect(errors).toMatchObject([{ param: 'firstName', msg: 'This field cannot be edited' }])
  expect(await patch(asPerson, { target: person.id, bio: 'Hello' })).toMatchObject({ status: 403 })
  const asBoss = `${asPerson} admin:profile:write`
  expect(await patch(asBoss, { firstName: 'Ada' })).toMatchObject({ status: 200 })
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
