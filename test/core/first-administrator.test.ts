import { expect, test } from 'vitest'
import { registerAccount } from '../../src/core/registration'
import { registration } from '../support/accounts'
import { clientAt, rowsOf, testCore } from '../support/core'

/** In a file of its own, because the database must be empty. */

test('the first account of an empty database is an administrator where the setting says so, and no other', async () => {
  const development = testCore({ FIRST_ACCOUNT_IS_ADMIN: 'true' })
  const outcomes = await Promise.all(
    Array.from({ length: 5 }, () =>
      development.request((core) => registerAccount(core, registration(), clientAt(1))),
    ),
  )
  expect(outcomes.map(({ role }) => role).sort()).toEqual(['admin', 'user', 'user', 'user', 'user'])
  expect(await rowsOf("SELECT 1 FROM accounts WHERE role = 'admin'")).toHaveLength(1)
})

test('in production nobody is made an administrator by registering', () => {
  const production = testCore({
    ENVIRONMENT: 'production',
    FIRST_ACCOUNT_IS_ADMIN: 'true',
    PASSWORD_ITERATIONS: '600000',
  })
  expect(production.settings.firstAccountIsAdmin).toBe(false)
})
