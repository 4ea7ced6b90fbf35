import { html } from 'hono/html'
import { getSecurity, type Security } from '../core/account-security'
import type { Html } from '../http/page'
import { createRoutes } from '../http/routing'
import { caller } from './callers'
import { answerAccount } from './layout'

/** How the account is secured; each part has a page of its own to change it. */

export const securityPage = createRoutes()

securityPage.get('/account/security', caller, async (c) => {
  const security = await getSecurity(c.var.core, c.var.caller)
  const content = html`${emailSection(security)}
<section><h2>Password</h2>
<p>${security.hasPassword ? 'You sign in with a password.' : 'This account has no password yet.'}</p>
<p class="actions"><a class="button" href="/account/security/password">Change password</a></p></section>
${factorSection(security)}`
  return answerAccount(c, {
    section: '/account/security',
    title: 'Sign-in & security',
    content,
    done: {
      email: 'Your e-mail address is confirmed.',
      password: 'Your password is changed, and everybody else who was signed in is signed out.',
      'factor-on': 'Your second factor is on. Everybody else who was signed in is signed out.',
      'factor-off': 'Your second factor is off.',
    },
  })
})

function emailSection({ viewer, pendingEmail }: Security): Html {
  const { email, emailVerifiedAt } = viewer.account
  const state = emailVerifiedAt === null ? 'Not confirmed' : 'Confirmed'
  const waits = pendingEmail !== null && pendingEmail !== email
  return html`<section><h2>E-mail</h2>
<p>${email === null ? 'None' : html`<bdi>${email}</bdi> <span class="badge">${state}</span>`}</p>
${waits ? html`<p class="hint">A code was mailed to <bdi>${pendingEmail}</bdi>. That is your address once you type it in.</p>` : ''}
<p class="actions"><a class="button" href="/account/security/email">${waits || emailVerifiedAt === null ? 'Confirm or change' : 'Change e-mail'}</a></p></section>`
}

/** An app may take the place of mailed codes; nothing takes the place of an app. */
function factorSection({ viewer, backupCodesLeft }: Security): Html {
  const factor = viewer.account.secondFactor
  const link = (name: string, label: string, kind = '') =>
    html`<a class="button ${kind}" href="/account/security/${name}">${label}</a>`
  const [text, ...links] =
    factor === 'app'
      ? [
          html`On: an authenticator app. You have ${backupCodesLeft} unused backup ${backupCodesLeft === 1 ? 'code' : 'codes'}.`,
          link('off', 'Switch off', 'danger'),
        ]
      : factor === 'email'
        ? [
            html`On: a code that is mailed to you at each sign-in.`,
            link('app', 'Use an authenticator app instead'),
            link('off', 'Switch off', 'danger'),
          ]
        : [
            html`Off. With a second factor, whoever learns your password still cannot sign in.`,
            link('app', 'Use an authenticator app', 'primary'),
            link('mail', 'Have codes mailed'),
          ]
  return html`<section><h2>Second factor</h2><p>${text}</p><p class="actions">${links}</p></section>`
}
