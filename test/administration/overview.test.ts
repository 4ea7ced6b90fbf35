import { beforeAll, describe, expect, test } from 'vitest'
import { newVisitor, type Visitor } from '../pages/people'
import { testApp } from '../support/app'
import { leadsTo } from '../support/browser'
import { change } from '../support/core'
import { act, newAdministrator, pageOf, rowsIn } from './people'

/** What holds for every page of administrators, the figures, and the trail of what they did. */

const app = testApp()
let admin: Visitor

beforeAll(async () => {
  admin = await newAdministrator(app)
})

test.each([
  '/administration',
  '/administration/people',
  '/administration/applications',
  '/administration/audit',
])('%s is a page without scripts, kept nowhere, with its place in the navigation', async (path) => {
  const page = await admin.browser.open(path)
  expect(page.status).toBe(200)
  expect(page.headers.get('Cache-Control')).toBe('no-store')
  expect(page.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
  expect(page.text).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=|javascript:/i)
  expect(page.text.match(/<h1>/g)).toHaveLength(1)
  expect(page.text).toContain(`<a href="${path}" aria-current="page">`)
  const links = [...page.text.matchAll(/<a\b[^>]* href="(\/[^"]*)"/g)].map(([, link = '']) => link)
  for (const link of new Set(links)) {
    expect([link, (await admin.browser.open(link)).status]).toEqual([link, 200])
  }
})

test('people and applications that are not there are not there', async () => {
  const missing = '/administration/people/000000000000000000000000'
  expect((await admin.browser.open(missing)).status).toBe(404)
  expect((await admin.browser.open(`${missing}/delete`)).status).toBe(404)
  expect(leadsTo(await admin.browser.open('/administration'))).toBeNull()
})

describe('the figures', () => {
  test('are drawn, told to who cannot see them, and listed', async () => {
    const day = 24 * 60 * 60 * 1000
    const today = Date.now() - (Date.now() % day)
    await change('DELETE FROM hourly_figures')
    await change(
      'INSERT INTO hourly_figures VALUES (?, 3, 20, 1), (?, 4, 5, 0)',
      today - day,
      today,
    )
    const page = await admin.browser.open('/administration')
    expect(page.text).toContain('aria-label="Sign-ups: 7 in 30 days, at most 4 a day, 4 today"')
    expect(page.text).toContain('aria-label="Sign-ins: 25 in 30 days, at most 20 a day, 5 today"')
    expect(page.text).toContain(
      'aria-label="Failed sign-ins: 1 in 30 days, at most 1 a day, 0 today"',
    )
    const rows = rowsIn(page)
    expect(rows).toHaveLength(30)
    expect(rows.slice(0, 2).map((cells) => cells.slice(1))).toEqual([
      ['4', '5', '0'],
      ['3', '20', '1'],
    ])
    // The bar of yesterday is 15 high of 20 sign-ins' 40, that of today reaches the top.
    const [, signUps = ''] = /class="chart signUps"[\s\S]*?<path d="([^"]*)"/.exec(page.text) ?? []
    expect(signUps.endsWith('M112 40v-30.0h3V40zM116 40v-40.0h3V40z')).toBe(true)
  })

  test('are counted by cron', async () => {
    await change('DELETE FROM hourly_figures')
    await newVisitor(app)
    await app.cron('17 * * * *')
    const { text } = await admin.browser.open('/administration')
    const [, count = '0'] = /aria-label="Sign-ups: (\d+) in/.exec(text) ?? []
    expect(Number(count)).toBeGreaterThan(0)
  })
})

test('the trail shows who did what to whom, the newest first', async () => {
  const person = await newVisitor(app)
  await act(admin.browser, person, 'disable')
  await act(admin.browser, person, 'enable')
  const rows = rowsIn(await admin.browser.open('/administration/audit'))
  expect(rows.slice(0, 2).map((cells) => cells.slice(1))).toEqual([
    [admin.username, 'account enabled', person.username],
    [admin.username, 'account disabled', person.username],
  ])
  const { text } = await admin.browser.open('/administration/audit')
  expect(text).toContain(`<a href="${pageOf(person)}"><bdi>${person.username}</bdi></a>`)
})
