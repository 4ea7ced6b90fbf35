import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { readClientToken } from '../../../src/core/oauth/client-tokens'
import { currentKey, publishedKeys, rotateKeys } from '../../../src/core/oauth/signing-keys'
import { issueToken, newClient, partsOf } from '../../support/clients'
import { change, refusal, rowsOf, type TestCore, testCore } from '../../support/core'
import { interceptDatabase } from '../../support/database'

/** A testCore() is an isolate: it remembers keys of its own. */

const daySeconds = 24 * 60 * 60
const kidsOf = async (atrium: TestCore) =>
  (await atrium.request(publishedKeys)).map(({ kid }) => kid)
const signer = async (atrium: TestCore) => (await atrium.request(currentKey)).kid
const stored = () => rowsOf<{ kid: string }>('SELECT * FROM signing_keys ORDER BY made_at')

beforeEach(async () => {
  await change('DELETE FROM signing_keys')
})

/** An isolate at the time of another, which has read nothing yet. */
function freshAt({ now }: TestCore, given = {}): TestCore {
  return Object.assign(testCore(given), { now })
}

describe('the first key', () => {
  test('is one, however many isolates need it at once, and all sign with it', async () => {
    const client = await newClient()
    const isolates = Array.from({ length: 20 }, () => testCore())
    const tokens = await Promise.all(isolates.map((atrium) => issueToken(atrium, client)))
    expect(await stored()).toHaveLength(1)
    expect(new Set(tokens.map((token) => partsOf(token).header.kid)).size).toBe(1)
    const reader = testCore()
    for (const token of tokens) {
      const read = await reader.request((core) => readClientToken(core, token))
      expect(read).toMatchObject({ clientId: client.clientId })
    }
  })

  test('is made when tokens are asked for, and not when they are looked at', async () => {
    const atrium = testCore()
    const header = btoa(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: 'nobody' }))
    expect(await atrium.request((core) => readClientToken(core, `${header}.e30.AAAA`))).toBeNull()
    expect(await stored()).toEqual([])
    expect(await kidsOf(atrium)).toHaveLength(1)
  })

  test('stands in D1 sealed, for its own id and purpose alone', async () => {
    const atrium = testCore()
    const { privateKey: pem } = await atrium.request(currentKey)
    const [row] = await rowsOf<{ kid: string; public_jwk: string; private_key: string }>(
      'SELECT * FROM signing_keys',
    )
    const { kid = '', private_key: sealed = '', public_jwk: publicJwk = '' } = row ?? {}
    expect(sealed).toMatch(/^1\.[\w-]{16}\.[\w-]{100,}$/)
    expect(JSON.stringify(row)).not.toMatch(/PRIVATE|"d"/)
    expect(Object.keys(JSON.parse(publicJwk)).sort()).toEqual(['crv', 'kty', 'x', 'y'])
    const { keys } = atrium.pending().core
    expect(await keys.open('signing-key', sealed, kid)).toBe(pem)
    expect(await keys.open('signing-key', sealed, 'another')).toBeNull()
    expect(await keys.open('mail', sealed, kid)).toBeNull()
  })
})

