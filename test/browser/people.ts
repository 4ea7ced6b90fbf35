import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { codeAt } from '../../src/crypto/totp'
import { type Person, password } from '../http/harness'
import type { Visitor } from './story'

/** What people do at the pages again and again. */

export const path = (page: Page) => new URL(page.url()).pathname

/** Does what leads to another page, and waits for that. */
export async function arrive(page: Page, act: () => Promise<void>): Promise<void> {
  await Promise.all([page.waitForEvent('load'), act()])
}

function go(page: Page, role: 'button' | 'link', name: string): Promise<void> {
  const target = page.getByRole(role, { name, exact: true }).first()
  return arrive(page, () => target.click())
}

export const press = (page: Page, name: string) => go(page, 'button', name)
export const follow = (page: Page, name: string) => go(page, 'link', name)

async function text(locator: Locator): Promise<string> {
  return ((await locator.textContent()) ?? '').replace(/\s+/g, ' ').trim()
}

export const heading = (page: Page) => text(page.getByRole('heading', { level: 1 }))
/** What was done, and what went wrong, as the page says it. */
export const done = (page: Page) => text(page.getByRole('status'))
export const problem = (page: Page) => text(page.getByRole('alert'))

/** Fills the sign-in that is open, and sends it. */
export async function fillSignIn(page: Page, person: Pick<Person, 'username'>, secret = password) {
  await page.getByLabel('Username or e-mail address').fill(person.username)
  await page.getByLabel('Password', { exact: true }).fill(secret)
  await press(page, 'Sign in')
}

/** Signs in at the account page. */
export async function enter(page: Page, person: Pick<Person, 'username'>, secret = password) {
  await page.goto('/account')
  await fillSignIn(page, person, secret)
  expect(path(page)).toBe('/account')
}

export async function leave(page: Page) {
  await page.goto('/account')
  await follow(page, 'Sign out')
  await press(page, 'Sign out')
  expect(path(page)).toBe('/sign-in')
}

export interface Authenticator {
  /** The code of the app's next step: each counts once, so the clock moves on to it. */
  code(): Promise<string>
}

/** Switches an authenticator app on, by the key that the page shows. */
export async function switchAppOn(page: Page, { look, wait }: Visitor): Promise<Authenticator> {
  await page.goto('/account/security')
  await look(page)
  await follow(page, 'Use an authenticator app')
  await look(page)
  await press(page, 'Start')
  await look(page)
  const secret = (await text(page.locator('code'))).replaceAll(' ', '')
  const code = async () => codeAt(secret, await wait(30))
  await page.getByLabel('Code', { exact: true }).fill('000000')
  await press(page, 'Switch on')
  await look(page)
  await page.getByLabel('Code', { exact: true }).fill(await code())
  await press(page, 'Switch on')
  await look(page)
  expect(await page.locator('.codes li').count()).toBe(10)
  await follow(page, 'I have kept them')
  await look(page)
  return { code }
}
