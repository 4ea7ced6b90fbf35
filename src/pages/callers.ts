import * as credentials from '../http/credentials'
import { readPageCredentials } from '../http/credentials'
import { formBoundary } from '../http/page-failures'
import { deepestPage } from './places'

/** Who is at the pages of an account: its owner, by the cookie of our own. */

/** Also with an address that is not confirmed yet: here is where it gets confirmed. */
const needs = { scope: 'delegated:all', needsConfirmedEmail: false } as const

/** For pages, which ask D1 about their visitor together with what they show. */
export const caller = credentials.caller(needs, readPageCredentials)
/** For forms, and for pages that show nothing but the account itself. */
export const session = credentials.session(needs, readPageCredentials)

export const accountBoundary = formBoundary(deepestPage)
