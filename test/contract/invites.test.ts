import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { codeFrom, testApp } from '../support/app'
import type { Credentials } from '../support/driver'
import { drivers } from '../support/drivers'
import { newPerson } from '../support/social'
import { newCredentials, newPlace, signIn, usernameOf } from './people'

/** Where accounts are by invitation only, every door asks for the same codes, and each counts once. */

const open = testApp()
const unknown = 'AA-9999-1700000000000'

/** Somebody who was there before, and has codes to give away. */
async function newGiver() {
  const invited = testApp({ INVITE_ONLY: 'true' })
  const giver = await newPerson(open)
  const { json } = await invited.call('/user/invite-codes', { cookies: giver.cookies })
  const codes: string[] = json.data.inviteCodes.map(({ code }: { code: string }) => code)
  return { giver, codes, code: codes[0] ?? '' }
}

async function setDisabled(username: string, at: number | null) {
  const update = 'UPDATE accounts SET disabled_at = ? WHERE username = ?'
  await env.DB.prepare(update).bind(at, username).run()
}

/** Who came by a code; null for nobody. */
function inviteeOf(code: string): Promise<string | null> {
  const select = `SELECT username FROM invite_codes LEFT JOIN accounts ON id = invitee_id WHERE code = ?`
  return env.DB.prepare(select).bind(code).first('username')
}

async function isThere(username: string): Promise<boolean> {
  const select = 'SELECT 1 AS there FROM accounts WHERE username = ?'
  return (await env.DB.prepare(select).bind(username).first('there')) === 1
}

describe.each(drivers)('by invitation only, through $name', (driver) => {
  const app = testApp({ INVITE_ONLY: 'true' })
  const register = (who: Credentials) => driver.register(app, who, newPlace())

  test('a good code lets one person in, who then signs in', async () => {
    const { code } = await newGiver()
    const who = newCredentials()
    const registered = await register({ ...who, inviteCode: code })
    expect(registered.isDone, registered.answer.text).toBe(true)
    expect(await inviteeOf(code)).toBe(await usernameOf(driver, who))
    if (driver.confirm) await driver.confirm(app, codeFrom(app.mails, who.email), newPlace())
    expect((await driver.me(app, await signIn(driver, app, who))).me).not.toBeNull()
  })

  test('no code, an unknown one, a used one and one of a disabled giver are refused alike', async () => {
    const [{ code: used }, { giver, code: dead }] = [await newGiver(), await newGiver()]
    expect((await register({ ...newCredentials(), inviteCode: used })).isDone).toBe(true)
    await setDisabled(giver.username, 1)
    const before = app.mails.length
    const texts = new Set<string>()
    for (const given of [{}, { inviteCode: unknown }, { inviteCode: used }, { inviteCode: dead }]) {
      const who = newCredentials()
      const { isDone, answer } = await register({ ...who, ...given })
      expect(isDone).toBe(false)
      expect(driver.isFailure(answer), answer.text).toBe(true)
      texts.add(`${answer.status} ${answer.text}`)
      expect(await isThere(await usernameOf(driver, who))).toBe(false)
    }
    expect(texts.size).toBe(1)
    expect([...texts][0]).toMatch(/invit/i)
    expect(app.mails).toHaveLength(before)

    await setDisabled(giver.username, null)
    expect((await register({ ...newCredentials(), inviteCode: dead })).isDone).toBe(true)
  })

  test.skipIf(driver.makesUpNames)('a name that is taken uses no code up', async () => {
    const { giver, code } = await newGiver()
    const who = newCredentials()
    const refused = await register({ ...who, username: giver.username, inviteCode: code })
    expect(refused.isDone).toBe(false)
    expect(driver.isFailure(refused.answer)).toBe(true)
    expect(await inviteeOf(code)).toBeNull()
    expect((await register({ ...who, inviteCode: code })).isDone).toBe(true)
  })

  test.skipIf(driver.isWithoutAddress)('nor does an address that is taken', async () => {
    const { giver, code } = await newGiver()
    const who = newCredentials()
    const refused = await register({ ...who, email: giver.email, inviteCode: code })
    expect(refused.isDone).toBe(false)
    expect(driver.isFailure(refused.answer)).toBe(true)
    expect(await inviteeOf(code)).toBeNull()
    expect((await register({ ...who, inviteCode: code })).isDone).toBe(true)
  })

  test('one of twenty who come at once with one code gets in, and nothing of the others stays', async () => {
    const { code } = await newGiver()
    const people = Array.from({ length: 20 }, newCredentials)
    const outcomes = await Promise.all(people.map((who) => register({ ...who, inviteCode: code })))
    const winner = people[outcomes.findIndex(({ isDone }) => isDone)]
    if (winner === undefined) throw new Error('nobody got in')
    expect(outcomes.filter(({ isDone }) => isDone)).toHaveLength(1)
    for (const { isDone, answer } of outcomes) {
      if (!isDone) expect(driver.isFailure(answer), answer.text).toBe(true)
    }
    expect(await inviteeOf(code)).toBe(await usernameOf(driver, winner))
    const names = await Promise.all(people.map((who) => usernameOf(driver, who)))
    const there = await Promise.all(names.map(isThere))
    expect(there).toEqual(people.map((who) => who === winner))
  })

  test('a code that was used at one door is used at all', async () => {
    const { code } = await newGiver()
    await register({ ...newCredentials(), inviteCode: code })
    for (const other of drivers) {
      const who = { ...newCredentials(), inviteCode: code }
      expect((await other.register(app, who, newPlace())).isDone, other.name).toBe(false)
    }
  })

  test('is a setting: without it codes are ignored', async () => {
    const { code } = await newGiver()
    for (const inviteCode of [code, unknown]) {
      const who = { ...newCredentials(), inviteCode }
      expect((await driver.register(open, who, newPlace())).isDone).toBe(true)
    }
    expect(await inviteeOf(code)).toBeNull()
  })
})

