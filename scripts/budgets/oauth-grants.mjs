import { createHash } from 'node:crypto'
import { bearing, callback, clientId } from './people.mjs'

// An application that is let in, from the page on which it asks to its tokens.

const scope = 'openid profile delegated:profile:read'

export async function measureGrants({ measuring }, { application, member }) {
  const measure = measuring('oauth')
  const headers = application
  const { jar } = await member('oauth_granting')
  const verifier = 'a'.repeat(43)
  const asked = {
    client_id: clientId,
    redirect_uri: callback,
    response_type: 'code',
    scope,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }
  const request = new URLSearchParams(asked).toString()
  const at = `/oauth/authorize?${request}`
  const authorize = (variant, more) => measure('GET /oauth/authorize', { variant, at, ...more })

  await authorize('signed out', { status: 303 })
  await measure('POST /oauth/authorize', { body: asked, jar, status: 303, budget: 0 })
  const page = await authorize('asking', { jar, budget: 2 })
  const account = /name="account" value="(\w+)"/.exec(page)?.[1]
  const decided = { body: { request, account, decision: 'allow' }, jar, status: 303, budget: 3 }
  codeOf(await measure('POST /oauth/consent', decided))
  await measure('GET /oauth/consent', { jar, status: 303, budget: 0 })
  const place = await authorize('agreed', { jar, status: 303, budget: 3 })
  const pushed = await measure('POST /oauth/par', { body: asked, headers, status: 201 })
  const { request_uri } = pushed
  const left = `/oauth/authorize?${new URLSearchParams({ client_id: clientId, request_uri })}`
  codeOf(await authorize('pushed', { at: left, jar, status: 303, budget: 3 }))

  const redemption = { code: codeOf(place), redirect_uri: callback, code_verifier: verifier }
  const { access_token, refresh_token } = await measureTokens(measure, headers, redemption)
  const asking = { headers: bearing(access_token) }
  await measuring('social')('GET /user/me', { variant: 'by an application', ...asking })
  const given = { body: { token: refresh_token }, headers }
  await measure('POST /oauth/revoke', { variant: 'grant', ...given })
}

async function measureTokens(measure, headers, redemption) {
  const first = await measure('POST /oauth/token', {
    variant: 'code',
    body: { grant_type: 'authorization_code', ...redemption },
    headers,
  })
  const next = await measure('POST /oauth/token', {
    variant: 'refresh',
    body: { grant_type: 'refresh_token', refresh_token: first.refresh_token },
    headers,
  })
  await measure('GET /oauth/userinfo', { headers: bearing(next.access_token) })
  const shown = { body: { token: next.access_token }, headers }
  await measure('POST /oauth/introspect', { variant: 'grant', ...shown })
  return next
}

/** The code in the address to which the person is sent back. */
function codeOf(place) {
  const code = place.searchParams?.get('code')
  if (!code) throw new Error(`no code: ${place}`)
  return code
}
