import type { Account } from '../accounts'
import type { Core } from '../context'
import { failureOf } from '../errors'
import { type Scope, scopesOf } from '../scopes'
import { authenticate } from '../sessions'
import { readClientToken } from './client-tokens'

/** What a token is worth at this moment, for whoever is shown one (RFC 7662). */

export type TokenInfo =
  | {
      readonly kind: 'client'
      readonly clientId: string
      readonly scopes: readonly Scope[]
      readonly issuedAt: number
      readonly expiresAt: number
      readonly jti: string
    }
  | {
      readonly kind: 'session'
      readonly account: Account
      readonly scopes: readonly Scope[]
      readonly issuedAt: number
      readonly expiresAt: number
    }

/**
 * The token of a person's session or of a client, as it counts now; null for anything that does not.
 * Being shown is being used: a session slides by it. One round trip, but for the keys that an
 * isolate reads once.
 */
export async function introspect(core: Core, token: string): Promise<TokenInfo | null> {
  if (token.includes('.')) {
    const read = await readClientToken(core, token)
    return read ? { kind: 'client', ...read } : null
  }
  try {
    const caller = { token, scope: 'delegated:all', needsConfirmedEmail: true } as const
    const { viewer } = await authenticate(core, caller)
    const { account, session } = viewer
    const { openedAt: issuedAt, expiresAt } = session
    return { kind: 'session', account, scopes: scopesOf(account), issuedAt, expiresAt }
  } catch (error) {
    const code = failureOf(error)?.code
    if (code === 'not_authenticated' || code === 'email_not_confirmed') return null
    throw error
  }
}
