import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import { leadsTo, newBrowser, saidBy } from '../support/browser'
import { change, rowsOf } from '../support/core'
import { bearer, newApplication, newTokens } from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** The page on which administrators say who is told of what happens. */

const app = testApp()
const path = '/administration/webhooks'
const url = 'https://receiver.example/hook'

let person: TestPerson
let browser: ReturnType<typeof newBrowser>
beforeAll(async () => {
  person = await newPerson(app)
  await change("UPDATE accounts SET role = 'admin' WHERE id = ?", person.id)
  browser = newBrowser(app, person.cookies)
})
beforeEach(() => change('DELETE FROM webhooks'))
afterAll(() => change('DELETE FROM webhooks'))

const add = async (typed: { [name: string]: string } = {}) =>
  browser.send(await browser.open(path), { url, ...typed }, { action: `${path}/add` })

const press = async (page: string, word: string) => {
  const answer = await browser.send(await browser.open(page), {}, { action: `${page}/${word}` })
  expect(leadsTo(answer)).toMatch(page)
  return browser.follow(answer)
}

async function idOf(): Promise<string> {
  const [row] = await rowsOf<{ webhook_id: string }>('SELECT webhook_id FROM webhooks')
  return row?.webhook_id ?? ''
}

describe('a webhook', () => {
  test('is added, shows its secret once, is paused, goes on and is removed', async () => {
    expect((await browser.open(path)).text).toContain('Nobody is told anything')
    const shown = await add()
    expect(shown.status).toBe(200)
    expect(shown.text).toMatch(/<code>whsec_[A-Za-z0-9+/]{43}=<\/code>/)
    expect(shown.headers.get('Cache-Control')).toContain('no-store')
    const listed = await browser.open(path)
    expect(listed.text).toContain(url)
    expect(listed.text).toContain('every event')
    expect(listed.text).not.toContain('whsec_')
    expect(saidBy(await press(path, 'pause'))).toMatch(/Nothing is sent there now/)
    expect((await browser.open(path)).text).toContain('Paused')
    expect(saidBy(await press(path, 'resume'))).toMatch(/What waited is sent/)
    expect(saidBy(await press(path, 'remove'))).toMatch(/It is gone/)
    expect((await browser.open(path)).text).not.toContain(url)
  })

  test('is told the events that were ticked, one or several', async () => {
    await add({ eventTypes: 'account.created' })
    const body = `url=${encodeURIComponent(url)}&eventTypes=follow.created&eventTypes=follow.deleted`
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const sent = { method: 'POST', body, headers, cookies: person.cookies }
    expect((await app.call(`${path}/add`, sent)).status).toBe(200)
    expect(await rowsOf('SELECT event_types FROM webhooks ORDER BY event_types')).toEqual([
      { event_types: '["account.created"]' },
      { event_types: '["follow.created","follow.deleted"]' },
    ])
  })

  test('at an address that is none of the web is refused, and what was typed stays', async () => {
    const answer = await add({ url: 'https://10.0.0.1/hook', eventTypes: 'follow.created' })
    expect(answer.status).toBe(400)
    expect(saidBy(answer)).toBe('This address cannot be used. It takes https and a public name.')
    expect(answer.text).toContain('value="https://10.0.0.1/hook"')
    expect(answer.text).toMatch(/value="follow.created" checked/)
  })

  test('is one of five: with these there is no form for another', async () => {
    for (let i = 0; i < 5; i += 1) await add()
    const page = await browser.open(path)
    expect(page.text).toContain('There are 5 already')
    expect(page.text).not.toContain(`action="${path}/add"`)
  })

  test('shows what it never took, and is sent it again', async () => {
    await add()
    const page = `${path}/${await idOf()}`
    expect((await browser.open(page)).text).toContain('Nothing was given up.')
    for (const id of ['a', 'b']) {
      await change(
        `INSERT INTO webhook_deliveries (delivery_id, webhook_id, event_type, event_data, happened_at, due_at,
           tries, given_up_at, last_problem)
         SELECT ?, webhook_id, 'account.created', '{}', 0, 0, 8, 1, 'answers <500>' FROM webhooks`,
        id,
      )
    }
    expect((await browser.open(path)).text).toContain('2 given up')
    expect((await browser.open(page)).text).toContain('answers &lt;500&gt;')
    expect(saidBy(await press(page, 'redeliver'))).toBe('It is sent again within a minute.')
    const left = 'SELECT COUNT(*) AS count FROM webhook_deliveries WHERE given_up_at IS NOT NULL'
    expect(await rowsOf(left)).toEqual([{ count: 1 }])
    // Without a delivery it is all of them.
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const sent = { method: 'POST', body: '', headers, cookies: person.cookies }
    expect(leadsTo(await app.call(`${page}/redeliver`, sent))).toBe(`${page}?done=again`)
    expect(await rowsOf(left)).toEqual([{ count: 0 }])
  })

  test('that is not there has no page', async () => {
    expect((await browser.open(`${path}/wh_ffffffffffffffffffffffff`)).status).toBe(404)
  })
})

