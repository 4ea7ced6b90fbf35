import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect } from 'vitest'
import {
  codeTo,
  isSignedIn,
  login,
  newPerson,
  newUsername,
  password,
  register,
  signIn,
} from '../http/harness'
import { taggedPicture } from '../support/png'
import { type ClientApp, startClientApp } from './client-app'
import { done, enter, fillSignIn, follow, heading, leave, path, press, problem } from './people'
import { story } from './story'

/** How people get an account, keep it and give it up. */

const another = 'another long passphrase'
let shop: ClientApp

beforeAll(async () => {
  // The first account of a local database administers: it is somebody else.
  await register()
  shop = await startClientApp('The shop')
})

afterAll(() => shop?.stop())

story('makes an account on the way to an application', async ({ tab, look }) => {
  const page = await tab()
  const username = newUsername()
  const email = `${username}@example.com`
  await page.goto(`${shop.origin}/begin`)
  await follow(page, 'Make an account')
  await look(page)
  await page.getByLabel('Your name').fill('Ada Lovelace')
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill('password')
  await press(page, 'Make the account')
  expect(await problem(page)).toContain('easy to guess')
  await look(page)
  await page.getByLabel('Password').fill(password)
  await press(page, 'Make the account')
  await look(page)
  await page.getByLabel('Code from the mail').fill('no such code')
  await press(page, 'Confirm')
  await look(page)
  await page.getByLabel('Code from the mail').fill(await codeTo(email))
  await press(page, 'Confirm')
  expect(await heading(page)).toBe('The shop asks for access')
  await press(page, 'Allow')
  expect(await heading(page)).toBe('Hello Ada Lovelace')
})

story('has forgotten the password, and goes on where it was needed', async ({ tab, look }) => {
  const person = await newPerson()
  const page = await tab()
  await page.goto(`${shop.origin}/begin`)
  await follow(page, 'Forgotten your password?')
  await look(page)
  await page.getByLabel('E-mail address').fill(person.email)
  await press(page, 'Mail me a code')
  expect(await done(page)).toContain('If there is an account with this address')
  await look(page)
  expect(await page.getByLabel('E-mail address').inputValue()).toBe(person.email)
  await page.getByLabel('Code from the mail').fill('not the code')
  await page.getByLabel('New password').fill(another)
  await press(page, 'Set the new password')
  await look(page)
  expect(await page.getByLabel('E-mail address').inputValue()).toBe(person.email)
  expect(await page.getByLabel('New password').inputValue()).toBe('')
  await page.getByLabel('Code from the mail').fill(await codeTo(person.email))
  await page.getByLabel('New password').fill(another)
  await press(page, 'Set the new password')
  expect(path(page)).toBe('/sign-in')
  expect(await done(page)).toContain('Your new password is set')
  expect(await isSignedIn(person.cookies)).toBe(false)
  await look(page)
  await fillSignIn(page, person, another)
  await press(page, 'Allow')
  expect(await heading(page)).toBe('Hello John Doe')
})

story('types the code of a forgotten password too late', async ({ tab, look, wait }) => {
  const person = await newPerson()
  const page = await tab()
  await page.goto('/password/forgotten')
  await page.getByLabel('E-mail address').fill(person.email)
  await press(page, 'Mail me a code')
  await page.getByLabel('Code from the mail').fill(await codeTo(person.email))
  await page.getByLabel('New password').fill(another)
  await wait(31 * 60)
  await press(page, 'Set the new password')
  expect(await problem(page)).toContain('ask for a new one')
  await look(page)
  await follow(page, 'Ask for another one')
  expect(path(page)).toBe('/password/forgotten')
})

story('signs another device out', async ({ tab, look }) => {
  const person = await newPerson()
  const page = await tab()
  await enter(page, person)
  await page.goto('/account/sessions')
  await look(page)
  expect(await isSignedIn(person.cookies)).toBe(true)
  await press(page, 'Sign out: test')
  expect(await done(page)).toBe('It is signed out.')
  expect(await isSignedIn(person.cookies)).toBe(false)

  const elsewhere = await signIn(person)
  await page.reload()
  await press(page, 'Sign out all others')
  expect(await isSignedIn(elsewhere)).toBe(false)
  await look(page)
  await page.goto('/account/history')
  await look(page)
  expect(await page.getByText('Signed in').count()).toBeGreaterThan(1)
})

story('has codes mailed at each sign-in, until it is too much', async ({ tab, look }) => {
  const person = await newPerson()
  const page = await tab()
  await enter(page, person)
  await page.goto('/account/security')
  await follow(page, 'Have codes mailed')
  await look(page)
  await press(page, 'Mail me the first code')
  await look(page)
  await page.getByLabel('Code from the mail').fill(await codeTo(person.email))
  await press(page, 'Switch on')
  expect(await done(page)).toContain('Your second factor is on')
  await look(page)
  await leave(page)
  await page.goto('/account')
  await fillSignIn(page, person)
  await look(page)
  await page.getByLabel('Code').fill(await codeTo(person.email))
  await press(page, 'Sign in')
  await page.goto('/account/security')
  await follow(page, 'Switch off')
  await look(page)
  await press(page, 'Mail me a code')
  await page.getByLabel('Code from the mail').fill(await codeTo(person.email))
  await press(page, 'Switch off')
  expect(await done(page)).toBe('Your second factor is off.')
})

