import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { newJar, testApp } from '../support/app'
import { must } from '../support/driver'
import { drivers } from '../support/drivers'
import {
  isAlive,
  newDevice,
  newSignedIn,
  nextPassword,
  password,
  resetCodeFor,
  signIn,
} from './people'

/** A session counts until it is ended, and from then on nowhere, whatever KV still says. */

async function keptByKv(): Promise<Map<string, string>> {
  const { keys } = await env.KV.list({ prefix: 'session:' })
  const values = await Promise.all(keys.map(({ name }) => env.KV.get(name)))
  return new Map(keys.map(({ name }, i) => [name, values[i] ?? '']))
}

describe.each(drivers)('through $name', (driver) => {
  const app = testApp()

  const ends: { how: string; end: (person: Person) => Promise<unknown> }[] = [
    { how: 'signing out', end: ({ session }) => driver.signOut(app, session) },
    ...(driver.signOutEverywhere
      ? [
          {
            how: 'signing out everywhere',
            end: ({ session }: Person) => must(driver.signOutEverywhere, 'that')(app, session),
          },
        ]
      : []),
    ...(driver.resetPassword
      ? [
          {
            how: 'a reset of the password',
            end: async ({ who }: Person) => {
              const code = await resetCodeFor(driver, app, who)
              return driver.resetPassword?.(app, code, nextPassword, newDevice())
            },
          },
        ]
      : []),
    {
      how: 'disabling the account',
      end: ({ who }) =>
        env.DB.prepare('UPDATE accounts SET disabled_at = 1 WHERE username = ?')
          .bind(who.username)
          .run(),
    },
  ]
  type Person = Awaited<ReturnType<typeof newSignedIn>>

  test.each(ends)(
    'a session ended by $how is refused at once, also when KV still holds it',
    async ({ end }) => {
      const person = await newSignedIn(driver, app)
      // The copies stand for a thief's: signing out clears the cookies of the one who does it.
      const { token } = person.session
      const copy = { token, cookies: { cookies: new Map(person.session.cookies.cookies) } }
      expect(await isAlive(driver, app, copy)).toBe(true)
      const kept = await keptByKv()
      await end(person)
      for (const [name, value] of kept) await env.KV.put(name, value)
      expect(await isAlive(driver, app, copy)).toBe(false)
    },
  )

  test('a session works while KV has lost it', async () => {
    const { session } = await newSignedIn(driver, app)
    for (const name of (await keptByKv()).keys()) await env.KV.delete(name)
    expect(await isAlive(driver, app, session)).toBe(true)
  })

  test('signing out ends one session and no other', async () => {
    const { who, session } = await newSignedIn(driver, app)
    const other = await signIn(driver, app, who)
    await driver.signOut(app, session)
    expect(await isAlive(driver, app, other)).toBe(true)
  })

  test.skipIf(!driver.signOutEverywhere)(
    'signing out everywhere ends all of the account, and none of another',
    async () => {
      const { who, session } = await newSignedIn(driver, app)
      const other = await signIn(driver, app, who)
      const bystander = await newSignedIn(driver, app)
      await driver.signOutEverywhere?.(app, session)
      expect(await isAlive(driver, app, other)).toBe(false)
      expect(await isAlive(driver, app, bystander.session)).toBe(true)
    },
  )

  test.skipIf(!driver.changePassword)(
    'a new password ends every session but the one that sets it',
    async () => {
      const { who, session } = await newSignedIn(driver, app)
      const other = await signIn(driver, app, who)
      await driver.changePassword?.(app, session, password, nextPassword)
      expect(await isAlive(driver, app, other)).toBe(false)
      expect(await isAlive(driver, app, session)).toBe(true)
    },
  )

  test('a sign-in remembers a device if it got a name to show again, and none in vain', async () => {
    const { who } = await newSignedIn(driver, app)
    const own = 'account_number = (SELECT number FROM accounts WHERE username = ?)'
    const known = `SELECT substr(source, 1, 3) AS kind FROM known_sources WHERE ${own} ORDER BY source`
    await env.DB.prepare(`DELETE FROM known_sources WHERE ${own}`).bind(who.username).run()
    const device = newDevice()
    for (let times = 0; times < 3; times += 1) await signIn(driver, app, who, device)
    const { results } = await env.DB.prepare(known).bind(who.username).all()
    const isNamed = [...device.cookies.cookies.keys()].some((name) => name.endsWith('device'))
    const place = { kind: 'ip:' }
    expect(results).toEqual(isNamed ? [{ kind: 'dev' }, place] : [place])
  })

  test('each sign-in has a token of its own, and takes up none that was there before', async () => {
    const device = newDevice()
    const planted = 'A'.repeat(43)
    device.cookies.cookies.set('__Host-atrium_session', planted)
    const { who, session } = await newSignedIn(driver, app, device)
    const again = await signIn(driver, app, who)
    expect(session.token).toMatch(/^[\w-]{43}$/)
    expect(new Set([session.token, again.token, planted]).size).toBe(3)
    expect(await isAlive(driver, app, { token: planted, cookies: newJar() })).toBe(false)
  })

  test('the token of a session is taken as a bearer', async () => {
    const { session } = await newSignedIn(driver, app)
    const headers = { Authorization: `Bearer ${session.token}` }
    const { method, path, refusal = 401 } = driver.guarded
    expect((await app.call(path, { method, headers })).status).toBe(200)
    const cut = { Authorization: `Bearer ${session.token.slice(0, -1)}` }
    expect((await app.call(path, { method, headers: cut })).status).toBe(refusal)
  })

  test('a session that is not used for 30 days is over', async () => {
    const later = testApp()
    const { session } = await newSignedIn(driver, later)
    later.offsetMs = 30 * 24 * 3600 * 1000
    expect(await isAlive(driver, later, session)).toBe(false)
  })
})
