import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test } from 'vitest'
import { codeFrom, testApp } from '../support/app'
import { setUpAppFor } from '../support/authenticators'
import { cookieLine, formOf, leadsTo, newBrowser, saidBy } from '../support/browser'
import { callback, newClient } from '../support/clients'
import { newPerson, password, type TestPerson } from '../support/social'

/** Signing in and out on pages, in a browser that runs no script. */

const app = testApp()
let person: TestPerson
let mailed: TestPerson
let withApp: TestPerson & { backupCodes: readonly string[] }

const tokenOf = ({ cookies }: TestPerson) => cookies.cookies.get('__Host-atrium_session') ?? ''

beforeAll(async () => {
  person = await newPerson(app)
  mailed = await newPerson(app)
  await app.call('/social/user/2fa', { body: { state: true }, cookies: mailed.cookies })
  const owner = await newPerson(app)
  withApp = { ...owner, ...(await setUpAppFor(app, tokenOf(owner))) }
})

async function signIn(name: string, way = '/sign-in', given = password) {
  const browser = newBrowser(app)
  const answer = await browser.send(await browser.open(way), { name, password: given })
  return { browser, answer }
}

/** As far as the page that asks for a code. */
async function startSignIn({ username }: TestPerson, way = '/sign-in', browser = newBrowser(app)) {
  const begun = await browser.send(await browser.open(way), { name: username, password })
  return { browser, begun, page: await browser.follow(begun) }
}

const isSignedIn = async (browser: ReturnType<typeof newBrowser>) =>
  leadsTo(await browser.open('/sign-in')) === '/account'

describe('with a name and a password', () => {
  test('the username opens a session, and so does the address, whatever their case', async () => {
    for (const name of [person.username, ` ${person.email.toUpperCase()} `]) {
      const { browser, answer } = await signIn(name)
      expect(leadsTo(answer)).toBe('/account')
      expect(await isSignedIn(browser)).toBe(true)
      const me = await app.call('/social/user/me', { cookies: browser.cookies })
      expect(me.json.data.user.username).toBe(person.username)
    }
  })

  test('the cookies are for this host alone, and out of reach of scripts and of other sites', async () => {
    const { answer } = await signIn(person.username)
    for (const name of ['__Host-atrium_session', '__Host-atrium_device']) {
      const line = cookieLine(answer, name)
      for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax']) {
        expect(line?.split('; ')).toContain(attribute)
      }
      expect(line).not.toMatch(/Domain=/i)
    }
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
  })

  test('what is wrong is said on the same page, which keeps the name and forgets the password', async () => {
    const secret = 'not the "right" <password>'
    const known = await signIn(person.username, '/sign-in', secret)
    const unknown = await signIn('nobody"><script>', '/sign-in', secret)
    for (const { answer } of [known, unknown]) {
      expect(answer.status).toBe(403)
      expect(saidBy(answer)).toBe('The name or the password is not right.')
      expect(answer.text).not.toContain('right&quot;')
      expect(answer.text).not.toMatch(/<script/)
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    expect(formOf(known.answer).fields.name).toBe(person.username)
    expect(formOf(unknown.answer).fields.name).toBe('nobody"><script>')
  })

  test('who guesses too often is told how long to wait', async () => {
    const browser = newBrowser(app)
    let page = await browser.open('/sign-in')
    for (let i = 0; i < 6; i += 1) {
      page = await browser.send(page, { name: 'guessed', password: `wrong password ${i}` })
    }
    expect(page.status).toBe(429)
    expect(page.headers.get('Retry-After')).toMatch(/^[12]$/)
    expect(saidBy(page)).toMatch(/Please wait [12] seconds?, then try again\.$/)
    expect(formOf(page).fields.name).toBe('guessed')
  })

  test('the page can be filled in by a password manager, and brings no script', async () => {
    const page = await newBrowser(app).open('/sign-in')
    expect(page.text).toMatch(/<input[^>]* name="name"[^>]* autocomplete="username"/)
    expect(page.text).toMatch(/<input[^>]* type="password"[^>]* autocomplete="current-password"/)
    expect(page.text).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=/i)
  })

  test('a form that says too little, or a thing twice, ends on a page as well', async () => {
    const headers = {
      Origin: 'https://atrium.test',
      'Content-Type': 'application/x-www-form-urlencoded',
    }
    for (const body of ['', 'name=a', 'name=a&name=b&password=c']) {
      const answer = await app.call('/sign-in', { method: 'POST', body, headers })
      expect([body, answer.status]).toEqual([body, 400])
      expect(answer.headers.get('Content-Type')).toMatch(/^text\/html/)
    }
  })
})

