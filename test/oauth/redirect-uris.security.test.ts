import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, testApp } from '../support/app'
import { newClient, type TestClient } from '../support/clients'
import { authorizePath, destinationOf, newApplication, type Parameters } from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/**
 * A redirect URI that is only nearly the registered one hands the code, and the person, to somebody
 * else (RFC 9700 sections 4.1 and 4.11). What is not registered, letter by letter, is answered by a page
 * that leads nowhere; anything else would make this server an open redirector.
 */

const app = testApp()
const registered = 'https://client.example/callback'
let person: TestPerson
let client: TestClient

beforeAll(async () => {
  person = await newPerson(app)
  client = await newApplication()
})

const ask = (one: TestClient, differing: Parameters) =>
  app.call(authorizePath(one, differing), { cookies: person.cookies })

/** A page, for the person alone: it takes them nowhere, and no form or link of it does. */
function expectPage(answer: Answer): void {
  expect(answer.status).toBe(400)
  expect(answer.headers.get('Location')).toBeNull()
  expect(answer.headers.get('Content-Type')).toBe('text/html; charset=UTF-8')
  expect(answer.headers.get('Refresh')).toBeNull()
  expect(answer.text).not.toMatch(/http-equiv|<form|<script/i)
  const links = [...answer.text.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href)
  expect(links.filter((href) => !/^(\/(?!\/)|data:,)/.test(href))).toEqual([])
}

test('the registered one is led to', async () => {
  const answer = await ask(client, { redirect_uri: registered, prompt: 'none' })
  expect(answer.status).toBe(303)
  expect(destinationOf(answer).place).toBe(registered)
})

describe('another one is not', () => {
  test.each([
    ['letters in another case', 'https://client.example/Callback'],
    ['a host in another case', 'https://CLIENT.example/callback'],
    ['a scheme in another case', 'HTTPS://client.example/callback'],
    ['another scheme', 'http://client.example/callback'],
    ['a slash more', 'https://client.example/callback/'],
    ['a path below', 'https://client.example/callback/more'],
    ['a path above', 'https://client.example/'],
    ['the origin alone', 'https://client.example'],
    ['a query of one’s own', 'https://client.example/callback?to=evil'],
    ['an empty query', 'https://client.example/callback?'],
    ['a fragment', 'https://client.example/callback#evil'],
    ['an empty fragment', 'https://client.example/callback#'],
    ['dots in the path', 'https://client.example/other/../callback'],
    ['dots after it', 'https://client.example/callback/../../evil'],
    ['encoded dots', 'https://client.example/callback/%2e%2e/evil'],
    ['an encoded letter', 'https://client.example/%63allback'],
    ['an encoded slash', 'https://client.example%2Fcallback'],
    ['a double slash', 'https://client.example//callback'],
    ['backslashes', 'https:\\\\client.example\\callback'],
    ['a backslash', 'https://client.example\\@evil.example/callback'],
    ['a person in it', 'https://evil@client.example/callback'],
    ['the host as a person', 'https://client.example@evil.example/callback'],
    ['the host and a port as a person', 'https://client.example:443@evil.example/callback'],
    ['the port that goes without saying', 'https://client.example:443/callback'],
    ['another port', 'https://client.example:8443/callback'],
    ['a host that begins like it', 'https://client.example.evil.example/callback'],
    ['a host that ends like it', 'https://evilclient.example/callback'],
    ['a host below', 'https://evil.client.example/callback'],
    ['a dot after the host', 'https://client.example./callback'],
    ['a host that looks like it', 'https://cl\u0456ent.example/callback'],
    ['another place', 'https://evil.example/callback'],
    ['no scheme', '//client.example/callback'],
    ['a path alone', '/callback'],
    ['a space before', ' https://client.example/callback'],
    ['a space after', 'https://client.example/callback '],
    ['a line after', 'https://client.example/callback\n'],
    ['a header', 'https://client.example/callback\r\nX-Evil: 1'],
    ['a zero after', 'https://client.example/callback\0'],
    ['two at once', 'https://client.example/callback,https://evil.example/'],
    ['a wildcard', 'https://client.example/*'],
    ['script', 'javascript:alert(1)//client.example/callback'],
    ['data', 'data:text/html,<script>alert(1)</script>'],
    ['the name for none', 'null'],
    ['nothing but spaces', '  '],
  ])('%s', async (_, redirect_uri) => {
    expectPage(await ask(client, { redirect_uri }))
    // Nor is an error told there.
    expectPage(await ask(client, { redirect_uri, prompt: 'none', response_type: 'token' }))
  })

  test('two parameters, of which one is registered', async () => {
    const path = authorizePath(client)
    const other = new URLSearchParams({ redirect_uri: 'https://evil.example/' })
    expectPage(await app.call(`${path}&${other}`, { cookies: person.cookies }))
    expectPage(await app.call(path.replace('?', `?${other}&`), { cookies: person.cookies }))
  })

  test('another client’s, or one for signing out', async () => {
    const place = 'https://other.example/callback'
    const other = await newApplication({ redirectUris: [place], logoutUris: [`${place}/bye`] })
    expectPage(await ask(client, { redirect_uri: place }))
    expectPage(await ask(other, { redirect_uri: `${place}/bye` }))
  })

  test('any, of a client that has none or is unknown', async () => {
    const none = await newClient({ redirectUris: [] })
    expectPage(await ask(none, { redirect_uri: registered }))
    expectPage(await ask(none, { redirect_uri: undefined }))
    for (const client_id of ['nobody', undefined, '', `${client.clientId} `, "' OR 1=1 --"]) {
      expectPage(await ask(client, { client_id }))
    }
    const twice = `${authorizePath(client)}&client_id=${client.clientId}`
    expectPage(await app.call(twice, { cookies: person.cookies }))
  })
})

