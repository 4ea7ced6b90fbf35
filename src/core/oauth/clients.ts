import { eq } from 'drizzle-orm'
import { equalInConstantTime } from '../../crypto/keyed'
import { hashToken } from '../../crypto/token'
import { run } from '../../storage/database'
import { clients } from '../../storage/oauth-schema'
import type { Core } from '../context'
import { fail } from '../errors'
import { type Scope, toScopes } from '../scopes'

/** Applications, and how they prove who they are (RFC 6749 section 2.3). */

export interface OAuthClient {
  readonly clientId: string
  readonly name: string
  readonly isPublic: boolean
  readonly isFirstParty: boolean
  readonly redirectUris: readonly string[]
  readonly scopes: readonly Scope[]
}

/** What a client says of itself, by HTTP Basic or in the body; never by both. */
export interface ClientCredentials {
  readonly clientId: string
  readonly secret: string | null
}

/**
 * The client behind its credentials: a confidential one by its secret, a public one by its id alone.
 * Fails with invalid_client; an unknown id fails like a wrong secret. One round trip.
 */
export async function authenticateClient(
  core: Core,
  { clientId, secret }: ClientCredentials,
): Promise<OAuthClient> {
  const given = await hashToken(secret ?? '')
  const [[row]] = await run(
    core.db,
    core.db.select().from(clients).where(eq(clients.clientId, clientId)),
  )
  if (!row) fail({ code: 'invalid_client' })
  const former = (row.formerSecretUntil ?? 0) > core.now ? row.formerSecretHash : null
  const expected = [row.secretHash, former].filter((hash) => hash !== null)
  const isRight =
    row.secretHash === null
      ? secret === null
      : secret !== null && expected.some((hash) => equalInConstantTime(hash, given))
  if (!isRight) fail({ code: 'invalid_client' })
  return {
    clientId: row.clientId,
    name: row.clientName,
    isPublic: row.secretHash === null,
    isFirstParty: row.isFirstParty,
    redirectUris: row.redirectUris,
    scopes: toScopes(row.clientScopes),
  }
}
