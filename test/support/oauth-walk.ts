import { expect } from 'vitest'
import { listApplications, revokeApplication } from '../../src/core/oauth/applications'
import { viewerOf } from './accounts'
import { testApp } from './app'
import { introspects } from './clients'
import { callerWith, testCore } from './core'
import {
  agree,
  ask,
  authorizePath,
  bearer,
  destinationOf,
  newApplication,
  newCode,
  newTokens,
  redeem,
  refresh,
  sendForm,
  tokensOf,
} from './oauth'
import { newPerson } from './social'

/** Everything that the authorization server does once, for those who watch what it takes. */
export async function walkTheApplications(bindings: {
  readonly [name: string]: unknown
}): Promise<void> {
  const app = testApp({ ...bindings, CLIENT_REGISTRATION: 'open' })
  const person = await newPerson(app)
  const scopes = [...introspects, 'openid', 'profile', 'delegated:profile:all']
  const client = await newApplication({ scopes })

  const search = authorizePath(client).split('?')[1] ?? ''
  const asked = Object.fromEntries(new URLSearchParams(search))
  const { request_uri = '' } = (await ask(app, client, '/oauth/par', asked)).json
  const pushed = new URLSearchParams({ client_id: client.clientId, request_uri })
  await agree(app, person, client)
  const answer = await app.call(`/oauth/authorize?${pushed}`, person)
  const { code = '' } = destinationOf(answer).parameters

  const first = tokensOf(await redeem(app, client, code))
  const next = tokensOf(await refresh(app, client, first.refresh))
  expect((await app.call('/oauth/userinfo', bearer(next.access))).status).toBe(200)
  for (const token of [next.access, next.refresh]) {
    await ask(app, client, '/oauth/introspect', { token })
  }
  // Both are shown a second time, which ends what they became.
  expect((await redeem(app, client, code)).status).toBe(400)
  await refresh(app, client, next.refresh)

  for (const token of Object.values(await newTokens(app, person, client))) {
    await ask(app, client, '/oauth/revoke', { token })
  }
  const own = await ask(app, client, '/oauth/token', { grant_type: 'client_credentials' })
  for (const path of ['/oauth/introspect', '/oauth/revoke']) {
    await ask(app, client, path, { token: own.json.access_token })
  }
  const redirect_uris = [client.redirectUri]
  const registered = await app.call('/oauth/register', { body: { redirect_uris } })
  expect(registered.status).toBe(201)

  await newCode(app, person, client)
  const core = testCore(bindings)
  const session = person.cookies.cookies.get('__Host-atrium_session') ?? ''
  const viewer = await viewerOf(core, session)
  await core.request((core) => listApplications(core, callerWith(session)))
  await core.request((core) => revokeApplication(core, viewer, client.clientId))
  await sendForm(app, '/oauth/logout/confirm', { request: '' }, person)
}
