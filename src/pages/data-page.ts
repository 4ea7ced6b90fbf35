import type { Context } from 'hono'
import { html } from 'hono/html'
import { exportAccount } from '../core/account-export'
import { deleteAccount } from '../core/deletion'
import { usernameKey } from '../core/identifiers'
import { requireRecentAuthentication } from '../core/reauthentication'
import { body } from '../http/body'
import { clearSessionCookie } from '../http/cookies'
import type { AppEnv } from '../http/dialect'
import type { Html } from '../http/page'
import { explain, type Refused } from '../http/page-failures'
import { button, field, problem } from '../http/page-parts'
import { buttonForm } from '../http/page-sections'
import { createRoutes } from '../http/routing'
import { shield } from '../http/shield'
import { session } from './callers'
import { streamExport } from './export-file'
import { answerAccount } from './layout'
import { DeletionForm } from './requests'

/** Taking everything away: as a file, or for good. */

const path = '/account/data'
const deletionPath = '/account/data/delete'

export const dataPage = createRoutes()

dataPage.get(path, session, (c) => {
  const content = html`<section><h2>Download everything</h2>
<p>One file (JSON) with all that is kept about you: your profile, whom you follow and who follows you, your devices, applications and sign-ins, and where your pictures are. Passwords and keys are not in it.</p>
${buttonForm(`${path}/export`, 'Download', { kind: 'primary' })}</section>
<section class="danger-zone"><h2>Delete your account</h2>
<p>Everything in it goes at once and for good.</p>
<p class="actions"><a class="button danger" href="${deletionPath}">Delete account</a></p></section>`
  return answerAccount(c, { section: path, title: 'Your data', content })
})

// By a form, so that no link elsewhere makes somebody download themselves.
dataPage.post(`${path}/export`, shield, session, async (c) => {
  const { core, viewer } = c.var
  const stream = await streamExport(exportAccount(core, viewer), core)
  const day = new Date(core.now).toISOString().slice(0, 10)
  return c.body(stream, 200, {
    'Content-Type': 'application/json',
    // A username has no character that a header would read otherwise.
    'Content-Disposition': `attachment; filename="${viewer.account.username}-${day}.json"`,
  })
})

dataPage.get(deletionPath, session, (c) => answerDeletion(c))

dataPage.post(deletionPath, shield, session, body(DeletionForm), async (c) => {
  const { core, viewer } = c.var
  const { username, currentPassword } = c.req.valid('json')
  if (usernameKey(username) !== usernameKey(viewer.account.username)) {
    const text = 'That is not your username. Nothing was deleted.'
    return answerDeletion(c, { status: 400, text }, username)
  }
  try {
    await requireRecentAuthentication(core, viewer, currentPassword)
  } catch (error) {
    return answerDeletion(c, explain(c, error), username)
  }
  await deleteAccount(core, viewer.account, viewer)
  clearSessionCookie(c)
  return c.redirect('/sign-in?deleted=1', 303)
})

function answerDeletion(c: Context<AppEnv>, refused?: Refused, typed = '') {
  const { username } = c.var.viewer.account
  const content: Html = html`<section class="danger-zone">${problem(refused?.text ?? null)}
<p>Your profile, your pictures and files, whom you follow and who follows you, and every sign-in go at once. There is no way back. You may want to <a href="${path}">download your data</a> first.</p>
<form method="post" action="${deletionPath}">
${field({ label: `Type your username (${username})`, name: 'username', value: typed, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', maxlength: 100 })}
${field({ label: 'Your password', name: 'currentPassword', type: 'password', autocomplete: 'current-password', maxlength: 1024 })}
<p class="actions">${button('Delete my account', 'danger')}<a href="${path}">Keep it</a></p></form></section>`
  return answerAccount(c, { section: path, title: 'Delete account', content, refused })
}
