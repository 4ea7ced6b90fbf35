import { describe, expect, test } from 'vitest'
import { deleteAccount } from '../../src/core/deletion'
import { disownEmail } from '../../src/core/email-confirmation'
import { listInviteCodes } from '../../src/core/invites'
import { type Registration, registerAccount } from '../../src/core/registration'
import { newAdministrator, newSignedIn, registration, uniqueName } from '../support/accounts'
import {
  callerWith,
  change,
  clientAt,
  interrupted,
  refusal,
  rowsOf,
  testCore,
} from '../support/core'

const open = testCore()
const invited = testCore({ INVITE_ONLY: 'true' })
const invalid = { code: 'invalid_invite_code' }

const register = (given: Partial<Registration> = {}, test = invited) =>
  test.request((core) => registerAccount(core, registration(given), clientAt(1)))
const codesOf = (token: string, test = invited) =>
  test.request((core) => listInviteCodes(core, callerWith(token)))

/** Somebody with codes to give away. */
async function newGiver() {
  const { account, token } = await newSignedIn(open)
  const codes = await codesOf(token)
  return { account, token, code: codes[0]?.code ?? '', codes: codes.map(({ code }) => code) }
}

/** Who was let in by a code, as it is stored: an id, null for nobody, undefined for no such code. */
async function inviteeOf(code: string) {
  const [row] = await rowsOf<{ invitee_id: string | null }>(
    'SELECT invitee_id FROM invite_codes WHERE code = ?',
    code,
  )
  return row?.invitee_id
}

const isThere = async (email: string) =>
  (await rowsOf('SELECT 1 FROM accounts WHERE email_key = ?', email.toLowerCase())).length === 1

/** The code that says "this was not me", the second in the newest mail to an address. */
function disownCodeFrom(email: string): string {
  const lines = invited.mails.find(({ to }) => to === email)?.text.split('\n') ?? []
  return lines.filter((line) => /^\w{5}(-\w{5}){5}$/.test(line))[1] ?? ''
}

describe('the codes of an account', () => {
  test('are five of their own, the same each time, unused', async () => {
    const [one, other] = [await newGiver(), await newGiver()]
    expect(one.codes).toHaveLength(5)
    expect(new Set([...one.codes, ...other.codes]).size).toBe(10)
    for (const code of one.codes) expect(code).toMatch(/^[A-Z]{2}-\d{4}-\d{13}$/)
    const again = await codesOf(one.token)
    expect(again.map(({ code }) => code)).toEqual(one.codes)
    expect(again.map(({ inviteeId }) => inviteeId)).toEqual([null, null, null, null, null])
  })

  test('are five, however many ask for the first time at once', async () => {
    const { token } = await newSignedIn(open)
    const lists = await Promise.all(Array.from({ length: 8 }, () => codesOf(token)))
    for (const list of lists) expect(list).toEqual(lists[0])
    expect(lists[0]).toHaveLength(5)
  })

  test('are not made where anybody may register, nor by a session that has ended', async () => {
    const { account, token } = await newSignedIn(open)
    expect(await codesOf(token, open)).toEqual([])
    await change('UPDATE accounts SET epoch = epoch + 1 WHERE number = ?', account.number)
    expect(await refusal(codesOf(token))).toEqual({ code: 'not_authenticated' })
    const stored = 'SELECT 1 FROM invite_codes WHERE inviter_number = ?'
    expect(await rowsOf(stored, account.number)).toEqual([])
  })

  test('tell who came by them, and go with their giver', async () => {
    const giver = await newGiver()
    const { id } = await register({ inviteCode: giver.code })
    const used = (await codesOf(giver.token)).map(({ inviteeId }) => inviteeId)
    expect(used).toEqual([id, null, null, null, null])
    await open.request((core) => deleteAccount(core, giver.account))
    expect(await refusal(register({ inviteCode: giver.codes[1] ?? '' }))).toEqual(invalid)
    const others = await rowsOf('SELECT 1 FROM accounts WHERE id = ?', id)
    expect(others).toHaveLength(1)
  })
})

