import { describe, expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { brokenDatabase } from '../../support/database'
import { doors, failed, newMember, password, post, told } from './people'

/** Failures that are nobody's business in particular, in this API's envelope. */

const app = testApp({ THROTTLE: 'off' })
const headers = { 'Content-Type': 'application/json' }

describe.each(doors)('at "%s"', (door) => {
  test.each([
    ['a path that is none', 'GET', '/v1/nothing', {}, 404, 'Not found'],
    ['a path that is none below one', 'GET', '/v1/account/nothing', {}, 404, 'Not found'],
    ['another method', 'DELETE', '/v1/auth/login', {}, 405, 'Method not allowed'],
    [
      'broken JSON',
      'POST',
      '/v1/auth/login',
      { body: '{', headers },
      400,
      'Request body is not valid JSON',
    ],
    ['a list', 'POST', '/v1/auth/login', { body: '[]', headers }, 400, 'Request body is not valid'],
    [
      'a form',
      'POST',
      '/v1/auth/login',
      { body: 'a=b', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
      415,
      'Send application/json',
    ],
    [
      'a large body',
      'POST',
      '/v1/auth/login',
      { body: { email: 'x'.repeat(70_000) } },
      413,
      'Request body is too large',
    ],
  ] as const)('%s', async (_, method, path, sent, status, message) => {
    const answer = await app.call(`${door}${path}`, { method, ...sent })
    expect(told(answer)).toEqual(failed(status, message))
    if (status === 405) expect(answer.headers.get('Allow')).toBe('POST')
  })
})

test('a page of another origin may call, with the headers that clients send', async () => {
  const asked = 'authorization,content-type,x-pkt-sdk-version,x-pkt-sdk-product,x-pkt-testnet'
  const preflight = await app.call('/v1/account', {
    method: 'OPTIONS',
    headers: {
      Origin: 'https://somebody.example',
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': asked,
    },
  })
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe('*')
  expect(preflight.headers.get('Access-Control-Allow-Headers')).toBe(asked)
})

test('a database that is down is 503, and says when to come back', async () => {
  const DB = brokenDatabase('D1_ERROR: Network connection lost.')
  const broken = testApp({ DB, THROTTLE: 'off' })
  const answer = await post(broken, '/v1/auth/login', { email: 'ada@example.com', password })
  expect(told(answer)).toEqual(failed(503, 'Service unavailable'))
  expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0)
})

test('a disabled account is told so only with its password', async () => {
  const { id, email, call } = await newMember(app)
  await app.env.DB.prepare('UPDATE accounts SET disabled_at = 1 WHERE id = ?').bind(id).run()
  const wrong = await post(app, '/v1/auth/login', { email, password: 'a wrong one' })
  expect(told(wrong)).toEqual(failed(401, 'Invalid email or password'))
  const right = await post(app, '/v1/auth/login', { email, password })
  expect(told(right)).toEqual(failed(403, 'This account is disabled'))
  expect((await call('/v1/account')).status).toBe(401)
})
