import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { type Answer, testApp } from '../support/app'
import { must } from '../support/driver'
import { drivers } from '../support/drivers'
import { newAccount, newCredentials, newPlace, newTwoFactorPerson } from './people'

/** Nobody without the password learns who has an account: not by status, headers nor body. */

const ticket = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g

/** All of an answer but what differs between any two: a ticket says the time, and what was sent. */
function bytesOf({ status, headers, text }: Answer) {
  return { status, text: text.replaceAll(ticket, 'a ticket'), headers: Object.fromEntries(headers) }
}

const wrong = 'not the password at all'

describe.each(drivers)('through $name', (driver) => {
  const app = testApp()
  const tryWrong = async (who: { username: string; email: string }) =>
    bytesOf((await driver.signIn(app, { ...who, password: wrong }, newPlace())).answer)

  test('an unknown account and a wrong password are answered with the same bytes', async () => {
    const unknown = await tryWrong(newCredentials())
    expect(await tryWrong(await newAccount(driver, app))).toEqual(unknown)
  })

  test('so are a disabled account, one with a second factor, and one without a password', async () => {
    const unknown = await tryWrong(newCredentials())
    const [disabled, without] = [await newAccount(driver, app), await newAccount(driver, app)]
    const set = (sql: string, username: string) =>
      env.DB.prepare(`UPDATE accounts SET ${sql} WHERE username = ?`).bind(username).run()
    await set('disabled_at = 1', disabled.username)
    await set('password_hash = NULL', without.username)
    expect(await tryWrong(disabled)).toEqual(unknown)
    expect(await tryWrong(without)).toEqual(unknown)
    if (driver.switchSecondFactor) {
      expect(await tryWrong((await newTwoFactorPerson(driver, app)).who)).toEqual(unknown)
    }
  })

  test('being throttled says no more about one than about the other', async () => {
    const [known, unknown] = [await newAccount(driver, app), newCredentials()]
    const [here, there] = [newPlace(), newPlace()]
    const statuses = { known: [] as unknown[], unknown: [] as unknown[] }
    for (let i = 0; i < 7; i += 1) {
      const asked = async (who: typeof known, from: typeof here) =>
        bytesOf((await driver.signIn(app, { ...who, password: wrong }, from)).answer).status
      statuses.known.push(await asked(known, here))
      statuses.unknown.push(await asked(unknown, there))
    }
    expect(statuses.known).toEqual(statuses.unknown)
    expect(statuses.known.at(-1)).toBe(429)
  })

  test.skipIf(!driver.requestReset || driver.reveals.unknownAddressAtReset)(
    'a reset for a known and for an unknown address is answered with the same bytes',
    async () => {
      const ask = must(driver.requestReset, 'reset by mail')
      const unknown = await ask(app, newCredentials().email, newPlace())
      const { email } = await newAccount(driver, app)
      const known = await ask(app, email, newPlace())
      expect(known.isDone).toBe(true)
      expect(bytesOf(known.answer)).toEqual(bytesOf(unknown.answer))
      // Also when the hour's mails are used up, and for a disabled account.
      for (let i = 0; i < 6; i += 1) {
        const again = await ask(app, email, newPlace())
        expect(bytesOf(again.answer)).toEqual(bytesOf(unknown.answer))
      }
    },
  )

  test.skipIf(!driver.requestReset || !driver.reveals.unknownAddressAtReset)(
    'a reset for an unknown address is told, as this document says',
    async () => {
      const ask = must(driver.requestReset, 'reset by mail')
      expect((await ask(app, newCredentials().email, newPlace())).isDone).toBe(false)
      const quiet = testApp({ REVEAL_ACCOUNTS: 'never' })
      const known = await newAccount(driver, quiet)
      const [one, two] = [
        await ask(quiet, known.email, newPlace()),
        await ask(quiet, newCredentials().email, newPlace()),
      ]
      expect(bytesOf(one.answer)).toEqual(bytesOf(two.answer))
    },
  )

  test.skipIf(!driver.resetPassword)(
    'a reset code that never was and one that was used are refused alike',
    async () => {
      const reset = must(driver.resetPassword, 'reset')
      const never = await reset(app, 'abcde-fghij-kmnpq-rstuv-wxyz2-34567', wrong, newPlace())
      expect(never.isDone).toBe(false)
      expect(driver.isFailure(never.answer)).toBe(true)
    },
  )
})
