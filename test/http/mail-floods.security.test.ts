import { expect, test } from 'vitest'
import { newPerson, newUsername, resetHarness, send, tally } from './harness'

/**
 * The attack: somebody uses Atrium to fill the mailboxes of others, or to get its sender blocked. An
 * account is cheap and an address can be anybody's, so what an account makes us write is counted.
 */

test('a session cannot make Atrium write to as many addresses as it likes', async () => {
  await resetHarness()
  const { cookies } = await newPerson()
  const answers = []
  for (let i = 0; i < 40; i += 1) {
    const body = { email: `${newUsername()}@example.com` }
    answers.push(await send('/user/me', { method: 'PATCH', body, cookies }))
  }
  expect(tally(answers)[429] ?? 0).toBeGreaterThan(0)
})
