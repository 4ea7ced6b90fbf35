import type { Context } from 'hono'
import { fail } from '../core/errors'
import { readClientToken } from '../core/oauth/client-tokens'
import { authenticateClient } from '../core/oauth/clients'
import { introspect } from '../core/oauth/introspection'
import { revokeToken } from '../core/oauth/revocation'
import { publishedKeys } from '../core/oauth/signing-keys'
import { pictureUrl } from '../core/picture-links'
import { holds } from '../core/scopes'
import { authenticate } from '../core/sessions'
import { readBearer } from '../http/credentials'
import { type AppEnv, errorBoundary } from '../http/dialect'
import { createRoutes } from '../http/routing'
import { authorize } from './authorize-routes'
import { failures } from './errors'
import { logout } from './logout-routes'
import { renderKeys, renderMetadata } from './metadata'
import * as requests from './requests'
import { renderIntrospection, renderTokenInfo, renderUserInfo } from './responses'
import { sentAs, tokens } from './token-routes'

/** The authorization server: who it is, whom it lets in, and what any token is worth. */

export const oauth = createRoutes()
oauth.onError(errorBoundary(failures))

const asksScope = 'client:oauth:introspect'

const authenticated = async (
  c: Context<AppEnv>,
  sent: Parameters<typeof requests.toCredentials>[1],
) => {
  const credentials = requests.toCredentials(c.req.header('Authorization'), sent)
  return (await authenticateClient(c.var.core, credentials)).client
}

oauth.on(
  'GET',
  ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'],
  (c) => c.json(renderMetadata(c.var.core)),
)

// A copy goes long before a key that was not yet in it signs.
oauth.get('/oauth/jwks', async (c) => {
  c.header('Cache-Control', 'public, max-age=3600')
  return c.json(renderKeys(await publishedKeys(c.var.core)))
})

oauth.route('/', authorize)
oauth.route('/', logout)
oauth.route('/', tokens)

/** A client that asks with its own token speaks the older shape. */
async function answerTokenInfo(c: Context<AppEnv>, own: string, shown: string | undefined) {
  const asking = await readClientToken(c.var.core, own)
  if (!asking) fail({ code: 'not_authenticated' })
  if (!holds(asking.scopes, asksScope)) fail({ code: 'missing_scope', scope: asksScope })
  const token = requests.requireToken(shown)
  return c.json(renderTokenInfo(token, await introspect(c.var.core, token)))
}

// No shield: whoever asks for all their visitors asks from one address.
oauth.post('/oauth/introspect', sentAs(requests.IntrospectBody), async (c) => {
  const { core } = c.var
  const sent = c.req.valid('json')
  const own = requests.readOwnToken(c.req.header('Authorization'), sent)
  if (own !== null) return answerTokenInfo(c, own, sent.token)
  const client = await authenticated(c, sent)
  if (client.isPublic) fail({ code: 'invalid_client' })
  const info = await introspect(core, requests.requireToken(sent.token))
  const isOwn = info !== null && info.kind !== 'session' && info.clientId === client.clientId
  const mayAsk = isOwn || holds(client.scopes, asksScope)
  return c.json(renderIntrospection(mayAsk ? info : null, core.settings.origin))
})

oauth.post('/oauth/revoke', sentAs(requests.RevokeBody), async (c) => {
  const sent = c.req.valid('json')
  const client = await authenticated(c, sent)
  await revokeToken(c.var.core, client, requests.requireToken(sent.token))
  return c.body(null, 200)
})

oauth.on(['GET', 'POST'], '/oauth/userinfo', async (c) => {
  const { core } = c.var
  const caller = { ...readBearer(c), scope: 'openid', needsConfirmedEmail: true } as const
  const { viewer } = await authenticate(core, caller)
  return c.json(renderUserInfo(viewer, await pictureUrl(core, viewer.account)))
})
