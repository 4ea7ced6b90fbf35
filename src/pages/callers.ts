import type { ErrorHandler } from 'hono'
import { failureOf } from '../core/errors'
import * as credentials from '../http/credentials'
import { readPageCredentials } from '../http/credentials'
import type { AppEnv } from '../http/dialect'
import { pageBoundary } from '../http/page-failures'
import { deepestPage } from './places'

/** Who is at the pages of an account: its owner, by the cookie of our own. */

/** Also with an address that is not confirmed yet: here is where it gets confirmed. */
const needs = { scope: 'delegated:all', needsConfirmedEmail: false } as const

/** For pages, which ask D1 about their visitor together with what they show. */
export const caller = credentials.caller(needs, readPageCredentials)
/** For forms, and for pages that show nothing but the account itself. */
export const session = credentials.session(needs, readPageCredentials)

/**
 * Whoever sent a form and has to sign in first comes back to its page: the form itself has no address
 * that could be gone back to.
 */
export const accountBoundary: ErrorHandler<AppEnv> = (error, c) => {
  const failure = failureOf(error)
  const isStale = failure?.code === 'reauthentication_required' && failure.reason === 'stale'
  if (c.req.method !== 'POST' || (!isStale && failure?.code !== 'not_authenticated')) {
    return pageBoundary(error, c)
  }
  const why = isStale ? 'again' : 'session-ended'
  const to = new URLSearchParams({ continue: deepestPage(c.req.path), [why]: '1' })
  return c.redirect(`/sign-in?${to}`, 303)
}
