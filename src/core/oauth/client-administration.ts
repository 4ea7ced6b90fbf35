import { asc, gt, type SQL } from 'drizzle-orm'
import { newToken } from '../../crypto/random'
import { hashToken } from '../../crypto/token'
import { commit } from '../../storage/database'
import { clients } from '../../storage/oauth-schema'
import { sql } from '../../storage/sql'
import { isAdministering, requireAdministrator } from '../administrators'
import { type Act, audit } from '../audit'
import type { Core } from '../context'
import { fail, failInput, type Issue } from '../errors'
import { isLine } from '../identifiers'
import { requireRecentAuthentication } from '../reauthentication'
import { toScopes } from '../scopes'
import { authenticate, type Caller, type Viewer } from '../sessions'
import { type OAuthClient, toClient } from './clients'
import { isRegistrable } from './redirect-uris'

/** Applications, as administrators keep them; each act is kept in the audit trail. */

/** Whether a text can be the id of an application: it must not look like an account's in a token. */
function isClientId(id: string): boolean {
  return /^[A-Za-z0-9_-]{3,64}$/.test(id) && !/^([0-9a-f]{24}|\d+)$/i.test(id)
}

export interface ListedClient extends OAuthClient {
  readonly registeredAt: number
}

/** A page of all applications in the order of their ids, after the id `after`. One round trip. */
export async function listClients(
  core: Core,
  caller: Caller,
  { after, limit }: { after: string; limit: number },
): Promise<{ viewer: Viewer; clients: ListedClient[] }> {
  const { viewer, rows } = await authenticate(
    core,
    caller,
    core.db
      .select()
      .from(clients)
      .where(gt(clients.clientId, after))
      .orderBy(asc(clients.clientId))
      .limit(limit),
  )
  requireAdministrator(viewer)
  return {
    viewer,
    clients: rows[0].map((row) => ({ ...toClient(row), registeredAt: row.registeredAt })),
  }
}

export interface ClientEntry {
  readonly clientId: string
  readonly name: string
  readonly redirectUris: readonly string[]
  readonly logoutUris: readonly string[]
  readonly scopes: readonly string[]
  readonly isPublic: boolean
  readonly isFirstParty: boolean
}

function entryIssues({ clientId, name, redirectUris, logoutUris, scopes }: ClientEntry): Issue[] {
  const areUris = [...redirectUris, ...logoutUris].every(isRegistrable)
  const areScopes = scopes.length > 0 && toScopes(scopes).length === scopes.length
  return [
    ...(isClientId(clientId) ? [] : [{ field: 'id', rule: 'format' } as const]),
    ...(name !== '' && name.length <= 100 && isLine(name)
      ? []
      : [{ field: 'name', rule: 'format' } as const]),
    ...(areUris ? [] : [{ field: 'address', rule: 'format' } as const]),
    ...(areScopes ? [] : [{ field: 'scope', rule: 'format' } as const]),
  ]
}

/**
 * Changes one application under the viewer's claim, in one round trip: `changes` are statements that act
 * where `when` holds, and `isMade` is what holds after them. Gives whether it was made.
 */
async function changeClient(
  core: Core,
  viewer: Viewer,
  clientId: string,
  given: { act: Act; name: string | SQL; change: (when: SQL) => SQL; isToDo: SQL; isMade: SQL },
): Promise<boolean> {
  requireAdministrator(viewer)
  await requireRecentAuthentication(core, viewer, null)
  const { act, name, change, isToDo, isMade } = given
  const when = sql`${isToDo} AND ${isAdministering(core, viewer)}`
  const [state] = await commit(
    core.db,
    [
      audit(core, viewer, { act, subjectId: clientId, subjectName: name }, when),
      core.db.run(change(when)),
    ],
    core.db.all<{ isMade: number; mayAct: number }>(
      sql`SELECT ${isMade} AS isMade, ${isAdministering(core, viewer)} AS mayAct`,
    ),
    ([row]) => row?.isMade === 1,
  )
  if (!state?.mayAct) fail({ code: 'not_authenticated' })
  return state.isMade === 1
}

