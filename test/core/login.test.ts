import { describe, expect, test } from 'vitest'
import { login } from '../../src/core/login'
import {
  isAlive,
  newAccount,
  newUnconfirmed,
  password,
  signIn,
  type TestAccount,
  tryLogin,
  uniqueName,
} from '../support/accounts'
import { change, clientAt, interrupted, refusal, rowsOf, testCore } from '../support/core'
import { countedDatabase } from '../support/counted'
import { troubled } from '../support/database'

const atrium = testCore()
const wrong = { password: 'not the password' }
const invalid = { code: 'invalid_credentials', reason: 'wrong_password' }
const name = ({ username }: TestAccount) => ({ username })

describe('the right password', () => {
  test('opens a session, by username or address in any case', async () => {
    const account = await newAccount(atrium)
    for (const by of [
      { username: account.username.toUpperCase() },
      { email: account.email.toUpperCase() },
    ]) {
      const outcome = await tryLogin(atrium, by)
      if (outcome.kind !== 'signed_in') throw new Error('not signed in')
      expect(outcome.account).toMatchObject({ id: account.id, loggedInAt: atrium.now })
      expect(outcome.account).not.toHaveProperty('passwordHash')
      expect(outcome.session.token).toMatch(/^[\w-]{43}$/)
      expect(await isAlive(atrium, outcome.session.token)).toBe(true)
    }
  })

  test('keeps the token of a device that has one, and gives one to a device that has none', async () => {
    const account = await newAccount(atrium)
    const first = await signIn(atrium, account)
    expect(first.deviceToken).toMatch(/^[\w-]{43}$/)
    const { deviceToken } = first
    const again = await signIn(atrium, account, clientAt(1, { deviceToken }))
    expect(again.deviceToken).toBe(deviceToken)
  })

  test('ends the session in whose place it comes, whoever it belonged to', async () => {
    const [one, two] = [await newAccount(atrium), await newAccount(atrium)]
    const former = await signIn(atrium, one)
    const client = clientAt(1, { formerToken: former.session.token })
    await refusal(tryLogin(atrium, name(two), { ...wrong, client }))
    expect(await isAlive(atrium, former.session.token)).toBe(true)
    await signIn(atrium, two, client)
    expect(await isAlive(atrium, former.session.token)).toBe(false)
  })

  test.each(['Network connection lost.', 'nobody knows'])(
    'opens one session where the answer of the database is lost: %s',
    async (message) => {
      const account = await newAccount(atrium)
      const outcome = await atrium.request((core) => {
        const losing = troubled(core, [null, { at: 'after', message }])
        const input = { name: name(account), password, needsConfirmedEmail: false }
        return login(losing, input, clientAt(1))
      })
      if (outcome.kind !== 'signed_in') throw new Error('not signed in')
      expect(await isAlive(atrium, outcome.session.token)).toBe(true)
      const number = account.number
      expect(await rowsOf('SELECT 1 FROM sessions WHERE account_number = ?', number)).toHaveLength(
        1,
      )
      expect(
        await rowsOf('SELECT success FROM login_history WHERE account_number = ?', number),
      ).toEqual([{ success: 1 }])
    },
  )

  test('is hashed anew when the cost was raised, and stays the password', async () => {
    const account = await newAccount(atrium)
    const hash = () =>
      rowsOf<{ password_hash: string }>(
        'SELECT password_hash FROM accounts WHERE number = ?',
        account.number,
      ).then(([row]) => row?.password_hash)
    const before = await hash()
    await signIn(atrium, account)
    expect(await hash()).toBe(before)
    await signIn(testCore({ PASSWORD_ITERATIONS: '2000' }), account)
    expect((await hash())?.split('$')[3]).toBe('2000x1')
    const raised = testCore({ PASSWORD_ITERATIONS: '2000' })
    await refusal(tryLogin(raised, name(account), wrong))
    await signIn(raised, account)
  })

  test('lets a disabled account in no more, which only it is told', async () => {
    const account = await newAccount(atrium)
    await change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', account.number)
    expect(await refusal(tryLogin(atrium, name(account)))).toEqual({ code: 'account_disabled' })
    expect(await refusal(tryLogin(atrium, name(account), wrong))).toEqual(invalid)
  })

  test('is not enough where the dialect asks for a confirmed address', async () => {
    const account = await newUnconfirmed(atrium)
    const strict = { needsConfirmedEmail: true }
    expect(await refusal(tryLogin(atrium, name(account), strict))).toEqual({
      code: 'email_not_confirmed',
    })
    expect(await tryLogin(atrium, name(account))).toMatchObject({ kind: 'signed_in' })
    const addressless = await newUnconfirmed(atrium, { email: null })
    expect(await tryLogin(atrium, name(addressless), strict)).toMatchObject({ kind: 'signed_in' })
  })

  test('that stops counting between the check and the session opens none', async () => {
    const account = await newAccount(atrium)
    // The epoch moves after the row was read: what a reset at the same moment does.
    const racing = interrupted(atrium.pending().core, () =>
      change('UPDATE accounts SET epoch = epoch + 1 WHERE number = ?', account.number),
    )
    const input = { name: name(account), password, needsConfirmedEmail: false }
    expect(await refusal(login(racing, input, clientAt(1)))).toEqual(invalid)
    const rows = await rowsOf('SELECT 1 FROM sessions WHERE account_number = ?', account.number)
    expect(rows).toEqual([])
  })
})

