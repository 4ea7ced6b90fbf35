import type { Page } from 'playwright-core'
import { beforeAll, expect } from 'vitest'
import { newPerson, password, register } from '../http/harness'
import { arrive, enter, heading, leave, path, switchAppOn } from './people'
import { story } from './story'

/**
 * Forms that browsers and password managers can fill: they go by names, types and autocomplete tokens,
 * and send by the Enter key. What Chromium itself misses in a form fails any story.
 */

beforeAll(async () => {
  // The first account of a local database administers: it is somebody else.
  await register()
})

/** `name type autocomplete` of all that can be filled in, what is out of sight among it. */
async function fieldsOf(page: Page): Promise<string[]> {
  const inputs = await page.locator('main input:not([type=hidden])').all()
  return Promise.all(
    inputs.map(async (input) => {
      const get = async (name: string) => (await input.getAttribute(name)) ?? ''
      return `${await get('name')} ${await get('type')} ${await get('autocomplete')}`
    }),
  )
}

/** Sends the form that is being filled, as the Enter key does. */
const enterKey = (page: Page, label: string) =>
  arrive(page, () => page.getByLabel(label, { exact: true }).press('Enter'))

story('fills forms by their fields', async (visitor) => {
  const person = await newPerson()
  const page = await visitor.tab()
  const fields = async (address: string) => {
    await page.goto(address)
    return fieldsOf(page)
  }
  expect(await fields('/sign-in')).toEqual([
    'name text username',
    'password password current-password',
  ])
  expect(await fields('/sign-up')).toEqual([
    'name text name',
    'username text username',
    'email email email',
    'password password new-password',
  ])
  expect(await fields('/password/forgotten')).toEqual(['email email username'])
  expect(await fields('/password/new')).toEqual([
    'email email username',
    'code text one-time-code',
    'password password new-password',
  ])

  await page.goto('/account/security/password')
  await page.locator('[autocomplete=username]').fill(person.username)
  await page.locator('[autocomplete=current-password]').fill(password)
  await enterKey(page, 'Password')
  expect(await heading(page)).toBe('Change password')
  expect(await fieldsOf(page)).toEqual([
    'username text username',
    'currentPassword password current-password',
    'password password new-password',
  ])

  const app = await switchAppOn(page, visitor)
  await leave(page)
  await page.goto('/account/data')
  await page.locator('[autocomplete=username]').fill(person.email)
  await page.locator('[autocomplete=current-password]').fill(password)
  await enterKey(page, 'Password')
  expect(await fieldsOf(page)).toEqual(['code text one-time-code'])
  await page.locator('[autocomplete=one-time-code]').fill(await app.code())
  await enterKey(page, 'Code')
  expect(path(page)).toBe('/account/data')
})

story('starts with the cursor where something is to be typed', async ({ tab }) => {
  const person = await newPerson()
  const page = await tab()
  await page.goto('/sign-in')
  await page.locator('input:focus').waitFor()
  await page.keyboard.type(person.username)
  expect(await page.getByLabel('Username or e-mail address').inputValue()).toBe(person.username)
  await enter(page, person)
})
