import { afterAll, beforeAll, expect, inject } from 'vitest'
import { openBindings } from '../../scripts/bindings.mjs'
import { isSignedIn, newPerson, type Person, register, runCron } from '../http/harness'
import { done, enter, follow, heading, path, press, problem } from './people'
import { story } from './story'

/** An administrator at work, among 100,000 people. */

let place: Awaited<ReturnType<typeof openBindings>>

const crowd = 100_000
const rowsPerInsert = 10_000

/** People who never come, so that those who do are looked for among many. */
async function fillWithPeople(): Promise<void> {
  for (let first = 0; first < crowd; first += rowsPerInsert) {
    await place.db
      .prepare(
        `WITH RECURSIVE counted (i) AS (SELECT CAST(? AS INTEGER) UNION ALL SELECT i + 1 FROM counted WHERE i < ?)
        INSERT INTO accounts (number, id, username, username_key, email, email_key, first_name, last_name,
          first_name_key, last_name_key, created_at, updated_at)
        SELECT i + 1, printf('5f000000%016x', i), 'member_' || i, 'member_' || i, 'member_' || i || '@example.com',
          'member_' || i || '@example.com', 'Mem', 'Ber' || i, 'mem', 'ber' || i, 1593835520000, 1593835520000
        FROM counted`,
      )
      .bind(first, first + rowsPerInsert - 1)
      .run()
  }
}

beforeAll(async () => {
  // The first account of a local database administers: it is somebody else.
  await register()
  place = await openBindings({ env: 'production', harness: true, 'persist-to': inject('state') })
  await fillWithPeople()
}, 300_000)

afterAll(() => place?.close())

async function newAdministrator(): Promise<Person> {
  const person = await newPerson()
  const grant = "UPDATE accounts SET role = 'admin' WHERE id = ?"
  await place.db.prepare(grant).bind(person.id).run()
  return person
}

story('finds somebody among 100,000, closes the account and reads so', async ({ tab, look }) => {
  const [admin, person] = [await newAdministrator(), await newPerson()]
  const page = await tab()
  await enter(page, admin)
  await follow(page, 'Administration')
  expect(path(page)).toBe('/administration')
  await runCron('17 * * * *')
  await page.reload()
  expect(await page.getByRole('img', { name: /^Sign-ups: [1-9]/ }).count()).toBe(1)
  await page.getByText('As numbers').click()
  await look(page)

  await follow(page, 'People')
  await look(page)
  await page.getByLabel('Username, e-mail address, name or id').fill('member_777')
  await press(page, 'Find')
  // Whom it means by the whole name comes before those whose names begin like it.
  expect(await page.getByRole('row').nth(1).getByRole('link').textContent()).toBe('member_777')
  expect(await page.getByText('There are more.').count()).toBe(1)
  await look(page)
  await page.getByLabel('Username, e-mail address, name or id').fill(person.username.slice(3))
  await press(page, 'Find')
  await follow(page, person.username)
  expect(await heading(page)).toBe(person.username)
  await look(page)

  // Meanwhile the person is here.
  expect(await isSignedIn(person.cookies)).toBe(true)
  await press(page, 'Close account')
  expect(await done(page)).toBe('The account is closed, and every session has ended.')
  await look(page)
  expect(await isSignedIn(person.cookies)).toBe(false)

  await follow(page, 'Audit trail')
  const newest = page.getByRole('row').nth(1)
  expect(await newest.textContent()).toContain('account disabled')
  expect(await newest.textContent()).toContain(person.username)
  expect(await newest.textContent()).toContain(admin.username)
  await look(page)
})

story('deletes somebody, after a sign-in of long ago', async ({ tab, look, wait }) => {
  const [admin, person] = [await newAdministrator(), await newPerson()]
  const page = await tab()
  await enter(page, admin)
  await page.goto(`/administration/people/${person.id}`)
  await wait(16 * 60)
  await follow(page, 'Delete account')
  await look(page)
  await page.getByLabel('Type the username').fill(person.username)
  await press(page, 'Delete this account')
  expect(path(page)).toBe('/sign-in')
  await page.getByLabel('Password', { exact: true }).fill('$uper&ecurePassw0rd')
  await press(page, 'Sign in')
  expect(path(page)).toBe(`/administration/people/${person.id}/delete`)
  await page.getByLabel('Type the username').fill('somebody else')
  await press(page, 'Delete this account')
  expect(await problem(page)).toContain('Nothing was deleted')
  await look(page)
  await page.getByLabel('Type the username').fill(person.username)
  await press(page, 'Delete this account')
  expect(await done(page)).toBe('The account is deleted.')
  await look(page)
})

story('adds an application, and keeps its secret', async ({ tab, look }) => {
  const admin = await newAdministrator()
  const page = await tab()
  await enter(page, admin)
  await page.goto('/administration/applications')
  await look(page)
  const id = `shop_${Date.now()}`
  await page.getByLabel('Id', { exact: true }).fill(id)
  await page.getByLabel('Scopes').fill('everything')
  await press(page, 'Add')
  expect(await problem(page)).toContain('scope')
  await look(page)
  await page.getByLabel('Scopes').fill('openid email')
  await page.getByLabel('Addresses it may send people back to').fill('https://shop.example/back')
  await press(page, 'Add')
  expect(await page.locator('code').textContent()).toMatch(/^[\w-]{43}$/)
  await look(page)
  await follow(page, 'I have kept it')
  const row = page.getByRole('row').filter({ hasText: id })
  await row.getByText('Change').click()
  await look(page)
  await press(page, `Remove: ${id}`)
  expect(await done(page)).toContain('It is gone')
  await look(page)
})
