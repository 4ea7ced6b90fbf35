import { type Context, Hono } from 'hono'
import type { ZodMiniType } from 'zod/mini'
import { fail } from '../core/errors'
import { issueClientToken, readClientToken, revokeClientToken } from '../core/oauth/client-tokens'
import { authenticateClient } from '../core/oauth/clients'
import { introspect } from '../core/oauth/introspection'
import { publishedKeys } from '../core/oauth/signing-keys'
import { clientScopes, holds } from '../core/scopes'
import { body } from '../http/body'
import { type AppEnv, errorBoundary } from '../http/dialect'
import { shield } from '../http/shield'
import { failures } from './errors'
import * as requests from './requests'
import { renderIntrospection, renderMetadata, renderToken, renderTokenInfo } from './responses'

/** The authorization server: tokens for applications, and what any token is worth. */

export const oauth = new Hono<AppEnv>()
oauth.onError(errorBoundary(failures))

const asksScope = 'client:oauth:introspect'

const authenticated = (c: Context<AppEnv>, sent: Parameters<typeof requests.toCredentials>[1]) =>
  authenticateClient(c.var.core, requests.toCredentials(c.req.header('Authorization'), sent))

oauth.get('/.well-known/oauth-authorization-server', (c) =>
  c.json(renderMetadata(c.var.core.settings.origin, clientScopes)),
)

// A copy goes long before a key that was not yet in it signs.
oauth.get('/oauth/jwks', async (c) => {
  c.header('Cache-Control', 'public, max-age=3600')
  const keys = await publishedKeys(c.var.core)
  return c.json({ keys: keys.map((key) => ({ ...key, use: 'sig', alg: 'ES256' })) })
})

const sentAs = <Schema extends ZodMiniType>(schema: Schema) =>
  body(schema, { unwrap: requests.dropEmpty })

oauth.post('/oauth/token', shield, sentAs(requests.TokenBody), async (c) => {
  const sent = c.req.valid('json')
  const client = await authenticated(c, sent)
  requests.requireGrant(sent.grant_type)
  return c.json(renderToken(await issueClientToken(c.var.core, client, sent.scope ?? null)))
})

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
  const isOwn = info?.kind === 'client' && info.clientId === client.clientId
  const mayAsk = isOwn || holds(client.scopes, asksScope)
  return c.json(renderIntrospection(mayAsk ? info : null, core.settings.origin))
})

oauth.post('/oauth/revoke', sentAs(requests.RevokeBody), async (c) => {
  const sent = c.req.valid('json')
  const client = await authenticated(c, sent)
  await revokeClientToken(c.var.core, client, requests.requireToken(sent.token))
  return c.body(null, 200)
})
