import { beforeAll, describe, expect, test } from 'vitest'
import { submit, type Visitor } from '../pages/people'
import { testApp } from '../support/app'
import { leadsTo, saidBy } from '../support/browser'
import { rowsOf } from '../support/core'
import { newAdministrator, rowsIn } from './people'

/** The applications, as administrators keep them. */

const app = testApp()
const path = '/administration/applications'
let admin: Visitor

beforeAll(async () => {
  admin = await newAdministrator(app)
})

const introspector = 'client:oauth:introspect'
const add = (typed: { readonly [name: string]: string }) =>
  submit(admin.browser, path, { scopes: introspector, ...typed }, `${path}/add`)
const secretIn = ({ text }: { text: string }) =>
  /<code>([\w-]{43})<\/code>/.exec(text)?.[1] ?? 'none'

/** How an application is answered that asks for a token by a secret. */
async function statusWith(clientId: string, secret: string): Promise<number> {
  const body = new URLSearchParams({ grant_type: 'client_credentials' }).toString()
  const headers = {
    'Content-Type': 'application/x-www-form-urlencoded',
    Authorization: `Basic ${btoa(`${clientId}:${secret}`)}`,
  }
  return (await app.call('/oauth/token', { method: 'POST', body, headers })).status
}

const actsOn = (id: string) =>
  rowsOf('SELECT act, subject_name AS name FROM audit_entries WHERE subject_id = ? ORDER BY id', id)

describe('an application', () => {
  test('is added with a secret that is shown once, gets another, and goes', async () => {
    const clientId = `shop_${Date.now()}`
    const shown = await add({ clientId, name: 'The <shop>', redirectUris: 'https://a.example/cb' })
    expect(shown.status).toBe(200)
    const first = secretIn(shown)
    expect(await statusWith(clientId, first)).toBe(200)
    const list = await admin.browser.open(path)
    expect(list.text).toContain('The &lt;shop&gt;')
    expect(list.text).not.toContain(first)

    const renewed = secretIn(await submit(admin.browser, path, { clientId }, `${path}/renew`))
    expect(renewed).not.toBe(first)
    // For another day the one before is good as well.
    expect([await statusWith(clientId, renewed), await statusWith(clientId, first)]).toEqual([
      200, 200,
    ])
    // Pressed again at once, it does not end the one that is in use.
    const again = secretIn(await submit(admin.browser, path, { clientId }, `${path}/renew`))
    const states = [first, renewed, again].map((one) => statusWith(clientId, one))
    expect(await Promise.all(states)).toEqual([200, 401, 200])
    app.offsetMs = 61 * 1000
    await submit(admin.browser, path, { clientId }, `${path}/renew`)
    expect([await statusWith(clientId, again), await statusWith(clientId, first)]).toEqual([
      200, 401,
    ])
    const removed = await submit(admin.browser, path, { clientId }, `${path}/remove`)
    expect(leadsTo(removed)).toBe(`${path}?done=removed`)
    expect(await statusWith(clientId, again)).toBe(401)
    const name = 'The <shop>'
    expect(await actsOn(clientId)).toEqual([
      { act: 'application_added', name },
      { act: 'application_secret_renewed', name },
      { act: 'application_secret_renewed', name },
      { act: 'application_secret_renewed', name },
      { act: 'application_removed', name },
    ])
    const trail = await admin.browser.open('/administration/audit')
    expect(trail.text).toContain('application removed')
    expect(trail.text).not.toContain(first)
    app.offsetMs = 0
  })

  test('that runs on a device has no secret', async () => {
    const clientId = `phone_${Date.now()}`
    const scopes = 'openid delegated:profile:read'
    const redirectUris = 'my.app:/back\r\nhttp://127.0.0.1/callback'
    const added = await add({ clientId, scopes, redirectUris, isPublic: 'on', isFirstParty: 'on' })
    expect(leadsTo(added)).toBe(`${path}?done=added`)
    const [row] = await rowsOf('SELECT * FROM clients WHERE client_id = ?', clientId)
    expect(row).toMatchObject({
      client_name: clientId,
      secret_hash: null,
      redirect_uris: '["my.app:/back","http://127.0.0.1/callback"]',
      client_scopes: '["openid","delegated:profile:read"]',
      is_first_party: 1,
      is_self_registered: 0,
    })
    const cells = rowsIn(await admin.browser.open(path)).find(([one]) => one?.includes(clientId))
    expect(cells?.[1]).toBe('public, ours')
    const renewed = await submit(admin.browser, path, { clientId }, `${path}/renew`).catch(
      () => null,
    )
    expect(renewed).toBeNull()
  })

  test.each([
    [{ clientId: 'a b' }, 'The id does not look right.'],
    [{ clientId: 'aaaaaaaaaaaaaaaaaaaaaaaa' }, 'The id does not look right.'],
    [{ clientId: '12345' }, 'The id does not look right.'],
    [{ redirectUris: 'http://a.example/' }, 'The address does not look right.'],
    [{ logoutUris: 'https://a.example/#x' }, 'The address does not look right.'],
    [{ scopes: 'openid everything' }, 'The scope does not look right.'],
    [{ scopes: '' }, 'The scope does not look right.'],
    [{ name: 'a\u202eb' }, 'The name does not look right.'],
  ])('is refused with %j, and what was typed stays', async (typed, said) => {
    const refused = await add({ clientId: 'an_app', name: 'Kept', ...typed })
    expect([refused.status, saidBy(refused)]).toEqual([400, said])
    expect(refused.text).toContain('action="/administration/applications/add"')
    if (!('name' in typed)) expect(refused.text).toContain('value="Kept"')
    expect(await rowsOf("SELECT 1 FROM clients WHERE client_id = 'an_app'")).toEqual([])
  })

  test('takes no other’s id', async () => {
    const clientId = `mine_${Date.now()}`
    const secret = secretIn(await add({ clientId }))
    const again = await add({ clientId })
    expect([again.status, saidBy(again)]).toEqual([400, 'The id cannot be used.'])
    expect(await statusWith(clientId, secret)).toBe(200)
    expect(await actsOn(clientId)).toHaveLength(1)
  })
})
