import { expect, test } from 'vitest'
import { countFigures, readFigures } from '../../src/core/figures'
import { sweepExpired } from '../../src/core/upkeep'
import { newAccount, newAdministrator, newSignedIn, signIn, tryLogin } from '../support/accounts'
import { callerWith, clientAt, refusal, rowsOf, testCore } from '../support/core'

const atrium = testCore()
const hourMs = 60 * 60 * 1000
const dayMs = 24 * hourMs

const count = () => atrium.request(countFigures)
const figuresFor = (token: string, days: number) =>
  atrium
    .request((core) => readFigures(core, callerWith(token), days))
    .then(({ figures }) => figures)
// Hours in which no other file does anything, an hour before midnight.
const first = Date.UTC(2033, 4, 5, 22)
const stored = () =>
  rowsOf(
    `SELECT hour, sign_ups AS signUps, sign_ins AS signIns, failed_sign_ins AS failed FROM hourly_figures
      WHERE hour >= ? AND hour < ? ORDER BY hour`,
    first - dayMs,
    first + dayMs,
  )

test('an hour is counted as it was, however often', async () => {
  atrium.now = first + 10 * 60 * 1000
  const person = await newAccount(atrium)
  await signIn(atrium, person)
  await tryLogin(atrium, { username: person.username }, { password: 'wrong' }).catch(() => null)
  await count()
  const before = [
    { hour: first - 2 * hourMs, signUps: 0, signIns: 0, failed: 0 },
    { hour: first - hourMs, signUps: 0, signIns: 0, failed: 0 },
  ]
  expect(await stored()).toEqual([...before, { hour: first, signUps: 1, signIns: 1, failed: 1 }])
  await count()
  expect(await stored()).toEqual([...before, { hour: first, signUps: 1, signIns: 1, failed: 1 }])

  // What happens after the count of an hour is counted by one of the next two.
  atrium.now = first + hourMs - 1
  await signIn(atrium, person, clientAt(2))
  atrium.now = first + hourMs
  await newAccount(atrium)
  atrium.now = first + 2 * hourMs + 17 * 60 * 1000
  await count()
  expect((await stored()).slice(2)).toEqual([
    { hour: first, signUps: 1, signIns: 2, failed: 1 },
    { hour: first + hourMs, signUps: 1, signIns: 0, failed: 0 },
    { hour: first + 2 * hourMs, signUps: 0, signIns: 0, failed: 0 },
  ])
})

test('administrators read them by the day, today last', async () => {
  const { token } = await newAdministrator(atrium)
  const day = Date.UTC(2033, 4, 5)
  expect(await figuresFor(token, 3)).toEqual([
    { day: day - dayMs, signUps: 0, signIns: 0, failedSignIns: 0 },
    { day, signUps: 2, signIns: 2, failedSignIns: 1 },
    { day: day + dayMs, signUps: 0, signIns: 0, failedSignIns: 0 },
  ])
  const { token: another } = await newSignedIn(atrium)
  expect(await refusal(figuresFor(another, 3))).toEqual({ code: 'forbidden' })
})

test('they are kept for 400 days', async () => {
  atrium.now = first + 400 * dayMs
  await atrium.request(sweepExpired)
  expect((await stored()).map(({ hour }) => hour)).toEqual([first + hourMs, first + 2 * hourMs])
})