/**
 * Keeps a new application. Gives its secret, which is told once, or null for a public one. Fails with
 * forbidden, reauthentication_required, not_authenticated, and with invalid_input, also for an id that is
 * another's.
 */
export async function addClient(
  core: Core,
  viewer: Viewer,
  entry: ClientEntry,
): Promise<string | null> {
  const issues = entryIssues(entry)
  if (issues.length > 0) failInput(issues)
  const { clientId, name, isPublic, isFirstParty } = entry
  const [redirectUris, logoutUris, scopes] = [
    entry.redirectUris,
    entry.logoutUris,
    [...new Set(entry.scopes)],
  ].map((list) => JSON.stringify(list))
  const secret = isPublic ? null : newToken()
  const secretHash = secret === null ? null : await hashToken(secret)
  const isMade = await changeClient(core, viewer, clientId, {
    act: 'application_added',
    name,
    isToDo: sql`NOT ${exists(clientId)}`,
    change: (when) => sql`INSERT INTO clients (client_id, client_name, secret_hash, redirect_uris,
        logout_uris, client_scopes, is_first_party, registered_at)
      SELECT ${clientId}, ${name}, ${secretHash}, ${redirectUris}, ${logoutUris}, ${scopes},
        ${isFirstParty ? 1 : 0}, ${core.now} WHERE ${when}`,
    isMade: exists(clientId, sql`registered_at = ${core.now} AND secret_hash IS ${secretHash}`),
  })
  if (!isMade) failInput([{ field: 'id', rule: 'reserved' }])
  return secret
}

/** How long the secret before is still good. */
const formerSecretMs = 24 * 60 * 60 * 1000
/** Within this time nobody has put the latest secret into an application yet. */
const pressedTwiceMs = 60 * 1000

/**
 * A new secret for an application, told once; the one before is good for another day. Within a minute of the
 * last, it takes the place of that, and the one in use stays. Fails as addClient() does, with
 * invalid_client for a public or unknown one.
 */
export async function renewSecret(core: Core, viewer: Viewer, clientId: string): Promise<string> {
  const secret = newToken()
  const secretHash = await hashToken(secret)
  const until = core.now + formerSecretMs
  const isMade = await changeClient(core, viewer, clientId, {
    act: 'application_secret_renewed',
    name: nameOf(clientId),
    isToDo: exists(clientId, sql`secret_hash <> ${secretHash}`),
    change: (when) => sql`UPDATE clients SET former_secret_hash = CASE WHEN
          former_secret_until > ${until - pressedTwiceMs} THEN former_secret_hash ELSE secret_hash END,
        former_secret_until = ${until}, secret_hash = ${secretHash}
      WHERE client_id = ${clientId} AND ${when}`,
    isMade: exists(clientId, sql`secret_hash = ${secretHash}`),
  })
  return isMade ? secret : fail({ code: 'invalid_client' })
}

/** Takes an application away with all its tokens. One that is gone stays so. Fails as addClient() does. */
export async function removeClient(core: Core, viewer: Viewer, clientId: string): Promise<void> {
  await changeClient(core, viewer, clientId, {
    act: 'application_removed',
    name: nameOf(clientId),
    isToDo: exists(clientId),
    change: (when) => sql`DELETE FROM clients WHERE client_id = ${clientId} AND ${when}`,
    isMade: sql`NOT ${exists(clientId)}`,
  })
}

function exists(clientId: string, condition: SQL = sql`1`): SQL {
  return sql`EXISTS (SELECT 1 FROM clients WHERE client_id = ${clientId} AND ${condition})`
}

function nameOf(clientId: string): SQL {
  return sql`(SELECT client_name FROM clients WHERE client_id = ${clientId})`
}
