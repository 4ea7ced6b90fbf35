import type { ErrorHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { failureOf } from '../core/errors'
import { requireRecentAuthentication } from '../core/reauthentication'
import * as credentials from '../http/credentials'
import { readPageCredentials } from '../http/credentials'
import type { AppEnv } from '../http/dialect'
import { formBoundary } from '../http/page-failures'

/** Who is at the pages of administrators: one of them, by the cookie of our own. */

const needs = { scope: 'admin:profile:write', needsConfirmedEmail: false } as const

/** For pages, which ask D1 about their visitor together with what they show. */
export const caller = credentials.caller(needs, readPageCredentials)
/** For forms. */
export const session = credentials.session(needs, readPageCredentials)

/** After `session`: whoever signed in too long ago does so again before anything is changed. */
export const recent = createMiddleware<AppEnv>(async function recent(c, next) {
  await requireRecentAuthentication(c.var.core, c.var.viewer, null)
  await next()
})

/** A form is sent to the address of its page and one word more. */
const formsBoundary = formBoundary((path) => path.slice(0, path.lastIndexOf('/')))

/** For everybody else there is nothing here. */
export const administrationBoundary: ErrorHandler<AppEnv> = (error, c) => {
  const code = failureOf(error)?.code
  return code === 'missing_scope' || code === 'forbidden' ? c.notFound() : formsBoundary(error, c)
}
