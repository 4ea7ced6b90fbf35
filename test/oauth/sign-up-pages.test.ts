import { describe, expect, test } from 'vitest'
import { codeFrom, type TestApp, testApp } from '../support/app'
import { formOf, leadsTo, newBrowser, saidBy } from '../support/browser'
import { rowsOf } from '../support/core'
import { newPerson, newUsername, password } from '../support/social'

/** Making an account on pages, and confirming its address. */

const app = testApp()

function newTyped() {
  const username = newUsername()
  const email = `${username}@example.com`
  return { name: 'Ada King Byron', username, email, password }
}

async function signUp(at: TestApp, typed: Record<string, string>, way = '/sign-up') {
  const browser = newBrowser(at)
  const answer = await browser.send(await browser.open(way), typed)
  return { browser, answer }
}

async function isConfirmed(email: string): Promise<boolean> {
  const [row] = await rowsOf('SELECT email_verified_at AS at FROM accounts WHERE email = ?', email)
  return row?.at !== null
}

test('an account is made, signed in, and confirmed by the mailed code', async () => {
  const typed = newTyped()
  const { browser, answer } = await signUp(app, typed, '/sign-up?continue=%2Faccount%2Fa')
  expect(leadsTo(answer)).toBe('/confirm-email?continue=%2Faccount%2Fa')
  const page = await browser.follow(answer)
  expect(page.text).toContain(typed.email)

  const refused = await browser.send(page, { code: 'aaaaa' })
  expect([refused.status, saidBy(refused)]).toEqual([
    400,
    'This code is not right. Please check it, or ask for a new one.',
  ])
  const done = await browser.send(refused, { code: codeFrom(app.mails, typed.email) })
  expect(leadsTo(done)).toBe('/account/a')
  const me = await app.call('/social/user/me', { cookies: browser.cookies })
  expect(me.json.data.user).toMatchObject({ firstName: 'Ada', lastName: 'King Byron' })
  expect(leadsTo(await browser.open('/confirm-email'))).toBe('/account')
})

test('a new code can be asked for, and takes the place of the old one', async () => {
  const typed = newTyped()
  const { browser, answer } = await signUp(app, typed)
  const first = codeFrom(app.mails, typed.email)
  const page = await browser.follow(answer)
  const resend = { action: '/confirm-email/resend' }
  const sent = await browser.send(page, {}, resend)
  expect(leadsTo(sent)).toBe('/confirm-email?sent=1')
  const again = await browser.follow(sent)
  expect(saidBy(again)).toMatch(/^We have mailed you a new code/)
  expect((await browser.send(again, { code: first })).status).toBe(400)
  const code = codeFrom(app.mails, typed.email)
  expect(leadsTo(await browser.send(again, { code }))).toBe('/account')
  expect(leadsTo(await browser.send(page, {}, resend))).toBe('/account')
})

describe('a code is typed in by whoever is signed in', () => {
  const toConfirm = '/sign-in?to-confirm=1'

  test('on another device as well; without it they sign in first', async () => {
    const typed = newTyped()
    const { browser: first, answer } = await signUp(app, typed)
    const form = await first.follow(answer)
    const code = codeFrom(app.mails, typed.email)
    const other = newBrowser(app)
    const way = '/confirm-email?continue=%2Faccount%2Fa'
    const signIn = await other.open(way)
    expect(leadsTo(signIn)).toBe(`${toConfirm}&continue=%2Faccount%2Fa`)
    expect(saidBy(await other.follow(signIn))).toBe(
      'Please sign in to the account whose address you want to confirm.',
    )
    // A page of before, or a form of one's own, does no more than the page does.
    const posted = await other.send(form, { code })
    expect(leadsTo(posted)).toBe('/sign-in?continue=%2Faccount&session-ended=1')
    expect(await isConfirmed(typed.email)).toBe(false)

    const page = await other.follow(signIn)
    await other.send(page, { name: typed.username, password })
    const done = await other.send(await other.open(way), { code })
    expect(leadsTo(done)).toBe('/account/a')
    expect(await isConfirmed(typed.email)).toBe(true)
  })

  /**
   * Whoever makes an account with somebody else's address waits for that person to type in the code that
   * they are mailed, and then has an account with an address that it seems to have proven.
   */
  test('and confirms nobody else’s account: somebody may have made one with their address', async () => {
    const typed = newTyped()
    const { browser: attacker } = await signUp(app, typed)
    const code = codeFrom(app.mails, typed.email)
    // The victim may have an account of their own, whose address waits or does not, or be signed out.
    const victim = await newPerson(app)
    const other = newTyped()
    const { browser: waiting, answer } = await signUp(app, other)
    const page = await waiting.follow(answer)
    const refused = await waiting.send(page, { code })
    expect([refused.status, saidBy(refused)]).toEqual([
      400,
      'This code is not right. Please check it, or ask for a new one.',
    ])
    expect(refused.text).toContain(other.email)
    expect(refused.text).not.toContain(typed.email)
    const settled = newBrowser(app, victim.cookies)
    expect((await settled.send(page, { code })).status).toBe(400)
    expect(leadsTo(await newBrowser(app).send(page, { code }))).toMatch(/^\/sign-in\?/)
    for (const email of [typed.email, other.email]) expect(await isConfirmed(email)).toBe(false)

    // None of that has used the code up: it counts where the account was made, and there alone.
    const own = await attacker.open('/confirm-email')
    expect(leadsTo(await attacker.send(own, { code }))).toBe('/account')
  })
})

