import { beforeAll, describe, expect, test } from 'vitest'
import { isSignedIn, newVisitor, submit, type Visitor } from '../pages/people'
import { testApp } from '../support/app'
import { leadsTo, saidBy } from '../support/browser'
import { change, rowsOf } from '../support/core'
import { act, newAdministrator, pageOf, rowsIn } from './people'

/** Finding somebody, and what administrators do to them. */

const app = testApp()
let admin: Visitor

beforeAll(async () => {
  admin = await newAdministrator(app)
})

const people = '/administration/people'
const find = async (text: string) => {
  const page = await admin.browser.open(`${people}?q=${encodeURIComponent(text)}`)
  expect(page.status).toBe(200)
  return rowsIn(page).map(([username = '']) => username.split(' ')[0])
}
const actsOn = ({ id }: { id: string }) =>
  rowsOf<{ act: string }>(
    'SELECT act FROM audit_entries WHERE subject_id = ? ORDER BY id',
    id,
  ).then((rows) => rows.map(({ act }) => act))

describe('finding', () => {
  test('takes a username, an address, an id or a number, whole, and a part of a name', async () => {
    const person = await newVisitor(app)
    const first = `Zy${person.username.slice(-6)}`
    await change(
      'UPDATE accounts SET first_name = ?, first_name_key = ? WHERE id = ?',
      first,
      first.toLowerCase(),
      person.id,
    )
    const [row] = await rowsOf<{ number: number; email: string }>(
      'SELECT number, email FROM accounts WHERE id = ?',
      person.id,
    )
    const { username } = person
    for (const text of [
      username.toUpperCase(),
      row?.email ?? '',
      person.id,
      String(row?.number),
      ` ${username.slice(2)} `,
      first.slice(1),
      (row?.email ?? '').slice(0, -3),
    ]) {
      expect([text, await find(text)]).toEqual([text, [username]])
    }
  })

  test('shows private and closed accounts, and the one that was meant first', async () => {
    const [longer, exact] = [await newVisitor(app), await newVisitor(app)]
    const name = `q${exact.username.slice(-8)}`
    const rename =
      'UPDATE accounts SET username = ?, username_key = ?, disabled_at = 1, is_private = 1'
    await change(`${rename} WHERE id = ?`, `${name}0`, `${name}0`, longer.id)
    await change(`${rename} WHERE id = ?`, name, name, exact.id)
    expect(await find(name)).toEqual([name, `${name}0`])
    const page = await admin.browser.open(`${people}?q=${name}`)
    expect(page.text.match(/class="badge">Closed</g)).toHaveLength(2)
  })

  test('says when a text is too short, or when there is nobody', async () => {
    const short = await admin.browser.open(`${people}?q=a`)
    expect([short.status, saidBy(short)]).toEqual([400, 'The query is too short.'])
    expect(await find('nobody-is-called-this')).toEqual([])
  })

  test('without a text shows the newest, a page at a time', async () => {
    const newest = await newVisitor(app)
    const page = await admin.browser.open(people)
    expect(rowsIn(page).flat().join(' ')).toContain(newest.username)
    const older = await admin.browser.open(`${people}?before=${newest.id}`)
    expect(rowsIn(older).flat().join(' ')).not.toContain(newest.username)
  })

  test('writes what people are called as a text', async () => {
    const person = await newVisitor(app)
    await change("UPDATE accounts SET first_name = '<b>&' WHERE id = ?", person.id)
    for (const path of [`${people}?q=${person.username}`, pageOf(person)]) {
      const { text } = await admin.browser.open(path)
      expect(text).toContain('&lt;b&gt;&amp;')
      expect(text).not.toContain('<b>')
    }
  })
})

describe('somebody', () => {
  test('is shown with sessions, sign-ins and what was done to them', async () => {
    const person = await newVisitor(app)
    await act(admin.browser, person, 'end-sessions')
    const { text } = await admin.browser.open(pageOf(person))
    expect(text).toContain(`${person.username}@example.com`)
    expect(text).toContain('Signed in')
    expect(text).toContain('sessions ended')
    expect(text).not.toMatch(/pbkdf2|token/i)
  })

  test('is closed, which ends every session, and opened', async () => {
    const person = await newVisitor(app)
    const closed = await act(admin.browser, person, 'disable')
    expect(saidBy(closed)).toBe('The account is closed, and every session has ended.')
    expect(await isSignedIn(person.browser)).toBe(false)
    expect(closed.text).toContain(`action="${pageOf(person)}/enable"`)
    expect(closed.text).not.toContain(`action="${pageOf(person)}/disable"`)
    expect(saidBy(await act(admin.browser, person, 'enable'))).toBe('The account is open again.')
    expect(await actsOn(person)).toEqual(['account_disabled', 'account_enabled'])
  })

  test('is signed out everywhere', async () => {
    const person = await newVisitor(app)
    await act(admin.browser, person, 'end-sessions')
    expect(await isSignedIn(person.browser)).toBe(false)
    expect(await actsOn(person)).toEqual(['sessions_ended'])
  })

  test('is made an administrator, and an ordinary account again', async () => {
    const person = await newVisitor(app)
    await act(admin.browser, person, 'grant')
    expect((await person.browser.open('/administration')).status).toBe(200)
    await act(admin.browser, person, 'revoke')
    expect((await person.browser.open('/administration')).status).toBe(404)
    expect(await actsOn(person)).toEqual(['administrator_granted', 'administrator_revoked'])
  })

  test('is mailed a code for a new password, as often as they could themselves', async () => {
    const person = await newVisitor(app)
    const page = pageOf(person)
    const mailed = () =>
      app.mails.filter(({ to }) => to === `${person.username}@example.com`).length
    const before = mailed()
    await act(admin.browser, person, 'reset')
    expect(mailed()).toBe(before + 1)
    for (let i = 0; i < 4; i += 1) await act(admin.browser, person, 'reset')
    const refused = await submit(admin.browser, page, {}, `${page}/reset`)
    expect(refused.status).toBe(429)
    expect(saidBy(refused)).toContain('tried too often')
    expect(await actsOn(person)).toEqual(Array(5).fill('reset_mailed'))
    expect(await isSignedIn(person.browser)).toBe(true)
  })

  test('is deleted once their username is typed', async () => {
    const person = await newVisitor(app)
    const path = `${pageOf(person)}/delete`
    const wrong = await submit(admin.browser, path, { username: 'somebody' }, `${path}/confirm`)
    expect([wrong.status, saidBy(wrong)]).toEqual([
      400,
      'That is not the username. Nothing was deleted.',
    ])
    const typed = { username: person.username.toUpperCase() }
    const gone = await submit(admin.browser, path, typed, `${path}/confirm`)
    expect(leadsTo(gone)).toBe('/administration/audit?done=deleted')
    const trail = await admin.browser.follow(gone)
    expect(saidBy(trail)).toBe('The account is deleted.')
    expect(rowsIn(trail)[0]?.slice(1)).toEqual([admin.username, 'account deleted', person.username])
    expect((await admin.browser.open(pageOf(person))).status).toBe(404)
    expect(await isSignedIn(person.browser)).toBe(false)
  })
})
