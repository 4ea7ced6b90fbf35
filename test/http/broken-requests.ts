import { expect, inject } from 'vitest'
import { newAddress, type Person } from './harness'

/** Requests that no client of good will sends, and what may be answered to them. */

const answerWithinMs = 20_000

export interface Answer {
  readonly request: string
  readonly status: number
  readonly text: string
}

export async function ask(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: BodyInit,
): Promise<Answer> {
  const response = await fetch(`${inject('origin')}${path}`, {
    method,
    headers: { 'CF-Connecting-IP': newAddress(), ...headers },
    redirect: 'manual',
    signal: AbortSignal.timeout(answerWithinMs),
    // Node asks for it where the length of a body is not known.
    ...(body === undefined ? {} : { body, duplex: 'half' }),
  })
  const sent = `${method} ${path} ${JSON.stringify({ ...headers, Cookie: '' }).slice(0, 120)}`
  return { request: sent, status: response.status, text: await response.text() }
}

export const signedIn = (person: Person) => ({
  Origin: inject('origin'),
  Cookie: [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
})
export const json = { 'Content-Type': 'application/json' }

export interface Route {
  readonly method: string
  readonly path: string
  /** A body as it should be, but for a code that nobody was mailed. */
  readonly body: { readonly [field: string]: unknown }
}

export const id = 'f'.repeat(24)
const names = { firstName: 'John', lastName: 'Doe' }
export const routes: readonly Route[] = [
  {
    method: 'POST',
    path: '/social/user/create',
    body: {
      username: 'someone_new',
      email: 'a@example.com',
      password: 'a long enough one',
      ...names,
    },
  },
  { method: 'POST', path: '/user/verify-email', body: { code: 'abcde-abcde' } },
  { method: 'POST', path: '/user/resend-verification', body: { target: id } },
  {
    method: 'POST',
    path: '/user/login',
    body: { username: 'nobody_at_all', password: 'not hashed \0', userAgent: 'test' },
  },
  {
    method: 'POST',
    path: '/user/do-2fa',
    body: { target: id, code: '123456', sessionHash: 'x'.repeat(43) },
  },
  { method: 'POST', path: '/user/2fa', body: { state: false } },
  { method: 'POST', path: '/user/code', body: { email: 'nobody@example.com' } },
  {
    method: 'POST',
    path: '/user/reset-password',
    body: { code: 'abcde', password: 'long enough' },
  },
  { method: 'POST', path: '/user/private', body: { state: false } },
  { method: 'PATCH', path: '/user/me', body: { ...names, bio: 'Counts.' } },
]

export function expectRefused(answers: readonly Answer[]): void {
  const wrong = answers.filter(({ status, text }) => {
    if (status < 400 || status > 499) return true
    const body = parse(text) as { ok?: unknown; error?: unknown } | undefined
    return body?.ok !== 0 || typeof body.error !== 'string'
  })
  expect(wrong).toEqual([])
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
