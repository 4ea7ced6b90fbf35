import { beforeAll, describe, expect, test } from 'vitest'
import type { TestApp } from '../../support/app'
import { emptyApp } from '../../support/graph'
import { newPerson, type TestPerson } from '../../support/social'
import { fieldError, invalid } from '../../support/social-answers'

/** Bodies of the second half of the document, as clients should not send them. */

const endpoints = ['', '/social'].flatMap((door) =>
  (
    [
      ['POST', '/user/search', 'query'],
      ['POST', '/user/block', 'target'],
      ['POST', '/user/unblock', 'target'],
      ['POST', '/user/follow', 'target'],
      ['POST', '/user/unfollow', 'target'],
      ['PATCH', '/user/follow-request', 'request'],
      ['DELETE', '/user/follow-entry', 'entry'],
    ] as const
  ).map(([method, path, field]) => ({ method, path: `${door}${path}`, field })),
)

const noIds = [
  '507f1f77',
  '507f1f77bcf86cd79943901g',
  '507f1f77bcf86cd7994390110',
  ' 507f1f77bcf86cd799439011',
  "' OR 1=1 --",
]

const json = { 'Content-Type': 'application/json' }
const reason = (word: string) => ({
  ok: 0,
  error: 'ClientInputError',
  additionalInfo: { reason: word },
})

let app: TestApp
let jane: TestPerson
beforeAll(async () => {
  app = await emptyApp()
  jane = await newPerson(app)
})

async function send(
  { method, path }: (typeof endpoints)[number],
  body: string,
  headers: { readonly [name: string]: string } = json,
) {
  const answer = await app.call(path, { method, body, headers, cookies: jane.cookies })
  return [answer.status, answer.json]
}

describe.each(endpoints)('$method $path', (endpoint) => {
  const { field } = endpoint

  test.each(['{"target":', 'target=x', '{}{}', '   '])('with %j is malformed', async (body) => {
    expect(await send(endpoint, body)).toEqual([400, reason('malformed_body')])
  })

  test.each(['text/plain', 'multipart/form-data; boundary=x', 'application/xml'])(
    'as %s is an unsupported type',
    async (type) => {
      const answer = await send(endpoint, '{}', { 'Content-Type': type })
      expect(answer).toEqual([415, reason('content_type')])
    },
  )

  test('with more than 64 KB is too large', async () => {
    const refused = { ok: 0, error: 'ClientInputError', additionalInfo: { bytesMax: 65_536 } }
    const body = JSON.stringify({ [field]: 'x'.repeat(65_536) })
    expect(await send(endpoint, body)).toEqual([413, refused])
  })

  test.each([
    ...(field === 'query' ? ['x'.repeat(101)] : noIds),
    5,
    true,
    null,
    ['507f1f77bcf86cd799439011'],
    { $ne: null },
  ])('with its one field as %j is refused', async (value) => {
    const refused = [400, invalid(fieldError(field, value))]
    expect(await send(endpoint, JSON.stringify({ [field]: value }))).toEqual(refused)
  })

  test('with nothing in it is refused by the name of what is missing', async () => {
    const refused = [400, invalid(fieldError(field))]
    for (const body of ['', '{}', '[{}]', '{"Target":"507f1f77bcf86cd799439011"}']) {
      expect(await send(endpoint, body)).toEqual(refused)
    }
  })

  test.each(['null', '"x"', '5', '[]', '[{},{}]', '[[{}]]', '[null]'])(
    'with %s for a body is refused as a whole',
    async (body) => {
      expect(await send(endpoint, body)).toEqual([400, invalid(fieldError(''))])
    },
  )
})
