import LiquidAuthenticator from 'liquid-node-authenticator'
import { beforeAll, expect, inject, test, vi } from 'vitest'
import { newPerson, type Person, register, resetHarness, send } from './harness'
import { callAs, newTokens, type Tokens } from './oauth-flow'

/** What servers of `social` know their callers by, as it is published, against the running server. */

const server = inject('server')
const { id, secret, scope, personScope } = server
let person: Person
let session = ''
let tokens: Tokens

beforeAll(async () => {
  await resetHarness()
  // The first account of a local database administers: it is somebody else.
  await register()
  person = await newPerson()
  session = person.cookies.get('atrium_session') ?? ''
  tokens = await newTokens(server, person, { scope: personScope })
})

const connect = (given: string, scopes?: string) =>
  new LiquidAuthenticator({
    host: inject('origin'),
    clientId: id,
    clientSecret: given,
    debugging: false,
    ...(scopes === undefined ? {} : { scope: scopes }),
  })

test.each([undefined, scope])('knows a person by a session, asking for %s', async (scopes) => {
  const authenticator = connect(secret, scopes)
  const details = await authenticator.authenticate(session)
  expect(details).toMatchObject({
    accessToken: session,
    scope: ['delegated:all'],
    user: { _id: person.id, username: person.username, role: 'user' },
  })
  // It reads the tree of scopes by itself, some time after it was made.
  await vi.waitFor(() =>
    expect(authenticator.checkTokenScope('delegated:profile:read', details)).toBe(true),
  )
  expect(authenticator.checkTokenScope('delegated:social:follow:accept', details)).toBe(true)
  expect(authenticator.checkTokenScope('admin:profile:write', details)).toBe(false)
  expect(await authenticator.authenticate('a'.repeat(43))).toBeNull()
  expect(await authenticator.authenticate('nonsense')).toBeNull()
})

test('knows a person by the token of an application, and what they let it do', async () => {
  const headers = { Authorization: `Bearer ${tokens.access_token}` }
  expect((await send('/user/me', { headers })).json.data.user.username).toBe(person.username)
  const authenticator = connect(secret)
  const details = await authenticator.authenticate(tokens.access_token)
  expect(details).toMatchObject({
    accessToken: tokens.access_token,
    user: { _id: person.id, username: person.username },
  })
  expect(details.scope).toEqual(personScope.split(' '))
  await vi.waitFor(() =>
    expect(authenticator.checkTokenScope('delegated:profile:read', details)).toBe(true),
  )
  expect(authenticator.checkTokenScope('delegated:profile:write', details)).toBe(false)
  expect(authenticator.checkTokenScope('delegated:all', details)).toBe(false)
})

test('knows nobody by a token whose application has lost it', async () => {
  const given = await newTokens(server, person, { scope: personScope })
  const { access_token: token, refresh_token } = given
  const authenticator = connect(secret)
  expect(await authenticator.authenticate(token)).not.toBeNull()
  await callAs(server, '/oauth/revoke', { token: refresh_token })
  expect(await authenticator.authenticate(token)).toBeNull()
})

test('with a wrong secret knows nobody', async () => {
  await expect(connect('wrong').authenticate(session)).rejects.toMatchObject({ code: 401 })
})