describe('every page', () => {
  const paths = ['/sign-in', '/sign-out', '/sign-in?session-ended=1', '/disown-email']

  test.each(paths)('%s is kept by nobody, framed by nobody and loads nothing', async (path) => {
    const { headers, status } = await newBrowser(app).open(path)
    expect(status).toBe(200)
    expect(headers.get('Content-Security-Policy')).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    )
    expect(headers.get('Cache-Control')).toBe('no-store')
    expect(headers.get('X-Frame-Options')).toBe('DENY')
    // With "no-referrer" a browser would send its forms with the origin "null".
    expect(headers.get('Referrer-Policy')).toBe('same-origin')
  })

  test('the stylesheet is there, and may be kept', async () => {
    // Served by the platform from assets/, without the Worker.
    const style = await env.ASSETS.fetch('https://atrium.test/page.css')
    expect(style.headers.get('Content-Type')).toBe('text/css; charset=utf-8')
    expect(style.headers.get('Cache-Control')).toMatch(/^public/)
    expect(style.headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(await style.text()).not.toMatch(/url\(|@import|expression/)
  })

  test('words of an address are never shown', async () => {
    const evil = encodeURIComponent('<b>call 555</b>')
    const page = await newBrowser(app).open(
      `/sign-in?signed-out=${evil}&flash=${evil}&problem=${evil}&name=${evil}&continue=${evil}`,
    )
    expect(page.text).not.toContain('555')
    expect(saidBy(page)).toBeNull()
  })
})

describe('where it goes on to', () => {
  const ours = [
    '/account',
    '/account/sessions',
    '/account?tab=1',
    '/oauth/authorize?client_id=a&state=%2F%2Fevil',
  ]
  const others = [
    '//evil.example',
    '//evil.example/account',
    '///evil.example/account',
    '/\\evil.example',
    '\\\\evil.example/account',
    'https://evil.example/account',
    'https:/account',
    'javascript:alert(1)',
    'account',
    ' /account/x',
    '/account/../oauth/token',
    '/account/%2e%2e/user/logout',
    '/account/..\\evil',
    '/accounts',
    '/account.evil.example',
    '/oauth/authorize',
    '/oauth/authorize/../x?a',
    '/oauth/revoke?a=b',
    '/sign-out',
    '/\t/evil.example',
    '/\n/evil.example',
    '/account\r\nSet-Cookie: a=b',
    '/account/\u0000',
    '@evil.example/account',
    '',
  ]

  test('a path of ours, by link, by form and for whoever is signed in already', async () => {
    for (const path of ours) {
      const { browser, answer } = await signIn(
        person.username,
        `/sign-in?continue=${encodeURIComponent(path)}`,
      )
      expect(leadsTo(answer)).toBe(path)
      const again = await browser.open(`/sign-in?continue=${encodeURIComponent(path)}`)
      expect(leadsTo(again)).toBe(path)
    }
  })

  test('nowhere else: whatever is not a path of ours becomes the account page', async () => {
    const { browser } = await signIn(person.username)
    for (const path of others) {
      const way = `/sign-in?continue=${encodeURIComponent(path)}`
      expect([path, leadsTo(await browser.open(way))]).toEqual([path, '/account'])
    }
    const stranger = newBrowser(app)
    const page = await stranger.open('/sign-in')
    const [evil = ''] = others
    const sent = await stranger.send(page, { name: person.username, password, continue: evil })
    expect(leadsTo(sent)).toBe('/account')
  })

  test('an application that waits is named, and a browser may go on to it', async () => {
    const redirectUris = [callback, 'http://127.0.0.1/cb']
    const client = await newClient({ name: 'Tom & <b>Jerry</b>', redirectUris })
    const wayFor = (redirect_uri: string) => {
      const asked = new URLSearchParams({
        client_id: client.clientId,
        redirect_uri,
        response_type: 'code',
      })
      return `/sign-in?continue=${encodeURIComponent(`/oauth/authorize?${asked}`)}`
    }
    const way = wayFor(callback)
    const page = await newBrowser(app).open(way)
    expect(page.text).toContain(
      'to continue to <strong>Tom &amp; &lt;b&gt;Jerry&lt;/b&gt;</strong>',
    )
    const policy = page.headers.get('Content-Security-Policy')
    expect(policy).toContain("; form-action 'self' https:; ")
    const refused = await newBrowser(app).send(page, { name: 'nobody', password })
    expect(refused.headers.get('Content-Security-Policy')).toBe(policy)
    const { page: asksCode } = await startSignIn(mailed, way)
    expect(asksCode.headers.get('Content-Security-Policy')).toBe(policy)
    const local = await newBrowser(app).open(wayFor('http://127.0.0.1:9999/cb'))
    expect(local.headers.get('Content-Security-Policy')).toContain(
      "; form-action 'self' https: http://127.0.0.1:9999; ",
    )
  })
})

describe('whoever is signed in', () => {
  test('goes on at once, and stays where it has to be confirmed who they are', async () => {
    const { browser } = await signIn(person.username)
    const page = await browser.open('/sign-in?again=1')
    expect(page.status).toBe(200)
    expect(page.text).toContain('Please confirm that it is you.')
    expect(formOf(page).fields.name).toBe(person.username)
    const refused = await browser.send(page, { password: 'wrong password' })
    expect(refused.text).toContain('Please confirm that it is you.')
    const before = browser.cookies.cookies.get('__Host-atrium_session')
    expect(leadsTo(await browser.send(refused, { password }))).toBe('/account')
    expect(browser.cookies.cookies.get('__Host-atrium_session')).not.toBe(before)
  })

  test('can change to another account', async () => {
    const { browser } = await signIn(person.username)
    const page = await browser.open('/sign-in?other=1')
    expect(formOf(page).fields.name).toBe('')
    const other = await newPerson(app)
    expect(leadsTo(await browser.send(page, { name: other.username, password }))).toBe('/account')
    const me = await app.call('/social/user/me', { cookies: browser.cookies })
    expect(me.json.data.user.username).toBe(other.username)
  })

  test('can send the form of an older tab, or go back to it: it signs in anew', async () => {
    const { browser } = await signIn(person.username)
    const stale = await newBrowser(app).open('/sign-in')
    expect(leadsTo(await browser.send(stale, { name: person.username, password }))).toBe('/account')
    expect(await isSignedIn(browser)).toBe(true)
  })

  test('is led back to the sign-in by a session that has ended', async () => {
    const { browser } = await signIn(person.username)
    browser.cookies.cookies.set('__Host-atrium_session', 'a'.repeat(43))
    expect((await browser.open('/sign-in')).status).toBe(200)
  })
})

describe('with a second factor', () => {
  test('a mailed code completes it; its secret is in a cookie of the tab alone', async () => {
    const { browser, begun, page } = await startSignIn(mailed, '/sign-in?continue=%2Faccount%2Fa')
    const to = leadsTo(begun) ?? ''
    expect(to).toMatch(/^\/sign-in\/code\?at=[0-9a-f]{8}&continue=%2Faccount%2Fa$/)
    const line = cookieLine(begun, '__Host-atrium_pending_') ?? ''
    for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax', 'Max-Age=600']) {
      expect(line.split('; ')).toContain(attribute)
    }
    const secret = /[\w-]{43}/.exec(line)?.[0] ?? ''
    expect(secret).not.toBe('')
    expect(to + page.text).not.toContain(secret)
    expect(cookieLine(begun, '__Host-atrium_session')).toBeNull()

    expect(page.text).toContain('We have mailed you a code')
    expect(page.text).toMatch(/<input[^>]* autocomplete="one-time-code" inputmode="numeric"/)
    const done = await browser.send(page, { code: ` ${codeFrom(app.mails, mailed.email)} ` })
    expect(leadsTo(done)).toBe('/account/a')
    expect(cookieLine(done, '__Host-atrium_pending_')).toContain('Max-Age=0')
    expect(await isSignedIn(browser)).toBe(true)
  })

  test('an app is asked for by its own words, and a backup code does as well', async () => {
    const { browser, page } = await startSignIn(withApp)
    expect(page.text).toContain('authenticator app')
    expect(page.text).not.toContain('inputmode')
    const [code = ''] = withApp.backupCodes
    expect(leadsTo(await browser.send(page, { code }))).toBe('/account')
  })

  test('a wrong code is said on the same page, which does not show it', async () => {
    const { browser, page } = await startSignIn(mailed)
    const refused = await browser.send(page, { code: '000000' })
    expect(refused.status).toBe(400)
    expect(saidBy(refused)).toMatch(/^This code is not right/)
    expect(refused.text).not.toContain('000000')
    const code = codeFrom(app.mails, mailed.email)
    expect(leadsTo(await browser.send(refused, { code }))).toBe('/account')
  })

  test('two tabs do not disturb each other', async () => {
    const browser = newBrowser(app)
    const first = await startSignIn(mailed, '/sign-in?continue=%2Faccount%2F1', browser)
    const firstCode = codeFrom(app.mails, mailed.email)
    const second = await startSignIn(mailed, '/sign-in?continue=%2Faccount%2F2', browser)
    const secondCode = codeFrom(app.mails, mailed.email)
    expect(leadsTo(await browser.send(first.page, { code: firstCode }))).toBe('/account/1')
    expect(leadsTo(await browser.send(second.page, { code: secondCode }))).toBe('/account/2')
  })

  test('a tab whose sign-in is over goes on where somebody is signed in, else back to the start', async () => {
    const { browser, begun, page } = await startSignIn(mailed)
    const code = codeFrom(app.mails, mailed.email)
    await browser.send(page, { code })
    expect(leadsTo(await browser.send(page, { code }))).toBe('/account')
    expect(leadsTo(await browser.open(leadsTo(begun) ?? ''))).toBe('/account')
    const stranger = newBrowser(app)
    for (const answer of [
      await stranger.send(page, { code }),
      await stranger.open(leadsTo(begun) ?? ''),
      await stranger.open('/sign-in/code'),
      await stranger.open('/sign-in/code?at=../../x&continue=//evil'),
    ]) {
      expect(leadsTo(answer)).toBe('/sign-in?code-expired=1')
      expect(saidBy(await stranger.follow(answer))).toBe(
        'That took too long. Please sign in again.',
      )
    }
  })

  test('a code that comes too late leads back to the start', async () => {
    const late = testApp()
    const browser = newBrowser(late)
    const begun = await browser.send(await browser.open('/sign-in'), {
      name: mailed.username,
      password,
    })
    const page = await browser.follow(begun)
    late.offsetMs = 10 * 60 * 1000 + 1
    const code = codeFrom(late.mails, mailed.email)
    expect(leadsTo(await browser.send(page, { code }))).toBe('/sign-in?code-expired=1')
  })
})

