import { describe, expect, test } from 'vitest'
import { codeAt } from '../../src/crypto/totp'
import { codeFrom, testApp } from '../support/app'
import { type Browser, leadsTo, saidBy } from '../support/browser'
import { change } from '../support/core'
import { anotherDevice, isSignedIn, newVisitor, submit } from './people'

/** Switching a second factor on and off, by an app or by mail. */

const app = testApp()
const security = '/account/security'
const appPath = '/account/security/app'
const mailPath = '/account/security/mail'
const offPath = '/account/security/off'

const secretOn = (text: string) => /secret=([A-Z2-7]+)/.exec(text)?.[1] ?? ''
const codeNow = (secret: string, laterSeconds = 0) =>
  codeAt(secret, Date.now() + app.offsetMs + laterSeconds * 1000)

/** As far as the page with the picture to scan. */
async function beginApp(browser: Browser) {
  const page = await browser.follow(await submit(browser, appPath))
  return { page, secret: secretOn(page.text) }
}

async function switchAppOn(browser: Browser) {
  const { page, secret } = await beginApp(browser)
  const code = await codeNow(secret, -30)
  const done = await browser.send(page, { code }, { action: `${appPath}/activate` })
  const codes = [...done.text.matchAll(/<li><code>([^<]*)<\/code>/g)].map(([, one = '']) => one)
  return { secret, done, codes }
}

describe('an authenticator app', () => {
  test('is scanned or typed in, and on when a code of it was typed', async () => {
    const owner = await newVisitor(app)
    const other = await anotherDevice(app, owner)
    const { page, secret } = await beginApp(owner.browser)
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(page.text).toContain(secret.match(/.{4}/g)?.join(' '))
    expect(page.text).toMatch(/<img class="qr" src="data:image\/svg\+xml;base64,/)
    expect(page.headers.get('Content-Security-Policy')).toContain("img-src 'self' data:")

    const wrong = await owner.browser.send(
      page,
      { code: '000000' },
      { action: `${appPath}/activate` },
    )
    expect([wrong.status, saidBy(wrong)]).toEqual([400, expect.stringMatching(/not right/)])
    expect(secretOn(wrong.text)).toBe(secret)
    // Opened again, it is still the same that is being set up.
    expect(secretOn((await owner.browser.open(appPath)).text)).toBe(secret)

    const code = (await codeNow(secret)).replace(/(...)/, '$1 ')
    const done = await owner.browser.send(wrong, { code }, { action: `${appPath}/activate` })
    expect([done.status, saidBy(done)]).toEqual([200, 'Your authenticator app is on.'])
    const codes = done.text.match(/<li><code>\w{5}(-\w{5}){4}<\/code>/g)
    expect(codes).toHaveLength(10)
    expect(await isSignedIn(owner.browser)).toBe(true)
    expect(await isSignedIn(other)).toBe(false)

    const overview = await owner.browser.open(security)
    expect(overview.text).toContain('10 unused backup codes')
    // Loading the answer again sends the form again, which shows neither codes nor key.
    const again = await owner.browser.send(wrong, { code }, { action: `${appPath}/activate` })
    expect(again.status).toBe(400)
    expect(again.text).toContain('Your authenticator app is on.')
    expect(again.text).not.toMatch(/class="codes"|secret=/)
  })

  test('has another key when it is begun again', async () => {
    const owner = await newVisitor(app)
    const first = await beginApp(owner.browser)
    const second = await owner.browser.follow(
      await owner.browser.send(first.page, {}, { action: appPath }),
    )
    expect(secretOn(second.text)).not.toBe(first.secret)
  })

  test('that one session sets up is not shown to another', async () => {
    const owner = await newVisitor(app)
    const other = await anotherDevice(app, owner)
    await beginApp(owner.browser)
    expect(secretOn((await other.open(appPath)).text)).toBe('')
  })

  test('is switched off by its code or a backup code, and by nothing else', async () => {
    for (const kind of ['app', 'backup'] as const) {
      const owner = await newVisitor(app)
      const { secret, codes } = await switchAppOn(owner.browser)
      const page = await owner.browser.open(offPath)
      expect(page.text).not.toContain('Mail me a code')
      const wrong = await owner.browser.send(page, { code: '000000' })
      expect([wrong.status, saidBy(wrong)]).toEqual([400, expect.stringMatching(/not right/)])
      const code = kind === 'app' ? await codeNow(secret) : (codes[3] ?? '')
      const done = await owner.browser.send(wrong, { code })
      expect(leadsTo(done)).toBe(`${security}?done=factor-off`)
      expect(saidBy(await owner.browser.follow(done))).toBe('Your second factor is off.')
      const again = await owner.browser.send(wrong, { code })
      expect(again.status).toBe(400)
      expect(again.text).toContain('Your second factor is off.')
    }
  })

  test('cannot be guessed at', async () => {
    const owner = await newVisitor(app)
    await switchAppOn(owner.browser)
    let page = await owner.browser.open(offPath)
    for (let i = 0; i < 6; i += 1) page = await owner.browser.send(page, { code: `00000${i}` })
    expect(page.status).toBe(429)
    expect(saidBy(page)).toMatch(/Please wait \d+ minutes/)
  })
})

describe('mailed codes', () => {
  test('are switched on and off by one', async () => {
    const owner = await newVisitor(app)
    const asked = await owner.browser.follow(await submit(owner.browser, mailPath))
    expect(saidBy(asked)).toBe('We mailed you a code. Type it in here.')
    const activate = { action: `${mailPath}/activate` }
    const wrong = await owner.browser.send(asked, { code: '000000' }, activate)
    expect(wrong.status).toBe(400)
    const code = codeFrom(app.mails, owner.email)
    const on = await owner.browser.send(wrong, { code }, activate)
    expect(leadsTo(on)).toBe(`${security}?done=factor-on`)
    expect((await owner.browser.follow(on)).text).toContain('mailed to you at each sign-in')
    expect((await owner.browser.open('/account')).text).not.toContain('Add a second factor')

    const page = await owner.browser.open(offPath)
    const mailed = await owner.browser.send(page, {}, { action: `${offPath}/code` })
    expect(leadsTo(mailed)).toBe(`${offPath}?done=mailed`)
    const off = await owner.browser.send(
      page,
      { code: codeFrom(app.mails, owner.email) },
      { action: offPath },
    )
    expect(leadsTo(off)).toBe(`${security}?done=factor-off`)
  })

  test('need an address that is confirmed', async () => {
    const owner = await newVisitor(app)
    await change('UPDATE accounts SET email_verified_at = NULL WHERE id = ?', owner.id)
    const page = await owner.browser.open(mailPath)
    expect(page.text).toContain('Confirm your address')
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const call = { method: 'POST', body: '', headers, cookies: owner.cookies }
    const refused = await app.call(mailPath, call)
    expect([refused.status, saidBy(refused)]).toEqual([
      400,
      'This needs a confirmed e-mail address.',
    ])
  })

  test('give way to an app, which takes their place', async () => {
    const owner = await newVisitor(app)
    const asked = await owner.browser.follow(await submit(owner.browser, mailPath))
    const code = codeFrom(app.mails, owner.email)
    await owner.browser.send(asked, { code }, { action: `${mailPath}/activate` })
    await switchAppOn(owner.browser)
    expect((await owner.browser.open(security)).text).toContain('On: an authenticator app')
    expect((await owner.browser.open(mailPath)).text).toContain('on already')
  })
})
