import { expect, test } from 'vitest'
import { senderOf } from '../../scripts/client/runtime'

/** What every client sends, and what it makes of answers. */

type Call = Parameters<ReturnType<typeof senderOf>>[0]
type Input = Parameters<ReturnType<typeof senderOf>>[1]

const call: Call = { method: 'POST', path: '/api/{name}', statuses: [200] }
const input: Input = { params: { name: 'ada' } }

async function sentBy(changed: Partial<Call>, given: Input = {}, credentials = {}) {
  const sent: Request[] = []
  const send = senderOf({
    origin: 'https://atrium.test',
    credentials: () => credentials,
    async fetch(request) {
      sent.push(request)
      return new Response()
    },
  })
  await send({ ...call, ...changed }, { ...input, ...given })
  const [request] = sent
  if (!request) throw new Error('nothing was sent')
  return request
}

function answeredBy(response: Response, statuses = [200]) {
  const send = senderOf({ origin: 'https://atrium.test', fetch: async () => response })
  return send<{ ok: boolean; status: number; body: unknown }>({ ...call, statuses }, input)
}

test('whatever is put into an address stays one piece of it', async () => {
  const { url } = await sentBy({}, { params: { name: 'a/b?c#d' }, query: { q: 'x&y=z' } })
  expect(url).toBe('https://atrium.test/api/a%2Fb%3Fc%23d?q=x%26y%3Dz')
})

test.each(['', '.', '..'])('an address is not sent with %j in it', async (name) => {
  await expect(sentBy({}, { params: { name } })).rejects.toThrow('cannot stand in an address')
})

test('a list is sent one by one, and nothing of what is undefined', async () => {
  const given = { query: { tag: ['a', 'b'], limit: 5, after: undefined } }
  expect((await sentBy({}, given)).url).toBe('https://atrium.test/api/ada?tag=a&tag=b&limit=5')
})

test('each credential is carried as its operation takes it', async () => {
  const given = {
    bearer: 'a-token',
    basic: { username: 'ada', password: 'pässword' },
    key: 'a-key',
  }
  const bearer = await sentBy({ takes: { bearer: 'Authorization', key: 'X-Key' } }, {}, given)
  expect(bearer.headers.get('Authorization')).toBe('Bearer a-token')
  expect(bearer.headers.get('X-Key')).toBe('a-key')
  const basic = await sentBy({ takes: { basic: 'Authorization' } }, {}, given)
  expect(basic.headers.get('Authorization')).toBe('Basic YWRhOnDDpHNzd29yZA==')
  expect((await sentBy({}, {}, given)).headers.get('Authorization')).toBeNull()
})

test('bodies are sent as their operation takes them', async () => {
  const json = await sentBy({ type: 'application/json' }, { body: { a: 'ü', b: undefined } })
  expect(json.headers.get('Content-Type')).toBe('application/json')
  expect(await json.text()).toBe('{"a":"ü"}')
  const type = 'application/x-www-form-urlencoded'
  const form = await sentBy({ type }, { body: { a: 'ü', b: undefined, c: [1, 2] } })
  expect(form.headers.get('Content-Type')).toBe(type)
  expect(await form.text()).toBe('a=%C3%BC&c=1&c=2')
  const picture = new Blob(['PNG'], { type: 'image/png' })
  const files = await sentBy({ type: 'multipart/form-data' }, { body: { picture } })
  expect((await files.formData()).get('picture')).toMatchObject({ size: 3, type: 'image/png' })
  const file = await sentBy({ type: '*/*' }, { body: picture })
  expect(file.headers.get('Content-Type')).toBe('image/png')
})

test('answers are read as what they are', async () => {
  expect(await answeredBy(Response.json({ a: 1 }))).toMatchObject({ ok: true, body: { a: 1 } })
  expect((await answeredBy(new Response('text'))).body).toBe('text')
  expect((await answeredBy(new Response(null, { status: 204 }), [204])).body).toBeUndefined()
  const refused = await answeredBy(Response.json({ error: 'no' }, { status: 401 }), [200, 401])
  expect(refused).toMatchObject({ ok: false, status: 401, body: { error: 'no' } })
})

test('an answer that no document knows is no answer', async () => {
  const proxy = new Response('<h1>Bad gateway</h1>', { status: 502 })
  await expect(answeredBy(proxy)).rejects.toThrow(
    'POST /api/{name} answered 502, which its document does not know',
  )
})
