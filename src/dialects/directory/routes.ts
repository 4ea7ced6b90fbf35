import { type Context, Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import {
  deleteAccountById,
  eachAccount,
  getAccountRecord,
  listAccounts,
  requireAdministrator,
  setDisabled,
} from '../../core/administration'
import { fail } from '../../core/errors'
import { login } from '../../core/login'
import { registerAccount, registerAndSignIn } from '../../core/registration'
import { authenticate, endAllSessions, endSession } from '../../core/sessions'
import { body, query } from '../../http/body'
import { clientOf } from '../../http/client'
import { readBearer } from '../../http/credentials'
import type { AppEnv } from '../../http/dialect'
import { shield } from '../../http/shield'
import * as requests from './requests'
import {
  codeMissing,
  renderCreated,
  renderListed,
  renderRecord,
  renderSelf,
  renderSignedIn,
  streamListed,
} from './responses'

/** The document's routes: those of everybody, then those of administrators. */

/** This API hands out no cookies, so a sign-in here takes the place of no browser's session. */
const client = (c: Context<AppEnv>) => ({ ...clientOf(c, 'directory'), formerToken: null })

/** The header alone counts: no page can make a browser send it. */
const bearer = createMiddleware<AppEnv>(async function bearer(c, next) {
  const caller = { token: readBearer(c), scope: 'delegated:all', needsConfirmedEmail: false }
  const { viewer } = await authenticate(c.var.core, caller)
  c.set('caller', caller)
  c.set('viewer', viewer)
  await next()
})

/** Says no before the body or the query is looked at. */
const administrator = createMiddleware<AppEnv>(async function administrator(c, next) {
  requireAdministrator(c.var.viewer)
  await next()
})

export const routes = new Hono<AppEnv>()

routes.post('/users/register', shield, body(requests.RegisterBody), async (c) => {
  const { account, session } = await requests.registerNamed(c.req.valid('json'), (registration) =>
    registerAndSignIn(c.var.core, registration, client(c)),
  )
  return c.json(renderSignedIn(account, session))
})

routes.post('/users/login', shield, body(requests.LoginBody), async (c) => {
  const input = requests.toLogin(c.req.valid('json'))
  const outcome = await login(c.var.core, input, client(c))
  if (outcome.kind === 'signed_in') return c.json(renderSignedIn(outcome.account, outcome.session))
  // A code that came before it could have been mailed is no code.
  return input.code === undefined
    ? c.json(codeMissing, 401)
    : fail({ code: 'invalid_second_factor' })
})

routes.post('/users/logout', bearer, body(requests.LogoutBody), async (c) => {
  const token = c.var.caller.token ?? ''
  if (c.req.valid('json').all === true) {
    await endAllSessions(c.var.core, token)
    return c.json({ message: 'All login tokens have been invalidated.' })
  }
  await endSession(c.var.core, token)
  return c.json({ message: "You've been logged out!" })
})

routes.get('/api/user', bearer, (c) => c.json(renderSelf(c.var.viewer.account)))

routes.post('/api/users', shield, bearer, administrator, body(requests.RegisterBody), async (c) => {
  const account = await requests.registerNamed(c.req.valid('json'), (registration) =>
    registerAccount(c.var.core, { ...registration, isByAdministrator: true }, client(c)),
  )
  return c.json(renderCreated(account))
})

/** The same list from the last row on, under the address that the client used. */
function nextLink(c: Context<AppEnv>, limit: number, after: string): string {
  const { origin, pathname } = new URL(c.req.url)
  return `<${origin}${pathname}?limit=${limit}&after=${after}>; rel="next"`
}

routes.get('/api/users', bearer, administrator, query(requests.ListQuery), async (c) => {
  const { core, viewer } = c.var
  const page = requests.toPage(c.req.valid('query'))
  if (page === null) {
    const stream = await streamListed(eachAccount(core, viewer))
    return c.body(stream, 200, { 'Content-Type': 'application/json' })
  }
  // One row more than is shown tells whether there is a next page.
  const rows = await listAccounts(core, viewer, { ...page, limit: page.limit + 1 })
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  if (last && rows.length > page.limit) c.header('Link', nextLink(c, page.limit, last.id))
  return c.json(shown.map(renderListed))
})

routes.get('/api/users/:id', bearer, administrator, async (c) => {
  const { core, viewer } = c.var
  return c.json(renderRecord(await getAccountRecord(core, viewer, c.req.param('id'))))
})

routes.put('/api/users/:id', bearer, administrator, body(requests.ActionBody), async (c) => {
  const { core, viewer } = c.var
  const accountId = requests.requireId(c.req.param('id'))
  const isDisabled = c.req.valid('json').action === 'disableLogin'
  await setDisabled(core, viewer, { accountId, isDisabled })
  return c.json(renderRecord(await getAccountRecord(core, viewer, accountId)))
})

routes.delete('/api/users/:id', bearer, administrator, async (c) => {
  const id = requests.requireId(c.req.param('id'))
  await deleteAccountById(c.var.core, c.var.viewer, id)
  return c.json({ _id: id })
})
