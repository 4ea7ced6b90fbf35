import { newToken } from '../../crypto/random'
import { hashToken } from '../../crypto/token'
import { commit, run } from '../../storage/database'
import { sql } from '../../storage/sql'
import type { Client, Core } from '../context'
import { fail, failInput } from '../errors'
import { isLine } from '../identifiers'
import type { Scope } from '../scopes'
import { sourcesOf } from '../sources'
import { hourlyQuota, quotaState, requireQuota } from '../throttle'
import { isRegistrable } from './redirect-uris'

/** Applications that introduce themselves (RFC 7591), where the setting lets them. */

export interface NewClient {
  readonly name: string | null
  readonly redirectUris: readonly string[]
  readonly logoutUris: readonly string[]
  readonly scopes: readonly string[] | null
  /** How it will send its secret; null for a public client, which gets none. */
  readonly secretIn: 'header' | 'body' | null
}

export interface RegisteredClient {
  readonly clientId: string
  readonly name: string
  readonly secret: string | null
  readonly scopes: readonly Scope[]
  readonly registeredAt: number
}

/** What somebody can be asked for by an application that nobody has looked at. */
const scopesOpen: readonly Scope[] = ['openid', 'profile', 'email', 'offline_access']
const nameLengthMax = 100
const urisMax = 10
const clientsPerHour = 10

function checkNewClient({ name, redirectUris, logoutUris, scopes }: NewClient): readonly Scope[] {
  if (redirectUris.length === 0) failInput([{ field: 'redirect_uris', rule: 'missing' }])
  for (const [field, uris] of Object.entries({
    redirect_uris: redirectUris,
    post_logout_redirect_uris: logoutUris,
  })) {
    if (uris.length > urisMax) failInput([{ field, rule: 'too_long' }])
    if (!uris.every(isRegistrable)) failInput([{ field, rule: 'format' }])
  }
  if (name !== null && (name.length > nameLengthMax || !isLine(name) || name.trim() === '')) {
    failInput([{ field: 'client_name', rule: 'format' }])
  }
  // RFC 7591 section 2 lets us give less than was asked for.
  const given = scopesOpen.filter((scope) => scopes === null || scopes.includes(scope))
  return given.length > 0 ? given : fail({ code: 'invalid_scope' })
}

/**
 * Keeps a new application under an id of ours. Its secret is told once. Fails with registration_closed
 * unless the setting opens it, with invalid_input and invalid_scope, and with too_many_attempts. Two
 * round trips.
 */
export async function registerClient(
  core: Core,
  given: NewClient,
  client: Client,
): Promise<RegisteredClient> {
  if (!core.settings.clientRegistrationOpen) fail({ code: 'registration_closed' })
  const scopes = checkNewClient(given)
  const { address } = await sourcesOf(core, client)
  const quota = hourlyQuota(sql`${`client-registrations:${address}`}`, clientsPerHour)
  const clientId = `app_${newToken().slice(0, 22)}`
  const secret = given.secretIn === null ? null : newToken()
  const secretHash = secret === null ? null : await hashToken(secret)
  const name = given.name ?? clientId
  const [, counted] = await run(core.db, ...quotaState(core, quota))
  requireQuota(core, quota, counted)
  await commit(
    core.db,
    [
      core.db.run(sql`INSERT INTO clients (client_id, client_name, secret_hash, redirect_uris, logout_uris,
          client_scopes, secret_in, is_self_registered, registered_at)
        VALUES (${clientId}, ${name}, ${secretHash}, ${JSON.stringify(given.redirectUris)},
          ${JSON.stringify(given.logoutUris)}, ${JSON.stringify(scopes)}, ${given.secretIn}, 1, ${core.now})
        ON CONFLICT DO NOTHING`),
    ],
    core.db.all(sql`SELECT 1 FROM clients WHERE client_id = ${clientId}`),
    (rows) => rows.length > 0,
  )
  return { clientId, name, secret, scopes, registeredAt: core.now }
}
