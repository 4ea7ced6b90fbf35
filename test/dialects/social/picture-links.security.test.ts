import { describe, expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { taggedPicture } from '../../support/png'
import { newPerson } from '../../support/social'
import { sessionToken } from '../../support/social-answers'
import { path, pathOf, pictureObjects, show } from './picture-calls'

/** The signed address of a picture: what it serves, to whom, and for how long. */

const minute = 60 * 1000
const gone = { error: 'picture_not_found' }
const failed = ({ status, json }: { status: number; json: unknown }) => [status, json]

/** Somebody with a picture, in an app whose clock is theirs alone. */
async function newShown() {
  const app = testApp()
  const person = await newPerson(app)
  const { given, cleaned } = await taggedPicture('a secret note')
  return { app, ...person, address: await show(app, person.cookies, given), cleaned }
}

/** As the calls read it; that no byte is lost on the way, test/http/pictures.test.ts shows. */
const asText = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

describe('the address', () => {
  test('serves the cleaned picture to anybody, with headers that make it nothing else', async () => {
    const { app, address, cleaned } = await newShown()
    const answer = await app.call(address)
    expect(answer.status).toBe(200)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(cleaned.length),
      'content-disposition': 'inline; filename="picture.png"',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=300',
      'cross-origin-resource-policy': 'cross-origin',
      'referrer-policy': 'no-referrer',
      etag: expect.stringMatching(/^"\w+"$/),
    })
    expect(answer.headers.get('Set-Cookie')).toBeNull()
    expect(answer.text).not.toContain('a secret note')
    expect(answer.text).toBe(asText(cleaned))
  })

  test('answers 304 to whoever has it already, and 200 to whoever has another', async () => {
    const { app, address } = await newShown()
    const etag = (await app.call(address)).headers.get('ETag') ?? ''
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, `${etag},"other"`, '*']) {
      const answer = await app.call(address, { headers: { 'If-None-Match': known } })
      expect([known, answer.status, answer.text]).toEqual([known, 304, ''])
      expect(answer.headers.get('ETag')).toBe(etag)
      expect(answer.headers.get('Cache-Control')).toBe('private, max-age=300')
    }
    for (const other of ['"other"', etag.slice(1, -1), '']) {
      const answer = await app.call(address, { headers: { 'If-None-Match': other } })
      expect([other, answer.status]).toEqual([other, 200])
    }
  })

  test('answers HEAD like GET, without the picture', async () => {
    const { app, address, cleaned } = await newShown()
    const [head, get] = [await app.call(address, { method: 'HEAD' }), await app.call(address)]
    expect([head.status, head.text]).toEqual([200, ''])
    expect(Object.fromEntries(head.headers)).toEqual(Object.fromEntries(get.headers))
    expect(head.headers.get('Content-Length')).toBe(String(cleaned.length))
  })

  test('takes no other method', async () => {
    const { app, address } = await newShown()
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect([method, (await app.call(address, { method })).status]).toEqual([method, 405])
    }
    expect((await app.call(address)).status).toBe(200)
  })

  test('is the one that everybody sees, also without any session', async () => {
    const { app, id, username, cookies, address } = await newShown()
    const other = await newPerson(app)
    const seen = [
      (await app.call(`/user/${id}`, { cookies: other.cookies })).json.data.user,
      (await app.call('/user/me', { cookies })).json.data.user,
    ]
    const found = await app.call('/user/search', {
      body: { query: username },
      cookies: other.cookies,
    })
    seen.push(...found.json.data.results)
    expect(seen).toHaveLength(3)

    await app.call('/user/follow', { body: { target: id }, cookies: other.cookies })
    await app.call('/user/follow', { body: { target: other.id }, cookies })
    const own = { cookies: other.cookies }
    for (const [list, side] of Object.entries({ following: 'target', followers: 'source' })) {
      const { json } = await app.call(`/user/${list}`, own)
      seen.push(json.data.records[0][side])
    }
    expect(seen).toHaveLength(5)
    for (const person of seen) {
      expect(pathOf(person.profilePictureUrl).split('?')[0]).toBe(address.split('?')[0])
      expect((await app.call(pathOf(person.profilePictureUrl))).status).toBe(200)
    }
  })

  test('names no number, and no key of the store', async () => {
    const { app, id, address } = await newShown()
    const [key = ''] = await pictureObjects(app, id)
    expect(address).not.toContain(key)
    expect(address).toMatch(
      /^\/pictures\/[0-9a-f]{24}\/[\w-]{40,}\?expires=\d{10}&signature=[\w-]{43}$/,
    )
  })
})

