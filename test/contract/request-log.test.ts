import { afterEach, expect, test, vi } from 'vitest'
import { testApp } from '../support/app'
import { newPerson, password } from '../support/social'

/** The line that each request leaves: enough for an operator, and nothing of anybody. */

const app = testApp()

afterEach(() => vi.restoreAllMocks())

async function lineOf(request: () => Promise<unknown>): Promise<unknown> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
  await request()
  const lines = log.mock.calls.map(([line]) => JSON.parse(String(line)))
  return lines.find(({ event }) => event === 'request')
}

const usual = {
  level: 'info',
  event: 'request',
  requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  durationMs: expect.any(Number),
}

test('names the route by its pattern', async () => {
  const { id, cookies } = await newPerson(app)
  expect(await lineOf(() => app.call(`/user/${id}`, { cookies }))).toEqual({
    ...usual,
    method: 'GET',
    route: '/social/user/:userId',
    status: 200,
  })
})

test('says why a request was refused, by a code and without what was sent', async () => {
  const { username } = await newPerson(app)
  const wrong = { username, password: `${password}?`, userAgent: 'test' }
  expect(await lineOf(() => app.call('/social/user/login', { body: wrong }))).toEqual({
    ...usual,
    method: 'POST',
    route: '/social/user/login',
    status: 401,
    failure: 'invalid_credentials',
  })
})
