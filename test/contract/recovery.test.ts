import { describe, expect, test } from 'vitest'
import { codeFrom, testApp } from '../support/app'
import { must } from '../support/driver'
import { drivers } from '../support/drivers'
import {
  newAccount,
  newCredentials,
  newPlace,
  newSignedIn,
  newTwoFactorPerson,
  nextPassword,
  resetCodeFor,
} from './people'

/** A forgotten password: a mailed code sets a new one once, and does nothing else. */

const able = drivers.filter((driver) => driver.resetPassword && driver.requestReset)

describe.each(able)('through $name', (driver) => {
  const app = testApp()
  const ask = must(driver.requestReset, 'reset')
  const reset = must(driver.resetPassword, 'reset')

  test('a code sets a password once, and the old one is gone', async () => {
    const who = await newAccount(driver, app)
    const code = await resetCodeFor(driver, app, who)
    expect((await reset(app, code, nextPassword, newPlace())).isDone).toBe(true)
    const again = await reset(app, code, 'yet another password', newPlace())
    expect(again.isDone).toBe(false)
    expect(driver.isFailure(again.answer)).toBe(true)
    const tried = async (password: string) =>
      (await driver.signIn(app, { ...who, password }, newPlace())).outcome
    expect(await tried(nextPassword)).toBe('signed_in')
    expect(await tried(who.password)).toBe('refused')
    expect(await tried('yet another password')).toBe('refused')
  })

  test('many who use one code at once set one password', async () => {
    const who = await newAccount(driver, app)
    const code = await resetCodeFor(driver, app, who)
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, i) => reset(app, code, `a new password ${i}`, newPlace())),
    )
    expect(results.filter(({ isDone }) => isDone)).toHaveLength(1)
  })

  test('a reset signs nobody in: its answer holds no session', async () => {
    const { who, session } = await newSignedIn(driver, app)
    const code = await resetCodeFor(driver, app, who)
    const { answer } = await reset(app, code, nextPassword, newPlace())
    const cookies = answer.headers.getSetCookie().filter((line) => !line.includes('Max-Age=0'))
    expect(cookies.filter((line) => /session|token/i.test(line))).toEqual([])
    expect(answer.text).not.toMatch(/[\w-]{43}/)
    expect((await driver.me(app, session)).me).toBeNull()
  })

  test.skipIf(!driver.switchSecondFactor)(
    'a reset never switches the second factor off',
    async () => {
      const { who } = await newTwoFactorPerson(driver, app)
      const code = await resetCodeFor(driver, app, who)
      expect((await reset(app, code, nextPassword, newPlace())).isDone).toBe(true)
      const outcome = await driver.signIn(app, { ...who, password: nextPassword }, newPlace())
      expect(outcome.outcome).toBe('second_factor_required')
    },
  )

  test('a newer code replaces the older one', async () => {
    const who = await newAccount(driver, app)
    const old = await resetCodeFor(driver, app, who)
    const newer = await resetCodeFor(driver, app, who)
    expect((await reset(app, old, nextPassword, newPlace())).isDone).toBe(false)
    expect((await reset(app, newer, nextPassword, newPlace())).isDone).toBe(true)
  })

  test('a code dies after 30 minutes', async () => {
    const later = testApp()
    const who = await newAccount(driver, later)
    const code = await resetCodeFor(driver, later, who)
    later.offsetMs = 30 * 60 * 1000
    expect((await reset(later, code, nextPassword, newPlace())).isDone).toBe(false)
  })

  test('a code of another purpose resets nothing', async () => {
    const who = newCredentials()
    await driver.register(app, who, newPlace())
    const confirming = codeFrom(app.mails, who.email)
    expect((await reset(app, confirming, nextPassword, newPlace())).isDone).toBe(false)
  })

  test('whoever reads the mail of an address that was never confirmed owns the account', async () => {
    // A stranger made it; the owner of the address resets it.
    const who = newCredentials()
    await driver.register(app, who, newPlace())
    const code = await resetCodeFor(driver, app, who)
    expect((await reset(app, code, nextPassword, newPlace())).isDone).toBe(true)
    const stranger = await driver.signIn(app, who, newPlace())
    expect(stranger.outcome).toBe('refused')
    const owner = await driver.signIn(app, { ...who, password: nextPassword }, newPlace())
    expect(owner.outcome).toBe('signed_in')
  })

  test('exactly one mail goes out, to the stored address, with nothing from the request in it', async () => {
    const who = await newAccount(driver, app)
    const before = app.mails.length
    await ask(app, who.email.toUpperCase(), newPlace())
    const sent = app.mails.slice(0, app.mails.length - before)
    expect(sent.map(({ to }) => to)).toEqual([who.email])
    for (const odd of [`${who.email},eve@example.net`, who.email.replace('@', '\uff20')]) {
      await ask(app, odd, newPlace())
    }
    expect(app.mails).toHaveLength(before + 1)
  })

  test('the owner is told that the password was changed', async () => {
    const who = await newAccount(driver, app)
    await reset(app, await resetCodeFor(driver, app, who), nextPassword, newPlace())
    expect(app.mails[0]?.to).toBe(who.email)
    expect(app.mails[0]?.subject).toContain('password was changed')
  })
})
