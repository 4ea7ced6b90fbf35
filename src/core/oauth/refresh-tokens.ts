import { eq } from 'drizzle-orm'
import { newToken } from '../../crypto/random'
import { hashToken } from '../../crypto/token'
import { commit, type Query } from '../../storage/database'
import { refreshTokens } from '../../storage/oauth-schema'
import { accounts, sessions } from '../../storage/schema'
import { sql } from '../../storage/sql'
import type { Core } from '../context'
import { fail } from '../errors'
import { holds, type Scope, toScopes } from '../scopes'
import type { OpenedGrant } from '../session-opening'
import { isHashAlive } from '../sessions'
import { chooseAudience } from './authorization'
import { authenticateClient, type ClientCredentials } from './clients'
import { issueTokens, type TokenSet } from './token-sets'

/**
 * Refresh tokens (RFC 9700 section 4.14): each is used once, and gives the next. An answer may get lost,
 * so for some seconds the same token gives the same next one again, as long as nobody has used that.
 * Any other second use means that two have the token, and ends the grant.
 */

const repeatableMs = 10 * 1000

function refreshEnd(core: Core, grantExpiresAt: number): number {
  return Math.min(core.now + core.settings.sessionIdleSeconds * 1000, grantExpiresAt)
}

/** The first of a grant; its statement comes after the one that opens the grant. */
export async function firstRefreshToken(
  core: Core,
  grant: OpenedGrant,
): Promise<{ readonly token: string; readonly insert: Query }> {
  const token = newToken()
  const insert =
    core.db.run(sql`INSERT INTO refresh_tokens (refresh_hash, grant_hash, refresh_expires_at)
    SELECT ${await hashToken(token)}, token_hash, ${refreshEnd(core, grant.expiresAt)}
    FROM sessions WHERE token_hash = ${grant.tokenHash}
    ON CONFLICT (refresh_hash) DO NOTHING`)
  return { token, insert }
}

function tokenRow(core: Core, refreshHash: string) {
  return core.db
    .select({
      grant: {
        tokenHash: sessions.tokenHash,
        id: sessions.sessionId,
        clientId: sessions.grantedTo,
        scopes: sessions.grantedScopes,
        resources: sessions.grantedResources,
        authenticatedAt: sessions.authenticatedAt,
        expiresAt: sessions.expiresAt,
      },
      account: { accountId: accounts.id },
    })
    .from(refreshTokens)
    .innerJoin(sessions, eq(sessions.tokenHash, refreshTokens.grantHash))
    .innerJoin(accounts, eq(accounts.number, sessions.accountNumber))
    .where(eq(refreshTokens.refreshHash, refreshHash))
}

export interface Refresh {
  readonly token: string
  readonly scopes: readonly string[] | null
  readonly resources: readonly string[]
}

/**
 * Uses a refresh token up and gives the tokens after it. Fails with invalid_client, with invalid_code
 * for a token that does not count or is another client's, and with invalid_scope for more than was
 * granted; only a token of the client's own that was used before changes anything. Two round trips.
 */
export async function refreshGrant(
  core: Core,
  credentials: ClientCredentials,
  given: Refresh,
): Promise<TokenSet> {
  const refreshHash = await hashToken(given.token)
  const { client, rows } = await authenticateClient(core, credentials, tokenRow(core, refreshHash))
  const [found] = rows[0]
  if (found?.grant.clientId !== client.clientId) fail({ code: 'invalid_code', reason: 'unknown' })
  const { grant, account } = found
  const granted = toScopes(grant.scopes ?? [])
  const scopes = narrowScopes(
    granted.filter((scope) => holds(client.scopes, scope)),
    given.scopes,
  )
  const resources = chooseAudience(core, given.resources, grant.resources ?? [])

  // Whoever repeats a request is given the same token, which is stored no more than any other.
  const refreshToken = await core.keys.sign('refresh', given.token)
  const nextHash = await hashToken(refreshToken)
  const isOurs = sql`refresh_hash = ${refreshHash} AND successor_hash = ${nextHash}
    AND used_at > ${core.now - repeatableMs}`
  const isReused = sql`EXISTS (SELECT 1 FROM refresh_tokens AS former
    WHERE former.refresh_hash = ${refreshHash} AND former.used_at IS NOT NULL
      AND (former.used_at <= ${core.now - repeatableMs} OR former.successor_hash IS NOT ${nextHash}
        OR EXISTS (SELECT 1 FROM refresh_tokens AS later
          WHERE later.refresh_hash = ${nextHash} AND later.used_at IS NOT NULL)))`
  const end = refreshEnd(core, grant.expiresAt)
  const [next] = await commit(
    core.db,
    [
      core.db.run(sql`DELETE FROM sessions WHERE token_hash = ${grant.tokenHash} AND ${isReused}`),
      core.db.run(sql`UPDATE refresh_tokens SET used_at = ${core.now}, successor_hash = ${nextHash}
        WHERE refresh_hash = ${refreshHash} AND used_at IS NULL AND refresh_expires_at > ${core.now}
          AND ${isHashAlive(core, grant.tokenHash)}`),
      core.db.run(sql`INSERT INTO refresh_tokens (refresh_hash, grant_hash, refresh_expires_at)
        SELECT ${nextHash}, grant_hash, ${end} FROM refresh_tokens WHERE ${isOurs}
        ON CONFLICT (refresh_hash) DO NOTHING`),
      core.db.run(sql`UPDATE sessions SET seen_at = ${core.now}, idle_expires_at = ${end}
        WHERE token_hash = ${grant.tokenHash}
          AND EXISTS (SELECT 1 FROM refresh_tokens WHERE ${isOurs})`),
    ],
    core.db.all<{ isGiven: number }>(sql`SELECT 1 AS isGiven FROM refresh_tokens
      WHERE refresh_hash = ${nextHash} AND used_at IS NULL AND ${isHashAlive(core, grant.tokenHash)}`),
    (readBack) => readBack.length > 0,
  )
  if (!next) fail({ code: 'invalid_code', reason: 'used' })
  return issueTokens(core, {
    clientId: client.clientId,
    accountId: account.accountId,
    grantId: grant.id,
    scopes,
    resources,
    nonce: null,
    authenticatedAt: grant.authenticatedAt,
    refreshToken,
  })
}

function narrowScopes(granted: readonly Scope[], asked: readonly string[] | null): Scope[] {
  const scopes = asked === null ? [...granted] : toScopes(asked)
  const isWithin = scopes.length === (asked?.length ?? scopes.length)
  const isGranted = scopes.length > 0 && scopes.every((scope) => holds(granted, scope))
  return isWithin && isGranted ? scopes : fail({ code: 'invalid_scope' })
}
