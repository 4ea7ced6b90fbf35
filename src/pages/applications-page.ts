import { html } from 'hono/html'
import { type Application, listApplications, revokeApplication } from '../core/oauth/applications'
import { scopes } from '../core/scopes'
import { body } from '../http/body'
import type { Html } from '../http/page'
import { hidden } from '../http/page-parts'
import { buttonForm, goBack } from '../http/page-sections'
import { ago, day } from '../http/page-times'
import { createRoutes } from '../http/routing'
import { caller, session } from './callers'
import { answerAccount } from './layout'
import { ApplicationForm } from './requests'

/** The applications that somebody has let in, and what each may do. */

const path = '/account/applications'

export const applicationsPage = createRoutes()

applicationsPage.get(path, caller, async (c) => {
  const { core } = c.var
  const { applications } = await listApplications(core, c.var.caller)
  const list =
    applications.length === 0
      ? html`<p>You have not let any application in.</p>`
      : html`<ul class="rows">${applications.map((one) => row(one, core.now))}</ul>`
  const content = html`<section><p class="lead">These may use your account. What you take back ends at once.</p>${list}</section>`
  const done = { revoked: 'That application cannot use your account any more.' }
  return answerAccount(c, { section: path, title: 'Applications', content, done })
})

function row({ clientId, name, scopes: given, since, seenAt }: Application, now: number): Html {
  return html`<li><div class="row-text"><strong><bdi>${name}</bdi></strong>
<small>Let in ${day(since)} · ${seenAt === null ? 'not used yet' : html`last used ${ago(seenAt, now)}`}</small>
<ul class="hint">${given.map((scope) => html`<li>${scopes[scope].description}</li>`)}</ul></div>
${buttonForm(`${path}/revoke`, 'Remove access', { fields: hidden('clientId', clientId), about: name })}</li>`
}

// One that was never let in has nothing to lose, so a second press changes nothing.
applicationsPage.post(`${path}/revoke`, session, body(ApplicationForm), async (c) => {
  await revokeApplication(c.var.core, c.var.viewer, c.req.valid('json').clientId)
  return goBack(c, path, 'revoked')
})
