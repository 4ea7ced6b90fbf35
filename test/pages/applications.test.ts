import { describe, expect, test } from 'vitest'
import { testApp } from '../support/app'
import { formOf, leadsTo, saidBy } from '../support/browser'
import { isAccepted, newApplication, newTokens, refresh } from '../support/oauth'
import { newVisitor, submit } from './people'

/** The applications that somebody has let in. */

const app = testApp()
const path = '/account/applications'
const revoke = `${path}/revoke`
const scope = 'openid profile delegated:profile:read offline_access'

describe('applications', () => {
  test('are listed by name, with what they may do', async () => {
    const owner = await newVisitor(app)
    expect((await owner.browser.open(path)).text).toContain('not let any application in')
    const client = await newApplication({ name: 'Photos <b>&' })
    await newTokens(app, owner, client, { scope })
    const { text } = await owner.browser.open(path)
    expect(text).toContain('Photos &lt;b&gt;&amp;')
    expect(text).toContain('See your profile with your e-mail address and phone number')
    expect(text).toContain('last used')
    expect(text).not.toContain('delegated:')
  })

  test('lose their access at once, and a second press changes nothing', async () => {
    const owner = await newVisitor(app)
    const [client, other] = [await newApplication(), await newApplication()]
    const tokens = await newTokens(app, owner, client, { scope })
    const kept = await newTokens(app, owner, other, { scope })
    const page = await owner.browser.open(path)
    const { clientId } = client
    for (let i = 0; i < 2; i += 1) {
      const answer = await owner.browser.send(page, { clientId }, { action: revoke })
      expect(leadsTo(answer)).toBe(`${path}?done=revoked`)
      expect(saidBy(await owner.browser.follow(answer))).toMatch(/cannot use your account any more/)
    }
    expect(await isAccepted(app, tokens.access)).toBe(false)
    expect((await refresh(app, client, tokens.refresh)).status).toBe(400)
    expect(await isAccepted(app, kept.access)).toBe(true)
  })

  test('of somebody else stay as they are', async () => {
    const [owner, stranger] = [await newVisitor(app), await newVisitor(app)]
    const client = await newApplication()
    const tokens = await newTokens(app, owner, client, { scope })
    await newTokens(app, stranger, client, { scope })
    const fields = formOf(await stranger.browser.open(path), revoke).fields
    expect(fields.clientId).toBe(client.clientId)
    await submit(stranger.browser, path, {}, revoke)
    expect(await isAccepted(app, tokens.access)).toBe(true)
    expect((await owner.browser.open(path)).text).toContain(client.clientId)
  })

  test('open no page of the account, whatever they may do', async () => {
    const owner = await newVisitor(app)
    const { access } = await newTokens(app, owner, await newApplication(), { scope })
    for (const headers of [
      { Authorization: `Bearer ${access}` },
      { Cookie: `__Host-atrium_session=${access}` },
    ]) {
      expect(leadsTo(await app.call('/account', { headers }))).toBe('/sign-in?continue=%2Faccount')
    }
  })
})
