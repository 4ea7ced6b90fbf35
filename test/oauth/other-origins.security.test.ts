import { beforeAll, describe, expect, test } from 'vitest'
import { forms as accountForms, pages as accountPages } from '../pages/people'
import { type Answer, testApp } from '../support/app'
import { formOf } from '../support/browser'
import type { TestClient } from '../support/clients'
import {
  agree,
  authorizePath,
  destinationOf,
  formType,
  newApplication,
  query,
} from '../support/oauth'
import { newPerson, password, type TestPerson } from '../support/social'

/**
 * ALLOWED_ORIGINS names pages that may call the APIs with cookies. With our own pages they have no business:
 * a script of theirs could otherwise read the consent page, and press its button.
 */

const allowed = 'https://allowed.example'
const app = testApp({ ALLOWED_ORIGINS: allowed })
let person: TestPerson
let client: TestClient

beforeAll(async () => {
  person = await newPerson(app)
  client = await newApplication()
})

/** A request by a script there, as a browser sends it. */
const script = {
  Origin: allowed,
  'Sec-Fetch-Site': 'cross-site',
  'Sec-Fetch-Mode': 'cors',
  'Sec-Fetch-Dest': 'empty',
}

function expectUnreadable({ headers }: Answer): void {
  const names = [...headers.keys()].filter((name) => name.startsWith('access-control-'))
  expect(names).toEqual([])
}

test('an API answers it, cookie and all', async () => {
  const answer = await app.call('/user/me', { cookies: person.cookies, headers: script })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(allowed)
  expect(answer.headers.get('Access-Control-Allow-Credentials')).toBe('true')
})

describe('no form is taken from there', () => {
  const signInForms = [
    { action: '/sign-in', fields: { name: 'x', password } },
    { action: '/sign-in/code', fields: { at: 'aaaaaaaa', code: '123456' } },
    { action: '/sign-out', fields: {} },
    { action: '/sign-up', fields: { name: 'A', username: 'a', email: 'a', password } },
    { action: '/confirm-email', fields: { code: 'a' } },
    { action: '/confirm-email/resend', fields: {} },
    { action: '/password/forgotten', fields: { email: 'a@example.com' } },
    { action: '/password/new', fields: { email: 'a@example.com', code: 'a', password } },
    { action: '/oauth/logout/confirm', fields: { request: '' } },
  ]

  const sendFrom = (
    headers: { readonly [name: string]: string },
    action: string,
    fields: { readonly [name: string]: string },
  ) =>
    app.call(action, {
      method: 'POST',
      body: query(fields),
      cookies: person.cookies,
      headers: { ...formType, ...headers },
    })

  async function expectRefused(action: string, fields: { readonly [name: string]: string }) {
    const submitted = { ...script, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' }
    const mails = app.mails.length
    for (const headers of [script, submitted, { Origin: allowed }]) {
      const answer = await sendFrom(headers, action, fields)
      expect([answer.status, answer.headers.get('Location')]).toEqual([403, null])
      expect(answer.text).toContain('so nothing was done')
      expect(answer.headers.getSetCookie()).toEqual([])
      expectUnreadable(answer)
    }
    expect(app.mails).toHaveLength(mails)
    expect((await app.call('/account', person)).status).toBe(200)
  }

  test.each([...signInForms, ...accountForms])('$action', async ({ action, fields }) => {
    await expectRefused(action, fields)
  })

  test('the person’s consent', async () => {
    const page = await app.call(authorizePath(client), person)
    await expectRefused('/oauth/consent', { ...formOf(page).fields, decision: 'allow' })
    expect((await app.call(authorizePath(client), person)).status).toBe(200)
  })
})

describe('no page is read there', () => {
  const pages = [
    '/sign-in',
    '/sign-in?again=1',
    '/sign-in/code',
    '/sign-up',
    '/sign-out',
    '/confirm-email',
    '/password/forgotten',
    '/password/new',
    '/disown-email',
    '/oauth/logout',
    ...accountPages,
  ]

  test.each(pages)('%s', async (path) => {
    for (const headers of [script, { Origin: allowed }, { Origin: 'https://evil.example' }]) {
      const answer = await app.call(path, { cookies: person.cookies, headers })
      expectUnreadable(answer)
      expect(answer.text).not.toContain(person.username)
      expect(answer.text).not.toContain(person.email)
    }
  })

  test('a request for authorization, whatever it is answered', async () => {
    const known = await newApplication()
    await agree(app, person, known)
    for (const [path, status] of [
      [authorizePath(known), 303],
      [authorizePath(client), 303],
      [authorizePath(known, { prompt: 'none' }), 303],
      [authorizePath(known, { scope: '*' }), 303],
      [authorizePath(known, { redirect_uri: 'https://evil.example/' }), 400],
      [authorizePath(known, { client_id: 'nobody' }), 400],
    ] as const) {
      const answer = await app.call(path, { cookies: person.cookies, headers: script })
      expect(answer.status).toBe(status)
      expectUnreadable(answer)
      // A script is nobody there: a code that it was sent on with could be read where that leads.
      expect(answer.headers.get('Location') ?? '').not.toContain('code=')
    }
    const [, body = ''] = authorizePath(known).split('?')
    const posted = await app.call('/oauth/authorize', {
      method: 'POST',
      body,
      cookies: person.cookies,
      headers: { ...formType, ...script },
    })
    expect(posted.status).toBe(303)
    expectUnreadable(posted)
    const asked = await app.call(authorizePath(known), { cookies: person.cookies, headers: script })
    expect(destinationOf(asked).place).toBe('/sign-in')
  })
})
