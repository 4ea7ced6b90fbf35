import { type Context, Hono } from 'hono'
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

const authenticated = (c: Context<AppEnv>, sent: Parameters<typeof requests.toCredentials>[1]) =>
  authenticateClient(c.var.core, requests.toCredentials(c.req.header('Authorization'), sent))

oauth.get('/.well-known/oauth-authorization-server', (c) =>
  c.json(renderMetadata(c.var.core.settings.origin, clientScopes)),
)

// Others keep a copy as long as a new key is known before it signs, and no longer.
oauth.get('/oauth/jwks', async (c) => {
  c.header('Cache-Control', 'public, max-age=3600')
  const keys = await publishedKeys(c.var.core)
  return c.json({ keys: keys.map((key) => ({ ...key, use: 'sig', alg: 'ES256' })) })
})

oauth.post('/oauth/token', shield, body(requests.TokenBody), async (c) => {
  const sent = c.req.valid('json')
  const client = await authenticated(c, sent)
  return c.json(renderToken(await issueClientToken(c.var.core, client, sent.scope ?? null)))
})

/** A client that asks with its own token speaks the older shape. */
async function answerTokenInfo(c: Context<AppEnv>, own: string, token: string) {
  const asking = await readClientToken(c.var.core, own)
  if (!asking) fail({ code: 'not_authenticated' })
  const scope = 'client:oauth:introspect'
  if (!holds(asking.scopes, scope)) fail({ code: 'missing_scope', scope })
  return c.json(renderTokenInfo(token, await introspect(c.var.core, token)))
}

oauth.post('/oauth/introspect', shield, body(requests.IntrospectBody), async (c) => {
  const { core } = c.var
  const sent = c.req.valid('json')
  const own = /^bearer +(\S+) *$/i.exec(c.req.header('Authorization') ?? '')?.[1]
  if (own !== undefined) return answerTokenInfo(c, own, sent.token)
  const client = await authenticated(c, sent)
  if (client.isPublic) fail({ code: 'invalid_client' })
  const info = await introspect(core, sent.token)
  const isOwn = info?.kind === 'client' && info.clientId === client.clientId
  const mayAsk = isOwn || client.scopes.includes('client:oauth:introspect')
  return c.json(renderIntrospection(mayAsk ? info : null, core.settings.origin))
})

oauth.post('/oauth/revoke', shield, body(requests.RevokeBody), async (c) => {
  const sent = c.req.valid('json')
  const client = await authenticated(c, sent)
  await revokeClientToken(c.var.core, client, sent.token)
  return c.body(null, 200)
})
