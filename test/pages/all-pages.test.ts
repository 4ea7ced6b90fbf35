import { beforeAll, describe, expect, test } from 'vitest'
import { numberOf } from '../dialects/social/picture-calls'
import { newJar, testApp } from '../support/app'
import { leadsTo, newBrowser } from '../support/browser'
import { change } from '../support/core'
import { forms, newVisitor, pages, type Visitor } from './people'

/** What holds for every page of an account and every form on them. */

const app = testApp()
const staleMs = 16 * 60 * 1000
let visitor: Visitor

beforeAll(async () => {
  visitor = await newVisitor(app)
})

const formType = { 'Content-Type': 'application/x-www-form-urlencoded' }

function post(action: string, fields: { readonly [name: string]: string }, who = visitor.cookies) {
  const body = new URLSearchParams(fields).toString()
  return app.call(action, { method: 'POST', body, cookies: who, headers: formType })
}

describe('a page', () => {
  test.each(pages)('%s is shown, without scripts, and kept nowhere', async (path) => {
    const page = await visitor.browser.open(path)
    expect(page.status).toBe(200)
    expect(page.headers.get('Content-Type')).toMatch(/^text\/html/)
    expect(page.headers.get('Cache-Control')).toBe('no-store')
    const policy = page.headers.get('Content-Security-Policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("form-action 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/script-src|unsafe/)
    expect(page.text).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=|javascript:/i)
    expect(page.text).toMatch(/<nav[^>]*aria-label/)
    expect(page.text.match(/<h1>/g)).toHaveLength(1)
    expect(page.text.match(/aria-current=/g)).toHaveLength(1)
    const ids = [...page.text.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
    expect(ids).toEqual([...new Set(ids)])
  })

  test.each(pages)('%s leads whoever is not signed in to the sign-in and back', async (path) => {
    for (const cookies of [newJar(), unknownSession()]) {
      const answer = await newBrowser(app, cookies).open(path)
      expect(leadsTo(answer)).toBe(`/sign-in?continue=${encodeURIComponent(path)}`)
      expect(answer.text).not.toContain(visitor.username)
    }
  })

  test.each(pages)('%s leads only to pages that are there', async (path) => {
    const { text } = await visitor.browser.open(path)
    const links = [...text.matchAll(/<a\b[^>]* href="(\/[^"]*)"/g)].map(([, link = '']) => link)
    expect(links).toContain('/account/profile')
    for (const link of new Set(links)) {
      expect([link, (await visitor.browser.open(link)).status]).toEqual([link, 200])
    }
    for (const [, action = ''] of text.matchAll(/<form\b[^>]* action="([^"]*)"/g)) {
      const known = [...forms.map((form) => form.action), '/account/profile/picture']
      expect(known).toContain(action)
    }
  })

  test('a link in a mail or at an application leads to it, while its pictures and frames do not', async () => {
    const foreign = { Origin: '', 'Sec-Fetch-Site': 'cross-site' }
    const arriving = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }
    const open = (headers: { [name: string]: string }) => visitor.browser.open('/account', headers)
    expect((await open({ ...foreign, ...arriving })).status).toBe(200)
    for (const dest of ['iframe', 'image', 'object', 'empty']) {
      const answer = await open({ ...foreign, ...arriving, 'Sec-Fetch-Dest': dest })
      expect([dest, leadsTo(answer)]).toEqual([dest, '/sign-in?continue=%2Faccount'])
    }
  })

  test('a token in the header is no way in: pages are for the browser’s own session', async () => {
    const token = visitor.cookies.cookies.get('__Host-atrium_session') ?? ''
    const headers = { Authorization: `Bearer ${token}` }
    expect(leadsTo(await app.call('/account', { headers }))).toBe('/sign-in?continue=%2Faccount')
  })

  test('what an address says is not shown, whatever it says', async () => {
    for (const word of ['<b>You won</b>', 'constructor', '__proto__', 'toString', '']) {
      const page = await visitor.browser.open(`/account/profile?done=${encodeURIComponent(word)}`)
      expect(page.status).toBe(200)
      expect(page.text).not.toContain('class="flash"')
      expect(page.text).not.toContain('You won')
    }
  })

  test('one that is not there says so', async () => {
    expect((await visitor.browser.open('/account/nothing')).status).toBe(404)
  })
})

