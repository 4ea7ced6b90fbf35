import type { Context } from 'hono'
import { html } from 'hono/html'
import { changeAccount } from '../core/account-changes'
import { fail } from '../core/errors'
import { body } from '../http/body'
import { clientOf } from '../http/client'
import type { AppEnv } from '../http/dialect'
import type { Html } from '../http/page'
import { explain, type Refused } from '../http/page-failures'
import { button, field, notice, problem } from '../http/page-parts'
import { goBack } from '../http/page-sections'
import { createRoutes } from '../http/routing'
import { shield } from '../http/shield'
import { session } from './callers'
import { answerAccount } from './layout'
import { PasswordForm } from './requests'

/** A new password for the old one. */

const path = '/account/security/password'

export const passwordPage = createRoutes()

passwordPage.get(path, session, (c) => answerPassword(c))

passwordPage.post(path, shield, session, body(PasswordForm), async (c) => {
  const { core, viewer } = c.var
  const { currentPassword, password } = c.req.valid('json')
  try {
    if (!isEditable(c)) fail({ code: 'forbidden' })
    const options = { targetId: null, currentPassword }
    await changeAccount(core, viewer, { password }, options, clientOf(c, 'web'))
  } catch (error) {
    return answerPassword(c, explain(c, error))
  }
  return goBack(c, '/account/security', 'password')
})

function isEditable(c: Context<AppEnv>): boolean {
  const { core, viewer } = c.var
  return viewer.account.role === 'admin' || core.settings.editableFields.includes('password')
}

function answerPassword(c: Context<AppEnv>, refused?: Refused) {
  const content = isEditable(c)
    ? passwordForm(c, refused)
    : html`<section>${notice('Your password cannot be changed here.')}</section>`
  return answerAccount(c, {
    section: '/account/security',
    title: 'Change password',
    content,
    refused,
  })
}

function passwordForm(c: Context<AppEnv>, refused: Refused | undefined): Html {
  const { core, viewer } = c.var
  const least = core.settings.passwordLengthMin
  // Password managers keep the new one under the name that stands beside it.
  return html`<section>${problem(refused?.text ?? null)}
<form method="post" action="${path}">
<input type="text" name="username" value="${viewer.account.username}" autocomplete="username" hidden>
${field({ label: 'Current password', name: 'currentPassword', type: 'password', autocomplete: 'current-password', maxlength: 1024 })}
${field({ label: 'New password', name: 'password', type: 'password', autocomplete: 'new-password', minlength: least, maxlength: 200, hint: `${least} characters or more. Everybody else who is signed in to your account is signed out.` })}
<p class="actions">${button('Change password')}<a href="/password/forgotten">Forgotten it?</a></p></form></section>`
}
