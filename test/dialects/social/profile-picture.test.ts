import { describe, expect, test } from 'vitest'
import type { Call, TestApp } from '../../support/app'
import {
  answered,
  ask,
  done,
  doors,
  emptyApp,
  follow,
  shown,
  unauthorized,
} from '../../support/graph'
import { newPerson, type TestPerson } from '../../support/social'
import { fieldError, invalid } from '../../support/social-answers'

/** Set and Remove Profile Picture, as they go over the wire; what a PNG may hold is tested elsewhere. */

/** One white pixel. */
const pixel = Uint8Array.from(
  atob(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  ),
  (char) => char.charCodeAt(0),
)
const png = new File([pixel], 'me.png', { type: 'image/png' })
const hour = 3600 * 1000

const anyUrl = (id: string) =>
  expect.stringMatching(
    new RegExp(
      `^https://atrium\\.test/pictures/${id}/[\\w-]{43}\\?expires=\\d{10}&signature=[\\w-]+$`,
    ),
  )

type Part = readonly [name: string, value: File | string]

/** Sends parts as a multipart body. */
async function upload(app: TestApp, { cookies }: Call, door: string, ...parts: readonly Part[]) {
  const form = new FormData()
  for (const [name, value] of parts) form.append(name, value)
  const request = new Response(form)
  const headers = { 'Content-Type': request.headers.get('Content-Type') ?? '' }
  const path = `${door}/user/profile-picture`
  const who = cookies ? { cookies } : {}
  const answer = await app.call(path, { method: 'PATCH', body: request.body, headers, ...who })
  return [answer.status, answer.json] as const
}

async function urlOf(app: TestApp, { cookies }: TestPerson, id: string): Promise<string | null> {
  return (await app.call(`/user/${id}`, { cookies })).json.data.user.profilePictureUrl
}

/** The answer to a picture's address, to somebody who knows nothing but the address. */
async function open(app: TestApp, url: string) {
  const { status, headers } = await app.call(url.slice('https://atrium.test'.length))
  return [status, headers.get('Content-Type')]
}

const served = [200, 'image/png']
const gone = [404, 'application/json']

describe.each(doors)('under "%s"', (door) => {
  test.each(['profilePicture', 'profile-picture'])(
    'a PNG in the field %s is answered with its address, which serves it for four hours',
    async (field) => {
      const app = await emptyApp()
      const jane = await newPerson(app)
      const [status, json] = await upload(app, jane, door, [field, png])
      expect([status, json]).toEqual(answered({ signedUrl: anyUrl(jane.id) }))
      const { signedUrl } = json.data
      expect(await open(app, signedUrl)).toEqual(served)
      app.offsetMs = 4 * hour - 1000
      expect(await open(app, signedUrl)).toEqual(served)
      app.offsetMs = 4 * hour + 5 * 60_000
      expect(await open(app, signedUrl)).toEqual(gone)
    },
  )

  test('everybody who sees the person sees the picture, until it is removed', async () => {
    const app = await emptyApp()
    const jane = await newPerson(app)
    const other = await newPerson(app)
    await follow(app, jane, other)
    const [, json] = await upload(app, jane, door, ['profilePicture', png])
    const own = (await app.call('/user/me', { cookies: jane.cookies })).json.data.user
    expect(own.profilePictureUrl).toEqual(anyUrl(jane.id))
    const url = await urlOf(app, other, jane.id)
    expect(url).toEqual(anyUrl(jane.id))
    expect(await open(app, url ?? '')).toEqual(served)
    const { records } = (await app.call('/user/followers', { cookies: other.cookies })).json.data
    const source = shown(jane, { followingCount: 1, profilePictureUrl: anyUrl(jane.id) })
    expect(records[0].source).toEqual(source)

    for (const _ of ['once', 'twice']) {
      const call = { method: 'DELETE' }
      expect(await ask(app, jane, `${door}/user/profile-picture`, call)).toEqual(done)
      expect(await urlOf(app, other, jane.id)).toBeNull()
      expect(await open(app, json.data.signedUrl)).toEqual(gone)
    }
  })

  test('another picture takes the place of the first', async () => {
    const app = await emptyApp()
    const jane = await newPerson(app)
    const [, first] = await upload(app, jane, door, ['profilePicture', png])
    const [, second] = await upload(app, jane, door, ['profilePicture', png])
    expect(second.data.signedUrl).not.toBe(first.data.signedUrl)
    expect(await open(app, first.data.signedUrl)).toEqual(gone)
    expect(await open(app, second.data.signedUrl)).toEqual(served)
  })

  test('a stranger sets and removes nothing', async () => {
    const app = await emptyApp()
    expect(await upload(app, {}, door, ['profilePicture', png])).toEqual(unauthorized)
    expect(await upload(app, {}, door)).toEqual(unauthorized)
    const answer = await app.call(`${door}/user/profile-picture`, { method: 'DELETE' })
    expect([answer.status, answer.json]).toEqual(unauthorized)
  })
})

