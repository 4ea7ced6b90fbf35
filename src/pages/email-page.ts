import type { Context } from 'hono'
import { html } from 'hono/html'
import { changeAccount } from '../core/account-changes'
import { getSecurity, type Security } from '../core/account-security'
import { confirmEmail, resendConfirmation } from '../core/email-confirmation'
import { fail } from '../core/errors'
import { isRecentlyAuthenticated } from '../core/sessions'
import { body } from '../http/body'
import { clientOf } from '../http/client'
import type { AppEnv } from '../http/dialect'
import type { Html } from '../http/page'
import { explain, type Refused } from '../http/page-failures'
import { button, codeField, field, notice, problem } from '../http/page-parts'
import { buttonForm, goBack } from '../http/page-sections'
import { createRoutes } from '../http/routing'
import { shield } from '../http/shield'
import { caller, session } from './callers'
import { answerAccount } from './layout'
import { CodeForm, EmailForm } from './requests'

/** The address: it is changed by a code that is mailed to the new one. */

const path = '/account/security/email'

export const emailPage = createRoutes()

emailPage.get(path, caller, (c) => answerEmail(c))

emailPage.post(path, shield, session, body(EmailForm), async (c) => {
  const { email, currentPassword } = c.req.valid('json')
  try {
    await changeEmail(c, email, currentPassword ?? null)
  } catch (error) {
    return answerEmail(c, { change: explain(c, error), typed: email })
  }
  return goBack(c, path, 'mailed')
})

emailPage.post(`${path}/confirm`, shield, session, body(CodeForm), async (c) => {
  const { core, viewer } = c.var
  const { code } = c.req.valid('json')
  const given = { code, accountId: viewer.account.id, token: c.var.caller.token }
  try {
    await confirmEmail(core, given, clientOf(c, 'web'))
  } catch (error) {
    return answerEmail(c, { confirmation: explain(c, error) })
  }
  return goBack(c, '/account/security', 'email')
})

emailPage.post(`${path}/resend`, shield, caller, async (c) => {
  const { core } = c.var
  const { viewer, pendingEmail } = await getSecurity(core, c.var.caller)
  c.set('viewer', viewer)
  const { email, id } = viewer.account
  try {
    if (pendingEmail === null || pendingEmail === email) await resendConfirmation(core, { id })
    else await changeEmail(c, pendingEmail, null)
  } catch (error) {
    return answerEmail(c, { confirmation: explain(c, error) })
  }
  return goBack(c, path, 'mailed')
})

async function changeEmail(c: Context<AppEnv>, email: string, currentPassword: string | null) {
  const { core, viewer } = c.var
  if (!isEditable(c)) fail({ code: 'forbidden' })
  const options = { targetId: null, currentPassword }
  await changeAccount(core, viewer, { email }, options, clientOf(c, 'web'))
}

function isEditable(c: Context<AppEnv>): boolean {
  const { core, viewer } = c.var
  return viewer.account.role === 'admin' || core.settings.editableFields.includes('email')
}

interface Shown {
  readonly change?: Refused
  readonly confirmation?: Refused
  readonly typed?: string
}

async function answerEmail(c: Context<AppEnv>, shown: Shown = {}) {
  const security = await getSecurity(c.var.core, c.var.caller)
  c.set('viewer', security.viewer)
  const content = html`${confirmationSection(security, shown)}${changeSection(c, security, shown)}`
  return answerAccount(c, {
    section: '/account/security',
    title: 'E-mail address',
    content,
    done: { mailed: 'We mailed a code. Type it in here; look among unwanted mail too.' },
    refused: shown.change ?? shown.confirmation,
  })
}

/** Where a code was mailed, or could be. */
function confirmationSection({ viewer, pendingEmail }: Security, shown: Shown): Html | '' {
  const { email, emailVerifiedAt } = viewer.account
  const address = pendingEmail ?? (emailVerifiedAt === null ? email : null)
  // A code that was used a moment ago, in another tab or by a second press.
  if (address === null) return problem(shown.confirmation?.text ?? null)
  return html`<section><h2>Confirm <bdi>${address}</bdi></h2>
${problem(shown.confirmation?.text ?? null)}
<form method="post" action="${path}/confirm">
${codeField({ label: 'Code from the mail' })}
<p class="actions">${button('Confirm')}</p></form>
${buttonForm(`${path}/resend`, 'Mail another code', { kind: 'link' })}</section>`
}

function changeSection(c: Context<AppEnv>, { viewer }: Security, shown: Shown): Html {
  const { email } = viewer.account
  const now = email === null ? '' : html`<p>It is <bdi>${email}</bdi> now.</p>`
  if (!isEditable(c)) {
    return html`<section><h2>Change</h2>${now}${notice('Your address cannot be changed here.')}</section>`
  }
  const password = isRecentlyAuthenticated(c.var.core, viewer)
    ? ''
    : field({
        label: 'Your password',
        name: 'currentPassword',
        type: 'password',
        autocomplete: 'current-password',
        maxlength: 1024,
      })
  return html`<section><h2>${email === null ? 'Add an address' : 'Change'}</h2>${now}
${problem(shown.change?.text ?? null)}
<form method="post" action="${path}">
${field({ label: 'New e-mail address', name: 'email', type: 'email', autocomplete: 'email', maxlength: 254, value: shown.typed ?? '', hint: 'We mail a code to it. It is yours once you type that in.' })}
${password}<p class="actions">${button('Mail the code')}</p></form></section>`
}
