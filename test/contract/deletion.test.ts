import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import { drivers } from '../support/drivers'
import { newCredentials, newPlace, newSignedIn } from './people'

/** A deleted account is gone behind every door, and nobody else's things are gone with it. */

const tables = [
  'sessions',
  'codes',
  'challenges',
  'known_sources',
  'login_history',
  'photos',
  'uploads',
]

async function rowsOf(username: string): Promise<number> {
  const account = await env.DB.prepare('SELECT number FROM accounts WHERE username = ?')
    .bind(username)
    .first<{ number: number }>()
  if (!account) return 0
  const counts = await Promise.all(
    tables.map((table) =>
      env.DB.prepare(`SELECT COUNT(*) AS n FROM ${table} WHERE account_number = ?`)
        .bind(account.number)
        .first<{ n: number }>(),
    ),
  )
  return counts.reduce((sum, row) => sum + (row?.n ?? 0), 1)
}

async function rowsInAll(): Promise<number> {
  const counts = await Promise.all(
    tables.map((table) =>
      env.DB.prepare(`SELECT COUNT(*) AS n FROM ${table}`).first<{ n: number }>(),
    ),
  )
  return counts.reduce((sum, row) => sum + (row?.n ?? 0), 0)
}

describe.each(drivers)('an account that was used through $name', (driver) => {
  const app = testApp()

  test('is gone at once when it is deleted: sessions, sign-in, rows; others keep theirs', async () => {
    const [gone, kept] = [await newSignedIn(driver, app), await newSignedIn(driver, app)]
    const before = { kept: await rowsOf(kept.who.username), all: await rowsInAll() }
    const own = (await rowsOf(gone.who.username)) - 1
    // The one documented way for somebody to delete themselves; a session of any dialect will do.
    const headers = { Authorization: `Bearer ${gone.session.token}` }
    const deleted = await app.call('/chat/users/me', { method: 'DELETE', headers })
    expect(deleted.status).toBe(200)

    expect((await driver.me(app, gone.session)).me).toBeNull()
    expect((await driver.me(app, kept.session)).me).not.toBeNull()
    expect((await driver.signIn(app, gone.who, newPlace())).outcome).toBe('refused')
    expect(await rowsOf(gone.who.username)).toBe(0)
    expect(await rowsOf(kept.who.username)).toBe(before.kept)
    expect(await rowsInAll()).toBe(before.all - own)
  })

  test('keeps its address from nobody', async () => {
    const { who, session } = await newSignedIn(driver, app)
    const headers = { Authorization: `Bearer ${session.token}` }
    await app.call('/chat/users/me', { method: 'DELETE', headers })
    const sameAddress = { ...newCredentials(), email: who.email }
    expect((await driver.register(app, sameAddress, newPlace())).isDone).toBe(true)
  })

  test.skipIf(driver.makesUpNames)('keeps its name from others for 30 days', async () => {
    const { who, session } = await newSignedIn(driver, app)
    const headers = { Authorization: `Bearer ${session.token}` }
    await app.call('/chat/users/me', { method: 'DELETE', headers })
    const other = newCredentials()
    const sameName = await driver.register(app, { ...other, username: who.username }, newPlace())
    expect(sameName.isDone).toBe(false)
    app.offsetMs = 31 * 24 * 3600 * 1000
    const later = { ...newCredentials(), username: who.username }
    expect((await driver.register(app, later, newPlace())).isDone).toBe(true)
    app.offsetMs = 0
  })
})
