import type { Account } from '../accounts'
import type { Core } from '../context'
import { failureOf } from '../errors'
import type { Scope } from '../scopes'
import { grantToken } from '../session-opening'
import { authenticate, type Credentials, type Viewer } from '../sessions'
import { type AccessToken, readAccessToken } from './access-tokens'
import { confirmClientToken } from './client-tokens'

/** What a token is worth at this moment, for whoever is shown one (RFC 7662). */

export type TokenInfo =
  | (Omit<AccessToken, 'grantId'> & { readonly kind: 'client' })
  | (Omit<AccessToken, 'grantId'> & { readonly kind: 'grant'; readonly account: Account })
  | {
      readonly kind: 'session'
      readonly account: Account
      readonly scopes: readonly Scope[]
      readonly issuedAt: number
      readonly expiresAt: number
    }

/** Who is behind a token; null for nobody, and for somebody who may not act yet. */
async function findViewer(core: Core, credentials: Credentials): Promise<Viewer | null> {
  try {
    const caller = { ...credentials, scope: null, needsConfirmedEmail: true }
    return (await authenticate(core, caller)).viewer
  } catch (error) {
    const code = failureOf(error)?.code
    if (code === 'not_authenticated' || code === 'email_not_confirmed') return null
    throw error
  }
}

/**
 * The token of a person's session, of a client, or of a client that acts for a person, as it counts
 * now; null for anything that does not. Being shown is being used: a session slides by it. One round
 * trip, but for the keys that an isolate reads once.
 */
export async function introspect(core: Core, token: string): Promise<TokenInfo | null> {
  if (!token.includes('.')) {
    const viewer = await findViewer(core, { token, scopes: null })
    if (viewer === null) return null
    const { account, session, scopes } = viewer
    const { openedAt: issuedAt, expiresAt } = session
    return { kind: 'session', account, scopes, issuedAt, expiresAt }
  }
  const read = await readAccessToken(core, token, null)
  if (read === null) return null
  const { grantId, ...info } = read
  if (grantId === null) {
    const confirmed = await confirmClientToken(core, read)
    return confirmed && { kind: 'client', ...info, scopes: confirmed.scopes }
  }
  const viewer = await findViewer(core, { token: grantToken(grantId), scopes: read.scopes })
  return viewer && { kind: 'grant', ...info, account: viewer.account, scopes: viewer.scopes }
}
