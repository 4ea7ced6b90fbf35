import { beforeAll, describe, expect, test } from 'vitest'
import { anotherDevice, isSignedIn, newVisitor, submit, type Visitor } from '../pages/people'
import { newJar, testApp } from '../support/app'
import { leadsTo, newBrowser, saidBy } from '../support/browser'
import { rowsOf } from '../support/core'
import { newApplication, newTokens } from '../support/oauth'
import { act, newAdministrator, pageOf } from './people'

/**
 * Who gets in where everybody's accounts are: administrators by their own browser, and nobody by a trick
 * on one. For all others there is nothing there.
 */

const app = testApp()
let admin: Visitor
let victim: Visitor

beforeAll(async () => {
  admin = await newAdministrator(app)
  victim = await newVisitor(app)
})

const pages = () => [
  '/administration',
  '/administration/people',
  `/administration/people?q=${victim.username}`,
  '/administration/people?q=a',
  pageOf(victim),
  `${pageOf(victim)}/delete`,
  '/administration/applications',
  '/administration/audit',
]
const actions = () => [
  ...['disable', 'enable', 'end-sessions', 'reset', 'grant', 'revoke', 'delete/confirm'].map(
    (word) => `${pageOf(victim)}/${word}`,
  ),
  ...['add', 'renew', 'remove'].map((word) => `/administration/applications/${word}`),
]
const asBrowser = { Accept: 'text/html' }

function post(action: string, who: Visitor, headers: { [name: string]: string } = {}) {
  const fields = { username: victim.username, clientId: 'a-client', scopes: 'openid' }
  const type = { 'Content-Type': 'application/x-www-form-urlencoded', ...asBrowser }
  const body = new URLSearchParams(fields).toString()
  return app.call(action, {
    method: 'POST',
    body,
    cookies: who.cookies,
    headers: { ...type, ...headers },
  })
}

const stateOf = () =>
  rowsOf(
    `SELECT role, disabled_at, epoch, (SELECT COUNT(*) FROM audit_entries) AS acts,
      (SELECT COUNT(*) FROM clients) AS clients FROM accounts WHERE id = ?`,
    victim.id,
  )

describe('somebody who is no administrator', () => {
  test('finds what there is at an address without a page, by links and by forms', async () => {
    const eve = await newVisitor(app)
    const nothing = await eve.browser.open('/administration-of-nothing', asBrowser)
    expect(nothing.status).toBe(404)
    for (const path of pages()) {
      const answer = await eve.browser.open(path, asBrowser)
      expect([path, answer.status, answer.text]).toEqual([path, 404, nothing.text])
    }
    const before = await stateOf()
    for (const action of actions()) {
      const answer = await post(action, eve)
      expect([action, answer.status, answer.text]).toEqual([action, 404, nothing.text])
    }
    expect(await stateOf()).toEqual(before)
  })

  test('learns nothing of it on their own pages either', async () => {
    expect((await victim.browser.open('/account')).text).not.toContain('/administration')
    expect((await admin.browser.open('/account')).text).toContain('href="/administration"')
  })

  test('is led to the sign-in where nobody is signed in, and back', async () => {
    for (const path of pages()) {
      const answer = await newBrowser(app, newJar()).open(path)
      expect(leadsTo(answer)).toBe(`/sign-in?${new URLSearchParams({ continue: path })}`)
    }
  })

  test('was an administrator a moment ago', async () => {
    const former = await newAdministrator(app)
    const page = await former.browser.open(pageOf(victim))
    await act(admin.browser, former, 'revoke')
    const action = `${pageOf(victim)}/disable`
    expect((await former.browser.send(page, {}, { action })).status).toBe(404)
    expect(await isSignedIn(victim.browser)).toBe(true)
  })
})

test('an application gets in nowhere, whoever granted it whatever', async () => {
  const scope = 'openid delegated:all admin:profile:write'
  const { access } = await newTokens(
    app,
    admin,
    await newApplication({ scopes: scope.split(' ') }),
    { scope },
  )
  for (const headers of [
    { Authorization: `Bearer ${access}` },
    { Cookie: `__Host-atrium_session=${access}` },
  ]) {
    const answer = await app.call('/administration', { headers })
    expect(leadsTo(answer)).toBe('/sign-in?continue=%2Fadministration')
  }
})

