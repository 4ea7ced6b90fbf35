import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { testApp } from '../../support/app'
import { type ChatPerson, dateShape, failure, newChatPerson, newUuid, uuidShape } from './people'

/** Files and the photos that are made of them. */

const app = testApp()
const mebibyte = 1024 * 1024

const png = '\x89PNG\r\n\x1a\n and the rest of a picture'
const bytesOf = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0))

function streamOf(bytes: Uint8Array): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes)
      controller.close()
    },
  })
}

interface Sent {
  readonly content?: string
  readonly name?: string
  readonly type?: string
  readonly length?: number | null
  readonly root?: string
}

function upload(person: ChatPerson, sent: Sent = {}) {
  const { content = png, name, type = 'png', length, root = '/chat' } = sent
  const bytes = bytesOf(content)
  return person.call(`${root}/uploads`, {
    method: 'POST',
    body: streamOf(bytes),
    headers: {
      'Content-Type': type,
      ...(name === undefined ? {} : { 'File-Name': name }),
      ...(length === null ? {} : { 'Content-Length': String(length ?? bytes.length) }),
    },
  })
}

async function objectsOf(person: ChatPerson): Promise<number> {
  return (await env.R2.list({ prefix: `u/${person.id}/` })).objects.length
}

async function rowsOf(person: ChatPerson): Promise<number> {
  const row = await env.DB.prepare('SELECT COUNT(*) AS n FROM uploads WHERE account_number = ?')
    .bind(person.id)
    .first<{ n: number }>()
  return row?.n ?? -1
}

describe.each(['', '/chat'])('files at %j', (root) => {
  test('POST /uploads answers name and type, and GET gives the picture back', async () => {
    const person = await newChatPerson(app)
    const name = newUuid()
    const answer = await upload(person, { name, root })
    expect([answer.status, answer.text]).toEqual([200, `${name}.png`])
    const got = await app.call(`${root}/uploads/${name.toLowerCase()}.png`)
    expect(got.status).toBe(200)
    expect(Object.fromEntries(got.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-disposition': 'inline',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'content-length': String(png.length),
      etag: expect.stringMatching(/^"\w+"$/),
    })
    const again = await app.call(`${root}/uploads/${name}.png`, {
      headers: { 'If-None-Match': got.headers.get('ETag') ?? '' },
    })
    expect([again.status, again.text]).toEqual([304, ''])
  })
})