test('a message is signed by the time at which it is sent, however long the run had other work', async () => {
  await add()
  await change('UPDATE webhooks SET event_types = \'["account.created"]\'')
  const signed: number[] = []
  const slowR2 = {
    async delete() {
      late.offsetMs += 10 * 60 * 1000
    },
  }
  const late = testApp({ R2: slowR2 }, async ({ seconds }) => {
    signed.push(seconds)
    return { kind: 'taken' }
  })
  await change(
    "INSERT INTO outbox (id, kind, target, payload, created_at, due_at) VALUES ('slow', 'objects', '[]', '', 0, 0)",
  )
  await newPerson(app)
  await late.cron()
  expect(signed).toHaveLength(1)
  expect(signed[0]).toBeGreaterThan(Date.now() / 1000 + 590)
})

describe('nobody else', () => {
  test('finds the page, signed in or by an application with everything', async () => {
    const other = newBrowser(app, (await newPerson(app)).cookies)
    expect((await other.open(path)).status).toBe(404)
    expect(leadsTo(await newBrowser(app).open(path))).toMatch(/^\/sign-in\?/)
    const scopes = ['openid', 'offline_access', 'delegated:all', 'admin:profile:write']
    const trusted = await newApplication({ scopes })
    const { access } = await newTokens(app, person, trusted, { scope: scopes.join(' ') })
    expect(leadsTo(await app.call(path, bearer(access)))).toMatch(/^\/sign-in\?/)
    const headers = { ...bearer(access).headers, Origin: 'https://atrium.test' }
    const posted = await app.call(`${path}/add`, { body: { url }, headers })
    expect(leadsTo(posted)).toMatch(/^\/sign-in\?/)
    expect(await idOf()).toBe('')
  })

  test('does anything to one at the desk of somebody who has gone for lunch', async () => {
    await add()
    const its = `${path}/${await idOf()}`
    await change(
      `INSERT INTO webhook_deliveries (delivery_id, webhook_id, event_type, event_data, happened_at, due_at, given_up_at)
       SELECT 'abc', webhook_id, 'account.created', '{}', 0, 0, 1 FROM webhooks`,
    )
    const [list, one] = [await browser.open(path), await browser.open(its)]
    app.offsetMs += 16 * 60 * 1000
    for (const [page, at, typed, word] of [
      [list, path, { url }, 'add'],
      [list, path, {}, 'pause'],
      [list, path, {}, 'remove'],
      [one, its, {}, 'redeliver'],
    ] as const) {
      const answer = await browser.send(page, typed, { action: `${at}/${word}` })
      expect(leadsTo(answer)).toBe(`/sign-in?continue=${encodeURIComponent(at)}&again=1`)
    }
    const resumed = await app.call(`${path}/resume`, {
      method: 'POST',
      body: `webhookId=${await idOf()}`,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      cookies: person.cookies,
    })
    expect(leadsTo(resumed)).toBe(`/sign-in?continue=${encodeURIComponent(path)}&again=1`)
    expect(
      await rowsOf('SELECT paused_at, given_up_at FROM webhooks JOIN webhook_deliveries'),
    ).toEqual([{ paused_at: null, given_up_at: 1 }])
    app.offsetMs = 0
  })
})
