import { describe, expect, test } from 'vitest'
import { updateAccount } from '../../src/core/account-changes'
import { confirmEmail, disownEmail, resendConfirmation } from '../../src/core/email-confirmation'
import {
  isAlive,
  newAccount,
  newSignedIn,
  newUnconfirmed,
  signIn,
  type TestAccount,
  tryLogin,
  viewerOf,
} from '../support/accounts'
import { codeFrom } from '../support/app'
import {
  callerWith,
  change,
  clientAt,
  interrupted,
  refusal,
  rowsOf,
  testCore,
} from '../support/core'

const atrium = testCore()

function confirm(
  code: string,
  given: { accountId?: string; token?: string; host?: number } = {},
): Promise<void> {
  const { accountId = null, token = null, host = 1 } = given
  return atrium.request((core) => confirmEmail(core, { code, accountId, token }, clientAt(host)))
}

const disown = (code: string) => atrium.request((core) => disownEmail(core, code))
const codeFor = ({ email }: { email: string }) => codeFrom(atrium.mails, email)

/** The second code of a mail: the one that says "this was not me". */
function disownCodeFor({ email }: { email: string }): string {
  const text = atrium.mails.find(({ to }) => to === email)?.text ?? ''
  const codes = text.split('\n').filter((line) => /^\w{5}(-\w{5}){5}$/.test(line))
  expect(codes).toHaveLength(2)
  return codes[1] ?? ''
}

async function stored(account: TestAccount) {
  const [row] = await rowsOf<{
    email: string
    email_key: string
    email_verified_at: number | null
  }>('SELECT email, email_key, email_verified_at FROM accounts WHERE number = ?', account.number)
  return row
}

/** Asks for another address, as somebody who has just signed in. */
async function askForAddress(token: string, email: string): Promise<void> {
  const viewer = await viewerOf(atrium, token)
  const options = { targetId: null, currentPassword: null }
  await atrium.request((core) => updateAccount(core, viewer, { email }, options, clientAt(1)))
}

