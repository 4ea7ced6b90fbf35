import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { eachAccount, getAccountRecord, listAccounts } from '../../core/account-records'
import { setDisabled } from '../../core/administration'
import { requireAdministrator } from '../../core/administrators'
import { deleteAccount } from '../../core/deletion'
import { fail } from '../../core/errors'
import { login } from '../../core/login'
import { requireRecentAuthentication } from '../../core/reauthentication'
import { registerAccount, registerAndSignIn } from '../../core/registration'
import { endSession, endSessionsOf } from '../../core/session-endings'
import { authenticate } from '../../core/sessions'
import { body, check, readBody, readQuery } from '../../http/body'
import { clientOf } from '../../http/client'
import * as credentials from '../../http/credentials'
import { readBearer } from '../../http/credentials'
import type { AppEnv } from '../../http/dialect'
import { createRoutes } from '../../http/routing'
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

/** This API hands out no cookies, so a sign-in here ends no browser's session and names no device. */
const client = (c: Context<AppEnv>) => {
  return { ...clientOf(c, 'directory'), formerToken: null, isNameless: true }
}

/** The header alone counts: no page can make a browser send it. */
const needs = { scope: 'delegated:all', needsConfirmedEmail: false } as const
const bearer = credentials.session(needs, readBearer)
/** The same for reads, where the core asks D1 about the caller and for the rows at once. */
const caller = credentials.caller(needs, readBearer)

/** Says no before the body or the query is looked at. */
const administrator = createMiddleware<AppEnv>(async function administrator(c, next) {
  requireAdministrator(c.var.viewer)
  await next()
})

export const routes = createRoutes()

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
  if (c.req.valid('json').all === true) {
    await endSessionsOf(c.var.core, c.var.viewer)
    return c.json({ message: 'All login tokens have been invalidated.' })
  }
  await endSession(c.var.core, c.var.caller)
  return c.json({ message: "You've been logged out!" })
})

routes.get('/api/user', bearer, (c) => c.json(renderSelf(c.var.viewer.account)))

routes.post('/api/users', shield, bearer, administrator, body(requests.RegisterBody), async (c) => {
  const account = await requests.registerNamed(c.req.valid('json'), (registration) =>
    registerAccount(c.var.core, { ...registration, administrator: c.var.viewer }, client(c)),
  )
  return c.json(renderCreated(account))
})

/** The same list from the last row on, under the address that the client used. */
function nextLink(c: Context<AppEnv>, limit: number, after: string): string {
  const { origin, pathname } = new URL(c.req.url)
  return `<${origin}${pathname}?limit=${limit}&after=${after}>; rel="next"`
}

/** Who may not ask at all learns that before what was wrong with the question. */
async function requirePage(c: Context<AppEnv>) {
  try {
    return requests.toPage(await check(requests.ListQuery, readQuery(c), 'query'))
  } catch (error) {
    requireAdministrator((await authenticate(c.var.core, c.var.caller)).viewer)
    throw error
  }
}

routes.get('/api/users', caller, async (c) => {
  const { core } = c.var
  const page = await requirePage(c)
  if (page === null) {
    const { viewer } = await authenticate(core, c.var.caller)
    requireAdministrator(viewer)
    const stream = await streamListed(eachAccount(core, viewer))
    return c.body(stream, 200, { 'Content-Type': 'application/json' })
  }
  // One row more than is shown tells whether there is a next page.
  const rows = await listAccounts(core, c.var.caller, { ...page, limit: page.limit + 1 })
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  if (last && rows.length > page.limit) c.header('Link', nextLink(c, page.limit, last.id))
  return c.json(shown.map(renderListed))
})

routes.get('/api/users/:id', caller, async (c) =>
  c.json(renderRecord(await getAccountRecord(c.var.core, c.var.caller, c.req.param('id')))),
)

routes.put('/api/users/:id', caller, async (c) => {
  const { core } = c.var
  const id = c.req.param('id')
  const { viewer, account, sessionsOpenedAt } = await getAccountRecord(core, c.var.caller, id)
  requests.requireId(id)
  const { action } = await check(requests.ActionBody, await readBody(c), 'body')
  const isDisabled = action === 'disableLogin'
  await setDisabled(core, viewer, { accountId: account.id, isDisabled })
  const changed = { ...account, disabledAt: isDisabled ? (account.disabledAt ?? core.now) : null }
  const opened = isDisabled ? [] : sessionsOpenedAt
  return c.json(renderRecord({ account: changed, sessionsOpenedAt: opened }))
})

routes.delete('/api/users/:id', caller, async (c) => {
  const id = c.req.param('id')
  const { account, viewer } = await getAccountRecord(c.var.core, c.var.caller, id)
  requests.requireId(id)
  // One's own account takes a recent sign-in here as everywhere.
  const isOwn = account.id === viewer.account.id
  if (isOwn) await requireRecentAuthentication(c.var.core, viewer, null)
  await deleteAccount(c.var.core, account, viewer)
  return c.json({ _id: account.id })
})
