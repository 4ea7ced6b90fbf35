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

test('registering the same address again and again mails at most five codes an hour', async () => {
  const app = testApp({ CONFIRMATION_CODES_PER_HOUR: '5' })
  await forgetEverybody(app)
  for (let i = 0; i < 8; i += 1) {
    const headers = { 'CF-Connecting-IP': `198.51.100.${i}` }
    await app.call('/user/create', {
      body: { ...sample.create, username: `john_doe_${i}` },
      headers,
    })
  }
  expect(app.mails.length).toBeLessThanOrEqual(5)
})
