import { expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { forgetEverybody, sample, signInJohn } from '../../support/social-answers'

/** Nobody makes Atrium flood a mailbox: what resending is limited to, other ways of asking are too. */

test('changing the address again and again mails at most five codes an hour', async () => {
  const app = testApp({ CONFIRMATION_CODES_PER_HOUR: '5' })
  await forgetEverybody(app)
  const { cookies } = await signInJohn(app)
  app.mails.length = 0
  const statuses: number[] = []
  for (let i = 0; i < 8; i += 1) {
    const body = { email: 'victim@example.org' }
    statuses.push((await app.call('/user/me', { method: 'PATCH', body, cookies })).status)
  }
  expect(app.mails.length).toBeLessThanOrEqual(5)
  expect(statuses.at(-1)).toBe(429)
})

test('registering the same address again and again mails it five codes an hour for one client, ten for all', async () => {
  const app = testApp({ CONFIRMATION_CODES_PER_HOUR: '5' })
  await forgetEverybody(app)
  const register = (i: number, client: string) =>
    app.call('/user/create', {
      body: { ...sample.create, username: `john_doe_${i}` },
      headers: { 'CF-Connecting-IP': client },
    })
  for (let i = 0; i < 8; i += 1) await register(i, '198.51.100.1')
  expect(app.mails).toHaveLength(5)
  // Its owner, elsewhere, is not kept out by that.
  expect((await register(10, '198.51.100.2')).status).toBe(201)
  for (let i = 11; i < 30; i += 1) await register(i, `198.51.100.${i}`)
  expect(app.mails.length).toBeLessThanOrEqual(10)
})
