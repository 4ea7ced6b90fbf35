import { createRoutes } from '../http/routing'
import { applicationsPage } from './applications-page'
import { auditPage } from './audit-page'
import { administrationBoundary } from './callers'
import { deletionPage } from './deletion-page'
import { figuresPage } from './figures-page'
import { peoplePage } from './people-page'
import { personPage } from './person-page'
import { webhooksPage } from './webhooks-page'

/** The pages of administrators. They work without a line of script. */

export const administrationPages = createRoutes()
administrationPages.onError(administrationBoundary)

for (const page of [
  figuresPage,
  peoplePage,
  personPage,
  deletionPage,
  applicationsPage,
  webhooksPage,
  auditPage,
]) {
  administrationPages.route('/', page)
}