test('another website makes an administrator’s browser do nothing', async () => {
  const before = await stateOf()
  for (const headers of [
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: '', 'Sec-Fetch-Site': 'cross-site' },
    { Origin: '', 'Sec-Fetch-Site': 'same-site' },
    { Origin: '' },
  ]) {
    for (const action of actions()) {
      expect([headers, (await post(action, admin, headers)).status]).toEqual([headers, 403])
    }
  }
  expect(await stateOf()).toEqual(before)
})

test('a sign-in of long ago reads, and signs in again before it changes anything', async () => {
  const late = testApp()
  const old = await newAdministrator(late)
  late.offsetMs = 16 * 60 * 1000
  const before = await stateOf()
  for (const path of pages().filter((one) => !one.endsWith('=a'))) {
    expect((await old.browser.open(path)).status).toBe(200)
  }
  for (const action of actions()) {
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const body = new URLSearchParams({ username: victim.username, clientId: 'x', scopes: 'openid' })
    const answer = await late.call(action, {
      method: 'POST',
      body: body.toString(),
      cookies: old.cookies,
      headers: type,
    })
    if (action.endsWith('/confirm')) {
      expect(leadsTo(answer)).toBe(
        `/sign-in?${new URLSearchParams({ continue: `${pageOf(victim)}/delete`, again: '1' })}`,
      )
      continue
    }
    const page = action.slice(0, action.lastIndexOf('/'))
    const to = `/sign-in?${new URLSearchParams({ continue: page, again: '1' })}`
    expect([action, leadsTo(answer)]).toEqual([action, to])
  }
  expect(await stateOf()).toEqual(before)
})

describe('an administrator', () => {
  test('is offered nothing to do to themselves, and refused it', async () => {
    const page = await admin.browser.open(pageOf(admin))
    expect(page.text).not.toContain('<form method="post"')
    for (const word of ['disable', 'revoke', 'end-sessions', 'reset', 'delete/confirm']) {
      const action = `${pageOf(admin)}/${word}`
      const fields = new URLSearchParams({ username: admin.username }).toString()
      const answer = await app.call(action, {
        method: 'POST',
        body: fields,
        cookies: admin.cookies,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      })
      expect([word, answer.status, saidBy(answer)]).toEqual([
        word,
        403,
        'Your account may not do this.',
      ])
    }
    expect((await admin.browser.open('/administration')).status).toBe(200)
  })

  test('and another who take the role from each other at once leave one', async () => {
    const [one, other] = [await newAdministrator(app), await newAdministrator(app)]
    const pagesOpen = [
      await one.browser.open(pageOf(other)),
      await other.browser.open(pageOf(one)),
    ] as const
    await Promise.all([
      one.browser.send(pagesOpen[0], {}, { action: `${pageOf(other)}/revoke` }),
      other.browser.send(pagesOpen[1], {}, { action: `${pageOf(one)}/revoke` }),
    ])
    const left = await rowsOf(
      "SELECT 1 FROM accounts WHERE role = 'admin' AND id IN (?, ?)",
      one.id,
      other.id,
    )
    expect(left).toHaveLength(1)
  })

  test('who is closed is out at the next press', async () => {
    const other = await newAdministrator(app)
    const elsewhere = await anotherDevice(app, other)
    await act(admin.browser, other, 'disable')
    for (const browser of [other.browser, elsewhere]) {
      expect(leadsTo(await browser.open('/administration'))).toMatch(/^\/sign-in/)
    }
  })
})

test('what is shown of people holds no secret of theirs', async () => {
  const person = await newVisitor(app)
  await submit(person.browser, '/account/security/app', {}, '/account/security/app')
  const token = person.cookies.cookies.get('__Host-atrium_session') ?? 'none'
  const [row] = await rowsOf<{ hash: string; secret: string; session: string }>(
    `SELECT password_hash AS hash, pending_secret AS secret, token_hash AS session FROM accounts
      JOIN second_factors ON second_factors.account_number = number
      JOIN sessions ON sessions.account_number = number WHERE id = ?`,
    person.id,
  )
  const { text } = await admin.browser.open(pageOf(person))
  for (const secret of [token, row?.hash, row?.secret, row?.session]) {
    expect(secret?.length).toBeGreaterThan(20)
    expect(text).not.toContain(secret)
  }
})

test('nobody takes "administration" for a username', async () => {
  const body = {
    username: 'Administration',
    email: 'a@example.com',
    password: 'a long enough one',
    firstName: 'A',
    lastName: 'B',
  }
  const answer = await app.call('/social/user/create', { body })
  expect(answer.status).toBe(400)
})
