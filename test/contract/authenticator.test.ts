import { describe, expect, test } from 'vitest'
import { type TestApp, testApp } from '../support/app'
import { type Authenticator, setUpAppFor, stepSeconds } from '../support/authenticators'
import type { AccountDriver, From } from '../support/driver'
import { drivers } from '../support/drivers'
import { isAlive, newDevice, newPlace, newSignedIn } from './people'

/** An authenticator app completes a sign-in at every door, whichever one it was set up behind. */

type Person = Awaited<ReturnType<typeof newSignedIn>> & { readonly authenticator: Authenticator }

async function newPerson(driver: AccountDriver, app: TestApp, from?: From): Promise<Person> {
  const person = await newSignedIn(driver, app, from)
  return { ...person, authenticator: await setUpAppFor(app, person.session.token) }
}

/** Password first, code second, in as many requests as the dialect has for it. */
async function enter(
  driver: AccountDriver,
  app: TestApp,
  { who }: Person,
  code: string,
  from: From = newPlace(),
) {
  const outcome = await driver.signIn(app, who, from)
  if (outcome.outcome !== 'second_factor_required') throw new Error(outcome.answer.text)
  return driver.completeSecondFactor(app, outcome.pending, code, from)
}

const not = (code: string) => (code === '999999' ? '999998' : '999999')

describe.each(drivers)('through $name', (driver) => {
  const app = testApp()
  const next = drivers[(drivers.indexOf(driver) + 1) % drivers.length] ?? driver

  test('the password alone opens nothing, and mails nothing', async () => {
    const { who } = await newPerson(driver, app)
    const before = app.mails.length
    const outcome = await driver.signIn(app, who, newPlace())
    expect(outcome.outcome).toBe('second_factor_required')
    expect(app.mails).toHaveLength(before)
  })

  test('the app’s code completes the sign-in', async () => {
    const person = await newPerson(driver, app)
    const done = await enter(driver, app, person, await person.authenticator.code())
    if (done.outcome !== 'signed_in') throw new Error(done.answer.text)
    expect(await isAlive(driver, app, done.session)).toBe(true)
  })

  test('a backup code completes it once', async () => {
    const person = await newPerson(driver, app)
    const [code = '', other = ''] = person.authenticator.backupCodes
    expect((await enter(driver, app, person, code)).outcome).toBe('signed_in')
    const again = await enter(driver, app, person, code)
    expect(again.outcome).toBe('refused')
    expect(driver.isFailure(again.answer)).toBe(true)
    const typed = other.toUpperCase().replaceAll('-', ' ')
    expect((await enter(driver, app, person, typed)).outcome).toBe('signed_in')
  })

  test(`a code that was taken here is refused at the door of ${next.name}`, async () => {
    const later = testApp()
    const person = await newPerson(driver, later)
    const code = await person.authenticator.code()
    expect((await enter(driver, later, person, code)).outcome).toBe('signed_in')
    const replayed = await enter(next, later, person, code)
    expect(replayed.outcome).toBe('refused')
    expect(next.isFailure(replayed.answer)).toBe(true)
    const [backup = ''] = person.authenticator.backupCodes
    expect((await enter(next, later, person, backup)).outcome).toBe('signed_in')
    expect((await enter(driver, later, person, backup)).outcome).toBe('refused')
    later.offsetMs = stepSeconds * 1000
    const fresh = await person.authenticator.code()
    expect((await enter(next, later, person, fresh)).outcome).toBe('signed_in')
  })

  test('five wrong codes close it to strangers, and a device that was here before gets in', async () => {
    const device = newDevice()
    const person = await newPerson(driver, app, device)
    const code = await person.authenticator.code()
    for (let i = 0; i < 5; i += 1) {
      const wrong = await enter(driver, app, person, not(code))
      expect(wrong.outcome).toBe('refused')
      expect(wrong.answer.status).not.toBe(429)
    }
    const closed = await enter(driver, app, person, code)
    expect(closed.answer.status).toBe(429)
    expect(Number(closed.answer.headers.get('Retry-After'))).toBeGreaterThan(800)
    expect((await enter(driver, app, person, code, device)).outcome).toBe('signed_in')
  })
})
