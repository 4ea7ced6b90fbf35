import type { Context } from 'hono'
import { html } from 'hono/html'
import { requireRecentAuthentication } from '../core/reauthentication'
import { mailSecondFactorCode } from '../core/second-factor-codes'
import { deactivateSecondFactor } from '../core/second-factor-removal'
import { body } from '../http/body'
import type { AppEnv } from '../http/dialect'
import type { Html } from '../http/page'
import { explain, type Refused } from '../http/page-failures'
import { button, codeField, problem } from '../http/page-parts'
import { buttonForm, goBack } from '../http/page-sections'
import { createRoutes } from '../http/routing'
import { shield } from '../http/shield'
import { session } from './callers'
import { answerAccount } from './layout'
import { CodeForm } from './requests'

/** Switching the second factor off, which takes a code of it. */

const section = '/account/security'
const path = '/account/security/off'

export const factorRemovalPage = createRoutes()

factorRemovalPage.get(path, session, (c) => answerRemoval(c))

factorRemovalPage.post(path, shield, session, body(CodeForm), async (c) => {
  try {
    await deactivateSecondFactor(c.var.core, c.var.viewer, c.req.valid('json').code)
  } catch (error) {
    return answerRemoval(c, explain(c, error))
  }
  return goBack(c, section, 'factor-off')
})

factorRemovalPage.post(`${path}/code`, shield, session, async (c) => {
  try {
    await mailSecondFactorCode(c.var.core, c.var.viewer, null)
  } catch (error) {
    return answerRemoval(c, explain(c, error))
  }
  return goBack(c, path, 'mailed')
})

async function answerRemoval(c: Context<AppEnv>, refused?: Refused): Promise<Response> {
  const { core, viewer } = c.var
  await requireRecentAuthentication(core, viewer, null)
  const content = html`<section>${problem(refused?.text ?? null)}${removalForm(viewer.account.secondFactor)}</section>`
  const done = { mailed: 'We mailed you a code. Type it in here.' }
  return answerAccount(c, {
    section,
    title: 'Switch the second factor off',
    content,
    done,
    refused,
  })
}

function removalForm(factor: 'email' | 'app' | null): Html {
  if (factor === null) {
    return html`<p>Your second factor is off.</p>
<p class="actions"><a class="button" href="${section}">Back</a></p>`
  }
  const isApp = factor === 'app'
  const mailing = isApp ? '' : buttonForm(`${path}/code`, 'Mail me a code')
  return html`<p>Your password alone will open this account.</p>
${mailing}
<form method="post" action="${path}">
${codeField({ label: isApp ? 'Code of your app, or a backup code' : 'Code from the mail', maxlength: 64 })}
<p class="actions">${button('Switch off', 'danger')}<a href="${section}">Keep it on</a></p></form>`
}