describe('the code of a mail', () => {
  test('confirms the address once', async () => {
    const account = await newUnconfirmed(atrium)
    const code = codeFor(account)
    await confirm(code)
    expect(await stored(account)).toMatchObject({ email_verified_at: atrium.now })
    expect(await refusal(confirm(code))).toEqual({ code: 'invalid_code', reason: 'used' })
  })

  test('may be typed with spaces around it and in capitals', async () => {
    const account = await newUnconfirmed(atrium)
    await confirm(` ${codeFor(account).toUpperCase()}\n`)
    expect((await stored(account))?.email_verified_at).not.toBeNull()
  })

  test('is used by one of many requests at once', async () => {
    const code = codeFor(await newUnconfirmed(atrium))
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => confirm(code)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('lives for 24 hours', async () => {
    const account = await newUnconfirmed(atrium)
    const code = codeFor(account)
    atrium.pass(24 * 3600)
    expect(await refusal(confirm(code))).toEqual({ code: 'invalid_code', reason: 'expired' })
    expect((await stored(account))?.email_verified_at).toBeNull()
  })

  test('is superseded by that of a newer mail, and so is its "not me"', async () => {
    const account = await newUnconfirmed(atrium)
    const [old, oldDisown] = [codeFor(account), disownCodeFor(account)]
    await atrium.request((core) => resendConfirmation(core, { id: account.id }))
    expect(codeFor(account)).not.toBe(old)
    const unknown = { code: 'invalid_code', reason: 'unknown' }
    expect(await refusal(confirm(old))).toEqual(unknown)
    expect(await refusal(disown(oldDisown))).toEqual(unknown)
    await confirm(codeFor(account))
  })

  test('counts for the account that it was mailed to, and for its purpose alone', async () => {
    const [account, other] = [await newUnconfirmed(atrium), await newUnconfirmed(atrium)]
    const unknown = { code: 'invalid_code', reason: 'unknown' }
    expect(await refusal(confirm(codeFor(account), { accountId: other.id }))).toEqual(unknown)
    expect(await refusal(confirm(disownCodeFor(account)))).toEqual(unknown)
    expect(await refusal(disown(codeFor(account)))).toEqual(unknown)
    expect(await refusal(confirm(''))).toEqual(unknown)
    await confirm(codeFor(account), { accountId: account.id })
  })
})

describe('the first confirmation', () => {
  test('ends every session but the one that confirms, and keeps the password', async () => {
    const account = await newUnconfirmed(atrium)
    const mine = await signIn(atrium, account, clientAt(1))
    const other = await signIn(atrium, account, clientAt(2))
    await confirm(codeFor(account), { token: mine.session.token })
    expect(await isAlive(atrium, mine.session.token)).toBe(true)
    expect(await isAlive(atrium, other.session.token)).toBe(false)
    expect(await tryLogin(atrium, { email: account.email })).toMatchObject({ kind: 'signed_in' })
  })

  test('without a session ends them all', async () => {
    const account = await newUnconfirmed(atrium)
    const { session } = await signIn(atrium, account)
    await confirm(codeFor(account))
    expect(await isAlive(atrium, session.token)).toBe(false)
  })

  test("keeps no session of the account alive for another account's token", async () => {
    const account = await newUnconfirmed(atrium)
    const { session } = await signIn(atrium, account)
    const stranger = await newSignedIn(atrium)
    await confirm(codeFor(account), { token: stranger.token })
    expect(await isAlive(atrium, session.token)).toBe(false)
    expect(await isAlive(atrium, stranger.token)).toBe(true)
  })

  test('forgets the places that were known before, but for the confirming one', async () => {
    const account = await newUnconfirmed(atrium)
    await signIn(atrium, account, clientAt(11))
    await signIn(atrium, account, clientAt(12))
    await confirm(codeFor(account), { host: 12 })
    const known = await rowsOf<{ source: string }>(
      'SELECT source FROM known_sources WHERE account_number = ?',
      account.number,
    )
    expect(known).toHaveLength(1)
    expect(known[0]?.source).toMatch(/^ip:/)
  })
})

describe('a new address of a confirmed account', () => {
  test('takes effect when it is confirmed, and the old one is told', async () => {
    const { account, token } = await newSignedIn(atrium)
    const email = `new.${account.email}`
    await askForAddress(token, email)
    expect(await stored(account)).toMatchObject({ email: account.email })
    await confirm(codeFrom(atrium.mails, email))
    expect(await stored(account)).toMatchObject({ email, email_key: email })
    expect(atrium.mails[0]).toMatchObject({ to: account.email })
    expect(atrium.mails[0]?.subject).toContain('address was changed')
    expect(await isAlive(atrium, token)).toBe(true)
  })

  test('is refused when somebody else has confirmed it meanwhile', async () => {
    const { account, token } = await newSignedIn(atrium)
    const email = `wanted.${account.email}`
    await askForAddress(token, email)
    const code = codeFrom(atrium.mails, email)
    await newAccount(atrium, { email })
    expect(await refusal(confirm(code))).toEqual({ code: 'taken', fields: ['email'] })
    expect(await stored(account)).toMatchObject({ email: account.email })
  })

  test('replaces the earlier one that was asked for', async () => {
    const { account, token } = await newSignedIn(atrium)
    await askForAddress(token, `first.${account.email}`)
    const first = codeFrom(atrium.mails, `first.${account.email}`)
    await askForAddress(token, `second.${account.email}`)
    expect(await refusal(confirm(first))).toMatchObject({ code: 'invalid_code' })
  })
})

describe('"this was not me"', () => {
  test('deletes an account that was made with the address', async () => {
    const account = await newUnconfirmed(atrium)
    const { session } = await signIn(atrium, account)
    const code = disownCodeFor(account)
    await disown(code)
    expect(await stored(account)).toBeUndefined()
    expect(await isAlive(atrium, session.token)).toBe(false)
    expect(await refusal(disown(code))).toEqual({ code: 'invalid_code', reason: 'unknown' })
  })

  test('deletes nothing once the address is confirmed', async () => {
    const account = await newUnconfirmed(atrium)
    const code = disownCodeFor(account)
    await confirm(codeFor(account))
    expect(await refusal(disown(code))).toMatchObject({ code: 'invalid_code' })
    expect(await stored(account)).toBeDefined()
  })

  test('deletes nothing even where its code outlived the confirmation', async () => {
    const account = await newUnconfirmed(atrium)
    const code = disownCodeFor(account)
    await change('UPDATE accounts SET email_verified_at = 1 WHERE number = ?', account.number)
    await disown(code)
    expect(await stored(account)).toMatchObject({ email_verified_at: 1 })
  })

  test('deletes nothing when the address is confirmed at the same moment', async () => {
    const account = await newUnconfirmed(atrium)
    const [code, confirming] = [disownCodeFor(account), codeFor(account)]
    const racing = interrupted(atrium.pending().core, () => confirm(confirming))
    await disownEmail(racing, code).catch(() => undefined)
    expect(await stored(account)).toMatchObject({ email_verified_at: atrium.now })
  })

  test('drops a change to the address, and leaves the account as it was', async () => {
    const { account, token } = await newSignedIn(atrium)
    const email = `foreign.${account.email}`
    await askForAddress(token, email)
    const code = codeFrom(atrium.mails, email)
    await disown(disownCodeFor({ email }))
    expect(await refusal(confirm(code))).toMatchObject({ code: 'invalid_code' })
    expect(await stored(account)).toMatchObject({ email: account.email })
    expect(await isAlive(atrium, token)).toBe(true)
  })

  test('is said within 24 hours', async () => {
    const account = await newUnconfirmed(atrium)
    const code = disownCodeFor(account)
    atrium.pass(24 * 3600)
    expect(await refusal(disown(code))).toEqual({ code: 'invalid_code', reason: 'unknown' })
    expect(await stored(account)).toBeDefined()
  })
})

describe('asking for the mail again', () => {
  const resend = (id: string) => atrium.request((core) => resendConfirmation(core, { id }))

  test('finds nothing to confirm on a confirmed, a disabled and an unknown account', async () => {
    const confirmed = await newAccount(atrium)
    const disabled = await newUnconfirmed(atrium)
    await change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', disabled.number)
    for (const id of [confirmed.id, disabled.id, '0'.repeat(24), '']) {
      expect(await refusal(resend(id))).toEqual({ code: 'nothing_to_confirm' })
    }
  })

  test('is answered ten times an hour', async () => {
    const account = await newUnconfirmed(atrium)
    for (let i = 0; i < 10; i += 1) await resend(account.id)
    const before = atrium.mails.length
    expect(await refusal(resend(account.id))).toMatchObject({ code: 'too_many_attempts' })
    expect(atrium.mails).toHaveLength(before)
    // The code that was mailed last still counts.
    await confirm(codeFor(account))
  })

  test('by a session that is over mails nothing, and takes nothing from its owner', async () => {
    const account = await newUnconfirmed(atrium)
    const dead = await signIn(atrium, account)
    await change('UPDATE accounts SET epoch = epoch + 1 WHERE number = ?', account.number)
    const { session } = await signIn(atrium, account)
    const ask = (token: string) =>
      atrium.request((core) => resendConfirmation(core, callerWith(token)))
    const before = atrium.mails.length
    for (let i = 0; i < 11; i += 1) {
      expect(await refusal(ask(dead.session.token))).toEqual({ code: 'not_authenticated' })
    }
    expect(atrium.mails).toHaveLength(before)
    await ask(session.token)
    await confirm(codeFor(account), { accountId: account.id, token: session.token })
  })
})
