import { describe, expect, test } from 'vitest'
import { type Answer, testApp } from '../support/app'
import { drivers } from '../support/drivers'
import { newPlace } from './people'

/** Whatever is sent, the answer is a clear refusal in the dialect's own envelope, never a 500. */

const json = 'application/json'

const malformed: { what: string; type: string; body: string }[] = [
  { what: 'no JSON at all', type: json, body: 'hello' },
  { what: 'JSON that breaks off', type: json, body: '{"username":"x"' },
  { what: 'bytes that are no UTF-8', type: json, body: '{"username":"\ud800"}' },
  { what: 'a bare number', type: json, body: '7' },
  { what: 'null', type: json, body: 'null' },
  { what: 'a list', type: json, body: '[1, 2, 3]' },
  { what: 'a list of lists', type: json, body: '[[]]' },
  { what: 'an empty object', type: json, body: '{}' },
  { what: 'nothing', type: json, body: '' },
  { what: 'deep nesting', type: json, body: `${'['.repeat(5000)}${']'.repeat(5000)}` },
  { what: 'plain text', type: 'text/plain', body: '{}' },
  { what: 'XML', type: 'application/xml', body: '<a/>' },
  { what: 'a type that is none', type: 'application/json, text/plain', body: '{}' },
  { what: 'a type in pieces', type: ';;;charset', body: '{}' },
  { what: 'a multipart form', type: 'multipart/form-data; boundary=x', body: '--x--' },
]

/** Values that stand where a text is documented. */
const oddValues: unknown[] = [
  null,
  true,
  12,
  [],
  ['a'],
  {},
  { $ne: null },
  '',
  '\0',
  'a\ud800b',
  "' OR 1=1 --",
  'x'.repeat(20_000),
]

describe.each(drivers)('through $name', (driver) => {
  const app = testApp({ THROTTLE: 'off' })
  const { method, path, refusal = 401 } = driver.guarded

  function expectRefusal(answer: Answer, what: string): void {
    expect(answer.status, `${what}: ${answer.text}`).toBeGreaterThanOrEqual(400)
    expect(answer.status, `${what}: ${answer.text}`).toBeLessThan(500)
    expect(driver.isFailure(answer), `${what}: ${answer.text}`).toBe(true)
    expect(answer.text).not.toMatch(/D1_|SQLITE|TypeError|at \w+ \(|drizzle|zod/i)
  }

  const send = (sample: { method: string; path: string }, body: string, type = json) =>
    app.call(sample.path, {
      method: sample.method,
      body,
      headers: { 'Content-Type': type, 'CF-Connecting-IP': newPlace().address },
    })

  describe.each(driver.samples)('$method $path', (sample) => {
    test.each(malformed)('refuses $what', async ({ what, type, body }) => {
      expectRefusal(await send(sample, body, type), what)
    })

    test('refuses a body over 64 KB, said to be so or not', async () => {
      const large = JSON.stringify({ ...sample.body, more: 'x'.repeat(70_000) })
      const whole = await send(sample, large)
      expect(whole.status).toBe(413)
      expectRefusal(whole, 'a large body')
      const bytes = new TextEncoder().encode(large)
      const chunked = new ReadableStream({
        start(controller) {
          for (let at = 0; at < bytes.length; at += 1000) {
            controller.enqueue(bytes.slice(at, at + 1000))
          }
          controller.close()
        },
      })
      const answer = await app.call(sample.path, {
        method: sample.method,
        body: chunked,
        headers: { 'Content-Type': json, 'CF-Connecting-IP': newPlace().address },
      })
      expect(answer.status).toBe(413)
    })

    test.each(Object.keys(sample.body))('never fails over an odd value of %s', async (field) => {
      for (const value of oddValues) {
        const answer = await send(sample, JSON.stringify({ ...sample.body, [field]: value }))
        expect(answer.status, `${JSON.stringify(value)?.slice(0, 80)}`).toBeLessThan(500)
        if (answer.status >= 400) expectRefusal(answer, `${field}`)
        if (typeof value === 'object') expect(answer.status).toBeGreaterThanOrEqual(400)
      }
    })

    test('takes no key that is nobody’s: __proto__ and privileges do nothing', async () => {
      const plain = await send(sample, JSON.stringify(sample.body))
      const extra = JSON.stringify(sample.body).replace(
        /^\{/,
        '{"__proto__":{"role":"admin"},"constructor":{},"isAdmin":true,"verified":true,',
      )
      const answer = await send(sample, extra)
      expect(answer.status).toBeLessThan(500)
      expect(answer.text).not.toContain('"role":"admin"')
      expect([plain.status, 409]).toContain(answer.status)
    })

    test('names the methods that it knows to a request with another', async () => {
      const answer = await app.call(sample.path, { method: 'DELETE' })
      expect([404, 405]).toContain(answer.status)
      expect(driver.isFailure(answer)).toBe(true)
      if (answer.status === 405) expect(answer.headers.get('Allow')).toContain(sample.method)
    })
  })

  test.each([
    'Bearer',
    'Bearer ',
    'Bearer \u00e9',
    'Basic !!!',
    'Basic',
    'Bearer a b c',
    `Bearer ${'x'.repeat(5000)}`,
    'Digest username="x"',
    ', ,',
  ])('a broken Authorization header is nobody: %j', async (header) => {
    const Authorization = header.replace('\u00e9', encodeURIComponent('\u00e9'))
    const answer = await app.call(path, { method, headers: { Authorization } })
    expect(answer.status).toBe(refusal)
  })

  test.each([
    '__Host-atrium_session',
    '__Host-atrium_session=',
    '__Host-atrium_session=%E0%A4%A',
    ';;=;',
    'x'.repeat(4000),
  ])('a broken cookie is nobody: %j', async (Cookie) => {
    const answer = await app.call(path, { method, headers: { Cookie } })
    expect(answer.status).toBe(refusal)
  })
})