describe('by invitation only, through social', () => {
  const app = testApp({ INVITE_ONLY: 'true' })
  const names = { firstName: 'Ada', lastName: 'Byron' }
  const create = (body: object) => app.call('/social/user/create', { body: { ...names, ...body } })

  test('whoever registers anew before confirming the address needs no second code', async () => {
    const { code } = await newGiver()
    const [first, again] = [newCredentials(), newCredentials()]
    const inviteCode = code
    expect((await create({ ...first, inviteCode })).status).toBe(201)
    expect((await create({ ...again, inviteCode })).status).toBe(400)
    expect((await create({ ...again, email: first.email, inviteCode })).status).toBe(201)
    expect(await inviteeOf(code)).toBe(again.username)
    expect(await isThere(first.username)).toBe(false)
  })

  test('the giver is told who came by which code', async () => {
    const { giver, codes, code } = await newGiver()
    const created = await create({ ...newCredentials(), inviteCode: code })
    const { json } = await app.call('/user/invite-codes', { cookies: giver.cookies })
    const listed = json.data.inviteCodes.map(({ code, targetId }: Record<string, string>) => ({
      code,
      targetId,
    }))
    expect(listed).toEqual(
      codes.map((one) => ({
        code: one,
        targetId: one === code ? created.json.data.user._id : undefined,
      })),
    )
  })
})

test('an administrator of the directory makes accounts without a code', async () => {
  const app = testApp({ INVITE_ONLY: 'true' })
  const admin = await newPerson(open)
  const promote = "UPDATE accounts SET role = 'admin' WHERE username = ?"
  await env.DB.prepare(promote).bind(admin.username).run()
  const made = { username: newCredentials().username, password: 'a long enough one' }
  const token = admin.cookies.cookies.get('__Host-atrium_session') ?? ''
  const headers = { Authorization: `Bearer ${token}` }
  const created = await app.call('/directory/api/users', { body: made, headers })
  expect(created.status, created.text).toBe(200)
  const alone = await app.call('/directory/users/register', {
    body: { ...made, username: 'x_y_z' },
  })
  expect(alone.status).toBe(400)
})
