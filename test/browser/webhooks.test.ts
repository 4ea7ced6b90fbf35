import { afterAll, beforeAll, beforeEach, expect, inject } from 'vitest'
import { openBindings } from '../../scripts/bindings.mjs'
import { newPerson, register, runCron } from '../http/harness'
import { done, enter, follow, path, press, problem } from './people'
import { story } from './story'

/** An administrator who has another server told what happens here. */

let place: Awaited<ReturnType<typeof openBindings>>

beforeAll(async () => {
  // The first account of a local database administers: it is somebody else.
  await register()
  place = await openBindings({ env: 'production', harness: true, 'persist-to': inject('state') })
})
beforeEach(async () => {
  await place.db.prepare('DELETE FROM webhooks').run()
})
afterAll(async () => {
  await place?.db.prepare('DELETE FROM webhooks').run()
  await place?.close()
})

story('adds a webhook, keeps its secret and sends again what was not taken', async (visitor) => {
  const { tab, look, wait } = visitor
  const admin = await newPerson()
  const grant = "UPDATE accounts SET role = 'admin' WHERE id = ?"
  await place.db.prepare(grant).bind(admin.id).run()
  const page = await tab()
  await enter(page, admin)
  await page.goto('/administration')
  await follow(page, 'Webhooks')
  await look(page)
  await page.getByLabel('Address').fill('https://10.0.0.1/hook')
  await page.getByLabel('account.created').check()
  await press(page, 'Add')
  expect(await problem(page)).toContain('This address cannot be used')
  expect(await page.getByLabel('account.created').isChecked()).toBe(true)
  await look(page)
  // Nobody listens there.
  await page.getByLabel('Address').fill('http://127.0.0.1:9/hook')
  await press(page, 'Add')
  expect(await page.locator('code').textContent()).toMatch(/^whsec_/)
  await look(page)
  await follow(page, 'I have kept it')
  expect(await page.textContent('main')).not.toContain('whsec_')

  await register()
  for (const seconds of [1, 90, 400, 2200, 8700, 21_700, 43_300, 77_900]) {
    await wait(seconds)
    await runCron()
  }
  // Days have passed, and sending again takes a sign-in of the last minutes.
  await page.context().clearCookies()
  await enter(page, admin)
  await page.goto('/administration/webhooks')
  await follow(page, '1 given up')
  expect(await page.textContent('main')).toContain('cannot be reached')
  await look(page)
  await press(page, 'Send again: account.created')
  expect(await done(page)).toBe('It is sent again within a minute.')
  await look(page)
  await follow(page, 'Webhooks')
  expect(path(page)).toBe('/administration/webhooks')
  await press(page, 'Pause: http://127.0.0.1:9/hook')
  expect(await done(page)).toContain('Nothing is sent there now')
  await look(page)
})