describe('what is refused', () => {
  test('a wrong password, an unknown name and an account without password', async () => {
    const account = await newAccount(atrium)
    const without = await newAccount(atrium)
    await change('UPDATE accounts SET password_hash = NULL WHERE number = ?', without.number)
    expect(await refusal(tryLogin(atrium, name(account), wrong))).toEqual(invalid)
    expect(await refusal(tryLogin(atrium, name(without)))).toEqual(invalid)
    const unknown = { code: 'invalid_credentials', reason: 'unknown_account' }
    for (const by of [{ username: 'nobody-at-all' }, { email: 'nobody@example.com' }]) {
      expect(await refusal(tryLogin(atrium, by))).toEqual(unknown)
    }
  })

  test('with nothing written before the answer that a name without an account would not cause', async () => {
    const account = await newAccount(atrium)
    const counted = countedDatabase()
    // Each from a place of its own and for the first time: a second attempt writes less.
    let host = 70
    for (const THROTTLE of ['on', 'off']) {
      const { pending } = testCore({ DB: counted.client, THROTTLE })
      const written = []
      for (const username of [account.username, uniqueName('nobody')]) {
        counted.take()
        host += 1
        const { core, settle } = pending()
        const input = {
          name: { username },
          password: 'not the password',
          needsConfirmedEmail: false,
        }
        await refusal(login(core, input, clientAt(host)))
        written.push(counted.take().rowsWritten)
        await settle()
      }
      expect(written[0]).toBe(written[1])
    }
    const kept = 'SELECT success FROM login_history WHERE account_number = ?'
    expect(await rowsOf(kept, account.number)).toEqual([{ success: 0 }, { success: 0 }])
  })

  test('a name and a password that could never be stored', async () => {
    const account = await newAccount(atrium)
    for (const by of [{ username: "' OR 1=1 --" }, { email: 'a@b.c,d@e.f' }, { username: '' }]) {
      expect(await refusal(tryLogin(atrium, by))).toMatchObject({ code: 'invalid_credentials' })
    }
    for (const bad of ['', `${password}\0`, `${password}\ud800`, 'x'.repeat(5000)]) {
      expect(await refusal(tryLogin(atrium, name(account), { password: bad }))).toEqual(invalid)
    }
  })

  test('a username where an address is asked for, and the other way round', async () => {
    const account = await newAccount(atrium)
    for (const by of [{ username: account.email }, { email: account.username }]) {
      expect(await refusal(tryLogin(atrium, by))).toMatchObject({ code: 'invalid_credentials' })
    }
  })
})
