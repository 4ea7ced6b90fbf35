import { run } from '../../storage/database'
import { clients } from '../../storage/oauth-schema'
import { sql } from '../../storage/sql'
import type { Core } from '../context'
import { fail } from '../errors'
import { clientScopes, holds, toScopes } from '../scopes'
import {
  type AccessToken,
  type IssuedToken,
  issueAccessToken,
  readAccessToken,
} from './access-tokens'
import { checkAnyResources, chooseAudience } from './authorization'
import type { OAuthClient } from './clients'

/** Tokens by which an application acts for itself (RFC 6749 section 4.4). */

/**
 * A token for a confidential client, with the scopes that it asks for out of its own, or all of
 * them. Fails with unauthorized_client for a public one, with invalid_scope for one it may not have, and
 * with invalid_input for a resource that is not known.
 */
export async function issueClientToken(
  core: Core,
  client: OAuthClient,
  asked: readonly string[] | null,
  forResources: readonly string[] = [],
): Promise<IssuedToken> {
  if (client.isPublic) fail({ code: 'unauthorized_client' })
  const known = checkAnyResources(core, forResources)
  const resources = chooseAudience(core, known, known)
  const own = clientScopes.filter((scope) => holds(client.scopes, scope))
  // Clients of older servers ask for everything, and mean all that they have.
  const isAnything = asked === null || asked.every((name) => name === '*')
  const wanted = isAnything ? own : own.filter((scope) => asked.includes(scope))
  const isGiven = isAnything || asked.every((name) => wanted.some((scope) => scope === name))
  if (!isGiven || wanted.length === 0) fail({ code: 'invalid_scope' })
  const { clientId } = client
  const token = { clientId, subject: clientId, grantId: null, scopes: wanted, resources }
  return issueAccessToken(core, token)
}

/**
 * What a client's token says, while it counts: not given back, its client still there, and of its
 * scopes those that the client still has.
 */
export async function readClientToken(core: Core, token: string): Promise<AccessToken | null> {
  const read = await readAccessToken(core, token)
  return read && read.grantId === null ? confirmClientToken(core, read) : null
}

/** The same for a token that was read. */
export async function confirmClientToken(
  core: Core,
  read: AccessToken,
): Promise<AccessToken | null> {
  const [[client]] = await run(
    core.db,
    core.db
      .select({ scopes: clients.clientScopes })
      .from(clients)
      .where(
        // A client of the same name that was made later is another one; a token knows seconds.
        sql`client_id = ${read.clientId} AND registered_at < ${read.issuedAt + 1000}
          AND NOT EXISTS (SELECT 1 FROM revoked_tokens WHERE jti = ${read.jti})`,
      ),
  )
  if (!client) return null
  const own = toScopes(client.scopes)
  return { ...read, scopes: read.scopes.filter((scope) => holds(own, scope)) }
}

/** Ends a client's own token before its time. */
export async function revokeClientToken(
  core: Core,
  { jti, expiresAt }: AccessToken,
): Promise<void> {
  await run(
    core.db,
    core.db.run(sql`INSERT INTO revoked_tokens (jti, expires_at)
      VALUES (${jti}, ${expiresAt}) ON CONFLICT DO NOTHING`),
  )
}
