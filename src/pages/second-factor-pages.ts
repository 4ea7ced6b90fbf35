import type { Context } from 'hono'
import { html } from 'hono/html'
import { hasConfirmedEmail } from '../core/accounts'
import {
  activateSecondFactor,
  findInitiatedFactor,
  type InitiatedFactor,
  initiateSecondFactor,
} from '../core/authenticator'
import { requireRecentAuthentication } from '../core/reauthentication'
import { body } from '../http/body'
import type { AppEnv } from '../http/dialect'
import type { Html } from '../http/page'
import { explain, type Refused } from '../http/page-failures'
import { button, codeField, problem } from '../http/page-parts'
import { buttonForm, goBack } from '../http/page-sections'
import { qrCodeDataUrl } from '../http/qr-code'
import { createRoutes } from '../http/routing'
import { shield } from '../http/shield'
import { caller, session } from './callers'
import { answerAccount } from './layout'
import { CodeForm } from './requests'

/** Switching a second factor on: an authenticator app, or codes that are mailed. */

const section = '/account/security'
const appPath = '/account/security/app'
const mailPath = '/account/security/mail'

export const secondFactorPages = createRoutes()

/** What is set up here; whoever signed in too long ago signs in again first. */
async function requireInitiated(c: Context<AppEnv>): Promise<InitiatedFactor | null> {
  const { core } = c.var
  const { viewer, initiated } = await findInitiatedFactor(core, c.var.caller)
  c.set('viewer', viewer)
  await requireRecentAuthentication(core, viewer, null)
  return initiated
}

secondFactorPages.get(appPath, caller, (c) => answerApp(c))

secondFactorPages.post(appPath, shield, session, async (c) => {
  try {
    await initiateSecondFactor(c.var.core, c.var.viewer, 'app')
  } catch (error) {
    return answerApp(c, explain(c, error))
  }
  return c.redirect(appPath, 303)
})

secondFactorPages.post(`${appPath}/activate`, shield, session, body(CodeForm), async (c) => {
  try {
    const { code } = c.req.valid('json')
    const { backupCodes } = await activateSecondFactor(c.var.core, c.var.viewer, code)
    return answerBackupCodes(c, backupCodes)
  } catch (error) {
    return answerApp(c, explain(c, error))
  }
})

async function answerApp(c: Context<AppEnv>, refused?: Refused): Promise<Response> {
  const initiated = await requireInitiated(c)
  const { account } = c.var.viewer
  const isOn = account.secondFactor === 'app'
  const said = problem(refused?.text ?? null)
  const content = isOn
    ? html`<section>${said}<p>Your authenticator app is on.</p>
<p class="actions"><a class="button" href="${section}">Back</a></p></section>`
    : initiated?.method === 'app'
      ? html`<section>${said}${appSteps(initiated)}</section>`
      : html`<section>${said}
<p>An authenticator app on your phone shows a new code every 30 seconds. You type one in when you sign in.</p>
<p class="hint">When it is on, everybody else who is signed in to your account is signed out.</p>
${buttonForm(appPath, 'Start', { kind: 'primary' })}</section>`
  return answerAccount(c, { section, title: 'Authenticator app', content, refused })
}

/** The secret in groups of four, as people copy it. */
const inGroups = (secret: string) => secret.match(/.{1,4}/g)?.join(' ') ?? secret

function appSteps({ secret, otpauthUrl }: InitiatedFactor & { method: 'app' }): Html {
  return html`<h2>1. Add it to your app</h2>
<p>Scan this picture with your authenticator app.</p>
<img class="qr" src="${qrCodeDataUrl(otpauthUrl)}" alt="QR code of the key below" width="208" height="208">
<p>On this device? <a href="${otpauthUrl}">Open your app</a>, or type in this key:</p>
<p><code>${inGroups(secret)}</code></p>
<h2>2. Type the code that it shows</h2>
<form method="post" action="${appPath}/activate">${codeField({ label: 'Code', maxlength: 64 })}
<p class="actions">${button('Switch on')}</p></form>
${buttonForm(appPath, 'Begin again with another key', { kind: 'link' })}`
}

/** Told in the answer itself and never again: only their hashes are kept. */
function answerBackupCodes(c: Context<AppEnv>, codes: readonly string[]) {
  const content = html`<div class="flash" role="status"><p>Your authenticator app is on.</p></div>
<section><h2>Keep these codes</h2>
<p>Each opens your account once when you do not have your app. Print them, or keep them in your password manager: they are not shown again.</p>
<ul class="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
<p class="actions"><a class="button primary" href="${section}?done=factor-on">I have kept them</a></p></section>`
  return answerAccount(c, { section, title: 'Your backup codes', content })
}

secondFactorPages.get(mailPath, caller, (c) => answerMail(c))

secondFactorPages.post(mailPath, shield, session, async (c) => {
  try {
    await initiateSecondFactor(c.var.core, c.var.viewer, 'email')
  } catch (error) {
    return answerMail(c, explain(c, error))
  }
  return goBack(c, mailPath, 'mailed')
})

secondFactorPages.post(`${mailPath}/activate`, shield, session, body(CodeForm), async (c) => {
  try {
    await activateSecondFactor(c.var.core, c.var.viewer, c.req.valid('json').code)
  } catch (error) {
    return answerMail(c, explain(c, error))
  }
  return goBack(c, section, 'factor-on')
})

async function answerMail(c: Context<AppEnv>, refused?: Refused): Promise<Response> {
  const initiated = await requireInitiated(c)
  const content = html`<section>${problem(refused?.text ?? null)}${mailSteps(c, initiated)}</section>`
  const done = { mailed: 'We mailed you a code. Type it in here.' }
  return answerAccount(c, { section, title: 'Mailed codes', content, done, refused })
}

function mailSteps(c: Context<AppEnv>, initiated: InitiatedFactor | null): Html {
  const { account } = c.var.viewer
  if (account.secondFactor !== null) {
    return html`<p>Your second factor is on already.</p>
<p class="actions"><a class="button" href="${section}">Back</a></p>`
  }
  if (!hasConfirmedEmail(account)) {
    return html`<p>This needs a confirmed e-mail address.</p>
<p class="actions"><a class="button" href="${section}/email">Confirm your address</a></p>`
  }
  if (initiated?.method === 'email') {
    return html`<form method="post" action="${mailPath}/activate">${codeField({ label: 'Code from the mail', maxlength: 64 })}
<p class="actions">${button('Switch on')}</p></form>
${buttonForm(mailPath, 'Mail another code', { kind: 'link' })}`
  }
  return html`<p>At each sign-in we mail a code to <bdi>${account.email}</bdi>, which you type in after your password. An authenticator app is safer, and works without mail.</p>
<p class="hint">When it is on, everybody else who is signed in to your account is signed out.</p>
${buttonForm(mailPath, 'Mail me the first code', { kind: 'primary' })}`
}