describe('a registration by invitation', () => {
  test.each([null, '', 'AA-0000-0000000000000', '%', "' OR 1 --"])(
    'is refused with the code %j, and leaves nothing',
    async (inviteCode) => {
      await newGiver()
      const email = `${uniqueName('refused')}@example.com`
      const mails = invited.mails.length
      expect(await refusal(register({ email, inviteCode }))).toEqual(invalid)
      expect(await isThere(email)).toBe(false)
      expect(invited.mails).toHaveLength(mails)
    },
  )

  test('uses its code up, once', async () => {
    const { code } = await newGiver()
    const { id } = await register({ inviteCode: code })
    expect(await inviteeOf(code)).toBe(id)
    expect(await refusal(register({ inviteCode: code }))).toEqual(invalid)
    expect(await inviteeOf(code)).toBe(id)
  })

  test('needs a giver who is not disabled', async () => {
    const { account, code } = await newGiver()
    await change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', account.number)
    expect(await refusal(register({ inviteCode: code }))).toEqual(invalid)
    await change('UPDATE accounts SET disabled_at = NULL WHERE number = ?', account.number)
    const { id } = await register({ inviteCode: code })
    expect(await inviteeOf(code)).toBe(id)
  })

  test('that cannot be made uses no code up', async () => {
    const { account, code } = await newGiver()
    const taken = [
      { username: account.username },
      { email: account.email },
      { username: account.username, email: account.email },
    ]
    for (const given of taken) {
      expect(await refusal(register({ ...given, inviteCode: code }))).toMatchObject({
        code: 'taken',
        fields: Object.keys(given),
      })
    }
    expect(await refusal(register({ password: 'x', inviteCode: code }))).toMatchObject({
      code: 'invalid_input',
    })
    expect(await inviteeOf(code)).toBeNull()
    await register({ inviteCode: code })
  })

  test('is one, where twenty come with the same code', async () => {
    const { code } = await newGiver()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => register({ inviteCode: code })),
    )
    const made = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value.id] : []))
    expect(made).toEqual([await inviteeOf(code)])
  })

  test('is not made by halves where its code is used between the check and the insertion', async () => {
    const { code } = await newGiver()
    const email = `${uniqueName('late')}@example.com`
    const owed = await rowsOf('SELECT id FROM outbox')
    const { core, settle } = invited.pending()
    let first = ''
    const late = registerAccount(
      interrupted(core, async () => {
        first = (await register({ inviteCode: code })).id
      }),
      registration({ email, inviteCode: code }),
      clientAt(1),
    )
    expect(await refusal(late)).toEqual(invalid)
    await settle()
    expect(await inviteeOf(code)).toBe(first)
    expect(await isThere(email)).toBe(false)
    expect(invited.mails.filter(({ to }) => to === email)).toEqual([])
    expect(await rowsOf('SELECT id FROM outbox')).toEqual(owed)
    expect(await rowsOf('SELECT 1 FROM codes WHERE address = ?', email)).toEqual([])
  })

  test('tells a name that is taken only to whoever has a code that counts', async () => {
    const { account, code } = await newGiver()
    const { core, settle } = invited.pending()
    const late = registerAccount(
      interrupted(core, () => register({ inviteCode: code })),
      registration({ username: account.username, inviteCode: code }),
      clientAt(1),
    )
    expect(await refusal(late)).toEqual(invalid)
    await settle()
  })

  test('needs none where an administrator makes it, and uses none up', async () => {
    const { code } = await newGiver()
    const administrator = (await newAdministrator(open)).viewer
    await register({ inviteCode: null, administrator })
    await register({ inviteCode: code, administrator })
    expect(await inviteeOf(code)).toBeNull()
  })

  test('is none where anybody may register: codes are ignored', async () => {
    const { code } = await newGiver()
    for (const inviteCode of [code, 'AA-0000-0000000000000']) await register({ inviteCode }, open)
    expect(await inviteeOf(code)).toBeNull()
  })
})

