import { describe, expect, test } from 'vitest'
import { setDisabled } from '../../src/core/administration'
import { revokeApplication } from '../../src/core/oauth/applications'
import {
  checkAuthorization,
  chooseDestination,
  considerAuthorization,
} from '../../src/core/oauth/authorization'
import { issueCode } from '../../src/core/oauth/authorization-codes'
import { findClient } from '../../src/core/oauth/clients'
import { viewerOf } from '../support/accounts'
import { type Answer, codeFrom, testApp } from '../support/app'
import { setUpAppFor } from '../support/authenticators'
import { leadsTo, newBrowser } from '../support/browser'
import type { TestClient } from '../support/clients'
import { callerWith, change, refusal, rowsOf, testCore } from '../support/core'
import { agree, authorizePath, destinationOf, newApplication, pkce } from '../support/oauth'
import { newPerson, password, type TestPerson } from '../support/social'

/**
 * Somebody who was in an account for a minute has let an application of their own in. The owner throws them
 * out, by whatever means there is, and signs in anew. The thief then has the owner's browser open that
 * application's request, by a link or an image: a consent that was left over would give it a code unseen.
 */

const app = testApp()
const nextPassword = 'seventeen purple anvils'

const sessionOf = ({ cookies }: TestPerson) => cookies.cookies.get('__Host-atrium_session') ?? ''

const requestOf = (client: TestClient, { cookies }: Pick<TestPerson, 'cookies'>) =>
  app.call(authorizePath(client), { cookies })

const consentsOf = (client: TestClient) =>
  rowsOf('SELECT 1 FROM consents WHERE client_id = ?', client.clientId)

/** Another browser, in which somebody signs in as the owner. */
async function signInAs(one: TestPerson, given = password): Promise<Pick<TestPerson, 'cookies'>> {
  const browser = newBrowser(app)
  const typed = { name: one.username, password: given }
  const answer = await browser.send(await browser.open('/sign-in'), typed)
  if (leadsTo(answer)?.startsWith('/sign-in/code')) {
    await browser.send(await browser.follow(answer), { code: codeFrom(app.mails, one.email) })
  }
  expect((await browser.open('/account')).status).toBe(200)
  return browser
}

const codesOf = (client: TestClient) =>
  rowsOf('SELECT 1 FROM authorization_codes WHERE client_id = ?', client.clientId)

/** What ends the sessions of an account, and the password that its owner has then. */
const ends: readonly [string, (one: TestPerson) => Promise<Answer | undefined>, string?][] = [
  [
    'a new password',
    (one) => app.call('/user/me', { method: 'PATCH', body: { password: nextPassword }, ...one }),
    nextPassword,
  ],
  [
    'a reset password',
    async ({ email }) => {
      await app.call('/user/code', { body: { email } })
      const body = { code: codeFrom(app.mails, email), password: nextPassword }
      return app.call('/user/reset-password', { body })
    },
    nextPassword,
  ],
  ['signing out everywhere', (one) => app.call('/user/logout-all', { method: 'POST', ...one })],
  [
    'signing out everywhere else, on the page',
    async ({ cookies }) => {
      const browser = newBrowser(app, cookies)
      const action = '/account/sessions/end-others'
      const answer = await browser.send(await browser.open('/account/sessions'), {}, { action })
      expect(leadsTo(answer)).toMatch(/^\/account\/sessions\?done=/)
      return undefined
    },
  ],
  ['a second factor by mail', (one) => app.call('/user/2fa', { body: { state: true }, ...one })],
]

describe('a consent ends with the sessions, by', () => {
  test.each(ends)('%s', async (_, end, secret = password) => {
    const owner = await newPerson(app)
    const thief = await signInAs(owner)
    const client = await newApplication({ name: 'Of the thief' })
    expect(destinationOf(await agree(app, thief, client)).parameters.code).toBeDefined()
    expect(destinationOf(await requestOf(client, owner)).parameters.code).toBeDefined()

    const ended = await end(owner)
    if (ended) expect(ended).toMatchObject({ status: 200 })
    expect(destinationOf(await requestOf(client, thief)).place).toBe('/sign-in')
    const anew = await signInAs(owner, secret)
    const shown = await requestOf(client, anew)
    expect([shown.status, shown.headers.get('Location')]).toEqual([200, null])
    expect(shown.text).toContain('Of the thief asks for access')
    const silent = await app.call(authorizePath(client, { prompt: 'none' }), anew)
    expect(destinationOf(silent).parameters).toMatchObject({ error: 'consent_required' })
    expect(await consentsOf(client)).toEqual([])
  })

  test('an authenticator app', async () => {
    const owner = await newPerson(app)
    const client = await newApplication()
    await agree(app, await signInAs(owner), client)
    await setUpAppFor(app, sessionOf(owner))
    expect((await requestOf(client, owner)).status).toBe(200)
    expect(await consentsOf(client)).toEqual([])
  })

  test('closing the account, though it is opened again', async () => {
    const [owner, boss] = [await newPerson(app), await newPerson(app)]
    const client = await newApplication()
    await agree(app, await signInAs(owner), client)
    await change("UPDATE accounts SET role = 'admin' WHERE id = ?", boss.id)
    const core = testCore()
    const administrator = await viewerOf(core, sessionOf(boss))
    for (const isDisabled of [true, false]) {
      const target = { accountId: owner.id, isDisabled }
      await core.request((core) => setDisabled(core, administrator, target))
    }
    const anew = await signInAs(owner)
    expect((await requestOf(client, anew)).status).toBe(200)
    expect(await consentsOf(client)).toEqual([])
  })
})

/** Between what was read of a consent and the code that it gives, its owner has taken it back. */
test('a consent that is taken back at this moment gives no code', async () => {
  const owner = await newPerson(app)
  const client = await newApplication()
  await agree(app, owner, client)
  const core = testCore()
  const asked = await core.request(async (core) =>
    checkAuthorization(core, chooseDestination(await findClient(core, client.clientId), null), {
      scopes: ['openid'],
      resources: [],
      challenge: pkce.challenge,
      nonce: null,
    }),
  )
  const standing = await core.request((core) =>
    considerAuthorization(core, callerWith(sessionOf(owner)), asked, 0),
  )
  if (standing.kind !== 'agreed') throw new Error(`the person is ${standing.kind}`)
  const { viewer, scopes } = standing
  const issue = (consent: typeof scopes | null) =>
    core.request((core) => issueCode(core, viewer, asked, { scopes, consent, pushedHash: null }))
  expect(await issue(null)).toMatch(/^[\w-]{43}$/)
  await core.request((core) => revokeApplication(core, viewer, client.clientId))
  expect(await refusal(issue(null))).toMatchObject({ code: 'invalid_code' })
  expect(await codesOf(client)).toEqual([])
  // Who has just been asked has said yes now, and not before.
  expect(await issue(scopes)).toMatch(/^[\w-]{43}$/)
})
