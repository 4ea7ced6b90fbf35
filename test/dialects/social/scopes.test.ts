import { expect, test } from 'vitest'
import { doors, emptyApp } from '../../support/graph'

/** The tree of scopes, which libraries fetch as they start: for anybody, every documented one in it. */

/** Each scope and under which one it stands. */
const tree = {
  '*': null,
  'delegated:all': '*',
  'delegated:profile:all': 'delegated:all',
  'delegated:profile:read': 'delegated:profile:all',
  'delegated:profile:write': 'delegated:profile:all',
  'delegated:profile:search': 'delegated:profile:all',
  'delegated:profile:2fa:write': 'delegated:profile:all',
  'delegated:profile:login-history:read': 'delegated:profile:all',
  'delegated:social:all': 'delegated:all',
  'delegated:social:follow:read': 'delegated:social:all',
  'delegated:social:follow:write': 'delegated:social:all',
  'delegated:social:follow:request': 'delegated:social:follow:write',
  'delegated:social:follow:unfollow': 'delegated:social:follow:write',
  'delegated:social:follow:accept': 'delegated:social:follow:write',
  'delegated:social:follow:remove': 'delegated:social:follow:write',
  'delegated:social:block:write': 'delegated:social:all',
  'delegated:social:invite-code:read': 'delegated:social:all',
  'admin:profile:write': '*',
  openid: '*',
  profile: '*',
  email: '*',
  offline_access: '*',
  'client:oauth:introspect': '*',
}

test.each(doors)('under "%s" every scope has its name, its words and its parent', async (door) => {
  const app = await emptyApp()
  const answer = await app.call(`${door}/user/scopes`)
  const scopes = Object.fromEntries(
    Object.entries(tree).map(([name, parent]) => [
      name,
      { name, description: expect.stringMatching(/^[A-Z].+\.$/), ...(parent && { parent }) },
    ]),
  )
  expect([answer.status, answer.json]).toEqual([200, { ok: 1, data: { scopes } }])
})
