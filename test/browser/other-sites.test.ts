import { afterAll, beforeAll, expect, inject } from 'vitest'
import { isSignedIn, newPerson, register } from '../http/harness'
import { newApp, newRequest } from '../http/oauth-flow'
import { type ClientApp, startClientApp } from './client-app'
import { enter, heading, path, press } from './people'
import { story } from './story'

/** What the pages of other sites may send a browser to do here, and what not. */

let shop: ClientApp

beforeAll(async () => {
  // The first account of a local database administers: it is somebody else.
  await register()
  shop = await startClientApp('The shop')
})

afterAll(() => shop?.stop())

/** A page of the application with a form, ready to be sent here. */
function formTo(address: string, fields: { readonly [name: string]: string } = {}): string {
  return `${shop.origin}/post?${new URLSearchParams({ to: inject('origin') + address, ...fields })}`
}

story('is known when an application posts what it asks', async ({ tab }) => {
  const person = await newPerson()
  const page = await tab()
  await enter(page, person)
  await page.goto(formTo('/oauth/authorize', newRequest(shop.app).parameters))
  await press(page, 'Send')
  expect(await heading(page)).toBe('The shop asks for access')
  await press(page, 'Allow')
  // The application keeps no word of what the form said.
  expect(await heading(page)).toBe('This was not asked for')
})

story('goes on to an application that is installed on the device', async ({ tab }) => {
  const person = await newPerson()
  await enter(await tab(), person)
  // Nobody waits there: that the browser goes is what a policy could forbid.
  for (const redirectUri of ['com.example.app:/callback', 'http://[::1]:4711/callback']) {
    const page = await tab()
    await page.goto(newRequest(await newApp({ redirectUri })).address)
    await Promise.all([
      page.waitForRequest((request) => request.url().startsWith(`${redirectUri}?code=`)),
      page.getByRole('button', { name: 'Allow' }).click(),
    ])
  }
})

story('signs out at the wish of an application, and goes back to it', async ({ tab, look }) => {
  const person = await newPerson()
  const page = await tab()
  await enter(page, person)
  const wish = {
    client_id: shop.app.id,
    post_logout_redirect_uri: `${shop.origin}/goodbye`,
    state: 'so long',
  }
  await page.goto(`/oauth/logout?${new URLSearchParams(wish)}`)
  await look(page)
  await press(page, 'Sign out')
  expect(await heading(page)).toBe('Goodbye')
  expect(new URL(page.url()).searchParams.get('state')).toBe('so long')
  await page.goto('/account')
  expect(path(page)).toBe('/sign-in')

  await enter(page, person)
  await page.goto(formTo('/oauth/logout', wish))
  await press(page, 'Send')
  await press(page, 'Sign out')
  expect(await heading(page)).toBe('Goodbye')
})

story('loses nothing to a site that posts in their name', async ({ tab, look }) => {
  const person = await newPerson()
  const page = await tab()
  await enter(page, person)
  const { address } = newRequest(shop.app)
  const forms = [
    formTo('/account/sessions/end-all'),
    formTo('/account/data/delete', { username: person.username }),
    formTo('/oauth/consent', {
      request: new URL(address, inject('origin')).search.slice(1),
      account: person.id,
      decision: 'allow',
    }),
    formTo('/oauth/logout/confirm', { request: '' }),
    formTo('/sign-out'),
    formTo('/sign-in', { name: 'somebody', password: 'else' }),
  ]
  for (const form of forms) {
    await page.goto(form)
    await press(page, 'Send')
    expect(await heading(page)).toBe('Please try that again here')
  }
  await look(page)
  await page.goto('/account')
  expect(await heading(page)).toBe('Your account')
  expect(await isSignedIn(person.cookies)).toBe(true)
})
