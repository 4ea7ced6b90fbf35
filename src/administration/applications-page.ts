import type { Context } from 'hono'
import { html } from 'hono/html'
import {
  addClient,
  type ClientEntry,
  type ListedClient,
  listClients,
  removeClient,
  renewSecret,
} from '../core/oauth/client-administration'
import { scopes } from '../core/scopes'
import { body, query } from '../http/body'
import type { AppEnv } from '../http/dialect'
import type { Html } from '../http/page'
import { explain, type Refused } from '../http/page-failures'
import { area } from '../http/page-fields'
import { attributes, button, field, hidden, problem } from '../http/page-parts'
import { buttonForm, goBack, table } from '../http/page-sections'
import { day } from '../http/page-times'
import { createRoutes } from '../http/routing'
import { caller, recent, session } from './callers'
import { answerAdministration } from './layout'
import { ChosenClient, ClientForm, ClientsQuery } from './requests'

/** The applications that may act for people, or for themselves. */

const path = '/administration/applications'
const clientsPerPage = 50

export const applicationsPage = createRoutes()

applicationsPage.get(path, caller, query(ClientsQuery), (c) =>
  answerApplications(c, c.req.valid('query')),
)

applicationsPage.post(`${path}/add`, session, recent, body(ClientForm), async (c) => {
  const sent = c.req.valid('json')
  const entry = { ...sent, name: sent.name || sent.clientId }
  try {
    const secret = await addClient(c.var.core, c.var.viewer, entry)
    return secret === null ? goBack(c, path, 'added') : answerSecret(c, entry.clientId, secret)
  } catch (error) {
    return answerApplications(c, { refused: explain(c, error), typed: entry })
  }
})

applicationsPage.post(`${path}/renew`, session, recent, body(ChosenClient), async (c) => {
  const { clientId } = c.req.valid('json')
  try {
    return answerSecret(c, clientId, await renewSecret(c.var.core, c.var.viewer, clientId))
  } catch (error) {
    return answerApplications(c, { refused: explain(c, error) })
  }
})

applicationsPage.post(`${path}/remove`, session, recent, body(ChosenClient), async (c) => {
  await removeClient(c.var.core, c.var.viewer, c.req.valid('json').clientId)
  return goBack(c, path, 'removed')
})

/** Told in the answer itself and never again: only its hash is kept. */
function answerSecret(c: Context<AppEnv>, clientId: string, secret: string) {
  const content = html`<section><p>This is the secret of ${clientId}. It is not shown again: keep it now. One before it is good for another day.</p>
<p><code>${secret}</code></p>
<p class="actions"><a class="button primary" href="${path}">I have kept it</a></p></section>`
  return answerAdministration(c, { section: path, title: 'The secret', content })
}

const nothingTyped: ClientEntry = {
  clientId: '',
  name: '',
  redirectUris: [],
  logoutUris: [],
  scopes: ['openid', 'profile', 'email'],
  isPublic: false,
  isFirstParty: false,
}

interface Shown {
  readonly after?: string | undefined
  readonly refused?: Refused
  readonly typed?: ClientEntry
}

async function answerApplications(
  c: Context<AppEnv>,
  { after = '', refused, typed = nothingTyped }: Shown,
) {
  const page = { after, limit: clientsPerPage + 1 }
  const { clients } = await listClients(c.var.core, c.var.caller, page)
  const shown = clients.slice(0, clientsPerPage)
  const next =
    clients.length > shown.length
      ? html`<p class="actions"><a class="button" rel="next" href="${path}?after=${shown.at(-1)?.clientId}">More</a></p>`
      : ''
  const content = html`<section>${clientsTable(shown)}${next}</section>
<section><h2>Add one</h2>${problem(refused?.text ?? null)}
<form method="post" action="${path}/add">
${field({ label: 'Id', name: 'clientId', value: typed.clientId, maxlength: 64, autocapitalize: 'none', spellcheck: 'false', hint: '3 or more letters, digits, "_" and "-".' })}
${field({ label: 'Name', name: 'name', value: typed.name, required: false, maxlength: 100, hint: 'What people see when it asks for access.' })}
${area({ label: 'Addresses it may send people back to', name: 'redirectUris', value: typed.redirectUris.join('\n'), maxlength: 8000, hint: 'One on each line.' })}
${area({ label: 'Addresses after signing out', name: 'logoutUris', value: typed.logoutUris.join('\n'), maxlength: 8000 })}
${field({ label: 'Scopes', name: 'scopes', value: typed.scopes.join(' '), maxlength: 2000, hint: `There are: ${Object.keys(scopes).join(', ')}` })}
${box('isPublic', typed.isPublic, 'It runs in a browser or on a device, and has no secret')}
${box('isFirstParty', typed.isFirstParty, 'It is one of ours: nobody is asked whether it may')}
<p class="actions">${button('Add')}</p></form></section>`
  return answerAdministration(c, {
    section: path,
    title: 'Applications',
    content,
    done: { added: 'It is added.', removed: 'It is gone, and its tokens count no more.' },
    refused,
  })
}

function box(name: string, checked: boolean, label: string): Html {
  return html`<label class="check"><input${attributes({ type: 'checkbox', name, checked })}> ${label}</label>`
}

function clientsTable(clients: readonly ListedClient[]): Html {
  return table<ListedClient>(
    [
      {
        head: 'Application',
        cell: ({ clientId, name }) => html`<bdi>${name}</bdi><br><code>${clientId}</code>`,
      },
      {
        head: 'Kind',
        cell: ({ isPublic, isFirstParty, isSelfRegistered }) =>
          `${isPublic ? 'public' : 'with a secret'}${isFirstParty ? ', ours' : ''}${isSelfRegistered ? ', introduced itself' : ''}`,
      },
      { head: 'May', cell: (one) => one.scopes.join(', ') },
      { head: 'Since', cell: ({ registeredAt }) => day(registeredAt) },
      {
        head: 'Change',
        cell: ({ clientId, isPublic, name }) => {
          const given = { fields: hidden('clientId', clientId), about: name }
          return html`<details><summary>Change</summary>${isPublic ? '' : buttonForm(`${path}/renew`, 'New secret', given)}
${buttonForm(`${path}/remove`, 'Remove', { ...given, kind: 'danger' })}</details>`
        },
      },
    ],
    clients,
  )
}
