import { expect, test } from 'vitest'
import { testApp } from '../support/app'

/** A change that asks who is there only as it is made answers "sign in" before any word about what was sent. */

const app = testApp({ THROTTLE: 'off', EDITABLE_FIELDS: 'firstName' })
const json = 'application/json'

test.each([
  ['PATCH', '/user/me', json, '{"firstName":'],
  ['PATCH', '/user/me', 'text/plain', 'firstName'],
  ['PATCH', '/user/me', json, `{"firstName":"${'x'.repeat(70_000)}"}`],
  ['PATCH', '/user/me', json, '{"firstName":""}'],
  ['PATCH', '/user/me', json, '{"bio":"closed by the setting"}'],
  ['PATCH', '/user/me', json, '{"verified":true}'],
  ['PATCH', '/user/me', json, '{"role":"admin"}'],
  ['PATCH', '/user/me', json, '{"target":"65f1c0de65f1c0de65f1c0de"}'],
  ['PATCH', '/user/me', json, '{"firstName":"Eve"}'],
  ['POST', '/user/private', json, '{"state":"perhaps"}'],
  ['PATCH', '/v1/account/update', json, '{"firstName":5}'],
  ['PATCH', '/v1/account/update', json, '{"profile":{"talent":{"tags":["a, b"]}}}'],
  ['POST', '/v1/account/onboard', json, '{"type":5}'],
  ['PUT', '/users/me', json, '{"name":""}'],
  ['PUT', '/users/me', 'text/plain', 'Eve'],
])('%s %s with %s %.40s', async (method, path, type, body) => {
  const headers = { 'Content-Type': type, Authorization: `Bearer ${'A'.repeat(43)}` }
  const answer = await app.call(path, { method, body, headers })
  expect([answer.status, answer.headers.get('WWW-Authenticate')]).toEqual([
    401,
    'Bearer realm="atrium"',
  ])
})

test.each(['/account/profile', '/account/profile/privacy'])(
  'a form for %s leads to the sign-in',
  async (path) => {
    const headers = {
      Origin: 'https://atrium.test',
      'Content-Type': 'application/x-www-form-urlencoded',
      Cookie: `__Host-atrium_session=${'A'.repeat(43)}`,
    }
    const answer = await app.call(path, { method: 'POST', body: 'firstName=Eve', headers })
    expect([answer.status, answer.headers.get('Location')]).toEqual([
      303,
      '/sign-in?continue=%2Faccount%2Fprofile&session-ended=1',
    ])
  },
)