test('a new code is mailed to whoever is signed in alone', async () => {
  const typed = newTyped()
  const { browser, answer } = await signUp(app, typed)
  const page = await browser.follow(answer)
  const stranger = newBrowser(app)
  const sent = await stranger.send(page, {}, { action: '/confirm-email/resend' })
  expect(leadsTo(sent)).toBe('/sign-in?continue=%2Faccount&session-ended=1')
  expect(saidBy(await stranger.follow(sent))).toMatch(/^You were signed out meanwhile/)
})

test('what is wrong is said at once, and all that is no secret stays typed', async () => {
  const person = await newPerson(app)
  const typed = { ...newTyped(), name: '"><i>Ada</i>' }
  const cases: [Record<string, string>, number, RegExp][] = [
    [{ username: 'a b' }, 400, /^The username takes three or more letters/],
    [{ username: 'sign-in' }, 400, /^The username cannot be used\.$/],
    [{ email: 'ada' }, 400, /^The e-mail address does not look right\.$/],
    [{ name: ' ' }, 400, /^The name is missing\.$/],
    [{ username: 'a', password: 'sh0rt!!' }, 400, /^The username .*\. The password is too short/],
    [{ username: person.username }, 409, /^This username is taken/],
    [{ email: person.email }, 409, /^There is an account with this e-mail address already\.$/],
  ]
  for (const [wrong, status, words] of cases) {
    const { answer } = await signUp(app, { ...typed, ...wrong })
    expect([wrong, answer.status]).toEqual([wrong, status])
    expect(saidBy(answer)).toMatch(words)
    const { password: secret, ...kept } = { ...typed, ...wrong }
    const name = kept.name.trim()
    expect(formOf(answer).fields).toMatchObject({ ...kept, name, password: '' })
    expect(answer.text).not.toContain(secret)
    expect(answer.text).not.toContain('<i>')
  }
})

test('an address that needs no confirmation leads straight on', async () => {
  const open = testApp({ REQUIRE_EMAIL_VERIFICATION: 'false' })
  const { answer } = await signUp(open, newTyped(), '/sign-up?continue=%2Faccount%2Fa')
  expect(leadsTo(answer)).toBe('/account/a')
})

test('where nobody may register there is no form, and no way to one', async () => {
  const closed = testApp({ REGISTRATION: 'closed' })
  const browser = newBrowser(closed)
  expect((await browser.open('/sign-in')).text).not.toContain('/sign-up')
  const page = await browser.open('/sign-up')
  expect(page.status).toBe(403)
  expect(page.text).toContain('New accounts cannot be made here')
  const form = await newBrowser(app).open('/sign-up')
  expect((await browser.send(form, newTyped())).status).toBe(403)
})

test('where an invitation is needed it is asked for, and a link may bring it', async () => {
  const invited = testApp({ INVITE_ONLY: 'true' })
  const person = await newPerson(app)
  const codes = await invited.call('/social/user/invite-codes', { cookies: person.cookies })
  const [{ code }] = codes.json.data.inviteCodes
  expect((await newBrowser(app).open('/sign-up')).text).not.toContain('inviteCode')

  const refused = await signUp(invited, { ...newTyped(), inviteCode: 'AB-1234-1234567890123' })
  expect(refused.answer.status).toBe(400)
  expect(saidBy(refused.answer)).toMatch(/^This invite code is not right/)
  const { answer } = await signUp(invited, newTyped(), `/sign-up?invite=${code}`)
  expect(leadsTo(answer)).toBe('/confirm-email')
})
