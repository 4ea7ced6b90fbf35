import { expect } from 'vitest'
import { testApp } from './app'
import { leadsTo, newBrowser } from './browser'
import { change, rowsOf } from './core'
import { newPerson } from './social'

/** A webhook with its administrator, from its first day to its last, at an address where nobody answers. */
export async function walkTheWebhooks(settings: { readonly [name: string]: unknown }) {
  const app = testApp(settings)
  const person = await newPerson(app)
  await change("UPDATE accounts SET role = 'admin' WHERE id = ?", person.id)
  const browser = newBrowser(app, person.cookies)
  const path = '/administration/webhooks'
  const press = async (page: string, word: string) =>
    leadsTo(await browser.send(await browser.open(page), {}, { action: `${page}/${word}` }))

  const typed = { url: 'https://receiver.example/', eventTypes: 'account.created' }
  await browser.send(await browser.open(path), typed, { action: `${path}/add` })
  const [row] = await rowsOf<{ webhook_id: string }>('SELECT webhook_id FROM webhooks')
  await newPerson(app)
  await app.cron()
  await change('UPDATE webhook_deliveries SET given_up_at = 1')
  const page = `${path}/${row?.webhook_id}`
  expect(await press(page, 'redeliver')).toBe(`${page}?done=again`)
  expect(await press(path, 'pause')).toBe(`${path}?done=pause`)
  expect(await press(path, 'resume')).toBe(`${path}?done=resume`)
  await app.cron('17 * * * *')
  expect(await press(path, 'remove')).toBe(`${path}?done=removed`)
}
