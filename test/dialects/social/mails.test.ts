import { expect, test } from 'vitest'
import { type SentMail, testApp } from '../../support/app'
import { forgetEverybody, registerJohn, sample, signInJohn } from '../../support/social-answers'

/** What is mailed: the code alone on its line, why it came, how long it lives, and no foreign link. */

const { email } = sample.create
const longCode = /^[a-km-np-z2-9]{5}(-[a-km-np-z2-9]{5}){5}$/
const digits = /^[1-9]\d{5}$/

async function emptyApp() {
  const app = testApp({ ORIGIN: 'https://accounts.example', APP_NAME: 'Example & Sons' })
  await forgetEverybody(app)
  return app
}

/** Origins of everything in a mail that a reader could open. */
function linkedOrigins({ text, html }: SentMail): string[] {
  const found = `${text} ${html}`.match(/\b[a-z]+:\/\/[^\s<>"']+/gi) ?? []
  return [...new Set(found.map((link) => new URL(link).origin))]
}

function codes({ text }: SentMail, pattern: RegExp): string[] {
  return text.split('\n').filter((line) => pattern.test(line))
}

/** What a reader of the HTML sees, one paragraph a line. */
function seenText({ html }: SentMail): string {
  const body = html.slice(html.indexOf('<body'))
  const words = body.replaceAll('</p>', '\n\n').replace(/<[^>]*>/g, '')
  return words.replaceAll('&amp;', '&').replaceAll('&quot;', '"')
}

function newest(mails: readonly SentMail[]): SentMail {
  const [mail] = mails
  if (!mail) throw new Error('nothing was mailed')
  return mail
}

test('a registration is confirmed by a mail with two codes, and no link confirms', async () => {
  const app = await emptyApp()
  // Nothing that a request says of its host ends up in a mail.
  const headers = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' }
  await app.call('/user/create', { body: sample.create, headers })
  const mail = newest(app.mails)
  const [code, disownCode, ...rest] = codes(mail, longCode)
  expect(mail).toEqual({
    to: email,
    subject: 'Confirm your address for Example & Sons',
    text: `Hello john_doe, an account at Example & Sons was made with this address. Enter this code where the account was made, or at https://accounts.example/confirm-email:

${code}

It works once, within 24 hours.

If this was not you, open https://accounts.example/disown-email and enter the code below. The account will be deleted.

${disownCode}
`,
    html: expect.stringContaining('<!doctype html>'),
  })
  expect([code, disownCode, rest]).toEqual([expect.any(String), expect.any(String), []])
  expect(disownCode).not.toBe(code)
  expect(seenText(mail).trim()).toBe(mail.text.trim())
  expect(linkedOrigins(mail)).toEqual(['https://accounts.example'])
})

test('a reset is a mail with one code', async () => {
  const app = await emptyApp()
  await registerJohn(app)
  await app.call(`/user/code?email=${email}`)
  const mail = newest(app.mails)
  const [code] = codes(mail, longCode)
  expect(mail).toEqual({
    to: email,
    subject: 'Your code for a new Example & Sons password',
    text: `A new password was asked for the Example & Sons account with this address. Enter this code where you asked for it, or at https://accounts.example/password/new:

${code}

It works once, within 30 minutes. If this was not you, do nothing: without the code the password stays as it is.
`,
    html: expect.stringContaining('<!doctype html>'),
  })
  expect(code).toEqual(expect.any(String))
  expect(seenText(mail).trim()).toBe(mail.text.trim())
  expect(linkedOrigins(mail)).toEqual(['https://accounts.example'])
})

test('a sign-in with two factors is a mail with six digits', async () => {
  const app = await emptyApp()
  const origin = 'https://atrium.test'
  const { cookies } = await signInJohn(app)
  await app.call('/user/2fa', { body: { state: true }, cookies, headers: { Origin: origin } })
  const notice = newest(app.mails)
  expect(notice.subject).toBe('Two-factor sign-in is on for Example & Sons')
  expect(seenText(notice).trim()).toBe(notice.text.trim())
  await app.call('/user/login', { body: sample.login })
  const mail = newest(app.mails)
  const [code] = codes(mail, digits)
  expect(mail).toEqual({
    to: email,
    subject: 'Your Example & Sons sign-in code',
    text: `Hello john_doe, somebody gave the right password for your Example & Sons account. Enter this code to finish signing in:

${code}

It works once, within 10 minutes. If this was not you, your password is known to somebody else: change it.
`,
    html: expect.stringContaining('<!doctype html>'),
  })
  expect(code).toEqual(expect.any(String))
  expect(seenText(mail).trim()).toBe(mail.text.trim())
})

test('a new address is asked with a code, and the old one is told when it is confirmed', async () => {
  const app = await emptyApp()
  const { cookies } = await signInJohn(app)
  const body = { email: 'new@example.com' }
  await app.call('/user/me', { method: 'PATCH', body, cookies })
  const mail = newest(app.mails)
  const [code = '', disownCode] = codes(mail, longCode)
  expect(mail.to).toBe('new@example.com')
  expect(
    mail.text,
  ).toBe(`Hello john_doe, your account at Example & Sons is to use this address. Enter this code where you asked for the change:

${code}

It works once, within 24 hours. Until then the account keeps its old address.

If this was not you, open https://accounts.example/disown-email and enter the code below. The change will be dropped.

${disownCode}
`)
  await app.call('/user/verify-email', { body: { code } })
  const notice = newest(app.mails)
  expect([notice.to, notice.subject]).toEqual([email, 'Your Example & Sons address was changed'])
  expect(linkedOrigins(notice)).toEqual(['https://accounts.example'])
})

test('a changed password is told to the owner', async () => {
  const app = await emptyApp()
  const { cookies } = await signInJohn(app)
  app.mails.length = 0
  const body = { password: sample.newPassword }
  await app.call('/user/me', { method: 'PATCH', body, cookies })
  expect(app.mails.map(({ to, subject }) => [to, subject])).toEqual([
    [email, 'Your Example & Sons password was changed'],
  ])
  expect(linkedOrigins(newest(app.mails))).toEqual(['https://accounts.example'])
})

test('the lifetimes in the mails are those of the settings', async () => {
  const app = testApp({ CONFIRMATION_TTL_SECONDS: '3600', RESET_TTL_SECONDS: '60' })
  await forgetEverybody(app)
  await registerJohn(app)
  expect(newest(app.mails).text).toContain('It works once, within 1 hour.')
  await app.call(`/user/code?email=${email}`)
  expect(newest(app.mails).text).toContain('It works once, within 1 minute.')
})

test('a mail that cannot be sent is sent by cron, and the answer does not wait for it', async () => {
  const working = testApp()
  await forgetEverybody(working)
  const failing = testApp({
    MAIL: {
      send: () => Promise.reject(new Error('the mail service is down')),
    },
  })
  const created = await failing.call('/user/create', { body: sample.create })
  expect(created.status).toBe(201)
  await working.cron()
  expect(working.mails).toEqual([])
  working.offsetMs = 2 * 60_000
  await working.cron()
  expect(working.mails.map((mail) => mail.to)).toEqual([email])
  await working.cron()
  expect(working.mails).toHaveLength(1)
})

test('the code for "this was not me" deletes the account', async () => {
  const app = await emptyApp()
  await app.call('/user/create', { body: sample.create })
  const [, disownCode = ''] = codes(newest(app.mails), longCode)
  const answer = await app.call('/disown-email', { body: { code: disownCode } })
  expect(answer.status).toBe(303)
  const login = await app.call('/user/login', { body: sample.login })
  expect([login.status, login.json]).toEqual([401, { ok: 0, error: 'Unauthorized' }])
})
