import type { Context } from 'hono'
import type { AppEnv } from '../http/dialect'
import { whoAsks } from './authorize-request'

/** Where a person goes on to after the pages of the sign-in: it travels with them, in addresses and forms. */

const usual = '/account'
/** Only to be told from: the sources of a URL's path cannot name it. */
const here = 'https://here.invalid'

/**
 * The path to go on to: of the pages of an account or of administrators, or of an application's request,
 * on our own origin. For anything else, and whatever a browser could read as another place, the account page.
 */
export function safeContinue(text: string | undefined): string {
  if (text === undefined || !/^\/[^\\\p{Cc}]*$/u.test(text) || !URL.canParse(text, here))
    return usual
  // As a browser would resolve it: dots are gone, and two slashes are another host.
  const { origin, pathname, search } = new URL(text, here)
  const isOurs = /^\/(account|administration)(\/|$)/.test(pathname)
  const isRequest = pathname === '/oauth/authorize' && search !== ''
  return origin === here && (isOurs || isRequest) ? pathname + search : usual
}

export interface Destination {
  readonly path: string
  /** The application that waits there, and where the forms on the way lead because of it. */
  readonly appName: string | null
  readonly formTargets: readonly string[]
}

export async function findDestination(c: Context<AppEnv>, path: string): Promise<Destination> {
  const asking = await whoAsks(c, path)
  return {
    path,
    appName: asking?.name ?? null,
    formTargets: asking === null ? [] : [asking.formTarget],
  }
}

/** The address of a page on the way; the usual destination is left out of it. */
export function onTheWay(
  page: string,
  path: string,
  parameters: { readonly [name: string]: string } = {},
): string {
  const search = new URLSearchParams(parameters)
  if (path !== usual) search.set('continue', path)
  return search.size === 0 ? page : `${page}?${search}`
}
