import { expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { forgetEverybody, signInJohn } from '../../support/social-answers'

/** `role` or `target` from an ordinary account is 403, whatever else the request holds. */

test.each([
  { role: 'superadmin' },
  { role: 5 },
  { target: 'not-an-id' },
  { role: 'admin', verified: true },
  { role: 'admin', firstName: '' },
])('%j is forbidden before it is looked at', async (body) => {
  const app = testApp()
  await forgetEverybody(app)
  const { cookies } = await signInJohn(app)
  const answer = await app.call('/user/me', { method: 'PATCH', body, cookies })
  expect([answer.status, answer.json]).toEqual([403, { ok: 0, error: 'Forbidden' }])
})
