import { beforeEach, expect, test } from 'vitest'
import { newUsername, password, resetHarness, send } from './harness'

/** What may happen once happens once, however many ask for it at the same time. */

beforeEach(async () => {
  await resetHarness()
})

test('a username that 50 people register at once goes to one of them', async () => {
  const username = newUsername()
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      send('/user/create', {
        body: {
          username,
          email: `${username}_${i}@example.com`,
          password,
          firstName: 'John',
          lastName: 'Doe',
        },
        from: `198.51.100.${i}`,
      }),
    ),
  )
  const statuses = answers.map(({ status }) => status).sort()
  expect(statuses).toEqual([201, ...Array.from({ length: 49 }, () => 409)])
  const refused = answers.find(({ status }) => status === 409)
  expect(refused?.json).toEqual({
    ok: 0,
    error: 'ResourceConflict',
    additionalInfo: { duplicateFields: ['username'] },
  })
})