const field = 'profilePicture'
const wrongParts: [string, Part[]][] = [
  ['no part at all', []],
  ['another field', [['picture', png]]],
  ['a text in the field', [[field, 'me.png']]],
  [
    'two files',
    [
      [field, png],
      [field, png],
    ],
  ],
  [
    'a file under each name',
    [
      [field, png],
      ['profile-picture', png],
    ],
  ],
]

test.each(wrongParts)('%s is refused by the name of the field', async (_, parts) => {
  const app = await emptyApp()
  const jane = await newPerson(app)
  expect(await upload(app, jane, '', ...parts)).toEqual([400, invalid(fieldError(field))])
  expect(await urlOf(app, jane, jane.id)).toBeNull()
})

const invalidFile = (additionalInfo: object) => ({ ok: 0, error: 'InvalidFile', additionalInfo })

test('what is no PNG is refused, whatever it calls itself', async () => {
  const app = await emptyApp()
  const jane = await newPerson(app)
  const gif = new File(['GIF89a'], 'me.png', { type: 'image/png' })
  const notPng = [400, invalidFile({ reason: 'not_png' })]
  expect(await upload(app, jane, '', [field, gif])).toEqual(notPng)
  expect(await upload(app, jane, '', [field, new File([], 'me.png')])).toEqual(notPng)
  const cut = new File([pixel.slice(0, 40)], 'me.png', { type: 'image/png' })
  const damaged = [400, invalidFile({ reason: 'damaged' })]
  expect(await upload(app, jane, '', [field, cut])).toEqual(damaged)
  expect(await urlOf(app, jane, jane.id)).toBeNull()
})

test('a PNG that calls itself something else is taken', async () => {
  const app = await emptyApp()
  const jane = await newPerson(app)
  const file = new File([pixel], 'me.txt', { type: 'text/plain' })
  const taken = answered({ signedUrl: anyUrl(jane.id) })
  expect(await upload(app, jane, '', [field, file])).toEqual(taken)
})

test.each([1024 * 1024 + 1, 2 * 1024 * 1024])('%i bytes are too many', async (length) => {
  const app = await emptyApp()
  const jane = await newPerson(app)
  const bytes = new Uint8Array(length)
  bytes.set(pixel)
  const refused = [413, invalidFile({ bytesMax: 1024 * 1024 })]
  expect(await upload(app, jane, '', [field, new File([bytes], 'me.png')])).toEqual(refused)
})

test('a body that is no multipart one is refused', async () => {
  const app = await emptyApp()
  const jane = await newPerson(app)
  const path = '/user/profile-picture'
  const reason = (word: string) => ({
    ok: 0,
    error: 'ClientInputError',
    additionalInfo: { reason: word },
  })
  const call = { method: 'PATCH', body: { 'profile-picture': '/<binary>/' } }
  expect(await ask(app, jane, path, call)).toEqual([415, reason('content_type')])
  const headers = { 'Content-Type': 'multipart/form-data; boundary=x' }
  const torn = { method: 'PATCH', body: '--y\r\n', headers, cookies: jane.cookies }
  const answer = await app.call(path, torn)
  expect([answer.status, answer.json]).toEqual([400, reason('malformed_body')])
})

test('more pictures in an hour than the setting allows have to wait', async () => {
  const app = await emptyApp({ THROTTLE: 'on', UPLOADS_PER_HOUR: '1' })
  const jane = await newPerson(app)
  expect((await upload(app, jane, '', [field, png]))[0]).toBe(200)
  const retryAfter = expect.any(Number)
  const late = { ok: 0, error: 'RateLimitError', additionalInfo: { retryAfter } }
  expect(await upload(app, jane, '', [field, png])).toEqual([429, late])
  app.offsetMs = hour + 1000
  expect((await upload(app, jane, '', [field, png]))[0]).toBe(200)
})
