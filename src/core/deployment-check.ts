import { hashPassword } from '../crypto/password-hash'
import { newToken } from '../crypto/random'
import { hashToken } from '../crypto/token'
import { run } from '../storage/database'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { fail } from './errors'
import { hasCommonPasswords } from './passwords'

/**
 * The proof that a deployment works where it runs: some limits of the platform, that of hashing
 * among them, and bindings to the wrong place show nowhere else.
 */

export interface Check {
  readonly part: string
  /** What was thrown, or null where all is well. */
  readonly problem: unknown
}

/** What KV and R2 keep of a check that broke off is under this name, and means nothing. */
const probeKey = (core: Core) => `check:${core.requestId}`

/**
 * Tries everything that the core stands on, once. Fails with not_authenticated without a token that
 * the operator has put into `deployment_checks`: it is used up first, so that nobody buys a second
 * password hash with it. Two round trips.
 */
export async function checkDeployment(core: Core, token: string | null): Promise<readonly Check[]> {
  if (token === null) return fail({ code: 'not_authenticated' })
  const [used] = await run(
    core.db,
    core.db.all(sql`DELETE FROM deployment_checks
      WHERE token_hash = ${await hashToken(token)} AND expires_at > ${core.now} RETURNING token_hash`),
  )
  if (used.length === 0) return fail({ code: 'not_authenticated' })
  return Promise.all([
    check('password', () => hashPassword(newToken(), core.hashing)),
    check('app key', () => tryAppKey(core)),
    check('database', () => tryDatabase(core)),
    check('key-value store', () => tryKeyValue(core)),
    check('object store', () => tryObjects(core)),
    check('assets', async () => expect(hasCommonPasswords())),
    check('mail', async () => expect(typeof core.mail?.send === 'function')),
  ])
}

/** Runs one of the checks; what it throws is its result. */
export async function check(part: string, work: () => Promise<unknown>): Promise<Check> {
  try {
    await work()
    return { part, problem: null }
  } catch (problem) {
    return { part, problem }
  }
}

function expect(isSo: boolean): void {
  if (!isSo) throw new Error('not as expected')
}

async function tryAppKey({ keys }: Core): Promise<void> {
  const sealed = await keys.seal('deployment check', 'whole')
  expect((await keys.open('deployment check', sealed)) === 'whole')
}

async function tryDatabase(core: Core): Promise<void> {
  const key = probeKey(core)
  const [, found, gone] = await run(
    core.db,
    core.db.run(
      sql`INSERT INTO deployment_checks (token_hash, expires_at) VALUES (${key}, ${core.now})`,
    ),
    core.db.all(sql`SELECT 1 AS found FROM deployment_checks WHERE token_hash = ${key}`),
    core.db.all(sql`DELETE FROM deployment_checks WHERE token_hash = ${key} RETURNING token_hash`),
  )
  expect(found.length === 1 && gone.length === 1)
}

async function tryKeyValue(core: Core): Promise<void> {
  const key = probeKey(core)
  await core.kv.put(key, 'whole', { expirationTtl: 60 })
  expect((await core.kv.get(key)) === 'whole')
  await core.kv.delete(key)
}

async function tryObjects(core: Core): Promise<void> {
  const key = probeKey(core)
  await core.r2.put(key, 'whole')
  const object = await core.r2.get(key)
  expect((await object?.text()) === 'whole')
  await core.r2.delete(key)
}
