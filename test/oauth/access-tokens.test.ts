import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, testApp } from '../support/app'
import { partsOf, type TestClient } from '../support/clients'
import { change } from '../support/core'
import { bearer, isAccepted, newApplication, newTokens, refresh } from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** What an application may do with an access token, for the person who has let it in. */

const app = testApp()
let person: TestPerson
let other: TestPerson
let client: TestClient

beforeAll(async () => {
  person = await newPerson(app)
  other = await newPerson(app)
  client = await newApplication({ scopes: ['openid', 'delegated:all'] })
})

const tokenFor = async (scope: string) => (await newTokens(app, person, client, { scope })).access

/** Every delegated route of the document, and the scope by which an application may call it. */
const routes = [
  ['GET', '/user/me', 'delegated:profile:read'],
  ['GET', '/user/session-state', 'delegated:profile:read'],
  ['GET', '/user/:other', 'delegated:profile:read'],
  ['GET', '/user/resend-verification', 'delegated:profile:read'],
  ['PATCH', '/user/me', 'delegated:profile:write'],
  ['POST', '/user/private', 'delegated:profile:write'],
  ['PATCH', '/user/profile-picture', 'delegated:profile:write'],
  ['DELETE', '/user/profile-picture', 'delegated:profile:write'],
  ['POST', '/user/search', 'delegated:profile:search'],
  ['POST', '/user/2fa', 'delegated:profile:2fa:write'],
  ['GET', '/user/login-history', 'delegated:profile:login-history:read'],
  ['GET', '/user/followers', 'delegated:social:follow:read'],
  ['GET', '/user/following', 'delegated:social:follow:read'],
  ['GET', '/user/follow-requests', 'delegated:social:follow:read'],
  ['GET', '/user/follow-status', 'delegated:social:follow:read'],
  ['GET', '/user/:other/followers', 'delegated:social:follow:read'],
  ['GET', '/user/:other/following', 'delegated:social:follow:read'],
  ['POST', '/user/follow', 'delegated:social:follow:request'],
  ['POST', '/user/unfollow', 'delegated:social:follow:unfollow'],
  ['PATCH', '/user/follow-request', 'delegated:social:follow:accept'],
  ['DELETE', '/user/follow-entry', 'delegated:social:follow:remove'],
  ['POST', '/user/block', 'delegated:social:block:write'],
  ['POST', '/user/unblock', 'delegated:social:block:write'],
  ['GET', '/user/invite-codes', 'delegated:social:invite-code:read'],
] as const

function callRoute(token: string, method: string, path: string, door = ''): Promise<Answer> {
  const body = method === 'GET' ? {} : { body: { target: other.id, state: false } }
  return app.call(`${door}${path.replace(':other', other.id)}`, {
    method,
    ...body,
    ...bearer(token),
  })
}

describe('in social a token opens what its scopes name', () => {
  let without: string
  let whole: string
  beforeAll(async () => {
    ;[without, whole] = [await tokenFor('openid'), await tokenFor('delegated:all')]
  })

  test.each(routes)('%s %s by %s', async (method, path, scope) => {
    for (const door of ['', '/social']) {
      const answer = await callRoute(without, method, path, door)
      expect(answer).toMatchObject({
        status: 403,
        json: { ok: 0, error: 'InsufficientPrivileges' },
      })
      expect(answer.headers.get('WWW-Authenticate')).toBe(
        `Bearer realm="atrium", error="insufficient_scope", scope="${scope}"`,
      )
    }
    // Whatever it is refused for then, it is not for want of a scope.
    const { headers } = await callRoute(whole, method, path)
    expect(headers.get('WWW-Authenticate')).toBeNull()
  })

  test('and what stands below them, and nothing beside', async () => {
    const reads = await tokenFor('delegated:profile:read')
    expect((await callRoute(reads, 'GET', '/user/me')).status).toBe(200)
    expect((await callRoute(reads, 'PATCH', '/user/me')).status).toBe(403)
    const manages = await tokenFor('delegated:social:follow:write')
    expect((await callRoute(manages, 'POST', '/user/follow')).status).toBe(200)
    expect((await callRoute(manages, 'POST', '/user/unfollow')).status).toBe(200)
    expect((await callRoute(manages, 'GET', '/user/followers')).status).toBe(403)
    expect((await callRoute(manages, 'POST', '/user/block')).status).toBe(403)
  })

  test('as whoever has let it in', async () => {
    const { json } = await callRoute(whole, 'GET', '/user/me')
    expect(json.data.user._id).toBe(person.id)
    const state = await callRoute(whole, 'GET', '/user/session-state')
    expect(state).toMatchObject({ status: 200, json: { data: { userInfo: { _id: person.id } } } })
  })
})

