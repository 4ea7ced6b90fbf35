import { html } from 'hono/html'
import type { Page } from '../http/page'
import { button, codeField, field, flash, hidden, newPassword, problem } from '../http/page-parts'
import { type Destination, onTheWay } from './destination'
import { forWhom } from './sign-in-forms'

/** What the pages of the registration show. */

export interface TypedAccount {
  readonly name: string
  readonly username: string
  readonly email: string
  readonly inviteCode: string
}

export function signUpPage(shown: {
  readonly to: Destination
  readonly typed: TypedAccount
  readonly needsInvitation: boolean
  readonly lengthMin: number
  readonly problem: string | null
}): Page {
  const { to, typed, needsInvitation, lengthMin } = shown
  const invitation = field({
    label: 'Invite code',
    name: 'inviteCode',
    value: typed.inviteCode,
    class: 'code',
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 64,
  })
  return {
    title: 'Make an account',
    formTargets: to.formTargets,
    content: html`<h1>Make an account</h1>
${forWhom(to)}
${problem(shown.problem)}
<form method="post" action="/sign-up">
${hidden('continue', to.path)}
${needsInvitation ? invitation : ''}
${field({ label: 'Your name', name: 'name', value: typed.name, autocomplete: 'name', maxlength: 200 })}
${field({
  label: 'Username',
  name: 'username',
  value: typed.username,
  autocomplete: 'username',
  autocapitalize: 'none',
  spellcheck: 'false',
  maxlength: 100,
  hint: 'Letters, digits, dots, dashes and underscores.',
})}
${field({
  label: 'E-mail address',
  name: 'email',
  type: 'email',
  value: typed.email,
  autocomplete: 'email',
  maxlength: 254,
})}
${newPassword('Password', lengthMin)}
${button('Make the account')}
</form>
<p class="hint">You have one? <a href="${onTheWay('/sign-in', to.path)}">Sign in</a></p>`,
  }
}

export function confirmPage(shown: {
  readonly to: Destination
  /** Where the code was mailed to, if the visitor may know. */
  readonly email: string | null
  readonly isSentAgain?: boolean
  readonly problem?: string | null
}): Page {
  const { to, email } = shown
  const resend = html`<form method="post" action="/confirm-email/resend">
${hidden('continue', to.path)}
<div class="actions">${button('Mail a new code', 'plain')}<a class="button link" href="${to.path}">Later</a></div>
</form>`
  return {
    title: 'Confirm your address',
    formTargets: to.formTargets,
    content: html`<h1>Confirm your address</h1>
${flash(shown.isSentAgain ? 'We have mailed you a new code. It takes the place of the old one.' : null)}
<p>${
      email === null
        ? 'Please enter the code from the mail.'
        : html`We have mailed a code to <strong>${email}</strong>. Please enter it here.`
    }</p>
${problem(shown.problem ?? null)}
<form method="post" action="/confirm-email">
${hidden('continue', to.path)}
${codeField({
  label: 'Code from the mail',
  autofocus: true,
})}
${button('Confirm')}
</form>
${email === null ? '' : resend}`,
  }
}
