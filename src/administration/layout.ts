import type { Context } from 'hono'
import { html } from 'hono/html'
import type { AuditEntry } from '../core/audit'
import type { AppEnv } from '../http/dialect'
import type { Html } from '../http/page'
import { answerSection, type SectionPage, table } from '../http/page-sections'
import { moment } from '../http/page-times'

/** What the pages of administrators share. */

const frame = {
  label: 'Administration',
  sections: [
    { path: '/administration', label: 'Figures' },
    { path: '/administration/people', label: 'People' },
    { path: '/administration/applications', label: 'Applications' },
    { path: '/administration/webhooks', label: 'Webhooks' },
    { path: '/administration/audit', label: 'Audit trail' },
    { path: '/account', label: 'Your account' },
  ],
}

export function answerAdministration(
  c: Context<AppEnv>,
  page: SectionPage,
): Response | Promise<Response> {
  return answerSection(c, frame, page)
}

/** Accounts are those whose id says so; the others have no page of their own. */
function nameOf(id: string | null, name: string | null): Html {
  return /^[0-9a-f]{24}$/.test(id ?? '')
    ? html`<a href="/administration/people/${id}"><bdi>${name}</bdi></a>`
    : html`<bdi>${name}</bdi>`
}

export function actsTable(acts: readonly AuditEntry[]): Html {
  return table(
    [
      { head: 'When', cell: ({ at }) => moment(at) },
      {
        head: 'Who',
        cell: ({ actorId, actorName }) => nameOf(actorId, actorName ?? 'from the shell'),
      },
      {
        head: 'What',
        cell: ({ act, detail }) =>
          html`${act.replaceAll('_', ' ')}${detail === null ? '' : html`: ${detail}`}`,
      },
      { head: 'Whom', cell: ({ subjectId, subjectName }) => nameOf(subjectId, subjectName) },
    ],
    acts,
  )
}