story('changes the profile, with a picture', async ({ tab, look }) => {
  const person = await newPerson()
  const page = await tab()
  await enter(page, person)
  await page.goto('/account/profile')
  await look(page)
  await page.getByLabel('First name').fill('Ada')
  await page.getByLabel('Bio').fill('One line,\nand another.')
  await page.getByLabel('Country').selectOption('GB')
  await page.getByLabel('Custom link').fill('https://example.com/ada')
  await page.getByRole('button', { name: 'Save', exact: true }).first().click()
  await page.waitForURL('**/account/profile?done=saved')
  expect(await page.getByLabel('Bio').inputValue()).toBe('One line,\nand another.')
  expect(await page.getByLabel('Country').inputValue()).toBe('GB')
  await look(page)

  const files = (name: string, buffer: Buffer) =>
    page.getByLabel('New picture').setInputFiles({ name, mimeType: 'image/png', buffer })
  await files('me.png', Buffer.from('this is none'))
  await press(page, 'Upload')
  expect(await problem(page)).toContain('no PNG')
  await look(page)
  await files('me.png', Buffer.from((await taggedPicture('a picture of Ada')).given))
  await press(page, 'Upload')
  expect(await done(page)).toBe('That is your picture now.')
  await look(page)
  await page.goto('/account')
  const picture = page.getByAltText('Your picture')
  const address = new URL((await picture.getAttribute('src')) ?? '', page.url())
  const shown = await page.request.get(address.href)
  expect(shown.headers()['content-type']).toBe('image/png')
  await page.goto('/account/profile')
  await press(page, 'Remove picture')
  expect(await page.getByAltText('Your picture').count()).toBe(0)

  await page.getByLabel('Private account').check()
  await page.getByRole('button', { name: 'Save', exact: true }).last().click()
  await page.waitForURL('**/account/profile?done=private')
  expect(await page.getByLabel('Private account').isChecked()).toBe(true)
})

story('moves to another address and another password', async ({ tab, look, wait }) => {
  const person = await newPerson()
  const page = await tab()
  await enter(page, person)
  // Long enough that the password is asked for.
  await wait(16 * 60)
  const email = `moved_${person.email}`
  await page.goto('/account/security/email')
  await look(page)
  await page.getByLabel('New e-mail address').fill(email)
  await page.getByLabel('Your password').fill('not the password')
  await press(page, 'Mail the code')
  await look(page)
  await page.getByLabel('Your password').fill(password)
  await press(page, 'Mail the code')
  expect(await done(page)).toContain('We mailed a code')
  await look(page)
  await page.getByLabel('Code from the mail').fill(await codeTo(email))
  await press(page, 'Confirm')
  expect(await done(page)).toBe('Your e-mail address is confirmed.')
  expect(await page.getByText(email).isVisible()).toBe(true)
  await look(page)

  await page.goto('/account/security/password')
  await look(page)
  await page.getByLabel('Current password').fill('not the password')
  await page.getByLabel('New password').fill(another)
  await press(page, 'Change password')
  await look(page)
  await page.getByLabel('Current password').fill(password)
  await page.getByLabel('New password').fill(another)
  await press(page, 'Change password')
  expect(await done(page)).toContain('Your password is changed')
  await leave(page)
  await enter(page, { username: email }, another)
})

story('takes everything along, and deletes the account', async ({ tab, look, wait }) => {
  const person = await newPerson()
  const page = await tab()
  await enter(page, person)
  await page.goto('/account/data')
  await look(page)
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ])
  const exported = JSON.parse(readFileSync(await file.path(), 'utf8'))
  expect(JSON.stringify(exported)).toContain(person.email)

  await wait(16 * 60)
  await page.goto('/account/data')
  await press(page, 'Download')
  expect(path(page)).toBe('/sign-in')
  await look(page)
  expect(await page.getByLabel('Username or e-mail address').inputValue()).toBe(person.username)
  await fillSignIn(page, person)
  expect(path(page)).toBe('/account/data')

  await follow(page, 'Delete account')
  await look(page)
  await page.getByLabel('Type your username').fill('somebody else')
  await page.getByLabel('Your password').fill(password)
  await press(page, 'Delete my account')
  await look(page)
  await page.getByLabel('Type your username').fill(person.username)
  await page.getByLabel('Your password').fill(password)
  await press(page, 'Delete my account')
  expect(path(page)).toBe('/sign-in')
  expect(await done(page)).toContain('Your account is deleted')
  await look(page)
  expect((await login(person.username, { from: person.home })).status).toBe(401)
})
