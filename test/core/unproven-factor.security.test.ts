import { describe, expect, test } from 'vitest'
import { confirmEmail } from '../../src/core/email-confirmation'
import { requestReset, resetPassword } from '../../src/core/recovery'
import {
  newAccount,
  newSignedIn,
  newUnconfirmed,
  password,
  signIn,
  tryLogin,
  viewerOf,
} from '../support/accounts'
import { codeFrom } from '../support/app'
import { loginWithCode, newAppAccount, setUpApp, stepSeconds } from '../support/authenticators'
import { clientAt, refusal, rowsOf, testCore } from '../support/core'

/**
 * Somebody makes an account with the address of another and sets an app up. When the address's owner
 * comes, reads the mail and confirms, or asks for a new password, the app of the stranger must not stand
 * between them and their account. Once the address is proven, nothing but the factor gets past it.
 */

const atrium = testCore()
const next = 'a password that is new'

/** An account that a stranger has made, with an app of theirs and nothing proven. */
async function newSquatted() {
  const account = await newUnconfirmed(atrium)
  const { session } = await signIn(atrium, account, clientAt(66))
  const authenticator = await setUpApp(atrium, await viewerOf(atrium, session.token))
  return { account, token: session.token, authenticator }
}

function confirm(email: string, token: string | null) {
  const given = { code: codeFrom(atrium.mails, email), accountId: null, token }
  return atrium.request((core) => confirmEmail(core, given, clientAt(7)))
}

async function reset(email: string) {
  await atrium.request((core) => requestReset(core, { email }, clientAt(7)))
  const input = { code: codeFrom(atrium.mails, email), password: next }
  await atrium.request((core) => resetPassword(core, input, clientAt(7)))
}

async function stored(number: number) {
  const sql = `SELECT second_factor AS factor,
    (SELECT COUNT(*) FROM second_factors WHERE account_number = number) AS factors,
    (SELECT COUNT(*) FROM backup_codes WHERE account_number = number) AS codes
    FROM accounts WHERE number = ?`
  return (await rowsOf(sql, number))[0]
}

const nothing = { factor: null, factors: 0, codes: 0 }
const everything = { factor: 'app', factors: 1, codes: 10 }

describe('the first confirmation', () => {
  test('by who only reads the mail takes the stranger’s app away', async () => {
    const { account, authenticator } = await newSquatted()
    await confirm(account.email, null)
    expect(await stored(account.number)).toEqual(nothing)
    expect(await tryLogin(atrium, account, { client: clientAt(7) })).toMatchObject({
      kind: 'signed_in',
    })
    // The owner's own factor is another one, and the stranger's backup codes are none of it.
    const { session } = await signIn(atrium, account, clientAt(7))
    await setUpApp(atrium, await viewerOf(atrium, session.token))
    const [backup = ''] = authenticator.backupCodes
    expect(await refusal(loginWithCode(atrium, account, backup))).toEqual({
      code: 'invalid_second_factor',
    })
  })

  test('in a session of another account takes it away as well', async () => {
    const { account } = await newSquatted()
    const owner = await newSignedIn(atrium)
    await confirm(account.email, owner.token)
    expect(await stored(account.number)).toEqual(nothing)
  })

  test('in a session of the account, or one that is over, is told apart', async () => {
    const mine = await newSquatted()
    await confirm(mine.account.email, mine.token)
    expect(await stored(mine.account.number)).toEqual(everything)
    const idle = await newSquatted()
    const sql = 'UPDATE sessions SET idle_expires_at = ? WHERE account_number = ? RETURNING 1'
    await rowsOf(sql, atrium.now, idle.account.number)
    await confirm(idle.account.email, idle.token)
    expect(await stored(idle.account.number)).toEqual(nothing)
  })
})

describe('a reset', () => {
  test('of an account whose address was never proven takes the app away', async () => {
    const { account } = await newSquatted()
    await reset(account.email)
    expect(await stored(account.number)).toEqual(nothing)
    expect(await tryLogin(atrium, account, { password: next })).toMatchObject({ kind: 'signed_in' })
  })

  test('of a confirmed one leaves it: the mail alone opens nothing', async () => {
    const { account } = await newAppAccount(atrium)
    await reset(account.email)
    expect(await stored(account.number)).toEqual(everything)
    expect(await tryLogin(atrium, account, { password: next })).toMatchObject({
      kind: 'second_factor_required',
      method: 'app',
    })
  })
})

describe('at rest and on the way', () => {
  test('no row, no record and no mail holds a secret or a backup code', async () => {
    const person = await newAccount(atrium)
    const { session } = await signIn(atrium, person)
    const viewer = await viewerOf(atrium, session.token)
    const authenticator = await setUpApp(atrium, viewer)
    const [used = ''] = authenticator.backupCodes
    await loginWithCode(atrium, person, used)
    const tables = await rowsOf<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    )
    expect(tables.map(({ name }) => name)).toContain('second_factors')
    const rows = await Promise.all(tables.map(({ name }) => rowsOf(`SELECT * FROM "${name}"`)))
    const { keys } = await atrium.env.KV.list()
    const records = await Promise.all(
      keys.map(async ({ name }) => [name, await atrium.env.KV.get(name)]),
    )
    const text = JSON.stringify([rows, records, atrium.mails]).toLowerCase()
    expect(text).toContain(person.username)
    const secrets = [authenticator.secret, ...authenticator.backupCodes]
    for (const secret of secrets) {
      expect(text).not.toContain(secret.toLowerCase())
      expect(text).not.toContain(secret.toLowerCase().replaceAll('-', ''))
    }
    expect(text).not.toContain(password)
  })

  test('a secret is sealed anew when it is used after a key was added', async () => {
    const { account, authenticator } = await newAppAccount(atrium)
    const rotated = testCore({ APP_KEY_2: 'another-app-key-for-tests-0123456789abcdef' })
    const slot = () =>
      rowsOf<{ slot: string }>(
        'SELECT substr(app_secret, 1, 2) AS slot FROM second_factors WHERE account_number = ?',
        account.number,
      )
    expect(await slot()).toEqual([{ slot: '1.' }])
    await loginWithCode(rotated, account, await authenticator.code())
    expect(await slot()).toEqual([{ slot: '2.' }])
    const later = await authenticator.code(stepSeconds)
    expect(await loginWithCode(rotated, account, later)).toMatchObject({ kind: 'signed_in' })
  })

  test('a sealed secret is of no use in the row of another account', async () => {
    const [mine, theirs] = [await newAppAccount(atrium), await newAppAccount(atrium)]
    const moved = `UPDATE second_factors SET app_secret =
      (SELECT app_secret FROM second_factors WHERE account_number = ?) WHERE account_number = ?`
    await rowsOf(moved, mine.account.number, theirs.account.number)
    const code = await mine.authenticator.code()
    expect(await refusal(loginWithCode(atrium, theirs.account, code))).toEqual({
      code: 'invalid_second_factor',
    })
  })
})
