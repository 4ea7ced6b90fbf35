import { hashToken } from '../../crypto/token'
import { type Query, run } from '../../storage/database'
import { sql } from '../../storage/sql'
import type { Core } from '../context'
import { grantToken } from '../session-opening'
import { readAccessToken } from './access-tokens'
import { revokeClientToken } from './client-tokens'
import type { OAuthClient } from './clients'

/**
 * Ends a token before its time (RFC 7009): a client's own by itself, and one that was granted to it with
 * the whole grant, refresh tokens among it. Anybody else's, and what is no token, stay as they are.
 */
export async function revokeToken(core: Core, client: OAuthClient, token: string): Promise<void> {
  if (!token.includes('.')) {
    const refreshHash = await hashToken(token)
    await run(
      core.db,
      endGrant(
        core,
        client,
        sql`token_hash = (SELECT grant_hash FROM refresh_tokens WHERE refresh_hash = ${refreshHash})`,
      ),
    )
    return
  }
  const read = await readAccessToken(core, token, null)
  if (read?.clientId !== client.clientId) return
  if (read.grantId === null) return revokeClientToken(core, read)
  const grantHash = await hashToken(grantToken(read.grantId))
  await run(core.db, endGrant(core, client, sql`token_hash = ${grantHash}`))
}

function endGrant(core: Core, { clientId }: OAuthClient, which: ReturnType<typeof sql>): Query {
  return core.db.run(sql`DELETE FROM sessions WHERE ${which} AND granted_to = ${clientId}`)
}
