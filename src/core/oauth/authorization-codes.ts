import { eq } from 'drizzle-orm'
import { newToken } from '../../crypto/random'
import { hashToken } from '../../crypto/token'
import { commit, run } from '../../storage/database'
import { authorizationCodes } from '../../storage/oauth-schema'
import { accounts } from '../../storage/schema'
import { sql } from '../../storage/sql'
import type { Core } from '../context'
import { fail } from '../errors'
import { type Scope, toScopes } from '../scopes'
import { prepareGrant } from '../session-opening'
import { isAlive, type Viewer } from '../sessions'
import { type Authorization, chooseAudience } from './authorization'
import { authenticateClient, type ClientCredentials, type OAuthClient } from './clients'
import { firstRefreshToken } from './refresh-tokens'
import { issueTokens, type TokenSet } from './token-sets'

/** Codes of the authorization code grant: made when a person agrees, turned into a grant once. */

const ttlMs = 60 * 1000

/**
 * Makes the code that the application is waiting for, and keeps what the person agreed to. `pushedHash`
 * is the request that was left beforehand, which is used up by it.
 *
 * Fails with not_authenticated when the session has ended meanwhile, and with invalid_code when the
 * request has been used.
 */
export async function issueCode(
  core: Core,
  viewer: Viewer,
  asked: Authorization,
  agreed: {
    readonly scopes: readonly Scope[]
    /** All that the client is given from now on; null where the person was not asked. */
    readonly consent: readonly Scope[] | null
    readonly pushedHash: string | null
  },
): Promise<string> {
  const { number, epoch } = viewer.account
  const { clientId } = asked.client
  const code = newToken()
  const codeHash = await hashToken(code)
  const { scopes, consent, pushedHash } = agreed
  const isMade = sql`EXISTS (SELECT 1 FROM authorization_codes WHERE code_hash = ${codeHash})`
  const isUnused =
    pushedHash === null
      ? sql`1`
      : sql`EXISTS (SELECT 1 FROM pushed_requests WHERE request_hash = ${pushedHash}
          AND client_id = ${clientId} AND expires_at > ${core.now})`
  // What was agreed to before may have been taken back since it was read.
  const isAgreed =
    consent !== null || asked.client.isFirstParty
      ? sql`1`
      : sql`EXISTS (SELECT 1 FROM consents WHERE account_number = ${number} AND client_id = ${clientId})`
  const [state] = await commit(
    core.db,
    [
      core.db.run(sql`INSERT INTO authorization_codes (code_hash, client_id, account_number, account_epoch,
          system_epoch, redirect_uri, is_redirect_named, challenge, scopes, resources, nonce, authenticated_at, expires_at)
        SELECT ${codeHash}, client_id, ${number}, ${epoch}, (SELECT global_epoch FROM system WHERE one = 1),
          ${asked.redirectUri},
          ${asked.isRedirectNamed ? 1 : 0}, ${asked.challenge}, ${JSON.stringify(scopes)},
          ${JSON.stringify(asked.resources)}, ${asked.nonce}, ${viewer.session.authenticatedAt},
          ${core.now + ttlMs}
        FROM clients WHERE client_id = ${clientId} AND ${isAlive(core, viewer)} AND ${isUnused}
          AND ${isAgreed}
        ON CONFLICT (code_hash) DO NOTHING`),
      core.db.run(
        sql`DELETE FROM pushed_requests WHERE request_hash = ${pushedHash} AND ${isMade}`,
      ),
      ...(consent === null
        ? []
        : [
            core.db.run(sql`INSERT INTO consents (account_number, client_id, scopes, consented_at)
              SELECT ${number}, ${clientId}, ${JSON.stringify(consent)}, ${core.now} WHERE ${isMade}
              ON CONFLICT (account_number, client_id) DO UPDATE
                SET scopes = excluded.scopes, consented_at = excluded.consented_at`),
          ]),
    ],
    core.db.all<{ isMade: number; isAlive: number }>(
      sql`SELECT ${isMade} AS isMade, ${isAlive(core, viewer)} AS isAlive`,
    ),
    ([row]) => row?.isMade === 1,
  )
  if (!state?.isAlive) fail({ code: 'not_authenticated' })
  if (!state.isMade) fail({ code: 'invalid_code', reason: 'used' })
  return code
}

