import { beforeEach, expect, inject, test } from 'vitest'
import { taggedPicture } from '../support/png'
import {
  inChunks,
  megabyte,
  newPerson,
  resetHarness,
  runCron,
  send,
  setClock,
  setFaults,
} from './harness'

/** Profile pictures over HTTP, with storage that fails and bodies that do not end. */

beforeEach(resetHarness)

/** As a browser sends it. */
async function upload(cookies: Map<string, string>, content: Uint8Array<ArrayBuffer>) {
  const body = new FormData()
  body.set('profilePicture', new Blob([content], { type: 'image/png' }), 'me.png')
  const response = await patch(cookies, { body })
  return { status: response.status, headers: response.headers, json: await response.json() }
}

/** A form brings its own type, with its boundary. */
function patch(cookies: Map<string, string>, init: object, type = {}): Promise<Response> {
  const origin = inject('origin')
  const Cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return fetch(`${origin}/user/profile-picture`, {
    method: 'PATCH',
    headers: { Origin: origin, Cookie, ...type },
    // Whoever waits longer than this was never answered.
    signal: AbortSignal.timeout(20_000),
    ...init,
  })
}

/** The picture that everybody sees, byte by byte. */
async function shownPicture(cookies: Map<string, string>): Promise<Uint8Array> {
  const response = await fetch(`${inject('origin')}${await addressOf(cookies)}`)
  if (response.status !== 200) throw new Error(`the picture answered ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

async function addressOf(cookies: Map<string, string>): Promise<string> {
  const { profilePictureUrl } = (await send('/user/me', { cookies })).json.data.user
  const { pathname, search } = new URL(profilePictureUrl)
  return pathname + search
}

/** The keys that R2 was asked to do something with since the last reset. */
async function keysOf(op: string): Promise<string[]> {
  const { json } = await send('/__harness/calls?log=1')
  const log = json.log as { binding: string; op: string; text: string }[]
  return log.filter((call) => call.binding === 'R2' && call.op === op).map(({ text }) => text)
}

test('a picture arrives byte by byte, whoever fetches it', async () => {
  const { cookies } = await newPerson()
  const { given, cleaned } = await taggedPicture('a note')
  expect((await upload(cookies, given)).status).toBe(200)
  expect(await shownPicture(cookies)).toEqual(cleaned)
})

test.each(['fail-before', 'fail-after'] as const)(
  'a store that takes no picture (%s) is told apart, and leaves the old one and nothing else',
  async (mode) => {
    const { cookies } = await newPerson()
    const [first, second] = [await taggedPicture('one'), await taggedPicture('two')]
    await upload(cookies, first.given)
    await setFaults([{ binding: 'R2', op: 'put', mode }])
    const answer = await upload(cookies, second.given)
    expect([answer.status, answer.json]).toEqual([503, { ok: 0, error: 'ServiceUnavailable' }])
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1)
    await setFaults([])
    expect(await shownPicture(cookies)).toEqual(first.cleaned)
    const key = (await keysOf('put')).at(-1)
    await runCron()
    expect(await keysOf('delete')).not.toContain(key)
    await setClock(3600 + 60)
    // What other tests have planned comes due as well, and one run takes fifty.
    for (let i = 0; i < 5; i += 1) await runCron()
    expect((await keysOf('delete')).flatMap((keys) => keys.split(' '))).toContain(key)
    expect(await shownPicture(cookies)).toEqual(first.cleaned)
    expect((await upload(cookies, second.given)).status).toBe(200)
    expect(await shownPicture(cookies)).toEqual(second.cleaned)
  },
)

test('a store that gives no picture back is no picture that is missing', async () => {
  const { cookies } = await newPerson()
  await upload(cookies, (await taggedPicture('')).given)
  const address = await addressOf(cookies)
  await setFaults([{ binding: 'R2', op: 'get', mode: 'fail-before' }])
  const answer = await send(address)
  expect([answer.status, answer.json]).toEqual([503, { error: 'unavailable' }])
  await setFaults([])
  expect((await send(address)).status).toBe(200)
})

test.each([2, 20])('a body of %d megabytes in pieces is answered 413, and soon', async (size) => {
  const { cookies } = await newPerson()
  const type = { 'Content-Type': 'multipart/form-data; boundary=x' }
  const response = await patch(cookies, { body: inChunks(size), duplex: 'half' }, type)
  const refusal = { ok: 0, error: 'InvalidFile', additionalInfo: { bytesMax: megabyte } }
  expect([response.status, await response.json()]).toEqual([413, refusal])
})