describe('the address is good', () => {
  test('for four hours, and for no more than five minutes longer', async () => {
    const { app, address } = await newShown()
    app.offsetMs = 240 * minute - 5000
    expect((await app.call(address)).status).toBe(200)
    app.offsetMs = 245 * minute + 5000
    expect(failed(await app.call(address))).toEqual([404, gone])
  })

  test('to the second that it names', async () => {
    const { app, address } = await newShown()
    const expires = Number(new URLSearchParams(address.split('?')[1]).get('expires')) * 1000
    const at = (ms: number) => {
      app.offsetMs = ms - Date.now()
      return app.call(address)
    }
    expect((await at(expires - 2000)).status).toBe(200)
    expect(failed(await at(expires))).toEqual([404, gone])
  })

  test('until another picture takes the place, and the old object goes', async () => {
    const { app, id, cookies, address } = await newShown()
    const [old] = await pictureObjects(app, id)
    const { given, cleaned } = await taggedPicture('another')
    const next = await show(app, cookies, given)
    expect(failed(await app.call(address))).toEqual([404, gone])
    expect((await app.call(next)).text).toBe(asText(cleaned))
    await app.cron()
    const left = await pictureObjects(app, id)
    expect(left).toHaveLength(1)
    expect(left).not.toContain(old)
    expect((await app.call(next)).status).toBe(200)
  })

  test('until the picture is removed, and the object goes', async () => {
    const { app, id, cookies, address } = await newShown()
    for (let i = 0; i < 2; i += 1) {
      const answer = await app.call(path, { method: 'DELETE', cookies })
      expect([answer.status, answer.json]).toEqual([200, { ok: 1 }])
    }
    expect(failed(await app.call(address))).toEqual([404, gone])
    expect((await app.call('/user/me', { cookies })).json.data.user.profilePictureUrl).toBeNull()
    await app.cron()
    expect(await pictureObjects(app, id)).toEqual([])
  })

  test('until the account is disabled, and again when it no longer is', async () => {
    const { app, id, address } = await newShown()
    const admin = await newPerson(app)
    await app.env.DB.prepare("UPDATE accounts SET role = 'admin' WHERE id = ?").bind(admin.id).run()
    const put = async (action: string) => {
      const answer = await app.call(`/api/users/${id}`, {
        method: 'PUT',
        body: { action },
        headers: { Authorization: `Bearer ${sessionToken(admin.cookies)}` },
      })
      expect(answer.status).toBe(200)
    }
    await put('disableLogin')
    expect(failed(await app.call(address))).toEqual([404, gone])
    await put('enableLogin')
    expect((await app.call(address)).status).toBe(200)
  })

  test('until the account is deleted, and the object goes', async () => {
    const { app, id, cookies, address } = await newShown()
    const [key = ''] = await pictureObjects(app, id)
    const deleted = await app.call('/chat/users/me', {
      method: 'DELETE',
      headers: { Authorization: `Bearer ${sessionToken(cookies)}` },
    })
    expect(deleted.status).toBe(200)
    expect(failed(await app.call(address))).toEqual([404, gone])
    await app.cron()
    expect(await app.env.R2.head(key)).toBeNull()
  })
})

describe('any other address', () => {
  interface Pieces {
    id: string
    token: string
    expires: string
    signature: string
  }
  const built = ({ id, token, expires, signature }: Pieces) =>
    `/pictures/${id}/${token}?expires=${expires}&signature=${signature}`

  async function twoPeople() {
    const app = testApp()
    const addresses = [1, 2].map(async () => {
      const { cookies } = await newPerson(app)
      const address = await show(app, cookies, (await taggedPicture('')).given)
      const [, id = '', token = '', expires = '', signature = ''] =
        /^\/pictures\/(.+)\/(.+)\?expires=(.+)&signature=(.+)$/.exec(address) ?? []
      return { id, token, expires, signature }
    })
    const [mine, theirs] = await Promise.all(addresses)
    if (!mine || !theirs) throw new Error('two addresses were expected')
    return { app, mine, theirs }
  }

  test('is refused, and always in the same words', async () => {
    const { app, mine, theirs } = await twoPeople()
    const { id, token, expires, signature } = mine
    const swapped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`
    const later = String(Number(expires) + 1)
    const changed: Partial<Pieces>[] = [
      { id: theirs.id },
      { id: id.toUpperCase() },
      { id: '0'.repeat(24) },
      { id: `${id}%20` },
      { id: `${id}%00` },
      { id: "'%20OR%201=1--" },
      { id: '%ff' },
      { token: theirs.token },
      { token: token.slice(0, -1) },
      { token: `${token}x` },
      { token: `${token}%2F..` },
      { token: '%25' },
      { token: '_' },
      { expires: later },
      { expires: String(Number(expires) - 1) },
      { expires: `0${expires}` },
      { expires: `${expires}.0` },
      { expires: `%2B${expires}` },
      { expires: `${expires}%20` },
      { expires: '' },
      { expires: '99999999999999999999' },
      { expires: 'NaN' },
      { expires: '1e12' },
      { expires: '0' },
      { expires: '-1' },
      { signature: theirs.signature },
      { signature: swapped },
      { signature: signature.slice(0, -1) },
      { signature: `${signature}=` },
      { signature: `${signature}A` },
      { signature: '' },
      { signature: 'null' },
    ]
    const addresses = [
      ...changed.map((change) => built({ ...mine, ...change })),
      `/pictures/${id}/${token}`,
      `/pictures/${id}/${token}?expires=${expires}`,
      `/pictures/${id}/${token}?signature=${signature}`,
      `${built(mine)}&signature=${signature}`,
      `${built(mine)}&expires=${expires}`,
      `/pictures/${id}/${token}?Expires=${expires}&Signature=${signature}`,
      `/pictures/${id}/${token}?expires[]=${expires}&signature[]=${signature}`,
    ]
    expect((await app.call(built(mine))).status).toBe(200)
    for (const address of addresses) {
      expect([address, ...failed(await app.call(address))]).toEqual([address, 404, gone])
    }
  })

  test('is refused to whoever is signed in, too', async () => {
    const { app, id, cookies, address } = await newShown()
    for (const bare of [address.split('?')[0] ?? '', `/pictures/${id}`, '/pictures']) {
      expect((await app.call(bare, { cookies })).status).toBe(404)
    }
  })

  test('is not cached as if it had been right', async () => {
    const { app, address } = await newShown()
    const answer = await app.call(`${address}x`)
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(answer.headers.get('ETag')).toBeNull()
  })
})

test('a picture whose object is missing is not found', async () => {
  const { app, id, address } = await newShown()
  for (const key of await pictureObjects(app, id)) await app.env.R2.delete(key)
  expect(failed(await app.call(address))).toEqual([404, gone])
})
