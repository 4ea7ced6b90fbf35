import { newToken } from '../../crypto/random'
import { hashToken } from '../../crypto/token'
import { commit, run } from '../../storage/database'
import { sql } from '../../storage/sql'
import type { Client, Core } from '../context'
import { failInput } from '../errors'
import { sourcesOf } from '../sources'
import { failUntil, hourlyQuota, isUsedUp, reserve, usedUpUntil } from '../throttle'
import { clientRow, type OAuthClient, toClient } from './clients'

/** Requests that an application leaves with us, so that no browser sees or changes them (RFC 9126). */

/** Long enough for somebody who has to sign in first. */
export const pushedTtlSeconds = 600

/** As long as an address may well be, in which it would stand otherwise. */
const lengthMax = 8192
/** How many one address may leave in the name of public clients, which nobody else has to be. */
const publicPerHour = 300

/**
 * Keeps a request that was checked; `parameters` are its own words. Returns its secret name. Fails with
 * invalid_input for one that is too long, and with too_many_attempts where one place leaves too many in the
 * name of a client that cannot prove who it is.
 */
export async function keepRequest(
  core: Core,
  client: OAuthClient,
  parameters: string,
  from: Client,
): Promise<string> {
  if (parameters.length > lengthMax) failInput([{ field: '', rule: 'too_long' }])
  const name = newToken()
  const requestHash = await hashToken(name)
  const { address } = await sourcesOf(core, from)
  const quota = hourlyQuota(sql`${`pushed-requests:${address}`}`, publicPerHour)
  const isOpen = client.isPublic ? sql`NOT ${isUsedUp(core, quota)}` : sql`1`
  const isKept = sql`EXISTS (SELECT 1 FROM pushed_requests WHERE request_hash = ${requestHash})`
  const [kept] = await commit(
    core.db,
    [
      core.db.run(sql`INSERT INTO pushed_requests (request_hash, client_id, parameters, expires_at)
        SELECT ${requestHash}, client_id, ${parameters}, ${core.now + pushedTtlSeconds * 1000}
        FROM clients WHERE client_id = ${client.clientId} AND ${isOpen}
        ON CONFLICT (request_hash) DO NOTHING`),
      ...(client.isPublic ? [reserve(core, quota, isKept)] : []),
    ],
    core.db.all<{ isKept: number; quotaEndsAt: number | null }>(
      sql`SELECT ${isKept} AS isKept, ${usedUpUntil(core, quota)} AS quotaEndsAt`,
    ),
    ([row]) => row?.isKept === 1,
  )
  if (!kept?.isKept && kept?.quotaEndsAt) failUntil(core, kept.quotaEndsAt)
  return name
}

export interface KeptRequest {
  readonly requestHash: string
  readonly parameters: string
}

/** A client and the request that it left under a name. Fails with invalid_input for one that is not there. */
export async function findRequest(
  core: Core,
  clientId: string,
  name: string,
): Promise<{ client: OAuthClient | null; kept: KeptRequest }> {
  const requestHash = await hashToken(name)
  const [[row], [kept]] = await run(
    core.db,
    clientRow(core, clientId),
    core.db.all<KeptRequest>(sql`SELECT request_hash AS requestHash, parameters FROM pushed_requests
      WHERE request_hash = ${requestHash} AND client_id = ${clientId} AND expires_at > ${core.now}`),
  )
  if (!kept) failInput([{ field: 'request_uri', rule: 'format' }])
  return { client: row ? toClient(row) : null, kept }
}
