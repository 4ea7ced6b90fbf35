import type { Context } from 'hono'
import {
  type AccountChanges,
  changeAccount,
  oneself,
  updateAccount,
} from '../../core/account-changes'
import { activateSecondFactor, initiateSecondFactor } from '../../core/authenticator'
import { addBookmark, listBookmarks, removeBookmark } from '../../core/bookmarks'
import { deleteAccount } from '../../core/deletion'
import { findPortfolios } from '../../core/portfolio-search'
import { getOwnPortfolio, getPortfolio } from '../../core/portfolios'
import { asSelf } from '../../core/profiles'
import { requireRecentAuthentication } from '../../core/reauthentication'
import { mailSecondFactorCode } from '../../core/second-factor-codes'
import { deactivateSecondFactor } from '../../core/second-factor-removal'
import { endSession } from '../../core/session-endings'
import { authenticate } from '../../core/sessions'
import { body, query } from '../../http/body'
import type { AppEnv } from '../../http/dialect'
import { qrCodeDataUrl } from '../../http/qr-code'
import { createRoutes } from '../../http/routing'
import { shield } from '../../http/shield'
import { renderActivated, renderInitiated } from './auth-responses'
import { auth } from './auth-routes'
import { caller, client, session } from './callers'
import * as requests from './requests'
import { plainOptions } from './requests'
import {
  passwordChanged,
  renderAccount,
  renderBookmark,
  renderBookmarks,
  renderFound,
  renderPerson,
  success,
} from './responses'

/** The document, in its order; where its tokens come from is in auth-routes.ts. */

export const routes = createRoutes()

routes.route('/', auth)

const originOf = (c: Context<AppEnv>) => c.var.core.settings.origin

routes.get('/v1/account', caller, async (c) =>
  c.json(success(renderAccount(await getOwnPortfolio(c.var.core, c.var.caller), originOf(c)))),
)

/** Changes the caller's own account, and gives it as it is then. */
async function change(c: Context<AppEnv>, changes: AccountChanges) {
  const { core, caller } = c.var
  const { account, portfolio } = await updateAccount(core, caller, changes, oneself, client(c))
  return renderAccount({ person: await asSelf(core, account), portfolio }, originOf(c))
}

routes.patch(
  '/v1/account/update',
  caller,
  body(requests.UpdateBody, requests.updateOptions),
  async (c) => {
    const account = await change(c, requests.toChanges(c.req.valid('json')))
    return c.json(success(account, 'Profile updated successfully'), 202)
  },
)

routes.post(
  '/v1/account/onboard',
  caller,
  body(requests.OnboardBody, requests.onboardOptions),
  async (c) => c.json(success(await change(c, requests.toOnboarding(c.req.valid('json'))))),
)

routes.put(
  '/v1/account/password/change',
  shield,
  caller,
  body(requests.ChangePasswordBody, plainOptions),
  async (c) => {
    const { oldPassword, newPassword } = c.req.valid('json')
    const options = { targetId: null, currentPassword: oldPassword }
    const changes = { password: newPassword }
    await changeAccount(c.var.core, c.var.caller, changes, options, client(c))
    return c.json(success({}, passwordChanged), 202)
  },
)

routes.get('/v1/account/user', shield, caller, query(requests.SearchQuery), async (c) => {
  const { core } = c.var
  const asked = c.req.valid('query')
  const filters = requests.toFilters(asked)
  if (filters === null) {
    await authenticate(core, c.var.caller)
    return c.json(success(renderFound({ found: [], total: 0, isCapped: false }, asked, '')))
  }
  const page = await findPortfolios(core, c.var.caller, filters, asked)
  return c.json(success(renderFound(page, asked, originOf(c))))
})

routes.get('/v1/account/user/:id', caller, async (c) => {
  const shown = await getPortfolio(c.var.core, c.var.caller, c.req.param('id'))
  return c.json(success(renderPerson(shown, originOf(c))))
})

// A widely used client begins to set a second factor up where passwords are changed.
routes.on(
  'POST',
  ['/v1/account/initiate/2fa', '/v1/account/password/change'],
  shield,
  session,
  body(requests.InitiateBody, plainOptions),
  async (c) => {
    const method = c.req.valid('json').type === 'email' ? 'email' : 'app'
    const initiated = await initiateSecondFactor(c.var.core, c.var.viewer, method)
    const data = renderInitiated(initiated, qrCodeDataUrl)
    return c.json(success(data, 'TwoFA security is initiated'), 202)
  },
)

routes.post(
  '/v1/account/activate/2fa',
  shield,
  session,
  body(requests.CodeBody, plainOptions),
  async (c) => {
    const { code } = c.req.valid('json')
    const { backupCodes } = await activateSecondFactor(c.var.core, c.var.viewer, code)
    return c.json(success(renderActivated(backupCodes)))
  },
)

routes.post(
  '/v1/account/deactivate/2fa',
  shield,
  session,
  body(requests.CodeBody, plainOptions),
  async (c) => {
    await deactivateSecondFactor(c.var.core, c.var.viewer, c.req.valid('json').code)
    return c.json(success())
  },
)

routes.post(
  '/v1/account/2fa/email',
  shield,
  session,
  body(requests.EmailCodeBody, plainOptions),
  async (c) => {
    const { password = null } = c.req.valid('json')
    await mailSecondFactorCode(c.var.core, c.var.viewer, password)
    return c.json(success({}, 'Success'))
  },
)

routes.post('/v1/account/logout', session, async (c) => {
  await endSession(c.var.core, c.var.caller)
  return c.json(success())
})

routes.post(
  '/v1/account/delete-account',
  shield,
  session,
  body(requests.DeleteBody, plainOptions),
  async (c) => {
    const { core, viewer } = c.var
    await requireRecentAuthentication(core, viewer, c.req.valid('json').password)
    await deleteAccount(core, viewer.account, viewer)
    return c.json(success({}, 'success'))
  },
)

routes.post('/v1/bookmark', session, body(requests.BookmarkBody, plainOptions), async (c) => {
  const { reference } = c.req.valid('json')
  const bookmarkId = await addBookmark(c.var.core, c.var.viewer, reference)
  return c.json(success(renderBookmark(bookmarkId, reference)))
})

routes.get('/v1/bookmark', caller, query(requests.PageQuery), async (c) => {
  const asked = c.req.valid('query')
  const { found, total } = await listBookmarks(c.var.core, c.var.caller, asked)
  return c.json(success(renderBookmarks(found, total, asked)))
})

routes.delete('/v1/bookmark/:id', session, async (c) => {
  await removeBookmark(c.var.core, c.var.viewer, c.req.param('id'))
  return c.json(success())
})
