import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, testApp } from '../support/app'
import { formOf } from '../support/browser'
import type { TestClient } from '../support/clients'
import {
  bearer,
  formType,
  isAccepted,
  newApplication,
  newTokens,
  type Parameters,
  query,
  sendForm,
  type Tokens,
} from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** GET and POST /oauth/logout: signing out at the wish of an application, if the person wants to. */

const app = testApp()
const bye = 'https://client.example/bye'
let person: TestPerson
let client: TestClient
let tokens: Tokens

beforeAll(async () => {
  person = await newPerson(app)
  const logoutUris = [bye, 'https://client.example/bye?tenant=1']
  client = await newApplication({ isFirstParty: true, logoutUris })
  tokens = await newTokens(app, person, client)
})

const open = (asked: Parameters, one = person) =>
  app.call(`/oauth/logout?${query(asked)}`, { cookies: one.cookies })
const confirm = (page: Answer, one: TestPerson) =>
  sendForm(app, '/oauth/logout/confirm', formOf(page).fields, { cookies: one.cookies })
const isSignedIn = async (one: TestPerson) => (await app.call('/user/me', one)).status === 200

describe('the person', () => {
  test('is asked, and nothing has happened by then', async () => {
    for (const page of [
      await open({ id_token_hint: tokens.id, post_logout_redirect_uri: bye }),
      await open({}),
      await sendForm(
        app,
        '/oauth/logout',
        { id_token_hint: tokens.id },
        {
          headers: { Origin: 'https://client.example', 'Sec-Fetch-Site': 'cross-site' },
        },
      ),
    ]) {
      expect(page.status).toBe(200)
      expect(page.text).toContain('Sign out?')
      expect(page.headers.get('Set-Cookie')).toBeNull()
      expect(page.headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'")
    }
    expect(await isSignedIn(person)).toBe(true)
  })

  test('is signed out when they say so, and goes on to where the application wants', async () => {
    for (const [asked, place] of [
      [
        { id_token_hint: tokens.id, post_logout_redirect_uri: bye, state: 'a & b' },
        `${bye}?state=a+%26+b`,
      ],
      [{ client_id: client.clientId, post_logout_redirect_uri: bye }, bye],
      [
        { client_id: client.clientId, post_logout_redirect_uri: `${bye}?tenant=1`, state: 'x' },
        `${bye}?tenant=1&state=x`,
      ],
      [{ id_token_hint: tokens.id }, '/sign-in?signed-out=1'],
      [{ state: 'x' }, '/sign-in?signed-out=1'],
      [{}, '/sign-in?signed-out=1'],
    ] as const) {
      const one = await newPerson(app)
      const answer = await confirm(await open(asked, one), one)
      expect([answer.status, answer.headers.get('Location')]).toEqual([303, place])
      expect(one.cookies.cookies.has('__Host-atrium_session')).toBe(false)
      expect(await isSignedIn(one)).toBe(false)
    }
  })

  test('leaves a page behind that may send them on over the web, where an application has asked', async () => {
    const page = await open({ client_id: client.clientId, post_logout_redirect_uri: bye })
    const policy = page.headers.get('Content-Security-Policy')
    expect(policy).toContain("form-action 'self' https:;")
    expect(page.text).toContain('client.example')
    const plain = (await open({})).headers.get('Content-Security-Policy')
    expect(plain).toContain("form-action 'self';")
  })

  test('is told which app they go on to, and not what it calls itself there', async () => {
    for (const uri of ['com.example.app://bank.example/bye', 'com.example.app:/bye']) {
      const local = await newApplication({ logoutUris: [uri] })
      const page = await open({ client_id: local.clientId, post_logout_redirect_uri: uri })
      expect(page.text).toContain('go on to an app on this device (com.example.app).')
    }
  })

  test('is signed out of this browser: what was granted, and other devices, go on', async () => {
    const one = await newPerson(app)
    const own = await newTokens(app, one, client)
    await confirm(await open({}, one), one)
    expect(await isAccepted(app, own.access)).toBe(true)
    expect((await app.call('/oauth/userinfo', bearer(own.access))).json.sub).toBe(one.id)
  })

  test('who is signed out already is led on all the same', async () => {
    const one = await newPerson(app)
    const page = await open({ client_id: client.clientId, post_logout_redirect_uri: bye }, one)
    await app.call('/user/logout', { method: 'POST', ...one })
    expect((await confirm(page, one)).headers.get('Location')).toBe(bye)
  })
})

describe('a statement of long ago', () => {
  test('still says which application asks', async () => {
    app.offsetMs += 20 * 24 * 60 * 60 * 1000
    const page = await open({ id_token_hint: tokens.id, post_logout_redirect_uri: bye })
    expect(page.status).toBe(200)
    app.offsetMs -= 20 * 24 * 60 * 60 * 1000
  })
})

/** Otherwise this would be an open redirector. */
describe('nobody is led to a place', () => {
  test.each<[string, Parameters]>([
    ['that is not registered', { post_logout_redirect_uri: 'https://evil.example/' }],
    ['that is for something else', { post_logout_redirect_uri: 'https://client.example/callback' }],
    ['that is nearly the one', { post_logout_redirect_uri: `${bye}/` }],
    ['that has a query of its own', { post_logout_redirect_uri: `${bye}?a=b` }],
    ['in another case', { post_logout_redirect_uri: 'https://CLIENT.example/bye' }],
    ['with script in it', { post_logout_redirect_uri: 'javascript:alert(1)' }],
    ['of an unknown application', { client_id: 'nobody' }],
    ['of no application', { client_id: undefined }],
  ])('%s', async (_, differing) => {
    const good = { client_id: client.clientId, post_logout_redirect_uri: bye }
    const answer = await open({ ...good, ...differing })
    expect([answer.status, answer.headers.get('Location')]).toEqual([400, null])
    const request = query({ ...good, ...differing })
    const sent = await sendForm(app, '/oauth/logout/confirm', { request }, person)
    expect([sent.status, sent.headers.get('Location')]).toEqual([400, null])
    expect(await isSignedIn(person)).toBe(true)
  })

  test('of another application than the statement was made to', async () => {
    const other = await newApplication({
      isFirstParty: true,
      logoutUris: ['https://evil.example/'],
    })
    const { id } = await newTokens(app, person, other)
    for (const asked of [
      { id_token_hint: id, post_logout_redirect_uri: bye },
      { id_token_hint: id, client_id: client.clientId, post_logout_redirect_uri: bye },
      { id_token_hint: id, client_id: client.clientId },
      { id_token_hint: tokens.id, post_logout_redirect_uri: 'https://evil.example/' },
    ]) {
      const answer = await open(asked)
      expect([answer.status, answer.headers.get('Location')]).toEqual([400, null])
    }
  })

  test('by what is no statement of ours', async () => {
    const [header, claims] = tokens.id.split('.')
    for (const id_token_hint of [
      tokens.access,
      tokens.refresh,
      `${header}.${claims}.`,
      'a.b.c',
      'x',
    ]) {
      const answer = await open({ id_token_hint, post_logout_redirect_uri: bye })
      expect(answer.status).toBe(400)
    }
  })
})

/** Whoever signs others out can make them sign in where it suits. */
test('another site cannot press the button', async () => {
  const fields = formOf(await open({})).fields
  const Cookie = [...person.cookies.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  for (const from of [
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { 'Sec-Fetch-Site': 'cross-site' },
    {},
  ]) {
    const headers = { ...formType, Cookie, ...from }
    const sent = { method: 'POST', body: query(fields), headers }
    const answer = await app.call('/oauth/logout/confirm', sent)
    expect(answer.status).toBe(403)
    expect(answer.headers.get('Set-Cookie')).toBeNull()
  }
  expect((await app.call(`/oauth/logout/confirm?${query(fields)}`, person)).status).toBe(405)
  expect(await isSignedIn(person)).toBe(true)
})