describe('signing out', () => {
  test('is asked first, ends the session at once and says so', async () => {
    const { browser } = await signIn(person.username)
    const former = new Map(browser.cookies.cookies)
    const page = await browser.open('/sign-out')
    expect(await isSignedIn(browser)).toBe(true)
    const done = await browser.send(page, {})
    expect(leadsTo(done)).toBe('/sign-in?signed-out=1')
    expect(cookieLine(done, '__Host-atrium_session')).toContain('Max-Age=0')
    expect(saidBy(await browser.follow(done))).toBe('You are signed out.')
    expect(await isSignedIn(newBrowser(app, { cookies: former }))).toBe(false)
  })

  test('does no harm to whoever is signed out already', async () => {
    const browser = newBrowser(app)
    const done = await browser.send(await browser.open('/sign-out'), {})
    expect(leadsTo(done)).toBe('/sign-in?signed-out=1')
  })
})

describe('a form from elsewhere', () => {
  /** What a browser says of a page that is not ours, and what says nothing at all. */
  const foreign: readonly Record<string, string>[] = [
    {},
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: 'https://atrium.test.evil.example' },
    { Origin: 'http://atrium.test' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
  ]
  const forms = [
    { path: '/sign-in', body: () => ({ name: person.username, password }) },
    { path: '/sign-in/code', body: () => ({ at: 'aaaaaaaa', code: '123456' }) },
    { path: '/sign-out', body: () => ({}) },
    { path: '/sign-up', body: () => ({ name: 'A', username: 'a', email: 'a', password }) },
    { path: '/confirm-email', body: () => ({ code: 'a' }) },
    { path: '/confirm-email/resend', body: () => ({}) },
    { path: '/password/forgotten', body: () => ({ email: person.email }) },
    { path: '/password/new', body: () => ({ email: person.email, code: 'a', password }) },
  ]

  test.each(forms)('to $path does nothing', async ({ path, body }) => {
    const mailsBefore = app.mails.length
    const Cookie = [...person.cookies.cookies].map((pair) => pair.join('=')).join('; ')
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const sent = new URLSearchParams(body()).toString()
    for (const given of foreign) {
      const headers = { Cookie, ...type, ...given }
      const answer = await app.call(path, { method: 'POST', body: sent, headers })
      expect([given, answer.status]).toEqual([given, 403])
      expect(answer.text).toContain('so nothing was done')
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    expect(app.mails.length).toBe(mailsBefore)
    expect(await isSignedIn(newBrowser(app, person.cookies))).toBe(true)
  })

  test('is taken from a page of ours, by either sign of it', async () => {
    const type = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const body = new URLSearchParams({ name: person.username, password }).toString()
    for (const given of [{ Origin: 'https://atrium.test' }, { 'Sec-Fetch-Site': 'same-origin' }]) {
      const headers = { ...type, ...given }
      expect((await app.call('/sign-in', { method: 'POST', body, headers })).status).toBe(303)
    }
  })
})

test('the root of the origin is a page for people, and a description for programs', async () => {
  const page = await newBrowser(app).open('/', { Accept: 'text/html,*/*;q=0.8' })
  expect(page.text).toContain('href="/account"')
  const told = await app.call('/', { headers: { Accept: '*/*' } })
  expect(told.json.name).toBe('Atrium')
  for (const { headers } of [page, told]) expect(headers.get('Vary')).toMatch(/\bAccept\b/)
})