describe('the next key', () => {
  test('is published a day before it signs, and the one before until its tokens are gone', async () => {
    const atrium = testCore()
    const client = await newClient({ at: atrium.now - 1000 })
    const first = await signer(atrium)
    atrium.pass(90 * daySeconds - 1)
    await atrium.request(rotateKeys)
    expect(await kidsOf(atrium)).toEqual([first])

    atrium.pass(1)
    await atrium.request(rotateKeys)
    const [, next = ''] = await kidsOf(atrium)
    expect(next).toMatch(/^[\w-]{43}$/)
    expect(await kidsOf(freshAt(atrium))).toEqual([first, next])
    expect(await signer(atrium)).toBe(first)

    atrium.pass(daySeconds - 1)
    expect(await signer(freshAt(atrium))).toBe(first)
    const last = await issueToken(atrium, client)
    atrium.pass(1)
    expect(await signer(atrium)).toBe(next)
    expect(await signer(freshAt(atrium))).toBe(next)

    atrium.pass(3500)
    expect(await atrium.request((core) => readClientToken(core, last))).not.toBeNull()
    await atrium.request(rotateKeys)
    expect(await kidsOf(atrium)).toEqual([first, next])

    atrium.pass(daySeconds - 3500)
    expect(await kidsOf(atrium)).toEqual([next])
    expect(await stored()).toHaveLength(2)
    await atrium.request(rotateKeys)
    expect(await stored()).toHaveLength(1)
    expect(await signer(atrium)).toBe(next)
    expect(await signer(freshAt(atrium))).toBe(next)
  })

  test('is one, when cron runs twice at once', async () => {
    const atrium = testCore()
    await signer(atrium)
    atrium.pass(91 * daySeconds)
    const isolates = Array.from({ length: 5 }, () => freshAt(atrium))
    await Promise.all(isolates.map((isolate) => isolate.request(rotateKeys)))
    expect(await stored()).toHaveLength(2)
  })

  test('is not made by cron where nobody ever needed a first', async () => {
    await testCore().request(rotateKeys)
    expect(await stored()).toEqual([])
  })

  test('is known in time to an isolate that has read the list just before', async () => {
    const [early, late] = [testCore(), testCore()]
    const client = await newClient({ at: early.now - 1000 })
    await signer(early)
    for (const one of [early, late]) one.pass(90 * daySeconds)
    await kidsOf(late)
    await early.request(rotateKeys)
    expect(await kidsOf(late)).toHaveLength(1)
    for (const one of [early, late]) one.pass(daySeconds)
    const token = await issueToken(early, client)
    expect(await late.request((core) => readClientToken(core, token))).not.toBeNull()
    expect(await signer(late)).toBe(partsOf(token).header.kid)
  })
})

test('a key that an isolate does not know is looked for, but not for every token', async () => {
  let trips = 0
  const counting = interceptDatabase(env.DB, (ask) => {
    trips += 1
    return ask()
  })
  const atrium = testCore({ DB: counting })
  await signer(atrium)
  // The operator threw the keys away: another isolate has made one since.
  await change('DELETE FROM signing_keys')
  const client = await newClient()
  const token = await issueToken(testCore(), client)
  const readAgain = () => atrium.request((core) => readClientToken(core, token))
  trips = 0
  for (let i = 0; i < 20; i += 1) expect(await readAgain()).toBeNull()
  expect(trips).toBe(0)
  atrium.pass(10)
  expect(await readAgain()).not.toBeNull()
  // One for the keys, one for the client.
  expect(trips).toBe(2)
})

describe('another app key', () => {
  const second = { APP_KEY_2: 'another-app-key-for-tests-0123456789abcdef' }

  test('leaves the keys readable, and seals those that come', async () => {
    const before = testCore()
    const first = await signer(before)
    const after = freshAt(before, second)
    expect(await signer(after)).toBe(first)
    after.pass(90 * daySeconds)
    await after.request(rotateKeys)
    const rows = await rowsOf<{ private_key: string }>(
      'SELECT private_key FROM signing_keys ORDER BY made_at',
    )
    expect(rows.map(({ private_key: sealed }) => sealed.split('.')[0])).toEqual(['1', '2'])
  })

  test('in place of the one that sealed them signs nothing, and is no reason to trust less', async () => {
    const before = testCore()
    const client = await newClient()
    const token = await issueToken(before, client)
    const after = freshAt(before, { APP_KEY_1: 'x'.repeat(40) })
    expect(await refusal(issueToken(after, client))).toEqual({ code: 'internal' })
    expect(await after.request((core) => readClientToken(core, token))).not.toBeNull()
  })
})
