import { beforeEach, describe, expect, test } from 'vitest'
import { type Call, codeFrom, testApp } from '../../support/app'
import {
  doors,
  forgetEverybody,
  heard,
  registerAda,
  sample,
  told,
} from '../../support/site-answers'

/** The reset by mail: where the address may stand, and how expired is told from unknown. */

const { email } = sample.create
const { newPassword } = sample
const generated = told(200, 'Password reset token generated')
const unknown = told(404, 'User with this email not found', { statusCode: '400' })
const notFound = told(404, 'Token not found', { statusCode: '400' })
const expired = told(406, 'Token is expired')
const day = 24 * 3600 * 1000

describe.each(doors)('at "%s"', (door) => {
  const path = `${door}/user/password-reset-token`
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const ways: { way: string; ask: (to: string) => [path: string, call: Call] }[] = [
    {
      way: 'the query',
      ask: (to: string) => [`${path}?email=${encodeURIComponent(to)}`, { method: 'POST' }],
    },
    { way: 'JSON', ask: (to: string) => [path, { body: { email: to } }] },
    {
      way: 'a form',
      ask: (to: string) => [path, { body: `email=${encodeURIComponent(to)}`, headers: form }],
    },
  ]

  async function issued() {
    const app = testApp()
    await forgetEverybody(app)
    await registerAda(app)
    await app.call(path, { body: { email } })
    const uuid = codeFrom(app.mails, email)
    const reset = async (given = uuid, password = newPassword) =>
      heard(
        await app.call(`${door}/user/password-reset`, {
          body: { uuid: given, newPassword: password },
        }),
      )
    return { app, uuid, reset }
  }

  test.each(ways)('the address in $way: known, in any case, and unknown', async ({ ask }) => {
    const app = testApp()
    await forgetEverybody(app)
    await registerAda(app)
    expect(heard(await app.call(...ask('ADA@example.com')))).toEqual(generated)
    expect(codeFrom(app.mails, email)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    const mailed = app.mails.length
    for (const to of ['eve@example.com', 'no address']) {
      expect(heard(await app.call(...ask(to)))).toEqual(unknown)
    }
    expect(heard(await app.call(...ask('')))).toEqual(told(400, 'Email cannot be empty'))
    expect(app.mails).toHaveLength(mailed)
  })

  test('no address, or two', async () => {
    const app = testApp()
    const missing = await app.call(path, { method: 'POST' })
    expect(heard(missing)).toEqual(told(400, 'Email cannot be null'))
    const two = await app.call(`${path}?email=a@example.com&email=b@example.com`, {
      method: 'POST',
    })
    expect(heard(two)).toEqual(told(400, 'Email must be a string'))
  })

  test('REVEAL_ACCOUNTS=never: an unknown address is answered like a known one, byte by byte', async () => {
    const app = testApp({ REVEAL_ACCOUNTS: 'never' })
    await forgetEverybody(app)
    await registerAda(app)
    const known = await app.call(path, { body: { email } })
    const other = await app.call(path, { body: { email: 'eve@example.com' } })
    expect(heard(known)).toEqual(generated)
    expect([other.status, other.text, [...other.headers]]).toEqual([
      known.status,
      known.text,
      [...known.headers],
    ])
  })

  test('the uuid sets the password once, whatever its case, and signs nobody in', async () => {
    const { app, uuid, reset } = await issued()
    const done = told(200, 'New password has been set successfully')
    expect(await reset(` ${uuid.toUpperCase()} `)).toEqual(done)
    expect(await reset()).toEqual(notFound)
    const auth = (password: string) =>
      app.call(`${door}/user/auth`, { body: { ...sample.auth, password } })
    expect((await auth(sample.auth.password)).status).toBe(401)
    expect((await auth(newPassword)).status).toBe(200)
  })

  test('a password that the core refuses leaves the uuid as it was', async () => {
    const { reset, uuid } = await issued()
    expect(await reset(uuid, 'password')).toEqual(told(406, 'Password is too common'))
    expect(await reset(uuid, email)).toEqual(told(406, 'Password is too easy to guess'))
    expect((await reset())[0]).toBe(200)
  })

  test('after its time it is expired for a day, and unknown from then on', async () => {
    const { app, reset } = await issued()
    app.offsetMs = 30 * 60 * 1000
    expect(await reset()).toEqual(expired)
    app.offsetMs = day
    expect(await reset()).toEqual(expired)
    app.offsetMs = day + 30 * 60 * 1000 + 1000
    expect(await reset()).toEqual(notFound)
  })

  test('the same holds when KV has lost it', async () => {
    const { app, reset } = await issued()
    for (const { name } of (await app.env.KV.list()).keys) await app.env.KV.delete(name)
    app.offsetMs = 30 * 60 * 1000
    expect(await reset()).toEqual(expired)
    app.offsetMs = day + 30 * 60 * 1000 + 1000
    expect(await reset()).toEqual(notFound)
  })

  test('404 with "400": the account was disabled in between', async () => {
    const { app, reset } = await issued()
    await app.env.DB.exec('UPDATE accounts SET disabled_at = 1')
    expect(await reset()).toEqual(told(404, 'User not found', { statusCode: '400' }))
    expect(heard(await app.call(path, { body: { email } }))).toEqual(unknown)
  })
})

describe('the two dialects that reset by mail', () => {
  const app = testApp()
  beforeEach(() => forgetEverybody(app))

  test('take each other’s codes', async () => {
    await registerAda(app)
    await app.call(`/social/user/code?email=${email}`)
    const uuid = codeFrom(app.mails, email)
    const answer = await app.call('/site/user/password-reset', { body: { uuid, newPassword } })
    expect(answer.status).toBe(200)
  })
})
