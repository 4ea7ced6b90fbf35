import { describe, expect, test } from 'vitest'
import { multipart, multipartType, type Part, streamOf } from '../dialects/social/picture-calls'
import { testApp } from '../support/app'
import { formOf, leadsTo, saidBy } from '../support/browser'
import { change } from '../support/core'
import { picture } from '../support/png'
import { newVisitor, submit, type Visitor } from './people'

/** The profile as its owner edits it: words, picture, and who may look closer. */

const app = testApp()
const path = '/account/profile'

const me = async ({ cookies }: Visitor) =>
  (await app.call('/social/user/me', { cookies })).json.data.user

const words = {
  firstName: 'Zoë',
  lastName: 'O’Hara "Z"',
  pronouns: 'she/her',
  bio: 'One line\r\nand <another>',
  organization: 'R&D',
  customLink: 'https://example.com/?a=1&b=2',
  country: 'DE',
  preferredLanguage: 'fr',
}

describe('the profile', () => {
  test('is saved, shown again as it was typed, and known at every other door', async () => {
    const owner = await newVisitor(app)
    const answer = await submit(owner.browser, path, words)
    expect(leadsTo(answer)).toBe(`${path}?done=saved`)
    const page = await owner.browser.follow(answer)
    expect(saidBy(page)).toBe('Your profile is saved.')
    const bio = 'One line\nand <another>'
    const kept = { ...words, bio }
    expect(formOf(page, path).fields).toEqual({ ...kept, username: owner.username })
    expect(await me(owner)).toMatchObject(kept)
  })

  test('loses what is emptied, and keeps what the page does not show', async () => {
    const owner = await newVisitor(app)
    const others = { gender: 'f', customData: { a: 1 } }
    await change('UPDATE accounts SET profile = ? WHERE id = ?', JSON.stringify(others), owner.id)
    await submit(owner.browser, path, words)
    const emptied = Object.fromEntries(Object.keys(words).map((name) => [name, '']))
    await submit(owner.browser, path, { ...emptied, firstName: 'Zoë' })
    const user = await me(owner)
    expect(user).toMatchObject({ firstName: 'Zoë', ...others })
    for (const name of ['bio', 'pronouns', 'customLink', 'country', 'preferredLanguage']) {
      expect([name, user[name] ?? null]).toEqual([name, null])
    }
  })

  test('that is refused keeps what was typed, and says why', async () => {
    const [owner, other] = [await newVisitor(app), await newVisitor(app)]
    const cases = [
      [{ customLink: 'javascript:alert(1)' }, 400, /link/],
      [{ username: 'a' }, 400, /username takes three/],
      [{ username: 'account' }, 400, /username cannot be used/],
      [{ username: other.username.toUpperCase() }, 409, /taken/],
      [{ country: 'Germany' }, 400, /country/],
      [{ pronouns: 'x'.repeat(51) }, 400, /pronouns is too long/],
    ] as const
    for (const [typed, status, said] of cases) {
      const page = await submit(owner.browser, path, { ...words, ...typed })
      expect([typed, page.status]).toEqual([typed, status])
      expect(saidBy(page)).toMatch(said)
      expect(formOf(page, path).fields).toMatchObject({
        ...typed,
        organization: 'R&D',
        bio: 'One line\nand <another>',
      })
    }
    expect((await me(owner)).firstName).toBe('John')
  })

  test('is changed once by a form that is sent twice, also with a new username', async () => {
    const owner = await newVisitor(app)
    const page = await owner.browser.open(path)
    const username = `${owner.username}_b`
    for (let i = 0; i < 2; i += 1) {
      const answer = await owner.browser.send(page, { username }, { action: path })
      expect(leadsTo(answer)).toBe(`${path}?done=saved`)
    }
    expect((await me(owner)).username).toBe(username)
  })

  test('opens the fields that the setting opens, and no others', async () => {
    const fixed = testApp({ EDITABLE_FIELDS: 'bio,firstName' })
    const owner = await newVisitor(fixed)
    const page = await owner.browser.open(path)
    expect(page.text).toMatch(/name="username"[^>]* readonly/)
    expect(page.text).not.toMatch(/name="firstName"[^>]* readonly/)
    await owner.browser.send(page, { ...words, username: 'another_name' }, { action: path })
    const { user } = (await fixed.call('/social/user/me', { cookies: owner.cookies })).json.data
    expect(user).toMatchObject({ username: owner.username, firstName: 'Zoë', lastName: 'Doe' })
    expect(user.organization ?? null).toBeNull()
    for (const [name, label] of [
      ['email', 'address'],
      ['password', 'password'],
    ]) {
      const { text } = await owner.browser.open(`/account/security/${name}`)
      expect(text).toContain(`Your ${label} cannot be changed here.`)
    }
  })
})

