import { describe, expect, test } from 'vitest'
import { numberOf } from '../dialects/social/picture-calls'
import { testApp } from '../support/app'
import { formOf, leadsTo, saidBy } from '../support/browser'
import { change } from '../support/core'
import { newApplication, newTokens } from '../support/oauth'
import { password } from '../support/social'
import { anotherDevice, isSignedIn, newVisitor, submit, type Visitor } from './people'

/** Taking one's data away, as a file or for good. */

const app = testApp()
const path = '/account/data'
const deletion = '/account/data/delete'

const download = ({ browser }: Visitor) => submit(browser, path, {}, `${path}/export`)

describe('the download', () => {
  test('is one JSON file with what is kept', async () => {
    const owner = await newVisitor(app)
    const profile = { bio: 'She said "hi" 🦊', customData: { seenAt: 5 } }
    await change('UPDATE accounts SET profile = ? WHERE id = ?', JSON.stringify(profile), owner.id)
    const client = await newApplication({ name: 'Photos' })
    const tokens = await newTokens(app, owner, client, { scope: 'openid offline_access' })
    const answer = await download(owner)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Content-Type')).toBe('application/json')
    expect(answer.headers.get('Content-Disposition')).toMatch(
      new RegExp(`^attachment; filename="${owner.username}-\\d{4}-\\d\\d-\\d\\d\\.json"$`),
    )
    expect(answer.headers.get('Cache-Control')).toBe('no-store')

    const { json } = answer
    const isoDate = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    expect(json).toMatchObject({ exportedAt: isoDate, from: 'https://atrium.test' })
    const { username, email, id } = owner
    expect(json.account).toMatchObject({ id, username, email, createdAt: isoDate })
    // What somebody keeps there themselves is theirs, to the letter.
    expect(json.profile).toEqual(profile)
    expect(json.picture).toEqual({ url: null })
    expect(json.sessions).toEqual([expect.objectContaining({ openedAt: isoDate })])
    expect(json.applications).toEqual([
      expect.objectContaining({ clientId: client.clientId, name: 'Photos', consentedAt: isoDate }),
    ])
    expect(json.grants).toEqual([
      expect.objectContaining({ name: 'Photos', scopes: ['openid', 'offline_access'] }),
    ])
    expect(json.signIns).toEqual([expect.objectContaining({ success: true, triedAt: isoDate })])
    for (const secret of [...owner.cookies.cookies.values(), tokens.access, tokens.refresh]) {
      expect(answer.text).not.toContain(secret)
    }
    expect(answer.text).not.toMatch(/pbkdf2|hash|secret"/i)
  })

  test('is complete for somebody with 2,500 followers, and names the uploads', async () => {
    const owner = await newVisitor(app)
    const number = await numberOf(app, owner.id)
    const many = 'WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 2499)'
    await change(`${many} INSERT INTO accounts (number, id, username, username_key, created_at, updated_at)
      SELECT 9000 + i, printf('%024x', 9000 + i), 'crowd_' || i, 'crowd_' || i, 1, 1 FROM n`)
    await change(
      `${many} INSERT INTO follows (entry_id, follower_number, followed_number, approved, followed_at)
      SELECT printf('c%023x', i), 9000 + i, ?, 1, 1000 + i FROM n`,
      number,
    )
    await change(
      `INSERT INTO uploads (name, type, account_number, object_key, bytes, started_at, stored_at)
      VALUES ('some-name', 'png', ?, 'u/some-key', 5, 1, 2)`,
      number,
    )
    const { json } = await download(owner)
    expect(json.followers).toHaveLength(2500)
    expect(json.followers[2499]).toEqual({
      id: expect.any(String),
      username: 'crowd_2499',
      followedAt: new Date(3499).toISOString(),
    })
    expect(json.uploads).toEqual([
      expect.objectContaining({ url: 'https://atrium.test/uploads/some-name.png' }),
    ])
    expect(json.photos).toEqual([])
  })

  test('is for its owner alone', async () => {
    const [owner, other] = [await newVisitor(app), await newVisitor(app)]
    const { text } = await download(owner)
    expect(text).not.toContain(other.username)
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const call = { method: 'POST', body: '', headers }
    expect((await app.call(`${path}/export`, call)).status).toBe(403)
  })
})

describe('deleting the account', () => {
  const typed = (owner: Visitor) => ({ username: owner.username, currentPassword: password })

  test('takes the username and the password, and everything with it', async () => {
    const owner = await newVisitor(app)
    const other = await anotherDevice(app, owner)
    const page = await owner.browser.open(deletion)
    const answer = await owner.browser.send(page, {
      ...typed(owner),
      username: ` ${owner.username.toUpperCase()} `,
    })
    expect(leadsTo(answer)).toBe('/sign-in?deleted=1')
    expect(saidBy(await owner.browser.follow(answer))).toMatch(/Your account is deleted/)
    expect([...owner.cookies.cookies.keys()]).not.toContain('__Host-atrium_session')
    expect(await isSignedIn(other)).toBe(false)
    const body = { username: owner.username, password, userAgent: 'test' }
    expect((await app.call('/social/user/login', { body })).status).not.toBe(200)
    // Sent twice, the second finds nobody.
    const again = await other.send(page, typed(owner))
    const to = `/sign-in?${new URLSearchParams({ continue: deletion, 'session-ended': '1' })}`
    expect(leadsTo(again)).toBe(to)
  })

  test('is refused with the wrong name or password, which is not shown again', async () => {
    const [owner, other] = [await newVisitor(app), await newVisitor(app)]
    const cases = [
      [{ ...typed(owner), username: other.username }, 400, /not your username/],
      [{ ...typed(owner), username: '' }, 400, /not your username/],
      [{ ...typed(owner), currentPassword: 'wrong one' }, 403, /password is not right/],
      [{ ...typed(owner), currentPassword: '' }, 403, /password is not right/],
    ] as const
    for (const [fields, status, said] of cases) {
      const page = await submit(owner.browser, deletion, fields)
      expect([fields, page.status]).toEqual([fields, status])
      expect(saidBy(page)).toMatch(said)
      const kept = { username: fields.username, currentPassword: '' }
      expect(formOf(page, deletion).fields).toEqual(kept)
    }
    expect(await isSignedIn(owner.browser)).toBe(true)
  })
})
