import { describe, expect, test } from 'vitest'
import { codeFrom, testApp } from '../support/app'
import { formOf, leadsTo, saidBy } from '../support/browser'
import { change } from '../support/core'
import { newUsername, password } from '../support/social'
import { anotherDevice, isSignedIn, newVisitor, submit } from './people'

/** The address and the password, which are what an account is opened with. */

const app = testApp()
const security = '/account/security'
const emailPath = '/account/security/email'
const passwordPath = '/account/security/password'
const staleMs = 16 * 60 * 1000
const newAddress = () => `${newUsername()}@example.com`

describe('another address', () => {
  test('is the account’s once the code that was mailed to it is typed in', async () => {
    const owner = await newVisitor(app)
    const email = newAddress()
    const asked = await owner.browser.follow(await submit(owner.browser, emailPath, { email }))
    expect(saidBy(asked)).toMatch(/We mailed a code/)
    expect((await owner.browser.open(security)).text).toContain(email)
    expect((await owner.browser.open('/account')).text).toContain(owner.email)

    const action = `${emailPath}/confirm`
    const wrong = await owner.browser.send(asked, { code: 'no-such-code' }, { action })
    expect([wrong.status, saidBy(wrong)]).toEqual([400, expect.stringContaining('not right')])
    const code = ` ${codeFrom(app.mails, email).toUpperCase()} `
    const done = await owner.browser.follow(await owner.browser.send(wrong, { code }, { action }))
    expect(saidBy(done)).toBe('Your e-mail address is confirmed.')
    expect((await owner.browser.open('/account')).text).toContain(email)
    // Sent again, the code says that it has been used.
    const again = await owner.browser.send(wrong, { code }, { action })
    expect([again.status, saidBy(again)]).toEqual([400, 'This code has been used already.'])
  })

  test('is mailed another code when it is asked for', async () => {
    const owner = await newVisitor(app)
    const email = newAddress()
    await submit(owner.browser, emailPath, { email })
    const first = codeFrom(app.mails, email)
    const answer = await submit(owner.browser, emailPath, {}, `${emailPath}/resend`)
    expect(leadsTo(answer)).toBe(`${emailPath}?done=mailed`)
    const second = codeFrom(app.mails, email)
    expect(second).not.toBe(first)
    const confirm = (code: string) =>
      submit(owner.browser, emailPath, { code }, `${emailPath}/confirm`)
    expect((await confirm(first)).status).toBe(400)
    expect(leadsTo(await confirm(second))).toBe(`${security}?done=email`)
  })

  test('that is none, or another’s, is refused with what was typed', async () => {
    const [owner, other] = [await newVisitor(app), await newVisitor(app)]
    for (const [email, status] of [
      ['not an "address"', 400],
      [other.email, 409],
    ] as const) {
      const page = await submit(owner.browser, emailPath, { email })
      expect([email, page.status]).toEqual([email, status])
      expect(saidBy(page)).not.toBeNull()
      expect(formOf(page, emailPath).fields.email).toBe(email)
    }
  })

  test('takes the password where the sign-in is too long ago, and forgets it', async () => {
    const owner = await newVisitor(app)
    app.offsetMs += staleMs
    const page = await owner.browser.open(emailPath)
    expect(page.text).toContain('autocomplete="current-password"')
    const email = newAddress()
    const wrong = await owner.browser.send(page, { email, currentPassword: 'wrong one' })
    expect([wrong.status, saidBy(wrong)]).toEqual([403, 'The password is not right.'])
    expect(wrong.text).not.toContain('wrong one')
    expect(formOf(wrong, emailPath).fields).toEqual({ email, currentPassword: '' })
    const right = await owner.browser.send(wrong, { email, currentPassword: password })
    expect(leadsTo(right)).toBe(`${emailPath}?done=mailed`)
    app.offsetMs -= staleMs
  })

  test('of somebody whose first one is not confirmed can be confirmed or corrected', async () => {
    const owner = await newVisitor(app)
    const email = newAddress()
    await change('UPDATE accounts SET email_verified_at = NULL WHERE id = ?', owner.id)
    expect((await owner.browser.open('/account')).text).toContain('not confirmed yet')
    const page = await owner.browser.open(emailPath)
    await owner.browser.send(page, {}, { action: `${emailPath}/resend` })
    const code = codeFrom(app.mails, owner.email)
    const done = await owner.browser.send(page, { code }, { action: `${emailPath}/confirm` })
    expect(leadsTo(done)).toBe(`${security}?done=email`)
    expect((await owner.browser.open('/account')).text).not.toContain('not confirmed yet')
    expect((await submit(owner.browser, emailPath, { email })).status).toBe(303)
  })
})

describe('another password', () => {
  const next = 'a much better passphrase'

  test('opens the account from then on, and ends every other session', async () => {
    const owner = await newVisitor(app)
    const other = await anotherDevice(app, owner)
    const answer = await submit(owner.browser, passwordPath, {
      currentPassword: password,
      password: next,
    })
    expect(leadsTo(answer)).toBe(`${security}?done=password`)
    expect(saidBy(await owner.browser.follow(answer))).toMatch(/Your password is changed/)
    expect(await isSignedIn(other)).toBe(false)
    const signIn = (given: string) =>
      app.call('/social/user/login', {
        body: { username: owner.username, password: given, userAgent: 'test' },
      })
    expect((await signIn(password)).status).not.toBe(200)
    expect((await signIn(next)).status).toBe(200)
  })

  test('is refused with why, and neither password comes back', async () => {
    const owner = await newVisitor(app)
    const cases = [
      ['wrong one', next, 403, /password is not right/],
      [password, 'short', 400, /too short: it takes 8 characters/],
      [password, owner.username, 400, /too close to your name/],
      [password, 'password123', 400, /many people use/],
    ] as const
    for (const [currentPassword, typed, status, said] of cases) {
      const page = await submit(owner.browser, passwordPath, { currentPassword, password: typed })
      expect([typed, page.status]).toEqual([typed, status])
      expect(saidBy(page)).toMatch(said)
      const { fields } = formOf(page, passwordPath)
      expect(fields).toEqual({ username: owner.username, currentPassword: '', password: '' })
    }
    expect(await isSignedIn(owner.browser)).toBe(true)
  })

  test('is not guessed at: wrong ones are counted', async () => {
    const owner = await newVisitor(app)
    let page = await owner.browser.open(passwordPath)
    for (let i = 0; i < 6; i += 1) {
      page = await owner.browser.send(page, { currentPassword: `wrong ${i}`, password: next })
    }
    expect(page.status).toBe(429)
    expect(page.headers.get('Retry-After')).toMatch(/^\d+$/)
    expect(saidBy(page)).toMatch(/Please wait/)
  })

  test('can be kept by a password manager', async () => {
    const owner = await newVisitor(app)
    const { text } = await owner.browser.open(passwordPath)
    expect(text).toMatch(/<input[^>]* name="username"[^>]* autocomplete="username"/)
    expect(text).toMatch(
      /name="currentPassword" type="password"[^>]* autocomplete="current-password"/,
    )
    expect(text).toMatch(/name="password" type="password"[^>]* autocomplete="new-password"/)
  })
})
