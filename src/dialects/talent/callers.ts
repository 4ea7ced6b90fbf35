import type { Context } from 'hono'
import type { Client } from '../../core/context'
import { cookielessClientOf } from '../../http/client'
import * as credentials from '../../http/credentials'
import { readBearer } from '../../http/credentials'
import type { AppEnv } from '../../http/dialect'

/** Who calls this API: whoever has a bearer token. Cookies count for nothing here. */

export const needs = { scope: 'delegated:all', needsConfirmedEmail: false } as const

/** For reads, where the core asks D1 about the caller and for the rows at once. */
export const caller = credentials.caller(needs, readBearer)
export const session = credentials.session(needs, readBearer)

export function client(c: Context<AppEnv>): Client {
  return cookielessClientOf(c, 'talent')
}
