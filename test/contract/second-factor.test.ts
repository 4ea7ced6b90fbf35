import { describe, expect, test } from 'vitest'
import { codeFrom, newJar, testApp } from '../support/app'
import { type AccountDriver, type From, must } from '../support/driver'
import { drivers } from '../support/drivers'
import { isAlive, newDevice, newPlace, newSignedIn, newTwoFactorPerson, password } from './people'

/** The second factor covers every door, is guessed five times at most, and its owner gets in. */

const able = drivers.filter((driver) => driver.switchSecondFactor)
const not = (code: string) => (code === '999999' ? '999998' : String(Number(code) + 1))

describe.each(able)('through $name', (driver) => {
  const app = testApp()
  type Person = Awaited<ReturnType<typeof newTwoFactorPerson>>

  async function start({ who }: Person, from: From = newPlace()) {
    const outcome = await driver.signIn(app, who, from)
    if (outcome.outcome !== 'second_factor_required') throw new Error(outcome.answer.text)
    return {
      pending: outcome.pending,
      code: codeFrom(app.mails, who.email),
      answer: outcome.answer,
    }
  }

  test('the password alone opens no session: no cookie, no token, no profile', async () => {
    const person = await newTwoFactorPerson(driver, app)
    const from = { ...newPlace(), cookies: newJar() }
    const { answer } = await start(person, from)
    expect(answer.headers.getSetCookie()).toEqual([])
    expect([...from.cookies.cookies]).toEqual([])
    for (const value of answer.text.match(/[\w-]{43}/g) ?? []) {
      const cookies = { cookies: new Map([['__Host-atrium_session', value]]) }
      expect(await isAlive(driver, app, { token: value, cookies })).toBe(false)
    }
    expect(answer.text).not.toContain('createdAt')
  })

  test('the mailed code completes the sign-in once', async () => {
    const person = await newTwoFactorPerson(driver, app)
    const { pending, code } = await start(person)
    const done = await driver.completeSecondFactor(app, pending, code, newPlace())
    if (done.outcome !== 'signed_in') throw new Error(done.answer.text)
    expect(await isAlive(driver, app, done.session)).toBe(true)
    const again = await driver.completeSecondFactor(app, pending, code, newPlace())
    expect(again.outcome).toBe('refused')
  })

  test('a code of another sign-in or another account completes nothing', async () => {
    const [one, two] = [
      await newTwoFactorPerson(driver, app),
      await newTwoFactorPerson(driver, app),
    ]
    const mine = await start(one)
    const foreign = await start(two)
    const crossed = await driver.completeSecondFactor(app, mine.pending, foreign.code, newPlace())
    expect(crossed.outcome).toBe('refused')
    expect(driver.isFailure(crossed.answer)).toBe(true)
  })

  test('five wrong codes close it to strangers, however many new codes they ask for', async () => {
    const person = await newTwoFactorPerson(driver, app)
    const statuses: number[] = []
    for (let i = 0; i < 8; i += 1) {
      const { pending, code } = await start(person)
      const guess = await driver.completeSecondFactor(app, pending, not(code), newPlace())
      statuses.push(guess.answer.status)
    }
    expect(statuses.filter((status) => status === 429)).toHaveLength(3)
    expect(statuses.indexOf(429)).toBe(5)
    const { pending, code } = await start(person)
    const right = await driver.completeSecondFactor(app, pending, code, newPlace())
    expect(right.answer.status).toBe(429)
    expect(Number(right.answer.headers.get('Retry-After'))).toBeGreaterThan(800)
  })

  test('guesses from many addresses at once are evaluated five times', async () => {
    const person = await newTwoFactorPerson(driver, app)
    const { pending, code } = await start(person)
    const guesses = await Promise.all(
      Array.from({ length: 30 }, () =>
        driver.completeSecondFactor(app, pending, not(code), newPlace()),
      ),
    )
    expect(guesses.filter(({ answer }) => answer.status !== 429)).toHaveLength(5)
  })

  test('a device that signed in before gets in while strangers are closed out', async () => {
    const device = newDevice()
    const person = await newTwoFactorPerson(driver, app, device)
    const attack = await start(person)
    for (let i = 0; i < 6; i += 1) {
      await driver.completeSecondFactor(app, attack.pending, not(attack.code), newPlace())
    }
    const own = await start(person, device)
    const done = await driver.completeSecondFactor(app, own.pending, own.code, device)
    expect(done.outcome).toBe('signed_in')
    expect(await isAlive(driver, app, person.session)).toBe(true)
  })

  test('a code dies after ten minutes', async () => {
    const later = testApp()
    const person = await newTwoFactorPerson(driver, later)
    const outcome = await driver.signIn(later, person.who, newPlace())
    if (outcome.outcome !== 'second_factor_required') throw new Error(outcome.answer.text)
    later.offsetMs = 10 * 60 * 1000
    const code = codeFrom(later.mails, person.who.email)
    const late = await driver.completeSecondFactor(later, outcome.pending, code, newPlace())
    expect(late.outcome).toBe('refused')
  })

  test('switching it needs a recent sign-in or the password, and the owner is told', async () => {
    const later = testApp()
    const { who, session } = await newSignedIn(driver, later)
    const set = must(driver.switchSecondFactor, 'second factor')
    later.offsetMs = 16 * 60 * 1000
    expect((await set(later, session, true, 'a wrong password')).isDone).toBe(false)
    expect((await set(later, session, true, password)).isDone).toBe(true)
    expect(later.mails[0]).toMatchObject({ to: who.email })
    const place = newPlace()
    const still = await driver.signIn(later, who, place)
    if (still.outcome !== 'second_factor_required') throw new Error('the password alone sufficed')
    const code = codeFrom(later.mails, who.email)
    const proven = await driver.completeSecondFactor(later, still.pending, code, place)
    if (proven.outcome !== 'signed_in') throw new Error('the code did not complete the sign-in')
    later.offsetMs = 32 * 60 * 1000
    expect((await set(later, proven.session, false, 'a wrong password')).isDone).toBe(false)
    expect((await driver.signIn(later, who, newPlace())).outcome).toBe('second_factor_required')
    expect((await set(later, proven.session, false, password)).isDone).toBe(true)
    expect((await driver.signIn(later, who, newPlace())).outcome).toBe('signed_in')
  })

  // V20: what is closed at one door must be closed at all; with one dialect this runs once.
  test.each(drivers.map((other) => ({ other, door: other.name })))(
    'is asked for at the door of $door too',
    async ({ other }: { other: AccountDriver }) => {
      const { who } = await newTwoFactorPerson(driver, app)
      expect((await other.signIn(app, who, newPlace())).outcome).toBe('second_factor_required')
    },
  )
})
