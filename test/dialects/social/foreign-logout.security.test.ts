import { expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { forgetEverybody, sessionToken, signInJohn } from '../../support/social-answers'

/** A link on another site's page signs nobody out: its GET does not count, so the cookie stays too. */

test.each(['logout', 'logout-all'])('%s from another site takes no cookie away', async (path) => {
  const app = testApp()
  await forgetEverybody(app)
  const { cookies } = await signInJohn(app)
  for (const site of ['cross-site', 'same-site']) {
    const answer = await app.call(`/user/${path}`, {
      headers: {
        Cookie: `__Host-atrium_session=${sessionToken(cookies)}`,
        'Sec-Fetch-Site': site,
      },
    })
    expect(answer.headers.getSetCookie()).toEqual([])
  }
})
