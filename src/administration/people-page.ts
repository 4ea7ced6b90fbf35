import type { Context } from 'hono'
import { html } from 'hono/html'
import { findAccounts } from '../core/account-records'
import type { Account } from '../core/accounts'
import { authenticate } from '../core/sessions'
import { query } from '../http/body'
import type { AppEnv } from '../http/dialect'
import type { Html } from '../http/page'
import { explain, type Refused } from '../http/page-failures'
import { button, field, problem } from '../http/page-parts'
import { paged, table } from '../http/page-sections'
import { day } from '../http/page-times'
import { createRoutes } from '../http/routing'
import { caller } from './callers'
import { answerAdministration } from './layout'
import { PeopleQuery } from './requests'

/** Finding somebody among everybody. */

const path = '/administration/people'
const peoplePerPage = 25

export const peoplePage = createRoutes()

peoplePage.get(path, caller, query(PeopleQuery), async (c) => {
  const { q, before } = c.req.valid('query')
  const asked = { text: q, before, limit: peoplePerPage + 1 }
  try {
    const { found } = await findAccounts(c.var.core, c.var.caller, asked)
    // What was looked for has one page: whoever is not on it is found by more of their name.
    const older = ({ id }: Account) =>
      q === '' ? `${path}?before=${id}` : `${path}?q=${encodeURIComponent(q)}`
    const { shown, links } = paged(found, peoplePerPage, older, before === undefined ? null : path)
    const hint =
      q === ''
        ? links
        : found.length > peoplePerPage
          ? html`<p class="hint">There are more. Please say more of the name.</p>`
          : ''
    return answerPeople(c, q, html`${peopleTable(shown)}${hint}`)
  } catch (error) {
    // What was looked for is found wanting before it is asked who looks.
    await authenticate(c.var.core, c.var.caller)
    return answerPeople(c, q, '', explain(c, error))
  }
})

function answerPeople(c: Context<AppEnv>, q: string, list: Html | '', refused?: Refused) {
  const content = html`<section>${problem(refused?.text ?? null)}
<form action="${path}">
${field({ label: 'Username, e-mail address, name or id', name: 'q', type: 'search', value: q, required: false, maxlength: 100 })}
<p class="actions">${button('Find')}</p></form></section>
<section><h2>${q === '' ? 'The newest' : 'Found'}</h2>${list}</section>`
  return answerAdministration(c, { section: path, title: 'People', content, refused })
}

function peopleTable(people: readonly Account[]): Html {
  return table<Account>(
    [
      {
        head: 'Username',
        cell: ({ id, username, role, disabledAt }) =>
          html`<a href="${path}/${id}">${username}</a> ${role === 'admin' ? html`<span class="badge">Administrator</span>` : ''} ${disabledAt === null ? '' : html`<span class="badge">Closed</span>`}`,
      },
      {
        head: 'Name',
        cell: ({ firstName, lastName }) => html`<bdi>${firstName} ${lastName}</bdi>`,
      },
      { head: 'E-mail', cell: ({ email }) => email ?? 'None' },
      { head: 'Since', cell: ({ createdAt }) => day(createdAt) },
    ],
    people,
  )
}
