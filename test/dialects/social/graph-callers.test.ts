import { beforeAll, describe, expect, test } from 'vitest'
import type { TestApp } from '../../support/app'
import { doors, emptyApp, unauthorized } from '../../support/graph'
import { newPerson, type TestPerson } from '../../support/social'
import { sessionToken } from '../../support/social-answers'

/** Who may call the second half of the document; who may not learns nothing else. */

const delegated = [
  ['GET', 'invite-codes'],
  ['POST', 'search'],
  ['POST', 'block'],
  ['POST', 'unblock'],
  ['POST', 'follow'],
  ['POST', 'unfollow'],
  ['GET', 'followers'],
  ['GET', 'followers?limit=0&offset=x'],
  ['GET', 'follow-requests'],
  ['GET', 'follow-requests?limit=abc'],
  ['PATCH', 'follow-request'],
  ['GET', 'following'],
  ['GET', 'following?order=up'],
  ['GET', '507f1f77bcf86cd799439011/followers'],
  ['GET', '507f1f77bcf86cd799439011/following'],
  ['GET', 'not-an-id/followers'],
  ['DELETE', 'follow-entry'],
  ['GET', 'follow-status?target=507f1f77bcf86cd799439011'],
  ['GET', 'follow-status?target=x'],
  ['GET', 'follow-status/507f1f77bcf86cd799439011'],
  ['GET', 'follow-status/not-an-id'],
  ['PATCH', 'profile-picture'],
  ['DELETE', 'profile-picture'],
] as const

let app: TestApp
let jane: TestPerson
beforeAll(async () => {
  app = await emptyApp()
  jane = await newPerson(app)
})

const notActive = [401, { ok: 0, error: 'ResourceNotActive' }]

describe.each(doors)('under "%s"', (door) => {
  test.each(delegated)('%s %s knows its caller before it looks at what is sent', async (...at) => {
    const [method, path] = at
    const bodies = method === 'GET' ? [] : [{ body: {} }, { body: [] }, { body: { target: 5 } }]
    for (const sent of [{}, ...bodies]) {
      const answer = await app.call(`${door}/user/${path}`, { method, ...sent })
      expect([answer.status, answer.json]).toEqual(unauthorized)
      expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="atrium"')
    }
  })

  test.each(delegated)('%s %s takes a bearer as well as the cookie', async (method, path) => {
    const headers = { Authorization: `Bearer ${sessionToken(jane.cookies)}` }
    const byBearer = await app.call(`${door}/user/${path}`, { method, headers })
    const byCookie = await app.call(`${door}/user/${path}`, { method, cookies: jane.cookies })
    expect([200, 400, 404, 415]).toContain(byBearer.status)
    expect([byBearer.status, byBearer.json]).toEqual([byCookie.status, byCookie.json])
  })

  test.each(delegated)('%s %s waits until the address is confirmed', async (method, path) => {
    const confirm = app.env.DB.prepare('UPDATE accounts SET email_verified_at = ? WHERE id = ?')
    await confirm.bind(null, jane.id).run()
    const answer = await app.call(`${door}/user/${path}`, { method, cookies: jane.cookies })
    await confirm.bind(1, jane.id).run()
    expect([answer.status, answer.json]).toEqual(notActive)
  })
})
