import { codeFrom, newJar, type TestApp } from './app'

/** People who are signed in through `social`, for tests that need somebody to be there. */

export const password = '$uper&ecurePassw0rd'
let people = 0

export interface TestPerson {
  readonly id: string
  readonly username: string
  readonly email: string
  readonly cookies: ReturnType<typeof newJar>
}

/** Registers somebody new, confirms their address and signs them in. */
export async function newPerson(app: TestApp, username = newUsername()): Promise<TestPerson> {
  const email = `${username}@example.com`
  const created = await app.call('/social/user/create', {
    body: { username, firstName: 'John', lastName: 'Doe', email, password },
  })
  await app.call('/social/user/verify-email', { body: { code: codeFrom(app.mails, email) } })
  const cookies = newJar()
  await app.call('/social/user/login', {
    body: { username, password, userAgent: 'test' },
    cookies,
  })
  return { id: created.json.data.user._id, username, email, cookies }
}

export function newUsername(): string {
  people += 1
  return `person_${people}_${Math.random().toString(36).slice(2, 8)}`
}