describe('a code that was used for an account which never confirmed its address', () => {
  const replacing = { replacesUnconfirmed: true }

  test('lets the same person in again when they register anew', async () => {
    const { code } = await newGiver()
    const { id, email, number } = await register({ inviteCode: code })
    const again = await register({ ...replacing, email, inviteCode: code })
    expect(again.id).not.toBe(id)
    expect(await inviteeOf(code)).toBe(again.id)
    expect(await rowsOf('SELECT 1 FROM accounts WHERE number = ?', number)).toEqual([])
    const third = await register({ ...replacing, email, inviteCode: code })
    expect(await inviteeOf(code)).toBe(third.id)
  })

  test('lets nobody else in, nor the same person at a door that replaces nothing', async () => {
    const { code } = await newGiver()
    const { id, email } = await register({ inviteCode: code })
    expect(await refusal(register({ ...replacing, inviteCode: code }))).toEqual(invalid)
    expect(await refusal(register({ email, inviteCode: code }))).toEqual(invalid)
    expect(await inviteeOf(code)).toBe(id)
  })

  test('is free for others once they register anew with another code', async () => {
    const { codes } = await newGiver()
    const [first = '', second = ''] = codes
    const { email } = await register({ inviteCode: first })
    const again = await register({ ...replacing, email, inviteCode: second })
    expect(await Promise.all([first, second].map(inviteeOf))).toEqual([null, again.id])
    await register({ inviteCode: first })
  })

  test('stays used, and the account where it is, when the new registration is refused', async () => {
    const { account, codes } = await newGiver()
    const [first = '', second = ''] = codes
    const { id, email } = await register({ inviteCode: first })
    const wrong = { ...replacing, email, inviteCode: 'AA-0000-0000000000000' }
    expect(await refusal(register(wrong))).toEqual(invalid)
    const named = { ...replacing, email, username: account.username }
    expect(await refusal(register({ ...named, inviteCode: second }))).toMatchObject({
      code: 'taken',
    })
    const { core, settle } = invited.pending()
    const late = registerAccount(
      interrupted(core, () => register({ inviteCode: second })),
      registration({ ...replacing, email, inviteCode: second }),
      clientAt(1),
    )
    expect(await refusal(late)).toEqual(invalid)
    await settle()
    expect(await inviteeOf(first)).toBe(id)
    expect(await isThere(email ?? '')).toBe(true)
  })

  test('does not let its own giver be replaced by somebody who holds it', async () => {
    const { account, code } = await newGiver()
    await change('UPDATE accounts SET email_verified_at = NULL WHERE number = ?', account.number)
    const stolen = { ...replacing, email: account.email, inviteCode: code }
    expect(await refusal(register(stolen))).toEqual(invalid)
    expect(await inviteeOf(code)).toBeNull()
    expect(await rowsOf('SELECT 1 FROM accounts WHERE number = ?', account.number)).toHaveLength(1)
  })

  test('is given back by "this was not me"', async () => {
    const { code } = await newGiver()
    const { email } = await register({ inviteCode: code })
    await invited.request((core) => disownEmail(core, disownCodeFrom(email ?? '')))
    expect(await inviteeOf(code)).toBeNull()
    expect(await isThere(email ?? '')).toBe(false)
    const { id } = await register({ inviteCode: code })
    expect(await inviteeOf(code)).toBe(id)
  })

  test('is not given back by a deletion', async () => {
    const { code } = await newGiver()
    const { id, number } = await register({ inviteCode: code })
    await invited.request((core) => deleteAccount(core, { number }))
    expect(await inviteeOf(code)).toBe(id)
    expect(await refusal(register({ inviteCode: code }))).toEqual(invalid)
  })
})
