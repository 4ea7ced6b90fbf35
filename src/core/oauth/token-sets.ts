import type { Core } from '../context'
import type { Scope } from '../scopes'
import { type IssuedToken, issueAccessToken } from './access-tokens'
import { issueIdToken, type SignInStatement } from './id-tokens'

/** All that an application is handed when it is let in for a person. */

export interface TokenSet {
  readonly access: IssuedToken
  readonly refreshToken: string
  /** Only where the application asked who the person is. */
  readonly idToken: string | null
}

export async function issueTokens(
  core: Core,
  given: SignInStatement & {
    readonly scopes: readonly Scope[]
    readonly resources: readonly string[]
    readonly refreshToken: string
  },
): Promise<TokenSet> {
  const { accountId, scopes, refreshToken } = given
  // One after the other: both need the keys, which the first of them reads.
  const access = await issueAccessToken(core, { ...given, subject: accountId })
  const idToken = scopes.includes('openid') ? await issueIdToken(core, given) : null
  return { access, refreshToken, idToken }
}
