import { html } from 'hono/html'
import { listLoginHistory } from '../core/login-history'
import { query } from '../http/body'
import { historyTable } from '../http/page-history'
import { paged } from '../http/page-sections'
import { createRoutes } from '../http/routing'
import { caller } from './callers'
import { answerAccount } from './layout'
import { HistoryQuery } from './requests'

/** Who has signed in and who has tried, a page at a time. */

const path = '/account/history'
const entriesPerPage = 20

export const historyPage = createRoutes()

historyPage.get(path, caller, query(HistoryQuery), async (c) => {
  const { before } = c.req.valid('query')
  // One more than is shown tells whether there are older ones.
  const { entries } = await listLoginHistory(c.var.core, c.var.caller, {
    limit: entriesPerPage + 1,
    before: before === undefined ? null : { id: before },
  })
  const { shown, links } = paged(
    entries,
    entriesPerPage,
    ({ id }) => `${path}?before=${id}`,
    before === undefined ? null : path,
  )
  const content = html`<section><p class="lead">Sign-ins to your account, and attempts that failed. Times are in UTC. If one that worked was not you, <a href="/account/security/password">change your password</a>.</p>
${historyTable(shown)}${links}</section>`
  return answerAccount(c, { section: path, title: 'History', content })
})
