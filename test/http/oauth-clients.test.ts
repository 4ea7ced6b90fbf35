import { beforeAll, describe, expect, inject, test } from 'vitest'
import { newPerson, register, resetHarness, send, setClock, times } from './harness'
import { basic } from './oauth-flow'
import { admin, secretIn } from './operator'

/** An application's whole life with its operator. */

const { id: clientId, secret, scope } = inject('server')
let session = ''

const create = (id: string, ...more: string[]) =>
  admin('client', 'create', '--id', id, '--scope', scope, ...more)

function ask(id: string, given: string) {
  const body = { grant_type: 'client_credentials', client_id: id, client_secret: given }
  return send('/oauth/token', { body })
}

beforeAll(async () => {
  await resetHarness()
  // The first account of a local database administers: it is somebody else.
  await register()
  session = (await newPerson()).cookies.get('atrium_session') ?? ''
})

test('many first requests at once make one key', async () => {
  const answers = await Promise.all(times(20, () => ask(clientId, secret)))
  expect(answers.map(({ status }) => status)).toEqual(times(20, () => 200))
  const { json } = await send('/oauth/jwks')
  expect(json.keys).toHaveLength(1)
  for (const answer of answers) {
    const [header = ''] = answer.json.access_token.split('.')
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
    expect(kid).toBe(json.keys[0].kid)
  }
})

describe('the operator', () => {
  // Each command starts wrangler, so that the tests share what they make.
  let appSecret = ''

  test('makes a client once, and sees it in the list', async () => {
    const given = ['--redirect-uri', 'https://app.example/cb', '--first-party']
    const made = await create('an-app', '--name', 'Ada’s app -- the first', ...given)
    appSecret = secretIn(made)
    expect(appSecret).toMatch(/^[\w-]{43}$/)
    expect(await create('an-app')).toMatchObject({ code: 1 })
    expect((await create('an-open-app', '--public')).output).not.toContain('secret')
    const { output } = await admin('client', 'list')
    expect(output).toContain('an-app  Ada’s app -- the first  (confidential, first-party)')
    expect(output).toContain('to     https://app.example/cb')
    expect(output).toContain('an-open-app  an-open-app  (public)')
    expect(output).not.toContain(secret)
  })

  test.each([
    ['ab'],
    ['a b'],
    ["a'b"],
    ['0123456789abcdef01234567'],
    ['0123456789ABCDEF01234567'],
    ['1234567'],
    ['a'.repeat(65)],
    ['good', '--name', "O'Neil"],
    ['good', '--name', 'a\nb'],
    ['good', '--name', 'a;b'],
    ['good', '--scope', 'nobody:knows'],
    ['good', '--scope', ','],
    ['good', '--redirect-uri', 'http://app.example/cb'],
    ['good', '--redirect-uri', 'https://app.example/cb#here'],
    ['good', '--redirect-uri', 'https://ada:secret@app.example/'],
    ['good', '--redirect-uri', "https://app.example/'"],
    ['good', '--redirect-uri', 'javascript:alert(1)'],
    ['good', '--redirect-uri', '/cb'],
  ])('cannot make one of %j %j %j', async (id, ...more) => {
    expect(await create(id, ...more)).toMatchObject({ code: 2 })
  })

  test('gives a client a new secret, and the one before ends a day later', async () => {
    const before = appSecret
    const token = (await ask('an-app', before)).json.access_token
    const after = secretIn(await admin('client', 'rotate-secret', 'an-app'))
    appSecret = after
    for (const good of [before, after]) expect((await ask('an-app', good)).status).toBe(200)
    const look = { body: { token }, headers: basic('an-app', after) }
    expect((await send('/oauth/introspect', look)).json).toMatchObject({ active: true })
    await setClock(24 * 60 * 60 + 60)
    expect((await ask('an-app', before)).status).toBe(401)
    expect((await ask('an-app', after)).status).toBe(200)
    await setClock(0)
  })

  test('deletes a client, and its tokens with it', async () => {
    const token = (await ask(clientId, secret)).json.access_token
    const own = (await ask('an-app', appSecret)).json.access_token
    const asking = (by: string) =>
      send('/oauth/introspect', {
        body: { token: session },
        headers: { Authorization: `Bearer ${by}` },
      })
    expect((await asking(own)).status).toBe(200)
    expect(await admin('client', 'delete', 'an-app')).toMatchObject({ code: 0 })
    expect((await asking(own)).status).toBe(401)
    expect((await ask('an-app', appSecret)).status).toBe(401)
    expect((await asking(token)).status).toBe(200)
    expect(await admin('client', 'delete', 'an-app')).toMatchObject({ code: 1 })
  })
})