describe('elsewhere it opens all or nothing', () => {
  // With a token that is good for something else, as its document has it for who may not.
  const places = [
    ['/user/logged', 403],
    ['/site/user/logged', 403],
    ['/api/user', 403],
    ['/directory/api/user', 403],
    ['/users/me', 403],
    ['/chat/users/me', 403],
    ['/v1/account', 403],
    ['/talent/v1/account', 403],
  ] as const

  test.each(places)('%s', async (path, refused) => {
    const [some, all] = [
      await tokenFor('openid delegated:profile:all delegated:social:all'),
      await tokenFor('delegated:all'),
    ]
    const call = async (token: string) => (await app.call(path, bearer(token))).status
    expect([await call(some), await call(all)]).toEqual([refused, 200])
  })
})

describe('a token', () => {
  test('says of itself what RFC 9068 asks for', async () => {
    const { header, claims } = partsOf(await tokenFor('openid delegated:profile:read'))
    expect(header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) })
    expect(claims).toEqual({
      iss: 'https://atrium.test',
      aud: 'https://atrium.test',
      sub: person.id,
      client_id: client.clientId,
      scope: 'openid delegated:profile:read',
      sid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      jti: expect.stringMatching(/^[\w-]{43}$/),
      iat: expect.any(Number),
      exp: claims.iat + 600,
    })
  })

  test('counts for ten minutes', async () => {
    const token = await tokenFor('openid')
    app.offsetMs += 590_000
    expect(await isAccepted(app, token)).toBe(true)
    app.offsetMs += 11_000
    expect(await isAccepted(app, token)).toBe(false)
  })

  test('is shown in a header, by a scheme in any case, and nowhere else', async () => {
    const token = await tokenFor('openid delegated:all')
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEaReR ']) {
      const call = { headers: { Authorization: `${scheme} ${token}` } }
      expect((await app.call('/oauth/userinfo', call)).status).toBe(200)
      expect((await app.call('/user/me', call)).status).toBe(200)
    }
    for (const name of ['access_token', 'token', 'authorization']) {
      expect((await app.call(`/oauth/userinfo?${name}=${token}`)).status).toBe(401)
      expect((await app.call(`/user/me?${name}=${token}`)).status).toBe(401)
    }
    const names = ['__Host-atrium_session', 'atrium_session', '__Host-TOKEN', 'TOKEN']
    const Cookie = names.map((name) => `${name}=${token}`).join('; ')
    const headers = { Cookie, 'Sec-Fetch-Site': 'same-origin' }
    for (const path of ['/user/me', '/user/logged', '/api/user', '/users/me', '/v1/account']) {
      expect([401, 404]).toContain((await app.call(path, { headers })).status)
    }
  })

  test('loses what its client loses, at the next call', async () => {
    const one = await newApplication({ scopes: ['openid', 'delegated:all'] })
    const scope = 'openid delegated:profile:read'
    const tokens = await newTokens(app, person, one, { scope })
    const narrow = (scopes: string[]) => {
      const sql = 'UPDATE clients SET client_scopes = ? WHERE client_id = ?'
      return change(sql, JSON.stringify(scopes), one.clientId)
    }
    const isOpen = async () => (await callRoute(tokens.access, 'GET', '/user/me')).status
    await narrow(['openid', 'delegated:profile:all'])
    expect(await isOpen()).toBe(200)
    await narrow(['openid'])
    expect(await isOpen()).toBe(403)
    await change('DELETE FROM clients WHERE client_id = ?', one.clientId)
    expect(await isOpen()).toBe(401)
    expect((await refresh(app, one, tokens.refresh)).status).toBe(401)
  })

  test('is dead while the account’s address waits to be confirmed, where that is asked for', async () => {
    const one = await newPerson(app)
    const { access } = await newTokens(app, one, client, { scope: 'openid delegated:all' })
    await change('UPDATE accounts SET email_verified_at = NULL WHERE id = ?', one.id)
    const answer = await callRoute(access, 'GET', '/user/me')
    expect(answer.json.error).toBe('ResourceNotActive')
    expect((await app.call('/oauth/userinfo', bearer(access))).status).toBe(403)
  })
})
