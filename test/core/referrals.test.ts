import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { deleteAccount } from '../../src/core/deletion'
import { achievementTotals } from '../../src/core/portfolios'
import { findReferrer } from '../../src/core/referrals'
import { type Registration, registerAccount, registerAndSignIn } from '../../src/core/registration'
import { newAdministrator, newUnconfirmed, registration } from '../support/accounts'
import { change, clientAt, refusal, rowsOf, testCore } from '../support/core'
import { losingAnswers } from '../support/follow-graph'

const atrium = testCore({ THROTTLE: 'off' })
const client = clientAt(1)

async function newReferrer() {
  const account = await newUnconfirmed(atrium)
  const [row] = await rowsOf<{ code: string }>(
    'SELECT referral_code AS code FROM accounts WHERE number = ?',
    account.number,
  )
  return { ...account, code: row?.code ?? '' }
}

const register = (given: Partial<Registration>, test = atrium) =>
  test.request((core) => registerAccount(core, registration(given), client))
const countOf = async (code: string) =>
  (await atrium.request((core) => findReferrer(core, code)))?.count

describe('a referral', () => {
  test('counts once for each account that came by the code', async () => {
    const { code, id } = await newReferrer()
    expect(code).toMatch(/^[A-Za-z0-9]{7}$/)
    expect(await atrium.request((core) => findReferrer(core, code))).toEqual({
      accountId: id,
      role: 'user',
      count: 0,
    })
    const some = Array.from({ length: 3 }, () => register({ referralCode: code }))
    await Promise.all(some)
    expect(await countOf(code)).toBe(3)
    const more = registration({ referralCode: code })
    await atrium.request((core) => registerAndSignIn(core, more, client))
    expect(await countOf(code)).toBe(4)
  })

  test('counts once where the answer is lost and the batch sent again', async () => {
    const { code } = await newReferrer()
    const database = losingAnswers(env.DB)
    const lossy = testCore({ DB: database.client, THROTTLE: 'off' })
    database.loseNext()
    const { number } = await register({ referralCode: code }, lossy)
    expect(database.isPending()).toBe(false)
    expect(await countOf(code)).toBe(1)
    expect(
      await rowsOf('SELECT 1 FROM shown_achievements WHERE account_number = ?', number),
    ).toHaveLength(4)
  })

  test('counts once where the same registration is sent again, or made anew', async () => {
    const { code } = await newReferrer()
    const input = registration({ referralCode: code, isRepeatable: true })
    const again = { ...input, username: `${input.username}_2` }
    const first = await atrium.request((core) => registerAccount(core, input, client))
    const second = await atrium.request((core) => registerAccount(core, again, client))
    expect(second.id).toBe(first.id)
    expect(await countOf(code)).toBe(1)
    atrium.pass(120)
    const anew = { ...again, replacesUnconfirmed: true }
    const third = await atrium.request((core) => registerAccount(core, anew, client))
    expect(third.id).not.toBe(first.id)
    expect(await countOf(code)).toBe(1)
  })

  test('counts for nobody where the registration is refused or the code is nobody’s', async () => {
    const { code, email } = await newReferrer()
    await refusal(register({ referralCode: code, email }))
    for (const unknown of [code.slice(1), `${code} `, '', 'x'.repeat(500), "' OR 1 --"]) {
      const { number } = await register({ referralCode: unknown })
      expect(await atrium.request((core) => findReferrer(core, unknown))).toBeNull()
      const rows = await rowsOf(
        'SELECT referrer_number FROM referrals WHERE account_number = ?',
        number,
      )
      expect(rows).toEqual([])
    }
    expect(await countOf(code)).toBe(0)
  })

  test('outlives who brought somebody in, without their name', async () => {
    const referrer = await newReferrer()
    const { number } = await register({ referralCode: referrer.code })
    await atrium.request((core) => deleteAccount(core, referrer))
    expect(await countOf(referrer.code)).toBeUndefined()
    const left = 'SELECT referrer_number FROM referrals WHERE account_number = ?'
    expect(await rowsOf(left, number)).toEqual([{ referrer_number: null }])
  })

  test('code of a disabled account is nobody’s', async () => {
    const { code, number } = await newReferrer()
    await change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', number)
    expect(await countOf(code)).toBeUndefined()
  })
})

