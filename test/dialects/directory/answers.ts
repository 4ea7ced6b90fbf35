import { expect } from 'vitest'
import { type Answer, type Call, codeFrom, type TestApp, testApp } from '../../support/app'
import { forgetEverybody } from '../../support/social-answers'

/** The words of the `directory` document: its samples as printed, and whole answers to compare with. */

export const sample = {
  username: 'myusername',
  password: 'my$up3erP@ssw0rd',
  email: 'my@email.com',
}

export const anyId = expect.stringMatching(/^[0-9a-f]{24}$/)
export const anyToken = expect.stringMatching(/^[\w-]{43}$/)
export const anyDate = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
export const signedIn = { id: anyId, token: anyToken, tokenExpires: anyDate }

/** Form and JSON, each at both places where the dialect answers. */
export const ways = ['', '/directory'].flatMap((door) =>
  (['JSON', 'a form'] as const).map((packing) => ({
    door,
    packing,
    name: `${packing} at ${door === '' ? 'the root' : door}`,
  })),
)
export type Way = Pick<(typeof ways)[number], 'door' | 'packing'>
export const plainWay: Way = { door: '', packing: 'JSON' }

/** Sends fields in one of the ways, as somebody or as nobody. */
export function send(
  app: TestApp,
  { door, packing }: Way,
  path: string,
  fields: { readonly [name: string]: unknown },
  { token, method = 'POST' }: { token?: string; method?: string } = {},
): Promise<Answer> {
  const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  if (packing === 'JSON') {
    return app.call(`${door}${path}`, { method, body: fields, headers: authorization })
  }
  const entries = Object.entries(fields).map(([name, value]) => [name, String(value)])
  return app.call(`${door}${path}`, {
    method,
    body: new URLSearchParams(entries).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...authorization },
  })
}

/** A call that carries a bearer token. */
export function as(app: TestApp, token: string, path: string, call: Call = {}): Promise<Answer> {
  return app.call(path, { ...call, headers: { Authorization: `Bearer ${token}`, ...call.headers } })
}

export async function emptyApp(overrides: { readonly [name: string]: unknown } = {}) {
  const app = testApp({ THROTTLE: 'off', ...overrides })
  await forgetEverybody(app)
  return app
}

export interface Member {
  readonly id: string
  readonly token: string
  readonly username: string
}

export async function register(app: TestApp, fields: object = {}): Promise<Member> {
  const body = { ...sample, ...fields }
  const { json, text } = await app.call('/users/register', { body })
  if (json?.token === undefined) throw new Error(`not registered: ${text}`)
  return { id: json.id, token: json.token, username: body.username }
}

export async function registerAdministrator(app: TestApp): Promise<Member> {
  const admin = await register(app, { username: 'admin', email: 'admin@email.com' })
  await app.env.DB.prepare("UPDATE accounts SET role = 'admin' WHERE id = ?").bind(admin.id).run()
  return admin
}

/** Confirms the sample's address and asks for a mailed code at each sign-in from then on. */
export async function switchSecondFactorOn(app: TestApp, { id }: Member): Promise<void> {
  await app.call('/user/verify-email', { body: { code: codeFrom(app.mails, sample.email) } })
  await app.env.DB.prepare("UPDATE accounts SET second_factor = 'email' WHERE id = ?")
    .bind(id)
    .run()
}

/** A failure under `/api`: all the keys of a Meteor.Error, with the HTTP status among them. */
export function apiError(statusCode: number, error: string | number, reason: string) {
  const message = `${reason} [${error}]`
  return [
    statusCode,
    { isClientSafe: true, error, reason, message, errorType: 'Meteor.Error', statusCode },
  ]
}

export const unauthorized = apiError(401, 'Unauthorized', 'Unauthorized')
export const forbidden = apiError(403, 'Forbidden', 'Forbidden')
export const notFound = apiError(404, 'not-found', 'User not found.')

export function told({ status, json }: Answer) {
  return [status, json]
}
