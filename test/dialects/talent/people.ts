import { expect } from 'vitest'
import { type Answer, type Call, codeFrom, type TestApp } from '../../support/app'

/** People of the `talent` document, each at an address of their own, and whole answers to compare with. */

export const password = '1234@Abcde'
export const nextPassword = '1234567890@Abcde'

/** Both places at which the dialect answers. */
export const doors = ['', '/talent']

export const anyId = expect.stringMatching(/^[0-9a-f]{24}$/)
export const anyToken = expect.stringMatching(/^[\w-]{43}$/)
export const anyTicket = expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/)
export const anyDate = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

export const ticketFor = (expiresIn: number) => ({
  token: anyTicket,
  token_type: 'bearer',
  expiresIn,
})

export const told = ({ status, json }: Answer) => [status, json]

export const ok = (data: unknown = {}, message = 'OK') => [200, success(data, message)]
export const accepted = (data: unknown, message: string) => [202, success(data, message)]
export const success = (data: unknown, message = 'OK') => ({ status: 'success', message, data })

export function failed(statusCode: number, message: string) {
  return [statusCode, { status: 'error', message, data: null, statusCode }]
}

export const unauthorized = failed(401, 'Unauthorized')

/** Fields that break a rule, each with what is said of it; the first is the message. */
export function invalid(...fields: readonly (readonly [field: string, rest: string])[]) {
  const validation = fields.map(([field, rest]) => ({ field, message: `${field} ${rest}` }))
  const [first] = validation
  const said = { status: 'error', message: first?.message, data: null, statusCode: 422 }
  return [422, { ...said, validation }]
}

export function wrongCode(field: string) {
  const message = 'The code is not valid, or has expired'
  const said = { status: 'error', message, data: null, statusCode: 422 }
  return [422, { ...said, validation: [{ field, message }] }]
}

/** The document's four, of an account that has achieved nothing yet. */
export function achievementsOf(owner: unknown) {
  const kinds = { 'five-star': '20', referral: '10', review: '60', squad: '10' }
  return Object.entries(kinds).map(([type, total]) => ({
    _id: anyId,
    owner,
    type,
    total,
    value: '0',
    createdAt: anyDate,
    updatedAt: anyDate,
    __v: 0,
  }))
}

export function tagOf(name: string, entryCount = 1) {
  return {
    _id: anyId,
    name,
    key: name,
    color: expect.stringMatching(/^#[0-9A-F]{6}$/),
    categories: [],
    isParent: false,
    type: '',
    entryCount,
    createdAt: anyDate,
    updatedAt: anyDate,
    __v: 0,
  }
}

let made = 0

export function newAddress(): string {
  made += 1
  return `2001:db8:7a:${made.toString(16)}::1`
}

export function newEmail(): string {
  made += 1
  return `person.${made}.${Math.random().toString(36).slice(2, 8)}@example.com`
}

export function post(app: TestApp, path: string, body: unknown): Promise<Answer> {
  return app.call(path, { body, headers: { 'CF-Connecting-IP': newAddress() } })
}

export interface Newcomer {
  readonly email: string
  readonly tempToken: string
  readonly answer: Answer
}

/** Somebody who has not confirmed the address. */
export async function register(app: TestApp, fields: object = {}): Promise<Newcomer> {
  const email = newEmail()
  const names = { firstName: 'Alice', lastName: 'Bob' }
  const body = { ...names, email, password, confirmPassword: password, ...fields }
  const answer = await post(app, '/v1/auth/create-account', body)
  if (answer.status !== 202) throw new Error(answer.text)
  return { email: body.email, tempToken: answer.json.data.tempToken.token, answer }
}

export interface Member {
  readonly id: string
  readonly email: string
  readonly token: string
  readonly answer: Answer
  /** A request by this person's session. */
  call(path: string, call?: Call): Promise<Answer>
  /** What the account says of itself. */
  me(): Promise<Answer['json']>
  update(body: object): Promise<Answer>
}

/** Somebody with a confirmed address who is signed in. */
export async function newMember(app: TestApp, fields: object = {}): Promise<Member> {
  const { email, tempToken } = await register(app, fields)
  const token = codeFrom(app.mails, email)
  const answer = await post(app, '/v1/auth/account/verify', { tempToken, token })
  if (answer.status !== 200) throw new Error(answer.text)
  return { email, ...asMember(app, answer) }
}

export function asMember(app: TestApp, answer: Answer) {
  const { _id: id, token } = answer.json.data
  const call = (path: string, sent: Call = {}) =>
    app.call(path, { ...sent, headers: { Authorization: `Bearer ${token}`, ...sent.headers } })
  return {
    id,
    token,
    answer,
    call,
    me: async () => (await call('/v1/account')).json.data,
    update: (body: object) => call('/v1/account/update', { method: 'PATCH', body }),
  }
}

export const login = (app: TestApp, email: string, secret = password) =>
  post(app, '/v1/auth/login', { email, password: secret })

/** Switches the mailed second factor on. */
export async function protectByMail(app: TestApp, { email, call }: Member): Promise<void> {
  await call('/v1/account/initiate/2fa', { body: { type: 'email' } })
  const code = codeFrom(app.mails, email)
  const answer = await call('/v1/account/activate/2fa', { body: { code } })
  if (answer.status !== 200) throw new Error(answer.text)
}
