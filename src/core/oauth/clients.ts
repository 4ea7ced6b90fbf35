import { eq } from 'drizzle-orm'
import { equalInConstantTime } from '../../crypto/keyed'
import { hashToken } from '../../crypto/token'
import { type Query, type Rows, run } from '../../storage/database'
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
  readonly isSelfRegistered: boolean
  readonly redirectUris: readonly string[]
  readonly logoutUris: readonly string[]
  readonly scopes: readonly Scope[]
}

/** What a client says of itself, by HTTP Basic or in the body; never by both. */
export interface ClientCredentials {
  readonly clientId: string
  readonly secret: string | null
  readonly secretIn: 'header' | 'body'
}

type Row = typeof clients.$inferSelect

/** The row of a client, for toClient(). */
export function clientRow(core: Core, clientId: string) {
  return core.db.select().from(clients).where(eq(clients.clientId, clientId))
}

export function toClient(row: Row): OAuthClient {
  return {
    clientId: row.clientId,
    name: row.clientName,
    isPublic: row.secretHash === null,
    isFirstParty: row.isFirstParty,
    isSelfRegistered: row.isSelfRegistered,
    redirectUris: row.redirectUris,
    logoutUris: row.logoutUris,
    scopes: toScopes(row.clientScopes),
  }
}

export async function findClient(core: Core, clientId: string): Promise<OAuthClient | null> {
  const [[row]] = await run(core.db, clientRow(core, clientId))
  return row ? toClient(row) : null
}

/**
 * The client behind its credentials: a confidential one by its secret, a public one by its id alone.
 * Fails with invalid_client; an unknown id fails like a wrong secret. `queries` are read in the same
 * round trip, and returned only then.
 */
export async function authenticateClient<const Queries extends readonly Query[]>(
  core: Core,
  credentials: ClientCredentials,
  ...queries: Queries
): Promise<{ client: OAuthClient; rows: Rows<Queries> }> {
  const { clientId } = credentials
  const [[row], ...rows] = await run(core.db, clientRow(core, clientId), ...queries)
  if (!row || !(await isProven(core, row, credentials))) fail({ code: 'invalid_client' })
  return { client: toClient(row), rows: rows as unknown as Rows<Queries> }
}

async function isProven(core: Core, row: Row, given: ClientCredentials): Promise<boolean> {
  if (row.secretHash === null || given.secret === null) return row.secretHash === given.secret
  const hash = await hashToken(given.secret)
  const former = (row.formerSecretUntil ?? 0) > core.now ? row.formerSecretHash : null
  const expected = [row.secretHash, former].filter((one) => one !== null)
  const isRight = expected.some((one) => equalInConstantTime(one, hash))
  return isRight && (row.secretIn ?? given.secretIn) === given.secretIn
}
