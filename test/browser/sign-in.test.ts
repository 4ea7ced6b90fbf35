import { afterAll, beforeAll, expect } from 'vitest'
import { newPerson, register } from '../http/harness'
import { isGood } from '../http/oauth-flow'
import { type ClientApp, startClientApp } from './client-app'
import { done, enter, fillSignIn, follow, heading, leave, path, press, switchAppOn } from './people'
import { story } from './story'

/** How people come in, from an application and by themselves, in one tab and in several. */

let shop: ClientApp
let forum: ClientApp

beforeAll(async () => {
  // The first account of a local database administers: it is somebody else.
  await register()
  shop = await startClientApp('The shop')
  forum = await startClientApp('The forum')
})

afterAll(async () => {
  await shop?.stop()
  await forum?.stop()
})

story(
  'comes from an application, signs in with an app’s code, agrees, and takes it back later',
  async (visitor) => {
    const { tab, look } = visitor
    const person = await newPerson()
    const page = await tab()
    await enter(page, person)
    await look(page)
    const app = await switchAppOn(page, visitor)
    await leave(page)
    await look(page)

    await page.goto(shop.origin)
    await follow(page, 'Sign in with Atrium')
    expect(path(page)).toBe('/sign-in')
    expect(await page.getByText('to continue to The shop').isVisible()).toBe(true)
    await look(page)
    await fillSignIn(page, person, 'not the password')
    await look(page)
    await fillSignIn(page, person)
    expect(await heading(page)).toBe('One more step')
    await look(page)
    await page.getByLabel('Code').fill(await app.code())
    await press(page, 'Sign in')
    expect(await heading(page)).toBe('The shop asks for access')
    expect(await page.getByText('See your name, your username and your picture.').isVisible()).toBe(
      true,
    )
    await look(page)
    await press(page, 'Allow')
    expect(await heading(page)).toBe('Hello John Doe')
    const token = shop.given.at(-1)?.access_token ?? ''
    expect(await isGood(token)).toBe(true)

    // A second time nothing is asked.
    await follow(page, 'Sign in with Atrium')
    expect(await heading(page)).toBe('Hello John Doe')

    await page.goto('/account/applications')
    await look(page)
    await press(page, 'Remove access: The shop')
    expect(await done(page)).toContain('cannot use your account any more')
    await look(page)
    expect(await isGood(token)).toBe(false)
    await page.goto(shop.origin)
    await follow(page, 'Sign in with Atrium')
    expect(await heading(page)).toBe('The shop asks for access')
    await press(page, 'Not now')
    expect(await heading(page)).toBe('No: access_denied')
  },
)

story('signs in in two tabs at once, and each goes where it was on its way', async ({ tab }) => {
  const person = await newPerson()
  const [first, second, third] = [await tab(), await tab(), await tab()]
  await first.goto(`${shop.origin}/begin`)
  await second.goto(`${forum.origin}/begin`)
  await third.goto('/account/history')
  await fillSignIn(first, person)
  expect(await heading(first)).toBe('The shop asks for access')
  await fillSignIn(second, person)
  expect(await heading(second)).toBe('The forum asks for access')
  await fillSignIn(third, person)
  expect(path(third)).toBe('/account/history')
  await press(first, 'Allow')
  expect(await heading(first)).toBe('Hello John Doe')
  await press(second, 'Allow')
  expect(await heading(second)).toBe('Hello John Doe')
})

story('types codes in two tabs at once, each for its own sign-in', async (visitor) => {
  const { tab, look } = visitor
  const person = await newPerson()
  const first = await tab()
  await enter(first, person)
  const app = await switchAppOn(first, visitor)
  await leave(first)
  const second = await tab()
  await first.goto(`${shop.origin}/begin`)
  await second.goto('/account/data')
  await fillSignIn(first, person)
  await fillSignIn(second, person)
  await second.getByLabel('Code').fill('000000')
  await press(second, 'Sign in')
  await look(second)
  await first.reload()
  await first.getByLabel('Code').fill(await app.code())
  await press(first, 'Sign in')
  expect(await heading(first)).toBe('The shop asks for access')
  await second.getByLabel('Code').fill(await app.code())
  await press(second, 'Sign in')
  expect(path(second)).toBe('/account/data')
  await press(first, 'Allow')
  expect(await heading(first)).toBe('Hello John Doe')
})

story('goes back after signing in and after agreeing, and nothing breaks', async ({ tab }) => {
  const person = await newPerson()
  const page = await tab()
  await page.goto('/account/sessions')
  await fillSignIn(page, person)
  expect(path(page)).toBe('/account/sessions')
  await page.goBack()
  expect(path(page)).toBe('/account/sessions')

  await page.goto(shop.origin)
  await follow(page, 'Sign in with Atrium')
  await press(page, 'Allow')
  expect(await heading(page)).toBe('Hello John Doe')
  // The request was agreed to: the application is answered again, by another code.
  await page.goBack()
  expect(await heading(page)).toBe('Hello John Doe')
  await page.goto('/account')
  expect(await heading(page)).toBe('Your account')
})

story('is helped on by pages that have grown old', async (visitor) => {
  const { tab, look } = visitor
  const person = await newPerson()
  const page = await tab()
  await enter(page, person)
  const app = await switchAppOn(page, visitor)
  await leave(page)

  // A code page that waited for longer than its code lives.
  await page.goto('/account/history')
  await fillSignIn(page, person)
  await visitor.wait(20 * 60)
  await page.getByLabel('Code').fill('123456')
  await press(page, 'Sign in')
  expect(path(page)).toBe('/sign-in')
  expect(await done(page)).toContain('That took too long')
  await look(page)
  await fillSignIn(page, person)
  await page.getByLabel('Code').fill(await app.code())
  await press(page, 'Sign in')
  expect(path(page)).toBe('/account/history')

  // A page of the account and a consent whose session has ended meanwhile.
  const other = await tab()
  await other.goto(`${shop.origin}/begin`)
  expect(await heading(other)).toBe('The shop asks for access')
  await page.goto('/account/profile')
  const third = await tab()
  await leave(third)
  await page.getByLabel('First name').fill('Ada')
  await press(page, 'Save')
  expect(path(page)).toBe('/sign-in')
  expect(await done(page)).toContain('nothing was changed')
  await press(other, 'Allow')
  expect(path(other)).toBe('/sign-in')
  expect(await other.getByText('to continue to The shop').isVisible()).toBe(true)
  await fillSignIn(other, person)
  await other.getByLabel('Code').fill(await app.code())
  await press(other, 'Sign in')
  await press(other, 'Allow')
  expect(await heading(other)).toBe('Hello John Doe')
  // The tab that was left at the sign-in needs none any more.
  await page.reload()
  expect(path(page)).toBe('/account/profile')
})

story('finds no way on where an application asks wrongly, and is told so', async (visitor) => {
  const { tab, look } = visitor
  const page = await tab()
  await page.goto('/oauth/authorize?client_id=nobody&redirect_uri=https://evil.example/')
  expect(path(page)).toBe('/oauth/authorize')
  expect(await heading(page)).toBe('Unknown application')
  await look(page)
  await page.goto(`/oauth/authorize?client_id=${shop.app.id}&redirect_uri=https://evil.example/`)
  expect(path(page)).toBe('/oauth/authorize')
  expect(await heading(page)).toBe('That application made a mistake')
  await look(page)
})
