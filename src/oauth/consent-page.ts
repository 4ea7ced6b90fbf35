import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Standing } from '../core/oauth/authorization'
import { isExclusive } from '../core/oauth/redirect-uris'
import { scopes as allScopes } from '../core/scopes'
import type { AppEnv } from '../http/dialect'
import { answerPage } from '../http/page'
import { type AskedRequest, formTarget } from './authorize-request'

/** Who asks, for what, and as whom: the page on which a person says yes or no. */

/** Where the answer goes, in words by which a person can know a place. */
function placeOf(redirectUri: string): string {
  const { host, protocol } = new URL(redirectUri)
  return isExclusive(redirectUri) ? host : `an app on this device (${host || protocol})`
}

export function answerConsent(
  c: Context<AppEnv>,
  given: {
    asked: AskedRequest
    standing: Exclude<Standing, { kind: 'sign_in_needed' }>
    search: string
  },
): Response | Promise<Response> {
  const { asked, standing, search } = given
  const { client, redirectUri } = asked.destination
  const { account } = standing.viewer
  const { appName } = c.var.core.settings
  const name = `${account.firstName} ${account.lastName}`.trim() || account.username
  const another = new URLSearchParams({ continue: `/oauth/authorize?${search}`, again: '1' })
  const items = standing.scopes.map((scope) => html`<li>${allScopes[scope].description}</li>`)
  const content = html`<h1>${client.name} asks for access</h1>
<p>It wants to use your ${appName} account:</p>
<ul class="scopes">${items}</ul>
<div class="person"><div><strong>${name}</strong><br><span class="hint">${account.username}</span></div>
<a href="/sign-in?${another.toString()}">Use another account</a></div>
<form method="post" action="/oauth/consent">
<input type="hidden" name="request" value="${search}">
<input type="hidden" name="account" value="${account.id}">
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny" class="secondary">Not now</button>
</form>
<p class="hint">You will be sent to ${placeOf(redirectUri)}. You can take this back at any time under <a href="/account/applications">your applications</a>.</p>`
  return answerPage(c, {
    title: `Allow ${client.name}`,
    content,
    formTargets: [formTarget(redirectUri)],
  })
}
