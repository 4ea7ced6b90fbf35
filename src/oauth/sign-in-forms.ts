import { html } from 'hono/html'
import type { Page } from '../http/page'
import { button, codeField, field, flash, hidden, notice, problem } from '../http/page-parts'
import { type Destination, onTheWay } from './destination'

/** What the pages of the sign-in show. */

interface Shown {
  readonly to: Destination
  /** What was wrong with the form that was just sent. */
  readonly problem?: string | null
}

/** Under the heading: which application waits for it. */
export function forWhom({ appName }: Destination) {
  return appName === null
    ? ''
    : html`<p class="lead">to continue to <strong>${appName}</strong></p>`
}

export function signInPage(
  shown: Shown & {
    readonly name: string
    /** Whether somebody who is signed in has to prove it again. */
    readonly isAgain: boolean
    readonly flash?: string | null
    readonly canRegister: boolean
  },
): Page {
  const { to, name, isAgain, canRegister } = shown
  const signUp = html`<p class="hint">New here? <a href="${onTheWay('/sign-up', to.path)}">Make an account</a></p>`
  return {
    title: 'Sign in',
    formTargets: to.formTargets,
    content: html`<h1>Sign in</h1>
${forWhom(to)}
${flash(shown.flash ?? null)}
${notice(isAgain ? 'Please confirm that it is you.' : null)}
${problem(shown.problem ?? null)}
<form method="post" action="/sign-in">
${hidden('continue', to.path)}
${hidden('again', isAgain ? '1' : null)}
${field({
  label: 'Username or e-mail address',
  name: 'name',
  value: name,
  autocomplete: 'username',
  autocapitalize: 'none',
  spellcheck: 'false',
  maxlength: 254,
  autofocus: name === '',
})}
${field({
  label: 'Password',
  name: 'password',
  type: 'password',
  autocomplete: 'current-password',
  autofocus: name !== '',
})}
${button('Sign in')}
</form>
<p><a href="${onTheWay('/password/forgotten', to.path)}">Forgotten your password?</a></p>
${canRegister && !isAgain ? signUp : ''}`,
  }
}

export function codePage(
  shown: Shown & { readonly at: string; readonly method: 'email' | 'app' },
): Page {
  const { to, at, method } = shown
  const isMailed = method === 'email'
  return {
    title: 'One more step',
    formTargets: to.formTargets,
    content: html`<h1>One more step</h1>
${forWhom(to)}
<p>${
      isMailed
        ? 'We have mailed you a code of six digits. Please enter it here.'
        : 'Please enter the code that your authenticator app shows, or one of your backup codes.'
    }</p>
${problem(shown.problem ?? null)}
<form method="post" action="/sign-in/code">
${hidden('continue', to.path)}
${hidden('at', at)}
${codeField({
  label: 'Code',
  // Backup codes have letters, for which a keyboard of digits has no keys.
  inputmode: isMailed ? 'numeric' : null,
  maxlength: 64,
  autofocus: true,
})}
${button('Sign in')}
</form>
<p class="hint">${isMailed ? 'Nothing there? Look among unwanted mail, or ' : 'You can also '}<a href="${onTheWay('/sign-in', to.path)}">start again</a>${isMailed ? ' for a new code' : ''}.</p>`,
  }
}

export function signOutPage(appName: string): Page {
  return {
    title: 'Sign out',
    content: html`<h1>Sign out?</h1>
<p class="lead">You will be signed out of ${appName} in this browser.</p>
<form method="post" action="/sign-out">${button('Sign out')}</form>
<p><a href="/account">Stay signed in</a></p>`,
  }
}
