import { bearing, callback, clientId } from './people.mjs'

// The authorization server: who it is, applications by themselves, and signing out at their wish.

export async function measureOAuth({ measuring }, { application, member }) {
  const measure = measuring('oauth')
  const headers = application
  const { jar } = await member('oauth_person')
  const session = jar.get('atrium_session')
  const wanted = { body: { grant_type: 'client_credentials' }, headers }

  await measure('GET /.well-known/oauth-authorization-server', { budget: 0 })
  await measure('POST /oauth/token', { variant: 'the first of all', ...wanted, budget: 3 })
  const given = await measure('POST /oauth/token', { variant: 'client', ...wanted, budget: 1 })
  const token = given.access_token
  await measure('GET /oauth/jwks', { budget: 0 })
  const shown = (one, as = headers) => ({ body: { token: one }, headers: as })
  await measure('POST /oauth/introspect', { variant: 'session', ...shown(session) })
  await measure('POST /oauth/introspect', { variant: 'client', ...shown(token) })
  await measure('POST /oauth/introspect', {
    variant: 'by token',
    ...shown(session, bearing(token)),
  })
  await measure('POST /oauth/revoke', { variant: 'client', ...shown(token) })
  await measure('POST /oauth/register', { body: { redirect_uris: [callback] }, status: 201 })
  await measureLogout(measure, jar)
}

async function measureLogout(measure, jar) {
  const asked = { client_id: clientId, post_logout_redirect_uri: callback }
  const request = new URLSearchParams(asked).toString()
  await measure('GET /oauth/logout', { at: `/oauth/logout?${request}`, jar })
  await measure('POST /oauth/logout', { body: asked, jar, budget: 1 })
  await measure('POST /oauth/logout/confirm', { body: { request }, jar, status: 303 })
}