test('an account that a Worker of before made has the code of its row', async () => {
  const { number } = await newUnconfirmed(atrium)
  await change('UPDATE accounts SET referral_code = NULL WHERE number = ?', number)
  await change(
    "INSERT INTO referrals (account_number, referral_code) VALUES (?, 'of-then')",
    number,
  )
  expect(await countOf('of-then')).toBe(0)
  await register({ referralCode: 'of-then' })
  expect(await countOf('of-then')).toBe(1)
})

interface Shown {
  readonly achievement_id: string
  readonly achieved: number
  readonly started_at: number
  readonly advanced_at: number
}

describe('an achievement', () => {
  const rowOf = (number: number) =>
    rowsOf<Shown>('SELECT * FROM achievements WHERE account_number = ?', number)
  const shownOf = (number: number) =>
    rowsOf<Shown>(
      'SELECT * FROM shown_achievements WHERE account_number = ? ORDER BY achievement',
      number,
    )

  test('has a row once there is something to it, with the id and the beginning that it was shown with', async () => {
    const { code, number } = await newReferrer()
    const [stars, before, ...others] = await shownOf(number)
    expect(await rowOf(number)).toEqual([])
    atrium.pass(60)
    const { createdAt } = await register({ referralCode: code })
    const after = { ...before, achieved: 1, advanced_at: createdAt }
    expect(await shownOf(number)).toEqual([stars, after, ...others])
    expect(await rowOf(number)).toEqual([after])
  })

  test('goes back when somebody goes who counted', async () => {
    const { code, number } = await newReferrer()
    const email = 'comes-and-goes@example.com'
    const gone = await newUnconfirmed(atrium, { email, referralCode: code })
    await register({ referralCode: code })
    await atrium.request((core) => deleteAccount(core, gone))
    expect(await rowOf(number)).toMatchObject([{ achieved: 1 }])
  })

  test('has an id that is nobody else’s, and tells when the account was made', async () => {
    const made = await Promise.all([register({}), register({}), register({})])
    const shown = await Promise.all(made.map(({ number }) => shownOf(number)))
    const ids = shown.map((four) => four.map(({ achievement_id }) => achievement_id))
    expect(new Set([...ids.flat(), ...made.map(({ id }) => id)]).size).toBe(15)
    for (const [i, four] of ids.entries()) {
      const beginning = made[i]?.id.slice(0, 8)
      for (const id of four) expect(id).toMatch(new RegExp(`^${beginning}[0-9a-f]{16}$`))
    }
  })

  test('of an account that is older than this has its row, and keeps the id of it', async () => {
    const { code, number } = await newReferrer()
    const id = `000004d2${code.padEnd(16, '0')}`
    await change(
      `INSERT INTO achievements VALUES (?, ${number}, 'referral', 0, 1234000, 1234000)`,
      id,
    )
    await Promise.all([register({ referralCode: code }), register({ referralCode: code })])
    const [, shown] = await shownOf(number)
    expect(shown).toMatchObject({ achievement_id: id, achieved: 2, started_at: 1234000 })
    expect(await rowOf(number)).toHaveLength(1)
  })
})

test('every account has all achievements and one code, whichever way it was made', async () => {
  const closed = testCore({ REGISTRATION: 'closed', THROTTLE: 'off' })
  const administrator = (await newAdministrator(atrium)).viewer
  const first = registration({ replacesUnconfirmed: true })
  const made = [
    await register({}),
    await register({ email: null }),
    await atrium.request((core) => registerAccount(core, first, client)),
    await register({ email: first.email, replacesUnconfirmed: true }),
    await register({ administrator }, closed),
    (await atrium.request((core) => registerAndSignIn(core, registration(), client))).account,
  ]
  // One of them gave way to another.
  const left = made.filter((_, i) => i !== 2)
  for (const { number } of left) {
    const rows = await rowsOf<{ achievement: string; achieved: number }>(
      'SELECT achievement, achieved FROM shown_achievements WHERE account_number = ? ORDER BY achievement',
      number,
    )
    expect(rows.map(({ achievement }) => achievement)).toEqual(
      Object.keys(achievementTotals).sort(),
    )
    expect(rows.every(({ achieved }) => achieved === 0)).toBe(true)
  }
  const odd = `SELECT number FROM accounts WHERE referral_code IS NULL
    OR (SELECT COUNT(*) FROM shown_achievements WHERE account_number = number) <> 4`
  expect(await rowsOf(odd)).toEqual([])
})
