import { describe, expect, test } from 'vitest'
import { type Answer, testApp } from '../support/app'

/** Which dialect answers at the root, told by the envelope of a refusal. */

const app = testApp({ THROTTLE: 'off' })
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
const json = { 'Content-Type': 'application/json' }

function dialectOf({ json: body }: Answer): string {
  if (body === undefined) return 'nobody'
  if ('ok' in body) return 'social'
  if (body.status === 'error') return 'talent'
  if ('statusCode' in body && 'data' in body) return 'site'
  if (body.error === true) return 'chat'
  return 'reason' in body ? 'directory' : 'nobody'
}

describe('POST /user/create decides by its body', () => {
  test.each([
    ['a first name', 'social', JSON.stringify({ firstName: 'John' }), json],
    ['a last name', 'social', JSON.stringify({ lastName: 'Doe' }), json],
    ['a first name of a wrong type', 'social', JSON.stringify({ firstName: 5 }), json],
    ['a list of one', 'social', JSON.stringify([{ firstName: 'John' }]), json],
    ['a form with a first name', 'social', 'firstName=John', form],
    ['broken JSON that meant a first name', 'social', '{"firstName":"John",', json],
    ['a name alone', 'site', JSON.stringify({ name: 'John Doe' }), json],
    ['a first name deeper down', 'site', JSON.stringify({ user: { firstName: 'John' } }), json],
    ['a form without one', 'site', 'name=John', form],
    ['nothing that either knows', 'site', '{}', json],
    ['broken JSON', 'site', '{"username":', json],
    ['a list', 'site', '[]', json],
    ['null', 'site', 'null', json],
    ['no body', 'site', '', json],
    ['another type', 'site', 'firstName=John', { 'Content-Type': 'text/plain' }],
  ])('with %s it is for %s', async (_, dialect, body, headers) => {
    const answer = await app.call('/user/create', { method: 'POST', body, headers })
    expect(dialectOf(answer)).toBe(dialect)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
  })

  test('a body that is looked at is whole for whoever handles it', async () => {
    const body = {
      username: 'looked_at_twice',
      firstName: 'John',
      lastName: 'Doe',
      email: 'looked-at@example.com',
      password: 'a long enough one',
      customField: 'x'.repeat(50_000),
    }
    expect((await app.call('/user/create', { body })).status).toBe(201)
  })

  test('with 20 MB it is too large, whoever it is for', async () => {
    const chunk = new Uint8Array(64 * 1024).fill(0x20)
    let sent = 0
    const body = new ReadableStream({
      pull(controller) {
        sent += chunk.length
        controller.enqueue(chunk.slice())
        if (sent >= 20 * 1024 * 1024) controller.close()
      },
    })
    const answer = await app.call('/user/create', { method: 'POST', body, headers: json })
    expect([answer.status, dialectOf(answer)]).toEqual([413, 'site'])
  })
})

test.each([
  ['Basic', 'chat', { Authorization: 'Basic bm9ib2R5Om5vdGhpbmcgcmlnaHQ=' }],
  ['basic in another case', 'chat', { Authorization: 'basic bm9ib2R5Om5vdGhpbmcgcmlnaHQ=' }],
  ['broken Basic', 'chat', { Authorization: 'Basic %%%' }],
  ['Bearer', 'directory', { Authorization: 'Bearer x' }],
  ['nothing', 'directory', {}],
])('POST /users/login with %s is for %s', async (_, dialect, headers) => {
  const body = { username: 'nobody', password: 'nothing right' }
  expect(dialectOf(await app.call('/users/login', { body, headers }))).toBe(dialect)
})

test.each([
  ['GET', '/user/nothing/here', 'social'],
  ['GET', '/user/me', 'social'],
  ['GET', '/user/logged', 'site'],
  ['GET', '/user/profile/nobody', 'site'],
  ['PUT', '/user/auth', 'site'],
  ['POST', '/user/password-reset', 'site'],
  ['POST', '/user/logout', 'social'],
  ['GET', '/api/user', 'directory'],
  ['GET', '/api/users/nobody', 'directory'],
  ['PUT', '/users/register', 'directory'],
  ['GET', '/users/me', 'chat'],
  ['GET', '/users/1', 'chat'],
  ['POST', '/users/logout', 'chat'],
  ['POST', '/uploads', 'chat'],
  ['GET', '/uploads/nothing.png', 'chat'],
  ['GET', '/v1', 'talent'],
  ['GET', '/v1/account', 'talent'],
  ['PUT', '/v1/account/update', 'talent'],
  ['GET', '/v1/nothing', 'talent'],
  ['GET', '/site/nothing', 'site'],
  ['GET', '/directory/nothing', 'directory'],
  ['GET', '/chat/nothing', 'chat'],
  ['GET', '/talent/nothing', 'talent'],
])('%s %s is answered by %s', async (method, path, dialect) => {
  const answer = await app.call(path, { method, ...(method === 'GET' ? {} : { body: {} }) })
  expect(dialectOf(answer) === dialect || answer.status === 200).toBe(true)
})

test.each(['/x', '/userx', '/api', '/api/boards', '/v1x', '/v2/account', '/uploadsx', '/Users/me'])(
  '%s is nobody’s',
  async (path) => {
    const answer = await app.call(path)
    expect([answer.status, answer.json]).toEqual([404, { error: 'route_not_found' }])
  },
)
