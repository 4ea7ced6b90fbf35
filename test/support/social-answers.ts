import { expect } from 'vitest'
import { type Answer, type Call, codeFrom, newJar, type TestApp } from './app'

/** The words of the `social` document: its samples as they are printed, and whole answers to compare with. */

export const sample = {
  create: {
    username: 'john_doe',
    firstName: 'John',
    lastName: 'Doe',
    phoneCountryCode: '+00',
    phone: '0000000000',
    email: 'user@example.com',
    password: '$uper&ecurePassw0rd',
  },
  login: {
    username: 'john_doe',
    email: 'user@example.com',
    password: '$uper&ecurePassw0rd',
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1',
  },
  newPassword: 'new_Passw0rd',
}

export const anyId = expect.stringMatching(/^[0-9a-f]{24}$/)
export const anyDate = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

type Fields = { readonly [name: string]: unknown }

/** The account of the samples in its own eyes: every key of the document. */
export function ownUser(given: Fields = {}) {
  return {
    _id: anyId,
    firstName: 'John',
    middleName: null,
    lastName: 'Doe',
    gender: null,
    username: 'john_doe',
    role: 'user',
    bio: null,
    designation: null,
    profilePictureUrl: null,
    pronouns: null,
    verified: false,
    verifiedDate: null,
    customLink: null,
    followingCount: 0,
    followerCount: 0,
    isPrivate: false,
    isSubscribed: false,
    subscriptionTier: 'basic',
    subscriptionExpiry: null,
    isBanned: false,
    isRestricted: false,
    email: 'user@example.com',
    phone: '0000000000',
    customData: {},
    phoneCountryCode: '+00',
    organization: null,
    country: null,
    preferredLanguage: null,
    createdAt: anyDate,
    updatedAt: anyDate,
    emailVerified: true,
    ...given,
  }
}

/** The same account in the eyes of others: the private keys stay, with null. */
export function othersUser(given: Fields = {}) {
  const { emailVerified, ...shown } = ownUser()
  return {
    ...shown,
    isSubscribed: null,
    subscriptionTier: null,
    isBanned: null,
    isRestricted: null,
    email: null,
    phone: null,
    customData: null,
    phoneCountryCode: null,
    ...given,
  }
}

/** The answer of a finished sign-in. */
export function signedIn(given: Fields = {}, secondFactor = false) {
  const user = ownUser({ varifiedDate: null, ...given })
  return { ok: 1, data: { '2faEnabled': secondFactor, userInfo: user, user } }
}

/** One entry of `additionalInfo.errors`; a value of undefined is a value that is not shown. */
export function fieldError(
  field: string,
  value?: unknown,
  { msg = 'Invalid value', location = 'body' } = {},
) {
  const shown = value === undefined ? {} : { value }
  return { type: 'field', ...shown, msg, path: field, param: field, location }
}

export function invalid(...errors: readonly unknown[]) {
  return { ok: 0, error: 'ClientInputError', additionalInfo: { errors } }
}

/** The three ways in which a body may come, each at both places where the dialect answers. */
export const ways = ['', '/social'].flatMap((door) =>
  (['JSON', 'a list of one', 'a form'] as const).map((packing) => ({
    door,
    packing,
    name: `${packing} at ${door === '' ? 'the root' : door}`,
  })),
)

export type Way = Pick<(typeof ways)[number], 'door' | 'packing'>

/** Sends fields in one of the ways. */
export function send(
  app: TestApp,
  { door, packing }: Way,
  path: string,
  fields: Fields,
  call: Call = {},
): Promise<Answer> {
  if (packing !== 'a form') {
    return app.call(`${door}${path}`, { ...call, body: packing === 'JSON' ? fields : [fields] })
  }
  const entries = Object.entries(fields).map(([name, value]) => [name, String(value)])
  return app.call(`${door}${path}`, {
    ...call,
    body: new URLSearchParams(entries).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...call.headers },
  })
}

/** So that the samples, which all name the same person, can be sent again. */
export async function forgetEverybody({ env }: TestApp): Promise<void> {
  const tables = ['accounts', 'throttles', 'held_usernames', 'outbox']
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)))
}

/** Registers the person of the samples, confirms the address, and answers their id. */
export async function registerJohn(app: TestApp): Promise<string> {
  const created = await app.call('/user/create', { body: sample.create })
  const code = codeFrom(app.mails, sample.create.email)
  await app.call('/user/verify-email', { body: { code } })
  return created.json.data.user._id
}

/** The same, signed in. */
export async function signInJohn(app: TestApp) {
  const id = await registerJohn(app)
  const cookies = newJar()
  await app.call('/user/login', { body: sample.login, cookies })
  return { id, cookies }
}

/** The secret of the session in a jar, as a bearer would send it. */
export function sessionToken({ cookies }: ReturnType<typeof newJar>): string {
  return cookies.get('__Host-atrium_session') ?? ''
}

/** The status, the body, and of the headers those that only some failures have. */
export function whole({ status, json, headers }: Answer) {
  const special = ['Allow', 'Retry-After', 'WWW-Authenticate', 'Set-Cookie', 'Location']
  const given = special.flatMap((name) => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  return { status, headers: Object.fromEntries(given), json }
}
