import { expect, test } from 'vitest'
import { updateAccount } from '../../src/core/account-changes'
import { setRole } from '../../src/core/administration'
import { confirmEmail } from '../../src/core/email-confirmation'
import { requestReset, resetPassword } from '../../src/core/recovery'
import { newAccount, newAdministrator, newUnconfirmed, type TestAccount } from '../support/accounts'
import { codeFrom } from '../support/app'
import { change, clientAt, refusal, rowsOf, testCore } from '../support/core'

/**
 * Somebody mistypes their address, or takes another's, and is made an administrator. Whoever reads that
 * mailbox asks for a new password, and would administer everybody.
 */

const atrium = testCore()

const roleOf = async ({ id }: TestAccount) =>
  (await rowsOf<{ role: string }>('SELECT role FROM accounts WHERE id = ?', id))[0]?.role
const makeAdministrator = ({ id }: TestAccount) =>
  change("UPDATE accounts SET role = 'admin' WHERE id = ?", id)

async function resetByMailbox(person: TestAccount) {
  await atrium.request((core) => requestReset(core, { email: person.email }, clientAt(2)))
  const code = codeFrom(atrium.mails, person.email)
  await atrium.request((core) =>
    resetPassword(core, { code, password: 'the mailbox owner’s' }, clientAt(2)),
  )
}

test('nobody with an unconfirmed address is made an administrator, by either way', async () => {
  const { viewer } = await newAdministrator(atrium)
  const person = await newUnconfirmed(atrium)
  const refused = { code: 'no_confirmed_email' }
  const given = { accountId: person.id, role: 'admin' } as const
  expect(await refusal(atrium.request((core) => setRole(core, viewer, given)))).toEqual(refused)
  const options = { targetId: person.id, currentPassword: null }
  const changes = { role: 'admin', firstName: 'Eve' } as const
  const changing = atrium.request((core) =>
    updateAccount(core, viewer, changes, options, clientAt(1)),
  )
  expect(await refusal(changing)).toEqual(refused)
  expect(await rowsOf('SELECT role, first_name FROM accounts WHERE id = ?', person.id)).toEqual([
    { role: 'user', first_name: 'Ada' },
  ])
  const kept = 'SELECT 1 FROM audit_entries WHERE subject_id = ?'
  expect(await rowsOf(kept, person.id)).toEqual([])
})

test('an account without an address, which no mail can take over, is made one', async () => {
  const { viewer } = await newAdministrator(atrium)
  const person = await newUnconfirmed(atrium, { email: null })
  await atrium.request((core) => setRole(core, viewer, { accountId: person.id, role: 'admin' }))
  expect(await roleOf(person)).toBe('admin')
})

test('who was one already, as people who moved in may be, is none after a reset by the mailbox', async () => {
  const [unproven, proven] = [await newUnconfirmed(atrium), await newAccount(atrium)]
  for (const person of [unproven, proven]) {
    await makeAdministrator(person)
    await resetByMailbox(person)
  }
  expect([await roleOf(unproven), await roleOf(proven)]).toEqual(['user', 'admin'])
})

test('nor after the mailbox has confirmed the address first, and reset the password then', async () => {
  const person = await newUnconfirmed(atrium)
  await makeAdministrator(person)
  const code = codeFrom(atrium.mails, person.email)
  const confirmation = { code, accountId: null, token: null }
  await atrium.request((core) => confirmEmail(core, confirmation, clientAt(2)))
  await resetByMailbox(person)
  expect(await roleOf(person)).toBe('user')
})
