import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { codeFrom, testApp } from '../support/app'
import { newPerson, password } from '../support/social'

/**
 * An account key sets a password without any mail. Whoever knew the password for a moment could set
 * one and come back later; so its owner is told, and a reset by mail takes it away.
 */

const app = testApp()
const accountKey = 'a key of twenty-five characters'

async function personWithKey() {
  const person = await newPerson(app)
  const [, token = ''] = [...person.cookies.cookies].find(([key]) => key.includes('session')) ?? []
  const set = await app.call('/users/me/setAccountKey', {
    method: 'PUT',
    body: { password, accountKey },
    headers: { Authorization: `Bearer ${token}` },
  })
  expect(set.status).toBe(200)
  const row = await env.DB.prepare('SELECT number FROM accounts WHERE id = ?')
    .bind(person.id)
    .first<{ number: number }>()
  return { ...person, userId: row?.number ?? 0 }
}

const byKey = (userId: number, address = '198.51.100.9') =>
  app.call('/users/resetPassword', {
    method: 'PUT',
    body: { userId, accountKey, newPassword: 'a password of the thief' },
    headers: { 'CF-Connecting-IP': address },
  })

test('the owner is told of a new account key', async () => {
  const { email } = await personWithKey()
  expect(app.mails.find(({ to }) => to === email)?.subject).toContain('account key')
})

test('a reset by mail takes an account key away that was set before', async () => {
  const { email, userId } = await personWithKey()
  await app.call('/user/code', { body: { email } })
  const body = { code: codeFrom(app.mails, email), password: 'an even better one' }
  expect((await app.call('/user/reset-password', { body })).status).toBe(200)
  expect((await byKey(userId)).status).toBe(403)
})

test('keys are guessed for no more than fifty accounts from one address', async () => {
  const statuses: number[] = []
  for (let i = 0; i < 60; i += 1) statuses.push((await byKey(i + 1, '198.51.100.10')).status)
  expect(statuses.filter((status) => status === 403)).toHaveLength(50)
  expect(statuses.slice(50)).toEqual(Array(10).fill(429))
})

test('a search for characters that nothing can hold is refused, not an error', async () => {
  for (const text of ['ab%00cd', 'ab%E2%80%AEcd', '%00%00%00']) {
    const answer = await app.call(`/users/?s=${text}`)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
  }
})

test('however many files an account has, its deletion owes the end of each', async () => {
  const { userId, cookies } = await personWithKey()
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
     INSERT INTO uploads (name, type, account_number, object_key, bytes, started_at, stored_at)
     SELECT 'file' || i, 'bin', ?, 'u/file' || i, 1, 0, 0 FROM n`,
  )
    .bind(userId)
    .run()
  const [, token = ''] = [...cookies.cookies].find(([key]) => key.includes('session')) ?? []
  const headers = { Authorization: `Bearer ${token}` }
  expect((await app.call('/users/me', { method: 'DELETE', headers })).status).toBe(200)
  const owed = await env.DB.prepare("SELECT target FROM outbox WHERE kind = 'objects'").all<{
    target: string
  }>()
  const keys = owed.results.flatMap(({ target }) => JSON.parse(target) as string[])
  expect(new Set(keys).size).toBe(2500)
})
