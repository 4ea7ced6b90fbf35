import { describe, expect, test } from 'vitest'
import { newJar, testApp } from '../../support/app'
import { bytesOf, joined, picture, taggedPicture } from '../../support/png'
import { newPerson } from '../../support/social'
import { sessionToken } from '../../support/social-answers'
import {
  multipart,
  multipartType,
  type Part,
  patch,
  path,
  pictureObjects,
  upload,
} from './picture-calls'

/** What is taken as a profile picture and what is refused; picture-links.security.test.ts is about its address. */

const app = testApp()
const megabyte = 1024 * 1024
const png = await picture()
const tooWide = await picture({ width: 4097, height: 1 })

const file = (name = 'profilePicture', content: Uint8Array = png): Part => ({
  name,
  filename: 'me.png',
  type: 'image/png',
  content,
})

const badField = (value?: unknown) => ({
  ok: 0,
  error: 'ClientInputError',
  additionalInfo: {
    errors: [
      {
        type: 'field',
        ...(value === undefined ? {} : { value }),
        msg: 'Invalid value',
        path: 'profilePicture',
        param: 'profilePicture',
        location: 'body',
      },
    ],
  },
})
const refused = (reason: string) => ({
  ok: 0,
  error: 'ClientInputError',
  additionalInfo: { reason },
})
const invalidFile = (reason: string) => ({
  ok: 0,
  error: 'InvalidFile',
  additionalInfo: { reason },
})
const tooLarge = { ok: 0, error: 'InvalidFile', additionalInfo: { bytesMax: megabyte } }

describe('a picture is taken', () => {
  test.each(['profilePicture', 'profile-picture'])('in the field %s', async (name) => {
    const { id, cookies } = await newPerson(app)
    const answer = await upload(app, cookies, png, { name })
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        ok: 1,
        data: { signedUrl: expect.stringContaining(`https://atrium.test/pictures/${id}/`) },
      },
    ])
    expect(await pictureObjects(app, id)).toHaveLength(1)
  })

  test.each<[string, Partial<Part>]>([
    ['as a JPEG', { type: 'image/jpeg' }],
    ['as a page', { type: 'text/html', filename: 'x.html' }],
    ['without a type', { type: undefined as never }],
    ['with a path for a name', { filename: '../../p/1/x' }],
    ['with a name that is none', { filename: '.' }],
  ])('when it is declared %s: its content decides', async (_, given) => {
    const { cookies } = await newPerson(app)
    const { type, ...part } = { ...file(), ...given }
    const answer = await patch(app, cookies, multipart([type ? { ...part, type } : part]))
    expect(answer.status).toBe(200)
  })

  test('beside fields that nobody asked for', async () => {
    const { cookies } = await newPerson(app)
    const role = { name: 'role', content: bytesOf('admin') }
    const other = file('picture', bytesOf('<svg/>'))
    expect((await patch(app, cookies, multipart([role, other, file()]))).status).toBe(200)
    expect((await app.call('/user/me', { cookies })).json.data.user.role).toBe('user')
  })

  test('for the person of the session, whoever else is named', async () => {
    const [mine, other] = [await newPerson(app), await newPerson(app)]
    const target = { name: 'target', content: bytesOf(other.id) }
    await patch(app, mine.cookies, multipart([target, file()]))
    expect(await pictureObjects(app, other.id)).toEqual([])
    expect(await pictureObjects(app, mine.id)).toHaveLength(1)
  })

  test('of a megabyte to the byte', async () => {
    const { cookies } = await newPerson(app)
    const { given } = await taggedPicture('')
    const exact = await taggedPicture('', megabyte - given.length)
    expect(exact.given).toHaveLength(megabyte)
    expect((await upload(app, cookies, exact.given)).status).toBe(200)
    const over = await taggedPicture('', megabyte - given.length + 1)
    const answer = await upload(app, cookies, over.given)
    expect([answer.status, answer.json]).toEqual([413, tooLarge])
  })
})

describe('a body is refused', () => {
  test.each<[string, Part[], object]>([
    ['with two files', [file(), file()], badField()],
    ['with a file in each field', [file(), file('profile-picture')], badField()],
    ['with a file and a text', [file(), { name: 'profilePicture', content: png }], badField()],
    ['with a text for a file', [{ name: 'profilePicture', content: png }], badField()],
    ['with a file without a name', [{ ...file(), filename: '' }], badField()],
    ['with a file in another field', [file('picture')], badField()],
    ['without a field', [], badField()],
  ])('%s', async (_, parts, json) => {
    const { id, cookies } = await newPerson(app)
    const answer = await patch(app, cookies, multipart(parts))
    expect([answer.status, answer.json]).toEqual([400, json])
    expect(await pictureObjects(app, id)).toEqual([])
  })

  test.each<[string, string, number, object]>([
    ['as JSON', 'application/json', 415, refused('content_type')],
    ['as a picture', 'image/png', 415, refused('content_type')],
    ['as a form', 'application/x-www-form-urlencoded', 415, refused('content_type')],
    ['as another multipart', 'multipart/mixed; boundary=x', 415, refused('content_type')],
    ['without a boundary', 'multipart/form-data', 400, refused('malformed_body')],
    ['with an empty boundary', 'multipart/form-data; boundary=', 400, refused('malformed_body')],
    ['with another boundary', 'multipart/form-data; boundary=x', 400, refused('malformed_body')],
  ])('that comes %s', async (_, type, status, json) => {
    const { cookies } = await newPerson(app)
    const answer = await patch(app, cookies, multipart([file()]), { 'Content-Type': type })
    expect([answer.status, answer.json]).toEqual([status, json])
  })

  test('that ends early, or is none', async () => {
    const { cookies } = await newPerson(app)
    const whole = multipart([file()])
    for (const length of [whole.length - 10, whole.length - 60, 100, 50, 3, 0]) {
      const answer = await patch(app, cookies, whole.slice(0, length))
      expect([length, answer.status, answer.json]).toEqual([length, 400, refused('malformed_body')])
    }
  })

  const over = multipart([file('profilePicture', new Uint8Array(2 * megabyte))])

  test('of two megabytes, by its length', async () => {
    const { cookies } = await newPerson(app)
    const answer = await patch(app, cookies, over, { 'Content-Length': String(over.length) })
    expect([answer.status, answer.json]).toEqual([413, tooLarge])
  })

  test('that goes on and on in pieces, whatever it said of its length', async () => {
    const { cookies } = await newPerson(app)
    for (const [pieces, length] of [
      [4, undefined],
      [4, '100'],
      [60, undefined],
    ] as const) {
      let sent = 0
      const body = new ReadableStream({
        pull(controller) {
          if (sent === pieces) return controller.close()
          sent += 1
          controller.enqueue(sent === 1 ? over.slice(0, megabyte) : new Uint8Array(megabyte))
        },
      })
      const headers = {
        'Content-Type': multipartType,
        ...(length ? { 'Content-Length': length } : {}),
      }
      const answer = await app.call(path, { method: 'PATCH', cookies, body, headers })
      expect([answer.status, answer.json]).toEqual([413, tooLarge])
      expect(sent).toBeLessThanOrEqual(40)
    }
  })
})

