import { createRoutes } from '../http/routing'
import { applicationsPage } from './applications-page'
import { accountBoundary } from './callers'
import { dataPage } from './data-page'
import { emailPage } from './email-page'
import { factorRemovalPage } from './factor-removal-page'
import { historyPage } from './history-page'
import { overviewPage } from './overview-page'
import { passwordPage } from './password-page'
import { profilePage } from './profile-page'
import { secondFactorPages } from './second-factor-pages'
import { securityPage } from './security-page'
import { sessionsPage } from './sessions-page'

/** The pages on which people manage their accounts. They work without a line of script. */

export const accountPages = createRoutes()
accountPages.onError(accountBoundary)

for (const page of [
  overviewPage,
  profilePage,
  securityPage,
  emailPage,
  passwordPage,
  secondFactorPages,
  factorRemovalPage,
  sessionsPage,
  applicationsPage,
  historyPage,
  dataPage,
]) {
  accountPages.route('/', page)
}