describe('a form', () => {
  test.each(forms)(
    'to $action leads whoever is signed out to its page',
    async ({ action, page, fields }) => {
      const to = `/sign-in?${new URLSearchParams({ continue: page, 'session-ended': '1' })}`
      for (const jar of [newJar(), unknownSession()]) {
        expect(leadsTo(await post(action, fields, jar))).toBe(to)
      }
    },
  )

  test.each(forms)('to $action is not taken from another site', async ({ action, fields }) => {
    const owner = await newVisitor(app)
    const before = await rowOf(owner)
    const body = new URLSearchParams(fields).toString()
    const cookie = [...owner.cookies.cookies].map((pair) => pair.join('=')).join('; ')
    const vectors: { readonly [name: string]: string }[] = [
      {},
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
      { Origin: 'https://evil.atrium.test', 'Sec-Fetch-Site': 'same-site' },
      {
        'Sec-Fetch-Site': 'cross-site',
        'Sec-Fetch-Mode': 'navigate',
        'Sec-Fetch-Dest': 'document',
      },
      { Referer: 'https://atrium.test/account' },
      { Authorization: 'Bearer something', Origin: 'https://evil.example' },
    ]
    for (const vector of vectors) {
      const headers = { ...formType, Cookie: cookie, ...vector }
      const answer = await app.call(action, { method: 'POST', body, headers })
      expect([vector, answer.status]).toEqual([vector, 403])
      expect(answer.headers.get('Content-Disposition')).toBeNull()
    }
    expect(await rowOf(owner)).toEqual(before)
    expect((await owner.browser.open('/account')).status).toBe(200)
  })

  test.each(forms)('to $action is not taken by GET', async ({ action, page }) => {
    if (action === page) return
    expect([action, (await visitor.browser.open(action)).status]).not.toEqual([action, 200])
  })

  test('that lacks a field, or has one twice, is answered by a page', async () => {
    const headers = formType
    for (const body of ['', 'id=a&id=b']) {
      const call = { method: 'POST', body, headers, cookies: visitor.cookies }
      const answer = await app.call('/account/sessions/end', call)
      expect([body, answer.status]).toEqual([body, 400])
      expect(answer.headers.get('Content-Type')).toMatch(/^text\/html/)
    }
  })
})

describe('a sign-in that was too long ago', () => {
  const sensitive = ['/account/security/app', '/account/security/mail', '/account/security/off']

  test.each(sensitive)('opens %s only when it is repeated', async (path) => {
    const owner = await newVisitor(app)
    app.offsetMs += staleMs
    const to = `/sign-in?${new URLSearchParams({ continue: path, again: '1' })}`
    expect(leadsTo(await owner.browser.open(path))).toBe(to)
    app.offsetMs -= staleMs
  })

  test('leads forms to the sign-in, and from there to their page', async () => {
    const owner = await newVisitor(app)
    app.offsetMs += staleMs
    for (const [action, page] of [
      ['/account/data/export', '/account/data'],
      ['/account/security/app', '/account/security/app'],
      ['/account/security/email', '/account/security/email'],
    ] as const) {
      const to = `/sign-in?${new URLSearchParams({ continue: page, again: '1' })}`
      const answer = await post(action, { email: 'new@example.com' }, owner.cookies)
      expect([action, leadsTo(answer)]).toEqual([action, to])
    }
    app.offsetMs -= staleMs
  })
})

describe('names that mean harm', () => {
  const hostile = `"><script>alert(1)</script>&amp;'\`{{x}}`

  test('are shown as the letters that they are', async () => {
    const owner = await newVisitor(app)
    const names = {
      firstName: hostile,
      lastName: '🦊\u0627\u0644\u0639',
      bio: `</textarea>${hostile}`,
    }
    const body = { ...names, organization: hostile, pronouns: hostile.slice(0, 24) }
    const saved = await app.call('/social/user/me', {
      method: 'PATCH',
      body,
      cookies: owner.cookies,
    })
    expect(saved.status).toBe(200)
    await change(
      "UPDATE sessions SET device = json_set(device, '$.userAgent', ?) WHERE account_number = ?",
      hostile,
      await numberOf(app, owner.id),
    )
    await change(
      'UPDATE login_history SET user_agent = ?, ip_address = ?, dialect = ?, reason = ? WHERE account_number = ?',
      hostile,
      hostile,
      hostile,
      hostile,
      await numberOf(app, owner.id),
    )
    for (const path of pages) {
      const { text, status } = await owner.browser.open(path)
      expect([path, status]).toEqual([path, 200])
      expect(text).not.toMatch(/<script|<\/script/)
    }
    const { text } = await owner.browser.open('/account/profile')
    expect(text).toContain('&lt;/textarea&gt;')
    expect(text).toContain('🦊\u0627\u0644\u0639')
  })
})

function unknownSession() {
  const jar = newJar()
  jar.cookies.set('__Host-atrium_session', 'A'.repeat(43))
  return jar
}

async function rowOf({ id }: Visitor) {
  const account = await app.env.DB.prepare('SELECT * FROM accounts WHERE id = ?').bind(id).first()
  const number = await numberOf(app, id)
  const counted = await app.env.DB.prepare(
    `SELECT (SELECT COUNT(*) FROM sessions WHERE account_number = ?1) AS sessions,
      (SELECT COUNT(*) FROM codes WHERE account_number = ?1) AS codes,
      (SELECT COUNT(*) FROM second_factors WHERE account_number = ?1) AS factors`,
  )
    .bind(number)
    .first()
  return { account, counted }
}
