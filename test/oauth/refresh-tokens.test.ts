import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import { partsOf, type TestClient } from '../support/clients'
import { change } from '../support/core'
import {
  isAccepted,
  newApplication,
  newTokens,
  refresh,
  sendForm,
  type Tokens,
  tokensOf,
} from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** Refresh tokens keep an application going: each gives the next (RFC 6749 section 6). */

const app = testApp()
const refused = { status: 400, json: { error: 'invalid_grant' } }
const day = 24 * 60 * 60 * 1000
let person: TestPerson
let client: TestClient
let first: Tokens

beforeAll(async () => {
  person = await newPerson(app)
  client = await newApplication()
})

beforeEach(async () => {
  const scope = 'openid profile delegated:profile:read'
  first = await newTokens(app, person, client, { scope })
})

describe('a refresh', () => {
  test('gives another of each, and the ones before count on', async () => {
    const answer = await refresh(app, client, first.refresh)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    const jwt = expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(answer.json).toEqual({
      access_token: jwt,
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'openid profile delegated:profile:read',
      refresh_token: expect.stringMatching(/^[\w-]{43}$/),
      id_token: jwt,
    })
    const next = tokensOf(answer)
    expect(next.access).not.toBe(first.access)
    expect(next.refresh).not.toBe(first.refresh)
    expect(await isAccepted(app, first.access)).toBe(true)
    expect(await isAccepted(app, next.access)).toBe(true)
  })

  test('states the same person and the same sign-in', async () => {
    const { scope: _, ...before } = partsOf(first.id).claims
    app.offsetMs += 60_000
    const { id } = tokensOf(await refresh(app, client, first.refresh))
    const { iat, exp, jti, ...after } = partsOf(id).claims
    const { iat: then } = before
    expect(after).toEqual({
      iss: before.iss,
      sub: before.sub,
      aud: before.aud,
      sid: before.sid,
      auth_time: before.auth_time,
    })
    expect(iat).toBeGreaterThanOrEqual(then + 60)
    expect([exp - iat, jti === before.jti]).toEqual([3600, false])
  })

  test('goes on and on', async () => {
    let { refresh: token } = first
    for (let i = 0; i < 5; i += 1) {
      app.offsetMs += day
      token = tokensOf(await refresh(app, client, token)).refresh
    }
    expect(await refresh(app, client, token)).toMatchObject({ status: 200 })
  })

  test('needs a token', async () => {
    const error = { error: 'invalid_request', error_description: 'refresh_token' }
    expect(await refresh(app, client, '')).toMatchObject({ status: 400, json: error })
    for (const token of ['x', 'x'.repeat(43), first.access, first.id, `${first.refresh}x`]) {
      expect(await refresh(app, client, token)).toMatchObject(refused)
    }
    expect(await refresh(app, client, first.refresh)).toMatchObject({ status: 200 })
  })
})

describe('an answer that was lost', () => {
  test('is given again for ten seconds', async () => {
    const next = tokensOf(await refresh(app, client, first.refresh)).refresh
    app.offsetMs += 9_000
    const again = await refresh(app, client, first.refresh)
    expect(again).toMatchObject({ status: 200, json: { refresh_token: next } })
    expect(await refresh(app, client, next)).toMatchObject({ status: 200 })
  })

  test('is the same for several who ask at once', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map(() => refresh(app, client, first.refresh)),
    )
    const [next = '', ...others] = new Set(answers.map((one) => tokensOf(one).refresh))
    expect(others).toEqual([])
    expect(await refresh(app, client, next)).toMatchObject({ status: 200 })
  })
})

describe('the scopes of a refresh', () => {
  const scopeOf = async (token: string, scope: string) =>
    (await refresh(app, client, token, { scope })).json.scope

  test('may be fewer, and all of them the next time', async () => {
    expect(await scopeOf(first.refresh, 'openid')).toBe('openid')
    const narrowed = tokensOf(await refresh(app, client, first.refresh, { scope: 'openid' }))
    expect((await app.call('/user/me', withToken(narrowed.access))).status).toBe(403)
    const whole = await refresh(app, client, narrowed.refresh)
    expect(whole.json.scope).toBe('openid profile delegated:profile:read')
  })

  test.each(['openid email', 'delegated:profile:all', 'delegated:all', '*', 'nobody:knows', ' '])(
    'are never more: %s',
    async (scope) => {
      const answer = await refresh(app, client, first.refresh, { scope })
      expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_scope' } })
      // Who asks too much has used nothing up.
      expect(await refresh(app, client, first.refresh)).toMatchObject({ status: 200 })
    },
  )

  test('are those that the client has left', async () => {
    const one = await newApplication()
    const { refresh: token } = await newTokens(app, person, one, { scope: 'openid email' })
    const narrowing = `UPDATE clients SET client_scopes = '["openid"]' WHERE client_id = ?`
    await change(narrowing, one.clientId)
    expect((await refresh(app, one, token)).json.scope).toBe('openid')
  })
})

const withToken = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })

describe('who may refresh', () => {
  test('is the client that it was given to, proven as it always is', async () => {
    const { clientId } = client
    const fields = { grant_type: 'refresh_token', refresh_token: first.refresh }
    const bare = await sendForm(app, '/oauth/token', { ...fields, client_id: clientId })
    expect(bare).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
    for (const other of [await newApplication(), await newApplication({ isPublic: true })]) {
      expect(await refresh(app, other, first.refresh)).toMatchObject(refused)
    }
    expect(await refresh(app, client, first.refresh)).toMatchObject({ status: 200 })
  })

  test('is a public client by its id alone', async () => {
    const open = await newApplication({ isPublic: true })
    const { refresh: token } = await newTokens(app, person, open)
    expect(await refresh(app, open, token)).toMatchObject({ status: 200 })
  })
})
