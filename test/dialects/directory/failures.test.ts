import { describe, expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { brokenDatabase } from '../../support/database'
import {
  apiError,
  as,
  emptyApp,
  registerAdministrator,
  sample,
  told,
  unauthorized,
} from './answers'

/** What only HTTP can refuse, in both shapes: a Meteor.Error under /api, two keys under /users. */

const json = 'application/json'

/** The shape of each half of the dialect. */
const halves = [
  {
    half: '/users',
    path: '/users/register',
    unknown: '/directory/users/nothing',
    failure: (status: number, error: string | number, reason: string) => [
      status,
      { error, reason },
    ],
  },
  { half: '/api', path: '/api/users', unknown: '/api/users/a/b', failure: apiError },
]

describe.each(halves)('under $half', ({ path, unknown, failure }) => {
  const post = async (type: string, body: string, app?: Awaited<ReturnType<typeof emptyApp>>) => {
    const to = app ?? (await emptyApp())
    const { token } = await registerAdministrator(to)
    return as(to, token, path, { method: 'POST', body, headers: { 'Content-Type': type } })
  }

  test.each([
    { what: 'broken JSON', type: json, body: '{"username":', reason: 'Match failed' },
    { what: 'a list', type: json, body: '[]', reason: 'Match failed' },
    { what: 'null', type: json, body: 'null', reason: 'Match failed' },
    { what: 'an empty object', type: json, body: '{}', reason: 'Password is required.' },
    { what: 'no body', type: json, body: '', reason: 'Password is required.' },
    {
      what: 'a field sent twice',
      type: 'application/x-www-form-urlencoded',
      body: 'username=a_name&username=b_name&password=my%24up3erP%40ssw0rd',
      reason: 'Username is not valid.',
    },
  ])('$what is a 400', async ({ type, body, reason }) => {
    expect(told(await post(type, body))).toEqual(failure(400, 400, reason))
  })

  test('another content type is a 415, and too much a 413', async () => {
    const type = failure(415, 415, 'Send application/json or a form.')
    expect(told(await post('text/plain', '{}'))).toEqual(type)
    const large = JSON.stringify({ ...sample, more: 'x'.repeat(70_000) })
    const size = failure(413, 413, 'Request body is too large.')
    expect(told(await post(json, large))).toEqual(size)
  })

  test('another method is a 405 that names the right ones', async () => {
    const answer = await testApp().call(path, { method: 'PATCH' })
    expect(told(answer)).toEqual(failure(405, 405, 'Method not allowed.'))
    expect(answer.headers.get('Allow')).toContain('POST')
  })

  test('a path of no document is a 404', async () => {
    expect(told(await testApp().call(unknown))).toEqual(failure(404, 'not-found', 'Not found.'))
  })

  test('a database that is down is a 503 that says when to come back', async () => {
    const DB = brokenDatabase('D1_ERROR: overloaded')
    const answer = await as(testApp({ DB, THROTTLE: 'off' }), 'A'.repeat(43), path, {
      body: sample,
    })
    expect(told(answer)).toEqual(failure(503, 503, 'Service unavailable'))
    expect(answer.headers.get('Retry-After')).toBe('2')
  })

  test('OPTIONS and a page of any origin are answered', async () => {
    const app = testApp()
    const headers = { Origin: 'https://elsewhere.example' }
    expect((await app.call(path, { method: 'OPTIONS', headers })).status).toBe(204)
    const answer = await app.call(path, { method: 'PATCH', headers })
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*')
  })
})

test.each(['Bearer', `Bearer ${'A'.repeat(43)}`, 'Bearer x', 'Basic bXl1c2VybmFtZTpteXBhc3N3b3Jk'])(
  'the token "%s" is nobody’s, and the scheme that would count is named',
  async (Authorization) => {
    const app = testApp()
    for (const path of ['/api/user', '/api/users', '/directory/api/user', '/directory/api/users']) {
      const answer = await app.call(path, { headers: { Authorization } })
      expect(told(answer)).toEqual(unauthorized)
      expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="atrium"')
    }
  },
)
