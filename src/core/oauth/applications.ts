import type { SQL } from 'drizzle-orm'
import { commit } from '../../storage/database'
import { sql } from '../../storage/sql'
import type { Core } from '../context'
import { fail } from '../errors'
import { type Scope, toScopes } from '../scopes'
import { authenticate, type Caller, isAlive, ownNumber, type Viewer } from '../sessions'

/** The applications that somebody has let in, as they manage them. */

export interface Application {
  readonly clientId: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** When it was first let in, and last heard of; null for one that has not come yet. */
  readonly since: number
  readonly seenAt: number | null
}

interface Row {
  readonly clientId: string
  readonly name: string
  readonly scopes: string
  readonly since: number
  readonly seenAt: number | null
}

/** What an account has let in, for asApplications(); `account` is its number in SQL. */
export function applicationsOf(core: Core, account: SQL) {
  return core.db.all<Row>(sql`
    SELECT consents.client_id AS clientId, client_name AS name, scopes, consented_at AS since, NULL AS seenAt
    FROM consents JOIN clients ON clients.client_id = consents.client_id
    WHERE consents.account_number = ${account}
    UNION ALL
    SELECT granted_to, client_name, granted_scopes, opened_at, seen_at
    FROM sessions JOIN clients ON clients.client_id = sessions.granted_to
    WHERE sessions.account_number = ${account} AND granted_to IS NOT NULL AND idle_expires_at > ${core.now}
      AND session_epoch = (SELECT epoch FROM accounts WHERE number = ${account})
      AND system_epoch = (SELECT global_epoch FROM system WHERE one = 1)`)
}

/** Each application once, by name. */
export function asApplications(rows: readonly Row[]): Application[] {
  const found = new Map<string, Application>()
  for (const { clientId, name, scopes, since, seenAt } of rows) {
    const known = found.get(clientId)
    const all = toScopes([...(known?.scopes ?? []), ...(JSON.parse(scopes) as string[])])
    found.set(clientId, {
      clientId,
      name,
      scopes: [...new Set(all)],
      since: Math.min(known?.since ?? since, since),
      seenAt: known?.seenAt == null ? seenAt : Math.max(known.seenAt, seenAt ?? 0),
    })
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name))
}

/** The applications that the caller has let in, by name. One round trip. */
export async function listApplications(
  core: Core,
  caller: Caller,
): Promise<{ viewer: Viewer; applications: Application[] }> {
  const own = await ownNumber(caller)
  const { viewer, rows } = await authenticate(core, caller, applicationsOf(core, own))
  return { viewer, applications: asApplications(rows[0]) }
}

/**
 * Takes back all that an application was given: its tokens are dead at once, and it has to ask again.
 * One that has nothing stays so. One round trip.
 */
export async function revokeApplication(
  core: Core,
  viewer: Viewer,
  clientId: string,
): Promise<void> {
  const { number } = viewer.account
  const own = sql`account_number = ${number} AND ${isAlive(core, viewer)}`
  const [state] = await commit(
    core.db,
    [
      core.db.run(sql`DELETE FROM authorization_codes WHERE client_id = ${clientId} AND ${own}`),
      core.db.run(sql`DELETE FROM consents WHERE client_id = ${clientId} AND ${own}`),
      core.db.run(sql`DELETE FROM sessions WHERE granted_to = ${clientId} AND ${own}`),
    ],
    core.db.all<{ isAlive: number; isLeft: number }>(sql`SELECT ${isAlive(core, viewer)} AS isAlive,
      EXISTS (SELECT 1 FROM consents WHERE client_id = ${clientId} AND account_number = ${number}) AS isLeft`),
    ([row]) => row?.isLeft === 0,
  )
  if (!state?.isAlive) fail({ code: 'not_authenticated' })
}
