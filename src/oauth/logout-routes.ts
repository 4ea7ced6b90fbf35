import type { Context } from 'hono'
import { html } from 'hono/html'
import { failInput } from '../core/errors'
import { findClient } from '../core/oauth/clients'
import { readIdToken } from '../core/oauth/id-tokens'
import { endSession } from '../core/session-endings'
import { body, check, parseForm, readBody, readQuery } from '../http/body'
import { clearSessionCookie } from '../http/cookies'
import { readPageCredentials } from '../http/credentials'
import type { AppEnv } from '../http/dialect'
import { answerPage } from '../http/page'
import { pageBoundary } from '../http/page-failures'
import { button, hidden } from '../http/page-parts'
import { createRoutes } from '../http/routing'
import { formTarget, placeOf } from './authorize-request'
import { dropEmpty, LogoutBody, LogoutQuery, toParameters } from './requests'

/** Signing out at the wish of an application (OpenID Connect RP-Initiated Logout). The person is asked. */

export const logout = createRoutes()
logout.onError(pageBoundary)

/**
 * Where the person goes afterwards: a place that the application has registered, or null for none. An
 * application is known by its own name or by the statement that it was given.
 */
async function nextPlace(c: Context<AppEnv>, sent: unknown): Promise<string | null> {
  const asked = await check(LogoutQuery, dropEmpty(sent), 'query')
  const { core } = c.var
  const hint = asked.id_token_hint ? await readIdToken(core, asked.id_token_hint) : null
  const clientId = hint?.clientId ?? asked.client_id
  if (hint && asked.client_id !== undefined && asked.client_id !== hint.clientId) {
    failInput([{ field: 'client_id', rule: 'format' }])
  }
  const uri = asked.post_logout_redirect_uri
  if (uri === undefined) return null
  const client = clientId === undefined ? null : await findClient(core, clientId)
  if (!client?.logoutUris.includes(uri)) {
    failInput([{ field: 'post_logout_redirect_uri', rule: 'format' }])
  }
  if (asked.state === undefined) return uri
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams({ state: asked.state })}`
}

async function ask(c: Context<AppEnv>, sent: unknown): Promise<Response> {
  const next = await nextPlace(c, sent)
  const { appName } = c.var.core.settings
  const further = next === null ? null : `Then you go on to ${placeOf(next)}.`
  return answerPage(c, {
    title: 'Sign out',
    content: html`<h1>Sign out?</h1>
<p>You will be signed out of ${appName} in this browser.</p>
<form method="post" action="/oauth/logout/confirm">
${hidden('request', toParameters({ ...Object(sent) }))}
<div class="actions">${button('Sign out')}<a class="button" href="/account">Stay signed in</a></div>
</form>
${further === null ? '' : html`<p class="hint">${further}</p>`}`,
    formTargets: next === null ? [] : [formTarget(next)],
  })
}

logout.get('/oauth/logout', (c) => ask(c, readQuery(c)))
logout.post('/oauth/logout', async (c) => ask(c, await readBody(c)))

logout.post('/oauth/logout/confirm', body(LogoutBody), async (c) => {
  const credentials = readPageCredentials(c)
  const next = await nextPlace(c, parseForm(c.req.valid('json').request))
  await endSession(c.var.core, credentials)
  clearSessionCookie(c)
  return c.redirect(next ?? '/sign-in?signed-out=1', 303)
})