describe('a private account', () => {
  const action = `${path}/privacy`

  test('is a box that is ticked and unticked', async () => {
    const owner = await newVisitor(app)
    const closed = await submit(owner.browser, path, { isPrivate: 'on' }, action)
    expect(saidBy(await owner.browser.follow(closed))).toBe('Your account is private now.')
    expect((await me(owner)).isPrivate).toBe(true)
    const page = await owner.browser.open(path)
    expect(formOf(page, action).fields).toEqual({ isPrivate: 'on' })
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const call = { method: 'POST', body: '', headers, cookies: owner.cookies }
    expect(leadsTo(await app.call(action, call))).toBe(`${path}?done=public`)
    expect((await me(owner)).isPrivate).toBe(false)
  })
})

describe('the picture', () => {
  const action = `${path}/picture`

  const send = (owner: Visitor, parts: readonly Part[], headers = {}) =>
    app.call(action, {
      method: 'POST',
      cookies: owner.cookies,
      body: streamOf(multipart(parts)),
      headers: { 'Content-Type': multipartType, ...headers },
    })
  const part = (content: Uint8Array): Part => ({
    name: 'picture',
    filename: 'me.png',
    type: 'image/png',
    content,
  })

  test('is uploaded, shown from our own origin, and removed', async () => {
    const owner = await newVisitor(app)
    const answer = await send(owner, [part(await picture())])
    const page = await owner.browser.follow(answer)
    expect(saidBy(page)).toBe('That is your picture now.')
    const shown = /<img class="avatar large" src="(\/pictures\/[^"]*)"/.exec(page.text)?.[1] ?? ''
    expect((await app.call(shown.replaceAll('&amp;', '&'))).status).toBe(200)
    const removed = await submit(owner.browser, path, {}, `${action}/remove`)
    const without = await owner.browser.follow(removed)
    expect(saidBy(without)).toBe('Your picture is gone.')
    expect(without.text).not.toContain('<img')
    // A second press finds nothing to do.
    const again = await owner.browser.send(page, {}, { action: `${action}/remove` })
    expect(leadsTo(again)).toBe(`${path}?done=no-picture`)
  })

  test('that is none, or too much, is refused on the page', async () => {
    const owner = await newVisitor(app)
    const cases = [
      [[part(new TextEncoder().encode('<svg onload=alert(1)>'))], 400, 'This is no PNG picture.'],
      [[part(new Uint8Array())], 400, 'This is no PNG picture.'],
      [[part(new Uint8Array(1024 * 1024 + 1))], 413, 'It can have up to 1 MB.'],
      [[], 400, 'The picture is missing.'],
    ] as const
    for (const [parts, status, said] of cases) {
      const page = await send(owner, parts)
      expect([page.status, saidBy(page)]).toEqual([status, said])
    }
    expect((await me(owner)).profilePictureUrl ?? null).toBeNull()
  })

  test('is not taken from another site', async () => {
    const owner = await newVisitor(app)
    const foreign = { Origin: 'https://evil.example' }
    expect((await send(owner, [part(await picture())], foreign)).status).toBe(403)
    expect((await owner.browser.open(path)).text).not.toContain('<img')
  })
})
