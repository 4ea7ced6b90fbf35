import type { Context } from 'hono'
import { html } from 'hono/html'
import { getAccountRecord } from '../core/account-records'
import { deleteAccountOf } from '../core/administration'
import { usernameKey } from '../core/identifiers'
import { body } from '../http/body'
import type { AppEnv } from '../http/dialect'
import { explain, type Refused } from '../http/page-failures'
import { button, field, problem } from '../http/page-parts'
import { goBack } from '../http/page-sections'
import { createRoutes } from '../http/routing'
import { caller } from './callers'
import { answerAdministration } from './layout'
import { DeletionForm } from './requests'

/** Deleting somebody's account, which takes its username to be typed. */

const section = '/administration/people'
const path = `${section}/:id/delete` as const

export const deletionPage = createRoutes()

deletionPage.get(path, caller, async (c) => {
  const { account } = await getAccountRecord(c.var.core, c.var.caller, c.req.param('id'))
  return answerDeletion(c, account)
})

deletionPage.post(`${path}/confirm`, caller, body(DeletionForm), async (c) => {
  const { core } = c.var
  const { viewer, account } = await getAccountRecord(core, c.var.caller, c.req.param('id'))
  if (usernameKey(c.req.valid('json').username) !== usernameKey(account.username)) {
    const text = 'That is not the username. Nothing was deleted.'
    return answerDeletion(c, account, { status: 400, text })
  }
  try {
    await deleteAccountOf(core, viewer, account)
  } catch (error) {
    return answerDeletion(c, account, explain(c, error))
  }
  return goBack(c, '/administration/audit', 'deleted')
})

function answerDeletion(
  c: Context<AppEnv>,
  { id, username }: { id: string; username: string },
  refused?: Refused,
) {
  const content = html`<section class="danger-zone">${problem(refused?.text ?? null)}
<p>The profile, pictures and files, follows and every sign-in go at once. There is no way back.</p>
<form method="post" action="${section}/${id}/delete/confirm">
${field({ label: `Type the username (${username})`, name: 'username', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', maxlength: 100 })}
<p class="actions">${button('Delete this account', 'danger')}<a href="${section}/${id}">Keep it</a></p></form></section>`
  return answerAdministration(c, { section, title: `Delete ${username}`, content, refused })
}