describe('a file is refused', () => {
  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'not_png'],
    ['a page', bytesOf('<!doctype html><script>alert(1)</script>'), 'not_png'],
    ['an SVG', bytesOf('<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'), 'not_png'],
    ['a JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), 'not_png'],
    ['a picture with a page behind it', joined([png, bytesOf('<script>x()</script>')]), 'damaged'],
    ['a picture with an archive behind it', joined([png, bytesOf('PK\x05\x06')]), 'damaged'],
    ['half a picture', png.slice(0, 40), 'damaged'],
    ['a picture that is too wide', tooWide, 'dimensions'],
  ])('that is %s named .png, and the picture of before stays', async (_, content, reason) => {
    const { id, cookies } = await newPerson(app)
    await upload(app, cookies, png)
    const before = await pictureObjects(app, id)
    const answer = await upload(app, cookies, content)
    expect([answer.status, answer.json]).toEqual([400, invalidFile(reason)])
    expect(await pictureObjects(app, id)).toEqual(before)
    const { user } = (await app.call('/user/me', { cookies })).json.data
    expect(user.profilePictureUrl).toContain(before[0]?.split('/').at(-1))
  })
})

const crossOrigin = {
  ok: 0,
  error: 'Forbidden',
  additionalInfo: { reason: 'cross_origin' },
}

describe('nobody else', () => {
  test.each(['PATCH', 'DELETE'])('comes in by %s without a session', async (method) => {
    const answer = await app.call(path, {
      method,
      headers: { 'Content-Type': multipartType },
      ...(method === 'PATCH' ? { body: 'x'.repeat(3 * megabyte) } : {}),
    })
    expect([answer.status, answer.json]).toEqual([401, { ok: 0, error: 'Unauthorized' }])
  })

  test.each(['PATCH', 'DELETE'])('comes in by %s from a page of another site', async (method) => {
    const { id, cookies } = await newPerson(app)
    await upload(app, cookies, png)
    const before = await pictureObjects(app, id)
    const answer = await app.call(path, {
      method,
      cookies,
      headers: { 'Content-Type': multipartType, Origin: 'https://elsewhere.test' },
      ...(method === 'PATCH' ? { body: 'x' } : {}),
    })
    expect([answer.status, answer.json]).toEqual([403, crossOrigin])
    await app.cron()
    expect(await pictureObjects(app, id)).toEqual(before)
  })

  test('comes in with a session that was signed out', async () => {
    const { id, cookies } = await newPerson(app)
    const kept = { cookies: new Map(cookies.cookies) }
    await app.call('/user/logout', { method: 'POST', cookies })
    expect((await upload(app, kept, png)).status).toBe(401)
    expect((await upload(app, newJar(), png)).status).toBe(401)
    expect(await pictureObjects(app, id)).toEqual([])
  })
})

test('thirty an hour are taken, counted with the uploads of chat', async () => {
  const { cookies } = await newPerson(app)
  const authorization = { Authorization: `Bearer ${sessionToken(cookies)}` }
  const chatUpload = () =>
    app.call('/chat/uploads', {
      method: 'POST',
      body: 'text',
      headers: { ...authorization, 'Content-Type': 'txt', 'Content-Length': '4' },
    })
  const refusedOne = await upload(app, cookies, bytesOf('not a picture'))
  expect(refusedOne.status).toBe(400)
  for (let i = 0; i < 15; i += 1) {
    expect((await upload(app, cookies, png)).status).toBe(200)
    expect((await chatUpload()).status).toBe(200)
  }
  const answer = await upload(app, cookies, png)
  const retryAfter = Number(answer.headers.get('Retry-After'))
  expect([answer.status, answer.json]).toEqual([
    429,
    { ok: 0, error: 'RateLimitError', additionalInfo: { retryAfter } },
  ])
  expect(retryAfter).toBeGreaterThan(3500)
  expect(retryAfter).toBeLessThanOrEqual(3600)
  expect((await chatUpload()).status).toBe(429)
  expect((await app.call(path, { method: 'DELETE', cookies })).status).toBe(200)
  const other = await newPerson(app)
  expect((await upload(app, other.cookies, png)).status).toBe(200)
  app.offsetMs += retryAfter * 1000
  expect((await upload(app, cookies, png)).status).toBe(200)
  app.offsetMs = 0
})
