import { html } from 'hono/html'
import { listAudit } from '../core/audit'
import { query } from '../http/body'
import { paged } from '../http/page-sections'
import { createRoutes } from '../http/routing'
import { caller } from './callers'
import { actsTable, answerAdministration } from './layout'
import { AuditQuery } from './requests'

/** What administrators did, a page at a time. */

const path = '/administration/audit'
const entriesPerPage = 50

export const auditPage = createRoutes()

auditPage.get(path, caller, query(AuditQuery), async (c) => {
  const { before } = c.req.valid('query')
  const page = { before, limit: entriesPerPage + 1 }
  const { entries } = await listAudit(c.var.core, c.var.caller, page)
  const { shown, links } = paged(
    entries,
    entriesPerPage,
    ({ id }) => `${path}?before=${id}`,
    before === undefined ? null : path,
  )
  const content = html`<section><p class="lead">Kept for 400 days. Times are in UTC.</p>
${actsTable(shown)}${links}</section>`
  const done = { deleted: 'The account is deleted.' }
  return answerAdministration(c, { section: path, title: 'Audit trail', content, done })
})
