import { describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import { type Credentials, type Done, must } from '../support/driver'
import { drivers } from '../support/drivers'
import {
  isAlive,
  newAccount,
  newCredentials,
  newPlace,
  newSignedIn,
  nextPassword,
  password,
  resetCodeFor,
} from './people'

/** One policy at every way in: making an account, a reset, a change. No dialect is a weaker door. */

const refused = [
  { what: '7 characters', password: 'q7!xvbn' },
  { what: '7 characters in more units', password: '😀'.repeat(7) },
  { what: '201 characters', password: 'q7x!vbnzkj'.repeat(20).concat('z') },
  { what: 'a common one', password: 'password' },
  { what: 'a common one in capitals', password: 'QWERTYUIOP' },
  { what: 'a common one with digits', password: '1qaz2wsx3edc' },
  { what: 'a NUL', password: 'with a \0 in it' },
  { what: 'half a character', password: 'half a \ud83d character' },
]
const taken = [
  { what: '8 characters', password: 'q7!xvbnz' },
  { what: '64 characters', password: 'q7x!vbnzkj'.repeat(6).concat('abcd') },
  { what: '200 characters', password: 'q7x!vbnzkj'.repeat(20) },
  { what: '200 characters in more units', password: '😀'.repeat(200) },
  { what: 'spaces at both ends', password: '  q7x vbnz  ' },
  { what: 'letters alone', password: 'qzjxkvqzjxkv' },
  { what: 'any script', password: 'Жщюяэъхф' },
]

describe.each(drivers)('through $name', (driver) => {
  const app = testApp()

  /** The ways in, each with what it takes to try one password there. */
  const doors: { door: string; open: () => Promise<(password: string) => Promise<Try>> }[] = [
    {
      door: 'making an account',
      open: async () => async (chosen) => {
        const who = { ...newCredentials(), password: chosen }
        return { who, result: await driver.register(app, who, newPlace()) }
      },
    },
    ...(driver.resetPassword
      ? [
          {
            door: 'a reset',
            open: async () => {
              const who = await newAccount(driver, app)
              const code = await resetCodeFor(driver, app, who)
              const reset = must(driver.resetPassword, 'reset')
              return async (chosen: string) => ({
                who: { ...who, password: chosen },
                result: await reset(app, code, chosen, newPlace()),
              })
            },
          },
        ]
      : []),
    ...(driver.changePassword
      ? [
          {
            door: 'a change',
            open: async () => {
              const { who, session } = await newSignedIn(driver, app)
              const change = must(driver.changePassword, 'change')
              return async (chosen: string) => ({
                who: { ...who, password: chosen },
                result: await change(app, session, password, chosen),
              })
            },
          },
        ]
      : []),
  ]
  type Try = { who: Credentials; result: Done }

  describe.each(doors)('by $door', ({ open }) => {
    test.each(refused)('a password of $what is refused', async ({ password: chosen }) => {
      const { result } = await (await open())(chosen)
      expect(result.isDone, result.answer.text).toBe(false)
      expect(driver.isFailure(result.answer)).toBe(true)
      expect([400, 403, 406, 422]).toContain(result.answer.status)
    })

    test.each(taken)(
      'a password of $what is taken, and signs in as it is',
      async ({ password: chosen }) => {
        const { who, result } = await (await open())(chosen)
        expect(result.isDone, result.answer.text).toBe(true)
        const tried = await driver.signIn(app, who, newPlace())
        // An unconfirmed account may be refused for that, but never for its password.
        const wrong = await driver.signIn(app, { ...who, password: `${chosen}!` }, newPlace())
        expect(wrong.outcome).toBe('refused')
        expect(tried.answer.text).not.toBe(wrong.answer.text)
      },
    )

    test('the own words are refused', async () => {
      const who = newCredentials()
      const asRegistered = driver.register(app, { ...who, password: who.username }, newPlace())
      expect((await asRegistered).isDone).toBe(false)
      if (driver.isWithoutAddress) return
      const asAddress = driver.register(app, { ...who, password: who.email }, newPlace())
      expect((await asAddress).isDone).toBe(false)
    })
  })

  test.skipIf(!driver.resetPassword)(
    'a refused password leaves the reset code as it was',
    async () => {
      const who = await newAccount(driver, app)
      const code = await resetCodeFor(driver, app, who)
      const reset = must(driver.resetPassword, 'reset')
      expect((await reset(app, code, 'short', newPlace())).isDone).toBe(false)
      expect((await reset(app, code, who.username, newPlace())).isDone).toBe(false)
      expect((await reset(app, code, nextPassword, newPlace())).isDone).toBe(true)
    },
  )

  test.skipIf(!driver.changePassword)(
    'a change needs the present password, and counts wrong ones',
    async () => {
      const { who, session } = await newSignedIn(driver, app)
      const change = must(driver.changePassword, 'change')
      for (let i = 0; i < 5; i += 1) {
        expect((await change(app, session, 'a wrong one', nextPassword)).isDone).toBe(false)
      }
      const throttled = await change(app, session, password, nextPassword)
      expect(throttled.answer.status).toBe(429)
      expect(Number(throttled.answer.headers.get('Retry-After'))).toBeGreaterThan(0)
      expect(await isAlive(driver, app, session)).toBe(true)
      expect((await driver.signIn(app, who, newPlace())).outcome).toBe('signed_in')
    },
  )

  test('a password is the same however its letters were composed', async () => {
    const who = { ...newCredentials(), password: 'cafe\u0301 au lait' }
    expect((await driver.register(app, who, newPlace())).isDone).toBe(true)
    const composed = { ...who, password: 'caf\u00e9 au lait' }
    const plain = { ...who, password: 'cafe au lait' }
    const [right, wrong] = [
      await driver.signIn(app, composed, newPlace()),
      await driver.signIn(app, plain, newPlace()),
    ]
    expect(right.answer.text).not.toBe(wrong.answer.text)
  })
})
