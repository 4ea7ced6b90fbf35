import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { openAdmin } from './admin'
import { newPerson, register, resetHarness, send, setClock, times } from './harness'
import { basic } from './oauth-flow'
import { command, secretIn } from './operator'

/** An application's whole life with its operator. */

const { id: clientId, secret, scope } = inject('server')
let session = ''

let shell: Awaited<ReturnType<typeof openAdmin>>
const admin = (...args: readonly string[]) => shell.run(...args)

const creation = (id: string, ...more: string[]) => [
  ...['client', 'create', '--id', id, '--scope', scope],
  ...more,
]
const create = (id: string, ...more: string[]) => admin(...creation(id, ...more))

function ask(id: string, given: string) {
  const body = { grant_type: 'client_credentials', client_id: id, client_secret: given }
  return send('/oauth/token', { body })
}

beforeAll(async () => {
  await resetHarness()
  shell = await openAdmin()
  // The first account of a local database administers: it is somebody else.
  await register()
  session = (await newPerson()).cookies.get('atrium_session') ?? ''
})
afterAll(() => shell?.close())

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
  let appSecret = ''

  test('makes a client once, and sees it in the list', async () => {
    const given = ['--redirect-uri', 'https://app.example/cb', '--first-party']
    const named = ['--name', 'Ada’s app -- the first']
    // As its operator would call it, because wrangler takes SQL and its quotes as text.
    const made = await command(inject('state'), ...creation('an-app', ...named, ...given))
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
    const execute = vi.spyOn(shell.database, 'execute')
    await expect(create(id, ...more)).rejects.toThrow()
    expect(execute).not.toHaveBeenCalled()
    execute.mockRestore()
  })

  test('is told of a call that cannot be right, and how to call', async () => {
    const told = await command(inject('state'), 'client', 'create', '--id', 'ab')
    expect(told).toMatchObject({ code: 2, output: expect.stringContaining('usage:') })
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

  test('keeps the secret in use where a new one is made twice in a row', async () => {
    const secrets = [secretIn(await create('pressed'))]
    for (let i = 0; i < 2; i += 1) {
      secrets.push(secretIn(await admin('client', 'rotate-secret', 'pressed')))
    }
    const states = secrets.map(async (one) => (await ask('pressed', one)).status)
    expect(await Promise.all(states)).toEqual([200, 401, 200])
  })

  test('leaves no act without its entry, whenever the connection breaks', async () => {
    const execute = vi.spyOn(shell.database, 'execute')
    await create('a-lasting-app')
    await create('a-lasting-app')
    await admin('client', 'rotate-secret', 'a-lasting-app')
    expect(execute).toHaveBeenCalledTimes(3)
    execute.mockRestore()
    const kept = "SELECT act FROM audit_entries WHERE subject_id = 'a-lasting-app' ORDER BY id"
    expect(await shell.database.execute(kept)).toEqual([
      { act: 'application_added' },
      { act: 'application_secret_renewed' },
    ])
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
