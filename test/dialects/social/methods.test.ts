import { expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { forgetEverybody, signInJohn } from '../../support/social-answers'

/** A known path with another method is 405, also where `GET /user/:userId` would fit the path. */

test.each(['create', 'login', 'do-2fa', '2fa', 'private', 'reset-password'])(
  'GET /user/%s is not allowed, and is told that POST is',
  async (path) => {
    const app = testApp()
    await forgetEverybody(app)
    const { cookies } = await signInJohn(app)
    for (const call of [{}, { cookies }]) {
      const answer = await app.call(`/user/${path}`, call)
      expect([answer.status, answer.headers.get('Allow')]).toEqual([405, 'POST'])
      const additionalInfo = { allow: ['POST'] }
      expect(answer.json).toEqual({ ok: 0, error: 'MethodNotAllowed', additionalInfo })
    }
  },
)
