import { expect, inject, test } from 'vitest'
import { apis } from '../../reference/apis'

/** The API reference as it is served: whole, to whom it is meant, and trusted with nothing more. */

async function load(path: string) {
  const response = await fetch(`${inject('origin')}${path}`, {
    redirect: 'manual',
    headers: { Origin: 'https://elsewhere.example' },
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

test.each(apis)('the document of $name is for tools of any origin', async ({ name, title }) => {
  const { status, headers, text } = await load(`/${name}/openapi.json`)
  expect(status).toBe(200)
  expect(JSON.parse(text)).toMatchObject({ openapi: '3.1.1', info: { title } })
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'application/json',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  })
})

test('the page is at /docs, and may load and call nothing but its own origin', async () => {
  const moved = await load('/docs')
  expect([moved.status, moved.headers.get('Location')]).toEqual([307, '/docs/'])
  const { status, headers, text } = await load('/docs/')
  expect(status).toBe(200)
  expect(text).toContain('<title>API reference</title>')
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'strict-transport-security': 'max-age=63072000; includeSubDomains',
  })
  expect(headers.get('Access-Control-Allow-Origin')).toBeNull()
})

test('the page is offered every API, and finds all that it names', async () => {
  const listed = await load('/docs/apis.json')
  expect(JSON.parse(listed.text)).toEqual(apis.map(({ name, title }) => ({ name, title })))
  const page = await load('/docs/')
  const named = Array.from(page.text.matchAll(/(?:src|href)="([\w.-]+)"/g), ([, file]) => file)
  expect(named).toEqual(['swagger-ui.css', 'docs.css', 'swagger-ui-bundle.js', 'docs.js'])
  const found = await Promise.all(named.map((file) => load(`/docs/${file}`)))
  expect(found.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  expect(found.map(({ headers }) => headers.get('Content-Type'))).toEqual([
    'text/css; charset=utf-8',
    'text/css; charset=utf-8',
    'text/javascript; charset=utf-8',
    'text/javascript; charset=utf-8',
  ])
})
