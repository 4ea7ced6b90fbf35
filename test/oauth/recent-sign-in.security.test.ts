import { beforeAll, describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import { change, rowsOf } from '../support/core'
import { bearer, newApplication, newTokens, type Tokens } from '../support/oauth'
import { newPerson, password, type TestPerson } from '../support/social'

/**
 * The person has just signed in, but it is not them who calls. Whatever an application was allowed, and
 * whatever it knows, it changes nothing by which the person comes in, and does not delete them.
 */

const app = testApp()
let person: TestPerson
let tokens: Tokens

beforeAll(async () => {
  person = await newPerson(app)
  const client = await newApplication({ scopes: ['delegated:all'] })
  tokens = await newTokens(app, person, client, { scope: 'delegated:all' })
})

const stale = {
  social: { ok: 0, error: 'Unauthorized', additionalInfo: { reason: 'stale' } },
  talent: { message: 'Sign in again to do this' },
  chat: { error: true, reason: 'Sign in again to do this.' },
}

/** Every door behind which somebody has to prove anew who they are, with the right password where it takes one. */
const doors: readonly [keyof typeof stale, string, string, { [field: string]: unknown }][] = [
  ['social', 'PATCH', '/user/me', { password: 'a password of the thief' }],
  [
    'social',
    'PATCH',
    '/user/me',
    { password: 'a password of the thief', currentPassword: password },
  ],
  ['social', 'PATCH', '/user/me', { email: 'thief@example.com' }],
  ['social', 'PATCH', '/user/me', { email: 'thief@example.com', currentPassword: password }],
  ['social', 'PATCH', '/user/me', { username: 'the_thief' }],
  ['social', 'PATCH', '/user/me', { username: 'the_thief', currentPassword: password }],
  ['social', 'PATCH', '/user/me', { firstName: 'Thief', currentPassword: password }],
  ['social', 'POST', '/user/2fa', { state: true }],
  ['social', 'POST', '/user/2fa', { state: true, currentPassword: password }],
  ['social', 'POST', '/user/2fa', { state: false, currentPassword: password }],
  [
    'talent',
    'PUT',
    '/v1/account/password/change',
    { oldPassword: password, newPassword: 'A password of 1 thief!' },
  ],
  ['talent', 'POST', '/v1/account/password/change', { type: 'email' }],
  ['talent', 'POST', '/v1/account/initiate/2fa', { type: 'email' }],
  ['talent', 'POST', '/v1/account/initiate/2fa', { type: 'google_auth' }],
  ['talent', 'POST', '/v1/account/deactivate/2fa', { code: '123456' }],
  ['talent', 'POST', '/v1/account/2fa/email', { password }],
  ['talent', 'POST', '/v1/account/delete-account', { password }],
  [
    'chat',
    'PUT',
    '/users/me/changePassword',
    { oldPassword: password, newPassword: 'a password of the thief' },
  ],
  [
    'chat',
    'PUT',
    '/users/me/setAccountKey',
    { password, accountKey: 'an account key of the thief' },
  ],
  ['chat', 'DELETE', '/users/me', {}],
]

describe('an application never counts as somebody who has just signed in', () => {
  const rowOf = (one: TestPerson) => rowsOf('SELECT * FROM accounts WHERE id = ?', one.id)
  const guesses = () => rowsOf("SELECT * FROM throttles WHERE key LIKE 'password:%'")

  test.each(doors)('in %s: %s %s %o', async (dialect, method, path, body) => {
    const [account, counted] = [await rowOf(person), await guesses()]
    const mails = app.mails.length
    const guessed = Object.fromEntries(
      Object.entries(body).map(([name, value]) => [name, value === password ? 'a guess' : value]),
    )
    // A wrong password is answered like the right one, and is no guess: an application learns nothing by it.
    for (const sent of [body, ...Array(6).fill(guessed)]) {
      const answer = await app.call(path, { method, body: sent, ...bearer(tokens.access) })
      expect(answer).toMatchObject({ status: 401, json: stale[dialect] })
    }
    expect(await rowOf(person)).toEqual(account)
    expect(await guesses()).toEqual(counted)
    expect(app.mails).toHaveLength(mails)
  })

  test('nor where it acts upon others, for an administrator', async () => {
    const [boss, other] = [await newPerson(app), await newPerson(app)]
    await change("UPDATE accounts SET role = 'admin' WHERE id = ?", boss.id)
    const one = await newApplication({ scopes: ['delegated:all', 'admin:profile:write'] })
    const scope = 'delegated:all admin:profile:write'
    const { access } = await newTokens(app, boss, one, { scope })
    const before = await rowOf(other)
    for (const fields of [
      { password: 'a password of the thief' },
      { email: 'thief@example.com' },
      { username: 'the_thief' },
      { role: 'admin' },
    ]) {
      for (const currentPassword of [undefined, password]) {
        const body = { target: other.id, ...fields, currentPassword }
        const answer = await app.call('/user/me', { method: 'PATCH', body, ...bearer(access) })
        expect(answer).toMatchObject({ status: 401, json: stale.social })
      }
    }
    expect(await rowOf(other)).toEqual(before)
    // The door by which administrators delete others is none to their own account.
    const own = await app.call(`/api/users/${boss.id}`, { method: 'DELETE', ...bearer(access) })
    expect(own.status).toBe(401)
    expect(await rowOf(boss)).toHaveLength(1)
  })

  test('while the person themselves, at that moment, does', async () => {
    const body = { state: true }
    expect(await app.call('/user/2fa', { body, ...person })).toMatchObject({ status: 200 })
  })
})
