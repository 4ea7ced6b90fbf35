import { expect, test } from 'vitest'
import { mailReset } from '../../src/core/administration'
import { registerAccount } from '../../src/core/registration'
import { newAccount, newAdministrator, newUnconfirmed, registration } from '../support/accounts'
import { change, clientAt, refusal, rowsOf, testCore } from '../support/core'

/**
 * Somebody loses the role while what they have just asked for is under way: a password is being hashed, or
 * D1 is slow. It counts who they are when it is done.
 */

const atrium = testCore({ REGISTRATION: 'closed' })
const open = testCore()
const refused = { code: 'not_authenticated' }

async function newFormerAdministrator() {
  const { account, viewer } = await newAdministrator(open)
  await change("UPDATE accounts SET role = 'user' WHERE number = ?", account.number)
  return viewer
}

test('they make no account where nobody else may register, and none gives way', async () => {
  const administrator = await newFormerAdministrator()
  const waiting = await newUnconfirmed(open)
  const inputs = [
    registration({ administrator }),
    registration({ administrator, email: waiting.email, replacesUnconfirmed: true }),
  ]
  for (const input of inputs) {
    const making = atrium.request((core) => registerAccount(core, input, clientAt(1)))
    expect(await refusal(making)).toEqual(refused)
    expect(await rowsOf('SELECT 1 FROM accounts WHERE username = ?', input.username)).toEqual([])
  }
  expect(await rowsOf('SELECT 1 FROM accounts WHERE id = ?', waiting.id)).toHaveLength(1)
})

test('they have nobody mailed, and use up nobody’s codes of the hour', async () => {
  const administrator = await newFormerAdministrator()
  const person = await newAccount(open)
  const before = open.mails.length
  const mailing = open.request((core) => mailReset(core, administrator, person.id, clientAt(1)))
  expect(await refusal(mailing)).toEqual(refused)
  expect(open.mails).toHaveLength(before)
  const quota = 'SELECT 1 FROM throttles WHERE key = ?'
  expect(await rowsOf(quota, `reset-codes:${person.number}`)).toEqual([])
})
