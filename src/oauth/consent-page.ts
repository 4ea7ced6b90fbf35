import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Standing } from '../core/oauth/authorization'
import { pictureUrl } from '../core/picture-links'
import { scopes as allScopes } from '../core/scopes'
import type { AppEnv } from '../http/dialect'
import { answerPage } from '../http/page'
import { hidden, notice } from '../http/page-parts'
import { type AskedRequest, formTarget, placeOf } from './authorize-request'

/** Who asks, for what, and as whom: the page on which a person says yes or no. */

const unknownToUs =
  'This application introduced itself, and nobody here has checked who is behind it.'

export async function answerConsent(
  c: Context<AppEnv>,
  given: {
    asked: AskedRequest
    standing: Exclude<Standing, { kind: 'sign_in_needed' }>
    search: string
  },
): Promise<Response> {
  const { asked, standing, search } = given
  const { client, redirectUri } = asked.destination
  const { account } = standing.viewer
  const { core } = c.var
  const name = `${account.firstName} ${account.lastName}`.trim() || account.username
  const another = new URLSearchParams({ continue: `/oauth/authorize?${search}`, other: '1' })
  const picture = await pictureUrl(core, account)
  const items = standing.scopes.map((scope) => html`<li>${allScopes[scope].description}</li>`)
  const content = html`<h1>${client.name} asks for access</h1>
<p class="lead">to your ${core.settings.appName} account</p>
<div class="person">${picture === null ? html`<span class="avatar" aria-hidden="true">${name.slice(0, 1)}</span>` : html`<img class="avatar" src="${picture}" alt="">`}
<div><strong>${name}</strong><br><span class="hint">${account.username}</span></div></div>
<p><a href="/sign-in?${another.toString()}">Use another account</a></p>
${notice(client.isSelfRegistered ? unknownToUs : null)}
<h2>It will be able to</h2>
<ul>${items}</ul>
<form method="post" action="/oauth/consent">
${hidden('request', search)}
${hidden('account', account.id)}
<div class="actions">
<button class="button primary" name="decision" value="allow">Allow</button>
<button class="button plain" name="decision" value="deny">Not now</button>
</div>
</form>
<p class="hint">You go on to ${placeOf(redirectUri)}. What you allow, you can take back in <a href="/account/applications">your account</a>.</p>`
  return answerPage(c, {
    title: `Allow ${client.name}`,
    content,
    formTargets: [formTarget(redirectUri)],
  })
}
