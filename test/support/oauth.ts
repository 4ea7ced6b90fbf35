import { toBase64Url, toUtf8 } from '../../src/crypto/encoding'
import { randomBytes } from '../../src/crypto/random'
import type { Answer, Call, TestApp } from './app'
import { formOf } from './browser'
import { type NewTestClient, newClient, type TestClient } from './clients'
import type { TestPerson } from './social'
import { password } from './social'

/** What an application and the browser in front of it do, step by step, as the standards have it. */

export const issuer = 'https://atrium.test'

export type Parameters = { readonly [name: string]: string | undefined }

export interface Pkce {
  readonly verifier: string
  readonly challenge: string
}

export async function challengeOf(verifier: string): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', toUtf8(verifier))))
}

export async function newPkce(verifier = toBase64Url(randomBytes(32))): Promise<Pkce> {
  return { verifier, challenge: await challengeOf(verifier) }
}

/** A pair that tests share which are about something else. */
export const pkce: Pkce = {
  // RFC 7636 appendix B.
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
}

/** A client that may ask who people are, and see their profile. */
export function newApplication(given: NewTestClient = {}): Promise<TestClient> {
  const scopes = ['openid', 'profile', 'email', 'offline_access', 'delegated:profile:all']
  return newClient({ scopes, ...given })
}

/** Drops what is undefined: a test leaves a parameter out by saying so. */
export function query(parameters: Parameters): string {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined)
  return new URLSearchParams(pairs as [string, string][]).toString()
}

/** A good request for authorization, with what differs in a test. */
export function authorizePath(client: TestClient, differing: Parameters = {}): string {
  return `/oauth/authorize?${query({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    scope: 'openid profile',
    state: 'a state',
    code_challenge: pkce.challenge,
    code_challenge_method: 'S256',
    ...differing,
  })}`
}

/** Where an answer sends the browser, and with what. */
export function destinationOf(answer: Answer): {
  readonly place: string
  readonly parameters: { readonly [name: string]: string }
} {
  const location = answer.headers.get('Location')
  if (location === null) throw new Error(`no redirect: ${answer.status} ${answer.text}`)
  const [place = '', search = ''] = location.split(/\?(.*)/s)
  return { place, parameters: Object.fromEntries(new URLSearchParams(search)) }
}

export const formType = { 'Content-Type': 'application/x-www-form-urlencoded' }

export function sendForm(
  app: TestApp,
  path: string,
  fields: Parameters,
  call: Call = {},
): Promise<Answer> {
  const headers = { ...formType, ...call.headers }
  return app.call(path, { ...call, method: 'POST', body: query(fields), headers })
}

/** Decides on the page that a request has shown. */
export function decide(
  app: TestApp,
  person: Pick<TestPerson, 'cookies'>,
  page: Answer,
  decision: 'allow' | 'deny' = 'allow',
): Promise<Answer> {
  const fields = { ...formOf(page).fields, decision }
  return sendForm(app, '/oauth/consent', fields, { cookies: person.cookies })
}

/** Goes to the application's request and says yes, if asked. Returns where the browser ends. */
export async function agree(
  app: TestApp,
  person: Pick<TestPerson, 'cookies'>,
  client: TestClient,
  differing: Parameters = {},
): Promise<Answer> {
  const answer = await app.call(authorizePath(client, differing), { cookies: person.cookies })
  return answer.status === 200 ? decide(app, person, answer) : answer
}

/** The same as far as the code that the application gets. */
export async function newCode(
  app: TestApp,
  person: Pick<TestPerson, 'cookies'>,
  client: TestClient,
  differing: Parameters = {},
): Promise<string> {
  const { code } = destinationOf(await agree(app, person, client, differing)).parameters
  if (code === undefined) throw new Error('no code')
  return code
}

/** What the client asks of the token endpoint or its neighbours, as who it is. */
export function ask(
  app: TestApp,
  client: TestClient,
  path: string,
  fields: Parameters,
): Promise<Answer> {
  return client.isPublic
    ? sendForm(app, path, { client_id: client.clientId, ...fields })
    : sendForm(app, path, fields, { headers: { Authorization: client.basic } })
}

export function redeem(
  app: TestApp,
  client: TestClient,
  code: string,
  differing: Parameters = {},
): Promise<Answer> {
  return ask(app, client, '/oauth/token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirectUri,
    code_verifier: pkce.verifier,
    ...differing,
  })
}

export function refresh(
  app: TestApp,
  client: TestClient,
  token: string,
  differing: Parameters = {},
): Promise<Answer> {
  const fields = { grant_type: 'refresh_token', refresh_token: token, ...differing }
  return ask(app, client, '/oauth/token', fields)
}

export interface Tokens {
  readonly access: string
  readonly refresh: string
  readonly id: string
}

export function tokensOf({ status, text, json }: Answer): Tokens {
  if (status !== 200) throw new Error(`no tokens: ${status} ${text}`)
  return { access: json.access_token, refresh: json.refresh_token, id: json.id_token }
}

/** The whole way: the person lets the application in, which gets its tokens. */
export async function newTokens(
  app: TestApp,
  person: Pick<TestPerson, 'cookies'>,
  client: TestClient,
  differing: Parameters = {},
): Promise<Tokens> {
  return tokensOf(await redeem(app, client, await newCode(app, person, client, differing)))
}

export function bearer(token: string): Call {
  return { headers: { Authorization: `Bearer ${token}` } }
}

/** Signs the person in again in their browser, as the sign-in page does. */
export async function signInAgain(app: TestApp, person: TestPerson): Promise<void> {
  const body = { username: person.username, password, userAgent: 'test' }
  const { status, text } = await app.call('/social/user/login', { body, cookies: person.cookies })
  if (status !== 200) throw new Error(`not signed in: ${text}`)
}

/** Whether an access token acts for the person, and whether the refresh token gives another. */
export async function isAccepted(app: TestApp, access: string): Promise<boolean> {
  return (await app.call('/oauth/userinfo', bearer(access))).status === 200
}
