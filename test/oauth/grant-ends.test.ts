import { beforeAll, expect, test } from 'vitest'
import { codeFrom, testApp } from '../support/app'
import type { TestClient } from '../support/clients'
import { change } from '../support/core'
import {
  ask,
  isAccepted,
  newApplication,
  newCode,
  newTokens,
  redeem,
  refresh,
  type Tokens,
  tokensOf,
} from '../support/oauth'
import { newPerson, type TestPerson } from '../support/social'

/** What a person has granted ends by itself, and at once with whatever ends their sessions. */

const app = testApp()
const refused = { status: 400, json: { error: 'invalid_grant' } }
const day = 24 * 60 * 60 * 1000
let client: TestClient

beforeAll(async () => {
  client = await newApplication()
})

test('a grant ends when nobody has refreshed for too long', async () => {
  const { refresh: first } = await newTokens(app, await newPerson(app), client)
  app.offsetMs += 29 * day
  const next = tokensOf(await refresh(app, client, first)).refresh
  app.offsetMs += 30 * day + 1
  expect(await refresh(app, client, next)).toMatchObject(refused)
})

test('a grant ends at last, however often somebody does', async () => {
  const own = await newPerson(app)
  let { refresh: token } = await newTokens(app, own, client)
  for (let i = 0; i < 4; i += 1) {
    app.offsetMs += 22 * day
    token = tokensOf(await refresh(app, client, token)).refresh
  }
  app.offsetMs += 2 * day + 1
  expect(await refresh(app, client, token)).toMatchObject(refused)
})

type End = [string, (one: TestPerson, tokens: Tokens) => Promise<unknown>]

const endsOfAll: End[] = [
  ['signing out everywhere', (one) => app.call('/user/logout-all', { method: 'POST', ...one })],
  [
    'a new password',
    (one) =>
      app.call('/user/me', { method: 'PATCH', body: { password: 'another one 9!' }, ...one }),
  ],
  [
    'a reset password',
    async (one) => {
      await app.call('/user/code', { body: { email: one.email } })
      const body = { code: codeFrom(app.mails, one.email), password: 'another one 9!' }
      return app.call('/user/reset-password', { body })
    },
  ],
  [
    'being switched off',
    (one) => change('UPDATE accounts SET disabled_at = 1 WHERE id = ?', one.id),
  ],
  ['the end of the account', (one) => change('DELETE FROM accounts WHERE id = ?', one.id)],
  [
    'a rise of the epoch of all',
    () => change('UPDATE system SET global_epoch = global_epoch + 1 WHERE one = 1'),
  ],
]

test.each<End>([
  ...endsOfAll,
  ['giving it back', (_, { refresh: token }) => ask(app, client, '/oauth/revoke', { token })],
  [
    'giving the access token back',
    (_, { access }) => ask(app, client, '/oauth/revoke', { token: access }),
  ],
])('a grant ends at once by %s, for what was used a moment ago too', async (_, end) => {
  const one = await newPerson(app)
  const tokens = await newTokens(app, one, client)
  const next = tokensOf(await refresh(app, client, tokens.refresh))
  const ended = await end(one, tokens)
  if (ended) expect(ended).toMatchObject({ status: 200 })
  expect(await refresh(app, client, tokens.refresh)).toMatchObject(refused)
  expect(await refresh(app, client, next.refresh)).toMatchObject(refused)
  for (const { access } of [tokens, next]) {
    expect(await isAccepted(app, access)).toBe(false)
    const seen = await ask(app, client, '/oauth/introspect', { token: access })
    expect(seen.text).toBe('{"active":false}')
  }
})

test.each(endsOfAll)('a code that waits to be redeemed ends with it: %s', async (_, end) => {
  const one = await newPerson(app)
  const tokens = await newTokens(app, one, client)
  const code = await newCode(app, one, client)
  await end(one, tokens)
  expect(await redeem(app, client, code)).toMatchObject(refused)
})
