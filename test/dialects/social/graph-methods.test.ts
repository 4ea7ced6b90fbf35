import { beforeAll, describe, expect, test } from 'vitest'
import type { TestApp } from '../../support/app'
import { doors, emptyApp } from '../../support/graph'
import { newPerson, type TestPerson } from '../../support/social'

/** The second half of the document by other methods than it names. */

const writes: readonly (readonly [path: string, ...methods: string[]])[] = [
  ['search', 'POST'],
  ['block', 'POST'],
  ['unblock', 'POST'],
  ['follow', 'POST'],
  ['unfollow', 'POST'],
  ['follow-request', 'PATCH'],
  ['follow-entry', 'DELETE'],
  ['profile-picture', 'PATCH', 'DELETE'],
]
const reads = [
  'invite-codes',
  'scopes',
  'followers',
  'following',
  'follow-requests',
  'follow-status',
  'follow-status/507f1f77bcf86cd799439011',
  '507f1f77bcf86cd799439011/followers',
  '507f1f77bcf86cd799439011/following',
]

let app: TestApp
let jane: TestPerson
beforeAll(async () => {
  app = await emptyApp()
  jane = await newPerson(app)
})

const refusal = (allow: readonly string[]) => [
  405,
  allow.join(', '),
  { ok: 0, error: 'MethodNotAllowed', additionalInfo: { allow } },
]

async function callBy(method: string, path: string, isSignedIn: boolean) {
  const body = method === 'GET' ? {} : { body: {} }
  const call = { method, ...body, ...(isSignedIn ? { cookies: jane.cookies } : {}) }
  const { status, headers, json } = await app.call(path, call)
  return [status, headers.get('Allow'), json]
}

describe.each(doors)('under "%s"', (door) => {
  test.each(writes)('%s has no GET, and says what it has', async (path, ...allow) => {
    for (const isSignedIn of [true, false]) {
      expect(await callBy('GET', `${door}/user/${path}`, isSignedIn)).toEqual(refusal(allow))
    }
  })

  test.each(writes)('%s has no PUT either', async (path, ...allow) => {
    for (const isSignedIn of [true, false]) {
      expect(await callBy('PUT', `${door}/user/${path}`, isSignedIn)).toEqual(refusal(allow))
    }
  })

  test.each(reads)('%s is only read', async (path) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const [status, allow, json] = await callBy(method, `${door}/user/${path}`, true)
      expect([status, json]).toMatchObject([405, { ok: 0, error: 'MethodNotAllowed' }])
      expect(String(allow).split(', ')).toContain('GET')
      expect(String(allow).split(', ')).not.toContain(method)
    }
  })
})
