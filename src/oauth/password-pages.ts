import { html } from 'hono/html'
import * as z from 'zod/mini'
import { failInput } from '../core/errors'
import { emailIssue } from '../core/identifiers'
import { requestReset, resetPassword } from '../core/recovery'
import { body } from '../http/body'
import { clientOf } from '../http/client'
import { clearOwnCookie, readOwnCookie, setOwnCookie } from '../http/cookies'
import { answerPage, type Page } from '../http/page'
import { answerRefusal, pageBoundary } from '../http/page-failures'
import { button, codeField, field, flash, hidden, newPassword, problem } from '../http/page-parts'
import { fromOwnForms } from '../http/page-visitor'
import { createRoutes } from '../http/routing'
import { shield } from '../http/shield'
import { onTheWay, safeContinue } from './destination'

/** A forgotten password: a code is mailed, and typed in together with a new one. */

export const passwordPages = createRoutes()
passwordPages.onError(pageBoundary)

/** Keeps the typed address for the next page, out of sight of whatever writes addresses of pages down. */
const addressName = 'atrium_reset_address'

const emailField = (value: string) =>
  field({
    label: 'E-mail address',
    name: 'email',
    type: 'email',
    value,
    autocomplete: 'username',
    maxlength: 254,
    autofocus: value === '',
  })

function forgottenPage(shown: { path: string; email: string; problem: string | null }): Page {
  const { path, email } = shown
  return {
    title: 'Forgotten password',
    content: html`<h1>Forgotten your password?</h1>
<p class="lead">Enter your e-mail address, and we mail you a code for a new one.</p>
${problem(shown.problem)}
<form method="post" action="/password/forgotten">
${hidden('continue', path)}
${emailField(email)}
${button('Mail me a code')}
</form>
<p><a href="${onTheWay('/sign-in', path)}">Back to the sign-in</a></p>`,
  }
}

passwordPages.get('/password/forgotten', (c) => {
  const path = safeContinue(c.req.query('continue'))
  return answerPage(c, forgottenPage({ path, email: '', problem: null }))
})

const ForgottenBody = z.object({ email: z.string(), continue: z.optional(z.string()) })

passwordPages.post('/password/forgotten', fromOwnForms, shield, body(ForgottenBody), async (c) => {
  const { core } = c.var
  const sent = c.req.valid('json')
  const path = safeContinue(sent.continue)
  const email = sent.email.trim()
  try {
    const issue = emailIssue(email)
    if (issue) failInput([issue])
    await requestReset(core, { email }, clientOf(c, 'web'))
  } catch (error) {
    return answerRefusal(c, error, (problem) => forgottenPage({ path, email, problem }))
  }
  setOwnCookie(c, addressName, email, core.settings.resetTtlSeconds)
  return c.redirect(onTheWay('/password/new', path, { sent: '1' }), 303)
})

function newPage(shown: {
  readonly path: string
  readonly email: string
  readonly lengthMin: number
  readonly isSent?: boolean
  readonly problem?: string | null
}): Page {
  const { path, email, lengthMin, isSent } = shown
  const sent =
    'If there is an account with this address, we have mailed a code to it. It may take a minute.'
  return {
    title: 'New password',
    content: html`<h1>Choose a new password</h1>
${flash(isSent ? sent : null)}
${problem(shown.problem ?? null)}
<form method="post" action="/password/new">
${hidden('continue', path)}
${emailField(email)}
${codeField({
  label: 'Code from the mail',
  autofocus: email !== '',
})}
${newPassword('New password', lengthMin)}
${button('Set the new password')}
</form>
<p class="hint">This signs you out everywhere. No code? <a href="${onTheWay('/password/forgotten', path)}">Ask for another one</a>.</p>`,
  }
}

passwordPages.get('/password/new', (c) => {
  const { sent, continue: wanted } = c.req.query()
  return answerPage(
    c,
    newPage({
      path: safeContinue(wanted),
      email: readOwnCookie(c, addressName) ?? '',
      lengthMin: c.var.core.settings.passwordLengthMin,
      isSent: sent === '1',
    }),
  )
})

const NewBody = z.object({
  email: z.string(),
  code: z.string(),
  password: z.string(),
  continue: z.optional(z.string()),
})

passwordPages.post('/password/new', fromOwnForms, shield, body(NewBody), async (c) => {
  const { core } = c.var
  const { code, password, continue: wanted, ...sent } = c.req.valid('json')
  const path = safeContinue(wanted)
  const email = sent.email.trim()
  try {
    await resetPassword(core, { code, password, email }, clientOf(c, 'web'))
  } catch (error) {
    const lengthMin = core.settings.passwordLengthMin
    return answerRefusal(c, error, (problem) => newPage({ path, email, lengthMin, problem }))
  }
  clearOwnCookie(c, addressName)
  return c.redirect(onTheWay('/sign-in', path, { 'password-changed': '1' }), 303)
})
