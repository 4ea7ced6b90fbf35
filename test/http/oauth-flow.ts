import { createHash, randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { newAddress, type Person, password, type Received, type Sent, send } from './harness'

/** What OAuth is made of from outside: an application, and a browser in which somebody agrees. */

/** Where a browser has come to: a page of ours, or the address of somebody else's. */
export interface Place {
  readonly url: URL
  readonly answer: Received
}

export interface Browser {
  readonly cookies: Map<string, string>
  readonly home: string
}

/** A browser in which nobody is signed in yet. */
export function newBrowser({ home }: Pick<Person, 'home'>): Browser {
  return { cookies: new Map(), home }
}

/** Goes to an address and wherever that leads, but never to another origin. */
export async function visit(browser: Browser, address: URL | string): Promise<Place> {
  const url = new URL(address, inject('origin'))
  return follow(browser, url, await ask(browser, url, {}))
}

function ask({ cookies, home }: Browser, url: URL, sent: Sent): Promise<Received> {
  return send(url.pathname + url.search, { cookies, from: home, ...sent })
}

async function follow(browser: Browser, url: URL, answer: Received): Promise<Place> {
  const next = answer.headers.get('Location')
  if (next === null) return { url, answer }
  if (answer.status !== 303) throw new Error(`${url} redirects by ${answer.status}`)
  const to = new URL(next, url)
  if (to.origin !== inject('origin')) return { url: to, answer }
  return follow(browser, to, await ask(browser, to, {}))
}

const entities: { readonly [name: string]: string } = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}

const attribute = (tag: string, name: string) =>
  new RegExp(` ${name}="([^"]*)"`)
    .exec(tag)?.[1]
    ?.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity)

/** What the form of a page would send if nobody typed anything. */
export function readForm({ url, answer }: Place): { action: URL; fields: URLSearchParams } {
  const [form] = /<form .*?<\/form>/s.exec(answer.text) ?? []
  if (form === undefined) throw new Error(`there is no form at ${url}: ${answer.text}`)
  const fields = new URLSearchParams()
  for (const [input] of form.matchAll(/<input [^>]*>/g)) {
    fields.set(attribute(input, 'name') ?? '', attribute(input, 'value') ?? '')
  }
  return { action: new URL(attribute(form, 'action') ?? '', url), fields }
}

/** Fills the form of a page, sends it and goes wherever that leads. */
export async function submit(browser: Browser, place: Place, typed: Typed): Promise<Place> {
  return follow(browser, readForm(place).action, await post(browser, place, typed))
}

type Typed = { readonly [name: string]: string }

/** Fills the form of a page and sends it; the answer is not followed. */
export function post(browser: Browser, place: Place, typed: Typed): Promise<Received> {
  const { action, fields } = readForm(place)
  for (const [name, value] of Object.entries(typed)) fields.set(name, value)
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  return ask(browser, action, { body: fields.toString(), headers })
}

/** Signs in where that is asked for, and answers the application that asks. */
export async function decide(
  browser: Browser,
  person: Person,
  address: URL | string,
  decision: 'allow' | 'deny' = 'allow',
): Promise<URL> {
  let place = await visit(browser, address)
  if (place.url.pathname === '/sign-in') {
    place = await submit(browser, place, { name: person.username, password })
  }
  if (place.url.pathname === '/oauth/authorize') place = await submit(browser, place, { decision })
  if (place.url.origin === inject('origin')) {
    throw new Error(`the way ends at ${place.url}: ${place.answer.text}`)
  }
  return place.url
}

/** An application by itself, without a library. */
export interface App {
  readonly id: string
  readonly secret: string
  readonly redirectUri: string
}

/** All that an application can ask for that nobody has looked at. */
export const appScope = 'openid profile email offline_access'

/** Introduces a confidential application to the server. */
export async function newApp(
  given: {
    readonly name?: string
    readonly redirectUri?: string
    readonly logoutUri?: string
  } = {},
): Promise<App> {
  const { name = 'An app', redirectUri = 'https://app.example/callback', logoutUri } = given
  const body = {
    client_name: name,
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: logoutUri === undefined ? [] : [logoutUri],
    scope: appScope,
  }
  const answer = await send('/oauth/register', { body, from: newAddress() })
  if (answer.status !== 201) throw new Error(`could not register: ${answer.text}`)
  return { id: answer.json.client_id, secret: answer.json.client_secret, redirectUri }
}

/** What an application asks for, and what redeems the code that it gets. */
export function newRequest(app: App, more: Typed = {}) {
  const verifier = randomBytes(32).toString('base64url')
  const parameters = {
    response_type: 'code',
    client_id: app.id,
    redirect_uri: app.redirectUri,
    scope: appScope,
    state: randomBytes(8).toString('hex'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  }
  return { parameters, address: `/oauth/authorize?${new URLSearchParams(parameters)}`, verifier }
}

/** Calls an endpoint under the name of the application. */
export function callAs(app: App, path: string, body: Typed): Promise<Received> {
  return send(path, { body, headers: basic(app.id, app.secret), from: newAddress() })
}

export function basic(id: string, secret: string): { readonly Authorization: string } {
  return { Authorization: `Basic ${btoa(`${id}:${secret}`)}` }
}

/** A code as it arrives at the application, and how it is redeemed. */
export async function newCode(app: App, person: Person, more: Typed = {}) {
  const { address, verifier } = newRequest(app, more)
  const code = codeIn(await decide(person, person, address))
  return { code, verifier, redeem: () => redeem(app, code, verifier) }
}

export function codeIn(arrived: URL): string {
  const code = arrived.searchParams.get('code')
  if (code === null) throw new Error(`no code: ${arrived}`)
  return code
}

export function redeem(app: App, code: string, verifier: string): Promise<Received> {
  return callAs(app, '/oauth/token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: app.redirectUri,
    code_verifier: verifier,
  })
}

export function refresh(app: App, token: string): Promise<Received> {
  return callAs(app, '/oauth/token', { grant_type: 'refresh_token', refresh_token: token })
}

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

/** The tokens that an application has of a person. */
export async function newTokens(app: App, person: Person, more: Typed = {}): Promise<Tokens> {
  const answer = await (await newCode(app, person, more)).redeem()
  if (answer.status !== 200) throw new Error(`could not redeem: ${answer.text}`)
  return answer.json
}

/** Whether a token lets its bearer in. */
export async function isGood(token: string): Promise<boolean> {
  const headers = { Authorization: `Bearer ${token}` }
  const { status } = await send('/oauth/userinfo', { headers })
  if (status !== 200 && status !== 401) throw new Error(`userinfo answered ${status}`)
  return status === 200
}
