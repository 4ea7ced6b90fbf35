import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { hashToken } from '../../src/crypto/token'
import { codeFrom, newJar, type TestApp } from '../support/app'
import type { AccountDriver, Credentials, DriverSession, From } from '../support/driver'
import { must } from '../support/driver'

/** People for the contract suite, made through whichever dialect is being looked at. */

export const password = '$uper&ecurePassw0rd'
export const nextPassword = 'another, quite long one'

let made = 0

export function newCredentials(): Credentials {
  made += 1
  const username = `person_${made}_${Math.random().toString(36).slice(2, 8)}`
  return { username, email: `${username}@example.com`, password }
}

/** An address of the network that no other case has used. */
export function newPlace(): From {
  made += 1
  return { address: `2001:db8:${made.toString(16)}::1` }
}

/** A device that keeps its cookies, at a place of its own. */
export function newDevice(): From & { readonly cookies: ReturnType<typeof newJar> } {
  return { ...newPlace(), cookies: newJar() }
}

export async function newAccount(driver: AccountDriver, app: TestApp): Promise<Credentials> {
  const who = newCredentials()
  const registered = await driver.register(app, who, newPlace())
  expect(registered.isDone, registered.answer.text).toBe(true)
  if (driver.confirm) {
    const confirmed = await driver.confirm(app, codeFrom(app.mails, who.email), newPlace())
    expect(confirmed.isDone, confirmed.answer.text).toBe(true)
  }
  return { ...who, username: await usernameOf(driver, who) }
}

/** The username that somebody was registered with: the one they gave, or the one that was made up. */
export async function usernameOf(
  { makesUpNames }: AccountDriver,
  { username, email }: Credentials,
): Promise<string> {
  if (!makesUpNames) return username
  const select = 'SELECT username FROM accounts WHERE email = ?'
  return (await env.DB.prepare(select).bind(email).first<string>('username')) ?? ''
}

export async function signIn(
  driver: AccountDriver,
  app: TestApp,
  who: Credentials,
  from: From = newPlace(),
): Promise<DriverSession> {
  const outcome = await driver.signIn(app, who, from)
  if (outcome.outcome !== 'signed_in') throw new Error(`not signed in: ${outcome.answer.text}`)
  return outcome.session
}

/** Somebody who is signed in, and whose session KV knows, as when they had asked what it is. */
export async function newSignedIn(driver: AccountDriver, app: TestApp, from: From = newPlace()) {
  const who = await newAccount(driver, app)
  const session = await signIn(driver, app, who, from)
  await tellKv(await hashToken(session.token))
  return { who, session }
}

async function tellKv(tokenHash: string) {
  const telling = 'UPDATE sessions SET may_be_in_kv = 1 WHERE token_hash = ? RETURNING device'
  const record = await env.DB.prepare(telling).bind(tokenHash).first<string>('device')
  await env.KV.put(`session:${tokenHash}`, record ?? '')
}

/** Somebody whose second factor is on, with the session that switched it on. */
export async function newTwoFactorPerson(
  driver: AccountDriver,
  app: TestApp,
  from: From = newPlace(),
) {
  const person = await newSignedIn(driver, app, from)
  const switching = must(driver.switchSecondFactor, 'second factor')
  const switched = await switching(app, person.session, true, person.who.password)
  expect(switched.isDone, switched.answer.text).toBe(true)
  return person
}

export async function isAlive(
  driver: AccountDriver,
  app: TestApp,
  session: DriverSession,
): Promise<boolean> {
  const { me, answer } = await driver.me(app, session)
  expect([200, driver.guarded.refusal ?? 401], answer.text).toContain(answer.status)
  return me !== null
}

/** A reset code, read from the mail. */
export async function resetCodeFor(
  driver: AccountDriver,
  app: TestApp,
  { email }: Credentials,
): Promise<string> {
  await must(driver.requestReset, 'reset by mail')(app, email, newPlace())
  return codeFrom(app.mails, email)
}
