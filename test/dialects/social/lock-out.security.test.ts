import { expect, test } from 'vitest'
import { codeFrom, newJar, testApp } from '../../support/app'
import { newPerson, newUsername, password } from '../../support/social'

/**
 * What strangers may ask for about an account must not use up what its owner needs, and what one
 * name of an account has used up must not show at another.
 */

const stranger = { 'CF-Connecting-IP': '198.51.100.77' }

test('asking to confirm a confirmed account uses nothing of its owner up', async () => {
  const app = testApp()
  const owner = await newPerson(app)
  for (let i = 0; i < 25; i += 1) {
    const path = `/user/resend-verification?target=${owner.id}`
    expect((await app.call(path, { headers: stranger })).status).toBe(400)
  }
  const body = { email: `${newUsername()}@example.com` }
  const changed = await app.call('/user/me', { method: 'PATCH', body, cookies: owner.cookies })
  expect(changed.json).toEqual({ ok: 1 })
})

test('an account whose address somebody else proved is as unconfirmed as before', async () => {
  const app = testApp()
  const username = newUsername()
  const email = `${username}@example.com`
  const names = { firstName: 'John', lastName: 'Doe' }
  await app.call('/user/create', { body: { username, email, password, ...names } })
  const owner = await newPerson(app)
  await app.call('/user/me', { method: 'PATCH', body: { email }, cookies: owner.cookies })
  const confirmed = await app.call('/user/verify-email', {
    body: { code: codeFrom(app.mails, email) },
    cookies: owner.cookies,
  })
  expect(confirmed.status).toBe(200)
  const body = { username, password, userAgent: 'test' }
  const squatter = await app.call('/user/login', { body, cookies: newJar() })
  expect([squatter.status, squatter.json.error]).toEqual([401, 'ResourceNotActive'])
  const me = await app.call('/user/me', { cookies: owner.cookies })
  expect(me.json.data.user.email).toBe(email)
})

test('wrong passwords by username tell nothing of which address belongs to it', async () => {
  const app = testApp()
  const [victim, other] = [await newPerson(app), await newPerson(app)]
  const guess = async (name: object) => {
    const body = { ...name, password: 'not the password', userAgent: 'test' }
    return (await app.call('/user/login', { body, headers: stranger })).status
  }
  for (let i = 0; i < 6; i += 1) await guess({ username: victim.username })
  expect(await guess({ username: victim.username })).toBe(429)
  expect(await guess({ email: victim.email })).toBe(401)
  expect(await guess({ email: other.email })).toBe(401)
  expect(await guess({ email: 'nobody@example.com' })).toBe(401)
})

test('a session gets five wrong passwords, from however many places it is used', async () => {
  const app = testApp()
  const { cookies } = await newPerson(app)
  const session = {
    cookies: new Map([...cookies.cookies].filter(([name]) => /session/.test(name))),
  }
  const statuses: number[] = []
  for (let i = 0; i < 8; i += 1) {
    const body = { password: 'another password', currentPassword: 'not the password' }
    const headers = { 'CF-Connecting-IP': `198.51.100.${i}` }
    const answer = await app.call('/user/me', { method: 'PATCH', body, cookies: session, headers })
    statuses.push(answer.status)
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
})

test('a new password may be used at once from where it was set', async () => {
  const app = testApp()
  const { email, username } = await newPerson(app)
  const signIn = (secret: string) =>
    app.call('/user/login', {
      body: { username, password: secret, userAgent: 'test' },
      headers: stranger,
    })
  for (let i = 0; i < 7; i += 1) await signIn('not the password')
  expect((await signIn(password)).status).toBe(429)
  await app.call('/user/code', { body: { email }, headers: stranger })
  const reset = { code: codeFrom(app.mails, email), password: 'an even better one' }
  await app.call('/user/reset-password', { body: reset, headers: stranger })
  expect((await signIn(reset.password)).status).toBe(200)
})
