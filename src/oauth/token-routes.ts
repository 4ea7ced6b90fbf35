import type { ZodMiniType } from 'zod/mini'
import { fail, failInput } from '../core/errors'
import { chooseDestination } from '../core/oauth/authorization'
import { redeemCode } from '../core/oauth/authorization-codes'
import { registerClient } from '../core/oauth/client-registration'
import { issueClientToken } from '../core/oauth/client-tokens'
import { authenticateClient } from '../core/oauth/clients'
import { keepRequest, pushedTtlSeconds } from '../core/oauth/pushed-requests'
import { refreshGrant } from '../core/oauth/refresh-tokens'
import { body, check, readBody } from '../http/body'
import { clientOf } from '../http/client'
import { errorBoundary } from '../http/dialect'
import { createRoutes } from '../http/routing'
import { shield } from '../http/shield'
import { toAuthorization } from './authorize-request'
import { failures } from './errors'
import * as requests from './requests'
import { renderPushed, renderRegistration, renderToken, renderTokenSet } from './responses'

/** Where applications get what they were allowed, and where they say beforehand what they want. */

export const tokens = createRoutes()
tokens.onError(errorBoundary(failures))

export const sentAs = <Schema extends ZodMiniType>(schema: Schema) =>
  body(schema, { unwrap: requests.dropEmpty })

tokens.post('/oauth/token', shield, sentAs(requests.TokenBody), async (c) => {
  const { core } = c.var
  const sent = c.req.valid('json')
  const credentials = requests.toCredentials(c.req.header('Authorization'), sent)
  switch (sent.grant_type) {
    case 'authorization_code': {
      const redemption = requests.toRedemption(sent)
      if (redemption === null) break
      return c.json(renderTokenSet(await redeemCode(core, credentials, redemption)))
    }
    case 'refresh_token': {
      const refresh = requests.toRefresh(sent)
      if (refresh === null) break
      return c.json(renderTokenSet(await refreshGrant(core, credentials, refresh)))
    }
    case 'client_credentials': {
      const { client } = await authenticateClient(core, credentials)
      const { scope = null, resource = [] } = sent
      return c.json(renderToken(await issueClientToken(core, client, scope, resource)))
    }
  }
  await authenticateClient(core, credentials)
  return requests.refuseGrant(sent)
})

tokens.post('/oauth/par', shield, async (c) => {
  const { core } = c.var
  const given = requests.dropEmpty(await readBody(c))
  const sent = await check(requests.PushedBody, given, 'body')
  const credentials = requests.toCredentials(c.req.header('Authorization'), sent)
  const { client } = await authenticateClient(core, credentials)
  if (sent.request_uri !== undefined) failInput([{ field: 'request_uri', rule: 'format' }])
  // Refused here is refused before anybody was sent anywhere.
  toAuthorization(c, chooseDestination(client, sent.redirect_uri ?? null), sent)
  const { client_secret, ...asked } = Object(given)
  const parameters = requests.toParameters({ ...asked, client_id: client.clientId })
  const name = await keepRequest(core, client, parameters, clientOf(c, 'oauth'))
  return c.json(renderPushed(name, pushedTtlSeconds), 201)
})

tokens.post('/oauth/register', shield, async (c) => {
  const { core } = c.var
  // Nothing is there unless the setting says so.
  if (!core.settings.clientRegistrationOpen) fail({ code: 'registration_closed' })
  const sent = await check(requests.RegistrationBody, await readBody(c), 'body')
  const registered = await registerClient(core, requests.toNewClient(sent), clientOf(c, 'oauth'))
  return c.json(renderRegistration(sent, registered), 201)
})
