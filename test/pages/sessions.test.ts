import { describe, expect, test } from 'vitest'
import { numberOf } from '../dialects/social/picture-calls'
import { testApp } from '../support/app'
import { formOf, leadsTo, saidBy } from '../support/browser'
import { change } from '../support/core'
import { newApplication, newTokens } from '../support/oauth'
import { anotherDevice, isSignedIn, newVisitor, submit } from './people'

/** The devices that somebody is signed in on, and what happened at the sign-in. */

const app = testApp()
const path = '/account/sessions'
const signedOut = '/sign-in?signed-out=1'
const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:124.0) Gecko/20100101 Firefox/124.0'

describe('devices', () => {
  test('are listed in words, with the own one marked', async () => {
    const owner = await newVisitor(app)
    await anotherDevice(app, owner, firefox)
    const { text } = await owner.browser.open(path)
    expect(text).toContain('<bdi>Firefox on Windows</bdi>')
    expect(text).toContain(`title="${firefox}"`)
    expect(text.match(/This device/g)).toHaveLength(1)
    expect(text.match(/<li><div class="row-text">/g)).toHaveLength(2)
  })

  const agents: readonly (readonly [string, string])[] = [
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/123.0 Mobile/15E148 Safari/604.1',
      'Chrome on iPhone',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
      'Safari on macOS',
    ],
    [
      'Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/24.0 Chrome/117.0.0.0 Mobile Safari/537.36',
      'Samsung Internet on Android',
    ],
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/123.0.0.0 Safari/537.36 Edg/123.0.0.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/123.0.0.0 Safari/537.36 OPR/109.0.0.0',
      'Opera on Linux',
    ],
    [
      'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/123.0.0.0 Safari/537.36',
      'Chrome on ChromeOS',
    ],
    ['curl/8.5.0', 'curl'],
    ['\u202egnihtemos', 'Unknown device'],
  ]

  test.each(agents)('%s is told apart', async (userAgent, words) => {
    const owner = await newVisitor(app)
    await anotherDevice(app, owner, userAgent)
    expect((await owner.browser.open(path)).text).toContain(`<bdi>${words}</bdi>`)
  })

  test('are signed out one by one, once, however often it is asked', async () => {
    const owner = await newVisitor(app)
    const other = await anotherDevice(app, owner)
    const third = await anotherDevice(app, owner)
    const page = await owner.browser.open(path)
    // The one used last stands first, after the own.
    for (let i = 0; i < 2; i += 1) {
      const answer = await owner.browser.send(page, {}, { action: `${path}/end` })
      expect(leadsTo(answer)).toBe(`${path}?done=ended`)
    }
    expect([await isSignedIn(other), await isSignedIn(third)].sort()).toEqual([false, true])
    expect(await isSignedIn(owner.browser)).toBe(true)
  })

  test('of somebody else stay as they are', async () => {
    const [owner, stranger] = [await newVisitor(app), await newVisitor(app)]
    const other = await anotherDevice(app, owner)
    const { id = '' } = formOf(await owner.browser.open(path), `${path}/end`).fields
    await anotherDevice(app, stranger)
    const answer = await submit(stranger.browser, path, { id }, `${path}/end`)
    expect(leadsTo(answer)).toBe(`${path}?done=ended`)
    expect(await isSignedIn(other)).toBe(true)
  })

  test('all others are signed out together, and applications with them', async () => {
    const owner = await newVisitor(app)
    const others = [await anotherDevice(app, owner), await anotherDevice(app, owner)]
    const client = await newApplication()
    await newTokens(app, owner, client)
    const page = await owner.browser.open(path)
    for (let i = 0; i < 2; i += 1) {
      const answer = await owner.browser.send(page, {}, { action: `${path}/end-others` })
      expect(saidBy(await owner.browser.follow(answer))).toBe('All others are signed out.')
    }
    for (const other of others) expect(await isSignedIn(other)).toBe(false)
    expect((await owner.browser.open(path)).text).not.toContain('Sign out all others')
  })

  test('everything is signed out, this browser too', async () => {
    const owner = await newVisitor(app)
    const other = await anotherDevice(app, owner)
    const answer = await submit(owner.browser, path, {}, `${path}/end-all`)
    expect(leadsTo(answer)).toBe(signedOut)
    expect([...owner.cookies.cookies.keys()]).not.toContain('__Host-atrium_session')
    expect(await isSignedIn(owner.browser)).toBe(false)
    expect(await isSignedIn(other)).toBe(false)
  })

  test('that were signed out meanwhile lead to the sign-in', async () => {
    const owner = await newVisitor(app)
    const other = await anotherDevice(app, owner)
    const page = await other.open(path)
    await submit(owner.browser, path, {}, `${path}/end-others`)
    const answer = await other.send(page, {}, { action: `${path}/end-others` })
    expect(leadsTo(answer)).toBe('/sign-in?continue=%2Faccount%2Fsessions&session-ended=1')
    expect(await isSignedIn(owner.browser)).toBe(true)
  })
})

describe('the history', () => {
  const history = '/account/history'

  test('shows sign-ins and failed ones, with why', async () => {
    const owner = await newVisitor(app)
    const body = { username: owner.username, password: 'wrong one', userAgent: firefox }
    await app.call('/social/user/login', { body })
    const { text } = await owner.browser.open(history)
    expect(text).toContain('Failed: wrong password')
    expect(text).toContain('Signed in')
    expect(text).toContain('Firefox on Windows')
    expect(text).not.toContain('Older')
  })

  test('goes on in pages of twenty, each entry once', async () => {
    const owner = await newVisitor(app)
    const number = await numberOf(app, owner.id)
    await change(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 43)
      INSERT INTO login_history (id, account_number, at, success, dialect, ip_address)
      SELECT 'page_' || ? || '_' || printf('%02d', i), ?, 1000 + i / 2, 0, 'web', 'address-' || i || '-' FROM n`,
      number,
      number,
    )
    const seen: string[] = []
    let next: string | null = history
    const sizes: number[] = []
    while (next !== null) {
      const page = await owner.browser.open(next)
      const found = page.text.match(/<tr><td/g) ?? []
      sizes.push(found.length)
      seen.push(...(page.text.match(/address-\d+-/g) ?? []))
      next = /rel="next" href="([^"]*)"/.exec(page.text)?.[1] ?? null
    }
    expect(sizes).toEqual([20, 20, 5])
    expect(seen).toHaveLength(44)
    expect(new Set(seen).size).toBe(44)
  })

  test('of somebody else is not shown by an id of theirs', async () => {
    const [owner, stranger] = [await newVisitor(app), await newVisitor(app)]
    const { results } = await app.env.DB.prepare(
      'SELECT id FROM login_history WHERE account_number = ?',
    )
      .bind(await numberOf(app, owner.id))
      .all<{ id: string }>()
    const page = await stranger.browser.open(`${history}?before=${results[0]?.id}`)
    expect(page.status).toBe(200)
    expect(page.text).not.toContain(owner.username)
    for (const before of ['nobody', "' OR 1=1 --", '%00']) {
      const odd = await stranger.browser.open(`${history}?before=${encodeURIComponent(before)}`)
      expect([before, odd.status]).toEqual([before, 200])
      expect(odd.text).toContain('There is nothing more.')
    }
  })
})
