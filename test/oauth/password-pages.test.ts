import { beforeAll, expect, test } from 'vitest'
import { codeFrom, testApp } from '../support/app'
import { cookieLine, formOf, leadsTo, newBrowser, saidBy } from '../support/browser'
import { newPerson, password, type TestPerson } from '../support/social'

/** A forgotten password, on pages: the address, the mailed code and a new password. */

const app = testApp()
const newPassword = 'seventeen purple anvils'
let person: TestPerson

beforeAll(async () => {
  person = await newPerson(app)
})

/** As far as the page for the code. */
async function askForCode(email: string, way = '/password/forgotten') {
  const browser = newBrowser(app)
  const asked = await browser.send(await browser.open(way), { email })
  return { browser, asked, page: await browser.follow(asked) }
}

async function isPassword({ username }: TestPerson, given: string): Promise<boolean> {
  const browser = newBrowser(app)
  const sent = await browser.send(await browser.open('/sign-in'), {
    name: username,
    password: given,
  })
  return leadsTo(sent) === '/account'
}

test('a code is mailed, sets a new password once and ends every session', async () => {
  const owner = await newPerson(app)
  const way = '/password/forgotten?continue=%2Faccount%2Fa'
  const { browser, asked, page } = await askForCode(` ${owner.email} `, way)
  expect(leadsTo(asked)).toBe('/password/new?sent=1&continue=%2Faccount%2Fa')
  expect(saidBy(page)).toMatch(/^If there is an account with this address, we have mailed a code/)
  expect(formOf(page).fields.email).toBe(owner.email)
  expect(page.text).toMatch(/name="email" type="email"[^>]* autocomplete="username"/)
  expect(page.text).toMatch(/name="password" type="password"[^>]* autocomplete="new-password"/)

  const code = codeFrom(app.mails, owner.email)
  const typed = { code: ` ${code.toUpperCase()} `, password: newPassword }
  const done = await browser.send(page, typed)
  expect(leadsTo(done)).toBe('/sign-in?password-changed=1&continue=%2Faccount%2Fa')
  expect(cookieLine(done, '__Host-atrium_reset_address')).toContain('Max-Age=0')
  expect(saidBy(await browser.follow(done))).toBe(
    'Your new password is set. Please sign in with it.',
  )
  expect(await isPassword(owner, newPassword)).toBe(true)
  expect(await isPassword(owner, password)).toBe(false)
  const me = await app.call('/social/user/me', { cookies: owner.cookies })
  expect(me.status).toBe(401)

  const again = await browser.send(page, typed)
  expect([again.status, saidBy(again)]).toEqual([400, 'This code has been used already.'])
})

test('the mail names the page where its code is typed in, and never in an address', async () => {
  await askForCode(person.email)
  const mail = app.mails.find(({ to }) => to === person.email)
  expect(mail?.text).toContain('https://atrium.test/password/new:')
  const code = codeFrom(app.mails, person.email)
  expect(mail?.text.split('\n').filter((line) => line.includes(code))).toEqual([code])
})

test('whether an account has the address, nobody learns', async () => {
  const known = await askForCode(person.email)
  const stranger = `${person.username}@nobody.example`
  const mailsBefore = app.mails.length
  const unknown = await askForCode(stranger)
  expect(app.mails.length).toBe(mailsBefore)
  expect(leadsTo(unknown.asked)).toBe(leadsTo(known.asked))
  expect(unknown.page.text.replaceAll(stranger, '')).toBe(
    known.page.text.replaceAll(person.email, ''),
  )
})

test('the address is in no address of a page; a cookie for half an hour keeps it', async () => {
  const { asked } = await askForCode(person.email)
  expect(leadsTo(asked)).not.toContain('example')
  const line = cookieLine(asked, '__Host-atrium_reset_address') ?? ''
  for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax', 'Max-Age=1800']) {
    expect(line.split('; ')).toContain(attribute)
  }
})

test('what is no address is said, and shown as it was typed', async () => {
  const { asked } = await askForCode('"><b>ada</b>')
  expect([asked.status, saidBy(asked)]).toEqual([400, 'The e-mail address does not look right.'])
  expect(asked.text).not.toContain('<b>ada')
  expect(formOf(asked).fields.email).toBe('"><b>ada</b>')
})

test('a refused password leaves the code as it was; neither is in the page', async () => {
  const owner = await newPerson(app)
  const { browser, page } = await askForCode(owner.email)
  const code = codeFrom(app.mails, owner.email)
  const refusals = {
    short1: 'The password is too short: it takes 8 characters or more.',
    password1: 'The password is one that many people use, and easy to guess.',
    [owner.username]: 'The password is too close to your name or e-mail address.',
  }
  for (const [refused, words] of Object.entries(refusals)) {
    const answer = await browser.send(page, { code, password: refused })
    expect([answer.status, saidBy(answer)]).toEqual([400, words])
    expect(formOf(answer).fields).toMatchObject({ email: owner.email, code: '', password: '' })
    expect(answer.text).not.toContain(code)
  }
  expect(leadsTo(await browser.send(page, { code, password: newPassword }))).toBe(
    '/sign-in?password-changed=1',
  )
})

test('a code that is wrong, too old or another address’s sets nothing, and the page says so', async () => {
  const { browser, page } = await askForCode(person.email)
  const code = codeFrom(app.mails, person.email)
  const unknown = 'This code is not right. Please check it, or ask for a new one.'
  for (const typed of [{ code: 'aaaaa-bbbbb' }, { code: '' }, { code, email: 'x@y.example' }]) {
    const answer = await browser.send(page, { password: newPassword, ...typed })
    expect([answer.status, saidBy(answer)]).toEqual([400, unknown])
  }
  app.offsetMs = 30 * 60 * 1000 + 1
  const late = await browser.send(page, { code, password: newPassword })
  app.offsetMs = 0
  expect([late.status, saidBy(late)]).toEqual([
    400,
    'This code is too old. Please ask for a new one.',
  ])
  expect(await isPassword(person, password)).toBe(true)
})

test('the code can be typed in on another device, which does not know the address', async () => {
  const owner = await newPerson(app)
  await askForCode(owner.email)
  const other = newBrowser(app)
  const page = await other.open('/password/new')
  expect(formOf(page).fields.email).toBe('')
  const code = codeFrom(app.mails, owner.email)
  const typed = { email: owner.email, code, password: newPassword }
  expect(leadsTo(await other.send(page, typed))).toBe('/sign-in?password-changed=1')
})

test('whoever is signed in as somebody else is asked to sign in with the new password', async () => {
  const owner = await newPerson(app)
  await askForCode(owner.email)
  const browser = newBrowser(app, person.cookies)
  const code = codeFrom(app.mails, owner.email)
  const typed = { email: owner.email, code, password: newPassword }
  const done = await browser.send(await browser.open('/password/new'), typed)
  expect(saidBy(await browser.follow(done))).toMatch(/^Your new password is set/)
})

test('where it goes on to is a path of ours on every page of the way', async () => {
  const evil = '?continue=%2F%2Fevil.example'
  const browser = newBrowser(app)
  for (const path of ['/password/forgotten', '/password/new', '/sign-up', '/confirm-email']) {
    expect((await browser.open(path + evil)).text).not.toContain('evil')
  }
})