describe('an upload', () => {
  test('without a name is given one; the type may be a media type', async () => {
    const person = await newChatPerson(app)
    const made = await upload(person, { type: 'image/png; charset=x' })
    const [name, type] = made.text.split('.')
    expect(name?.toUpperCase()).toMatch(uuidShape)
    expect(type).toBe('png')
    expect((await app.call(`/chat/uploads/${made.text}`)).headers.get('Content-Type')).toBe(
      'image/png',
    )
    expect((await upload(person, { type: 'image/svg+xml' })).text).toMatch(/\.svg$/)
    expect((await upload(person, { type: 'application/octet-stream' })).text).toMatch(/\.bin$/)
  })

  test.each([
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'png'],
    ['a page', '<!doctype html><script>alert(1)</script>', 'png'],
    ['a page', '<!doctype html><script>alert(1)</script>', 'html'],
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'],
    ['a PNG', png, 'html'],
  ])('%s of %j named %s is a download', async (_, content, type) => {
    const person = await newChatPerson(app)
    const { text } = await upload(person, { content, type })
    const got = await app.call(`/chat/uploads/${text}`)
    expect(got.status).toBe(200)
    expect(Object.fromEntries(got.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    })
  })

  test.each([
    ['shorter than said', png.length + 1],
    ['longer than said', png.length - 1],
  ])('%s is refused and leaves nothing', async (_, length) => {
    const person = await newChatPerson(app)
    const name = newUuid()
    const answer = await upload(person, { name, length })
    const reason = 'The file should be as long as its Content-Length says, and not empty.'
    expect([answer.status, answer.json]).toEqual([400, failure(reason)])
    expect([await objectsOf(person), await rowsOf(person)]).toEqual([0, 0])
    expect((await app.call(`/chat/uploads/${name}.png`)).status).toBe(404)
  })

  test('that R2 does not take is told to come again, and leaves nothing', async () => {
    const person = await newChatPerson(app)
    const broken = new Proxy(env.R2, {
      get(target, property) {
        if (property === 'put') return () => Promise.reject(new Error('R2 is down'))
        const value = Reflect.get(target, property)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const without = testApp({ R2: broken })
    const answer = await without.call('/chat/uploads', {
      method: 'POST',
      body: streamOf(bytesOf(png)),
      headers: {
        Authorization: `Bearer ${person.token}`,
        'Content-Type': 'png',
        'Content-Length': String(png.length),
      },
    })
    expect([answer.status, answer.json]).toEqual([503, failure('Service Unavailable')])
    expect(answer.headers.get('Retry-After')).toBe('2')
    expect(await rowsOf(person)).toBe(0)
  })

  test.each<[string, Sent, number, string]>([
    ['no length', { length: null }, 411, 'Length Required'],
    [
      'no bytes',
      { content: '' },
      400,
      'The file should be as long as its Content-Length says, and not empty.',
    ],
    [
      'more than 50 MB',
      { length: 50 * mebibyte + 1 },
      413,
      'Your upload exeeded max limit of 50Mb.',
    ],
    ['a name that is no UUID', { name: '../x' }, 400, 'File-Name should be a UUID.'],
    ['no type', { type: '' }, 400, 'Content-Type should be a file type, such as png.'],
    [
      'a type that is none',
      { type: 'a/../b c' },
      400,
      'Content-Type should be a file type, such as png.',
    ],
  ])('with %s is refused', async (_, sent, status, reason) => {
    const person = await newChatPerson(app)
    const answer = await upload(person, sent)
    expect([answer.status, answer.json]).toEqual([status, failure(reason)])
    expect(await rowsOf(person)).toBe(0)
  })

  test('takes no name that is in use, nor more than thirty an hour', async () => {
    const [one, two] = [await newChatPerson(app), await newChatPerson(app)]
    const name = newUuid()
    await upload(one, { name })
    const taken = await upload(two, { name: name.toLowerCase(), content: 'other' })
    expect([taken.status, taken.json]).toEqual([409, failure('File name is already taken.')])
    expect((await app.call(`/chat/uploads/${name}.png`)).headers.get('Content-Type')).toBe(
      'image/png',
    )
    for (let i = 0; i < 30; i += 1) expect((await upload(two)).status).toBe(200)
    expect((await upload(two)).status).toBe(429)
  })

  test('of 20 MB goes through in pieces', async () => {
    const person = await newChatPerson(app)
    let pieces = 20
    const body = new ReadableStream({
      pull(controller) {
        if (pieces === 0) return controller.close()
        pieces -= 1
        controller.enqueue(new Uint8Array(mebibyte))
      },
    })
    const headers = { 'Content-Type': 'bin', 'Content-Length': String(20 * mebibyte) }
    const answer = await person.call('/chat/uploads', { method: 'POST', body, headers })
    expect(answer.status).toBe(200)
    const [object] = (await env.R2.list({ prefix: `u/${person.id}/` })).objects
    expect(object?.size).toBe(20 * mebibyte)
  })

  test.each(['nothing', 'x.png', `${newUuid()}.png`, `${newUuid()}`])(
    'called %s is not there',
    async (file) => {
      const { status, json } = await app.call(`/chat/uploads/${file}`)
      expect([status, json]).toEqual([404, failure('Media resource is missing.')])
    },
  )
})

describe.each(['', '/chat'])('photos at %j', (root) => {
  const add = (person: ChatPerson, id: unknown, more: object = {}) =>
    person.call(`${root}/users/me/photos`, {
      body: { photo: { id, fileType: 'png', fileSize: 100000, ...more } },
    })

  test('POST /users/me/photos shows an upload, and DELETE takes it and its file away', async () => {
    const person = await newChatPerson(app)
    const id = newUuid()
    await upload(person, { name: id })
    const answer = await add(person, id)
    const photo = {
      id,
      fileType: 'png',
      fileSize: png.length,
      previewWidth: 100,
      previewHeight: 100,
      createdAt: expect.stringMatching(dateShape),
    }
    const user = { id: person.id, name: 'Ada Byron', username: person.username, photos: [photo] }
    const lastSeen = expect.stringMatching(dateShape)
    expect([answer.status, answer.json]).toEqual([200, { ...user, lastSeen }])
    expect((await add(person, id.toLowerCase())).json.photos).toEqual([photo])
    expect((await app.call(`${root}/users/${person.id}`)).json).toEqual(user)
    expect((await app.call(`${root}/users/?s=${person.username}`)).json).toEqual([user])

    const path = `${root}/users/me/photos/${id}`
    const gone = await person.call(path, { method: 'DELETE' })
    expect([gone.status, gone.text]).toEqual([200, ''])
    expect((await person.call(`${root}/users/me`)).json.photos).toEqual([])
    expect((await app.call(`${root}/uploads/${id}.png`)).status).toBe(404)
    await app.cron()
    expect(await objectsOf(person)).toBe(0)
    const again = await person.call(path, { method: 'DELETE' })
    expect([again.status, again.json]).toEqual([404, failure('Media resource is missing.')])
  })

  test('another’s upload is nobody else’s photo, and theirs to delete alone', async () => {
    const [owner, thief] = [await newChatPerson(app), await newChatPerson(app)]
    const id = newUuid()
    await upload(owner, { name: id })
    const stolen = await add(thief, id)
    expect([stolen.status, stolen.json]).toEqual([404, failure('Media resource is missing.')])
    expect((await add(owner, id)).status).toBe(200)
    expect((await add(thief, id)).status).toBe(404)
    const deleted = await thief.call(`${root}/users/me/photos/${id}`, { method: 'DELETE' })
    expect([deleted.status, deleted.json]).toEqual([403, failure('Forbidden')])
    expect((await app.call(`${root}/uploads/${id}.png`)).status).toBe(200)
  })

  test('what is missing is named', async () => {
    const person = await newChatPerson(app)
    const idReason = 'Media resource id is missing.'
    const otherReason = 'Media fileType or fileSize are missing.'
    for (const id of [undefined, 'no uuid']) {
      const answer = await add(person, id)
      expect([answer.status, answer.json]).toEqual([400, failure(idReason)])
    }
    const empty = await person.call(`${root}/users/me/photos`, { body: {} })
    expect([empty.status, empty.json]).toEqual([400, failure(idReason)])
    for (const more of [{ fileType: undefined }, { fileSize: undefined }]) {
      const answer = await add(person, newUuid(), more)
      expect([answer.status, answer.json]).toEqual([400, failure(otherReason)])
    }
    const path = `${root}/users/me/photos/nothing`
    const none = await person.call(path, { method: 'DELETE' })
    expect([none.status, none.json]).toEqual([400, failure('Photo id should be a UUID.')])
  })

  test('deleting the account deletes its files', async () => {
    const person = await newChatPerson(app)
    const id = newUuid()
    await upload(person, { name: id })
    await upload(person)
    await add(person, id)
    expect(await objectsOf(person)).toBe(2)
    await person.call(`${root}/users/me`, { method: 'DELETE' })
    expect((await app.call(`${root}/uploads/${id}.png`)).status).toBe(404)
    await app.cron()
    expect([await objectsOf(person), await rowsOf(person)]).toEqual([0, 0])
  })
})