function codeRow(core: Core, codeHash: string) {
  return core.db
    .select({ code: authorizationCodes, account: { id: accounts.id } })
    .from(authorizationCodes)
    .innerJoin(accounts, eq(accounts.number, authorizationCodes.accountNumber))
    .where(eq(authorizationCodes.codeHash, codeHash))
}

type CodeRow = Awaited<ReturnType<typeof codeRow>>[number]['code']

export interface Redemption {
  readonly code: string
  readonly redirectUri: string | null
  readonly verifier: string | null
  readonly resources: readonly string[]
}

/** Whether whoever shows a code is the one who asked for it (RFC 7636 section 4.6). */
async function isRedeemer(row: CodeRow, client: OAuthClient, given: Redemption): Promise<boolean> {
  const { redirectUri, verifier } = given
  if (row.clientId !== client.clientId) return false
  if (redirectUri !== row.redirectUri && (row.isRedirectNamed || redirectUri !== null)) return false
  if (verifier === null || !/^[A-Za-z0-9\-._~]{43,128}$/.test(verifier)) return false
  return (await hashToken(verifier)) === row.challenge
}

/**
 * Turns a code into tokens. Fails with invalid_client, and with invalid_code for one that is unknown,
 * too old, not this client's, or shown without the right verifier or redirect URI: that changes
 * nothing, or a stolen code would be good for ending what its owner has. Its rightful redeemer showing
 * it again is the sign of two who have it, and ends what it became. Two round trips.
 */
export async function redeemCode(
  core: Core,
  credentials: ClientCredentials,
  given: Redemption,
): Promise<TokenSet> {
  const codeHash = await hashToken(given.code)
  const { client, rows } = await authenticateClient(core, credentials, codeRow(core, codeHash))
  const [found] = rows[0]
  if (!found || !(await isRedeemer(found.code, client, given))) {
    fail({ code: 'invalid_code', reason: 'unknown' })
  }
  const { code, account } = found
  if (code.usedAt !== null) {
    await run(core.db, core.db.run(sql`DELETE FROM sessions WHERE token_hash = ${code.grantHash}`))
    fail({ code: 'invalid_code', reason: 'used' })
  }
  if (code.expiresAt <= core.now) fail({ code: 'invalid_code', reason: 'expired' })
  const granted = code.resources.length > 0 ? code.resources : [core.settings.origin]
  const resources = chooseAudience(core, given.resources, granted)
  const { accountNumber: number, accountEpoch: epoch, authenticatedAt } = code
  const { clientId } = client
  const grant = await prepareGrant(
    core,
    { number, epoch },
    { clientId, scopes: code.scopes, resources: granted, authenticatedAt },
  )
  const refresh = await firstRefreshToken(core, grant)
  const isMine = sql`EXISTS (SELECT 1 FROM authorization_codes
    WHERE code_hash = ${codeHash} AND used_by = ${core.requestId})`
  const [opened] = await commit(
    core.db,
    [
      core.db.run(sql`UPDATE authorization_codes SET used_at = ${core.now}, used_by = ${core.requestId},
          grant_hash = ${grant.tokenHash}
        WHERE code_hash = ${codeHash} AND used_at IS NULL AND expires_at > ${core.now}
          AND system_epoch = (SELECT global_epoch FROM system WHERE one = 1)`),
      grant.insert(isMine),
      refresh.insert,
    ],
    core.db.all<{ opened: number }>(
      sql`SELECT 1 AS opened FROM sessions WHERE token_hash = ${grant.tokenHash}`,
    ),
    (readBack) => readBack.length > 0,
  )
  if (!opened) fail({ code: 'invalid_code', reason: 'used' })
  return issueTokens(core, {
    clientId,
    accountId: account.id,
    grantId: grant.id,
    scopes: toScopes(code.scopes),
    resources,
    nonce: code.nonce,
    authenticatedAt,
    refreshToken: refresh.token,
  })
}