describe('one that is left out', () => {
  test('is the one that is registered', async () => {
    const answer = await ask(client, { redirect_uri: undefined, prompt: 'none' })
    expect(destinationOf(answer).place).toBe(registered)
  })

  test('is none where several are', async () => {
    const several = await newApplication({ redirectUris: [registered, `${registered}/2`] })
    expectPage(await ask(several, { redirect_uri: undefined, prompt: 'none' }))
    const second = await ask(several, { redirect_uri: `${registered}/2`, prompt: 'none' })
    expect(destinationOf(second).place).toBe(`${registered}/2`)
  })
})

/** RFC 8252 section 7.3: an application on somebody's machine takes whichever port is free. */
describe('a port on the person’s own machine', () => {
  const places = ['http://127.0.0.1/cb', 'http://[::1]:1234/cb?a=b', 'http://localhost:3000/cb']
  let local: TestClient
  beforeAll(async () => {
    local = await newApplication({ redirectUris: places, isPublic: true })
  })

  test.each([
    'http://127.0.0.1/cb',
    'http://127.0.0.1:80/cb',
    'http://127.0.0.1:51004/cb',
    'http://[::1]/cb?a=b',
    'http://[::1]:65535/cb?a=b',
    'http://localhost:3000/cb',
  ])('%s is taken', async (redirect_uri) => {
    const answer = await ask(local, { redirect_uri, prompt: 'none' })
    expect(destinationOf(answer).place).toBe(redirect_uri.replace('?a=b', ''))
  })

  test.each([
    'http://localhost:3001/cb',
    'http://localhost/cb',
    'https://127.0.0.1:51004/cb',
    'http://127.0.0.1:51004/cb/',
    'http://127.0.0.1:51004/other',
    'http://127.0.0.1:51004/cb?a=b',
    'http://127.0.0.1:51004/cb#a',
    'http://127.0.0.1:51004@evil.example/cb',
    'http://127.0.0.1@evil.example:51004/cb',
    'http://user@127.0.0.1:51004/cb',
    'http://127.0.0.1.evil.example:51004/cb',
    'http://127.0.0.1:51004.evil.example/cb',
    'http://127.0.0.1:99999/cb',
    'http://127.0.0.1:-1/cb',
    'http://127.0.0.1:/cb',
    'http://127.0.0.1:%35/cb',
    'http://127.0.0.2:51004/cb',
    'http://127.1:51004/cb',
    'http://2130706433:51004/cb',
    'http://0x7f000001:51004/cb',
    'http://[::1]:51004/cb',
    'http://[::ffff:127.0.0.1]:51004/cb',
    'http://0.0.0.0:51004/cb',
  ])('%s is not', async (redirect_uri) => {
    expectPage(await ask(local, { redirect_uri, prompt: 'none' }))
  })
})
