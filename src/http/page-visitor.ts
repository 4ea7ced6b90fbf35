import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { failureOf } from '../core/errors'
import { authenticate, type Viewer } from '../core/sessions'
import { readPageCredentials } from './credentials'
import type { AppEnv } from './dialect'

/** Who is at a page, where nobody has to be. */

/** Whoever is signed in, or null. One round trip where a browser shows a session, none otherwise. */
export async function findViewer(c: Context<AppEnv>): Promise<Viewer | null> {
  const credentials = readPageCredentials(c)
  if (credentials.token === null) return null
  try {
    const caller = { ...credentials, scope: null, needsConfirmedEmail: false }
    return (await authenticate(c.var.core, caller)).viewer
  } catch (error) {
    if (failureOf(error)?.code === 'not_authenticated') return null
    throw error
  }
}

/** Takes a form from our own pages alone: a browser that says nothing about where it comes from is refused. */
export const fromOwnForms = createMiddleware<AppEnv>(async function fromOwnForms(c, next) {
  readPageCredentials(c)
  await next()
})
