import { hashPassword, verifyPassword } from '../crypto/password-hash'
import { commit, run } from '../storage/database'
import { sql } from '../storage/sql'
import { confirmedAddress } from './accounts'
import type { Client, Core } from './context'
import { fail, failInput, type Issue } from './errors'
import { prepareLetter } from './outbox'
import { preparePasswordChange } from './password-change'
import { isUsablePassword, passwordIssue } from './passwords'
import { requireRecentAuthentication } from './reauthentication'
import { isAlive, type Viewer } from './sessions'
import { sourcesOf } from './sources'
import {
  addressBucket,
  type Bucket,
  bucketState,
  failUntil,
  giveBack,
  isReserved,
  mayEvaluate,
  quota,
  requireQuota,
  reserve,
} from './throttle'

/**
 * A second secret, set by its owner, with which an account that has no address gets a new password.
 * It is stored like a password, and five wrong ones a day are evaluated of each account.
 */

const lengthMin = 25
const lengthMax = 100
const triesPerDay = 5
const dayMs = 24 * 60 * 60 * 1000

function accountKeyIssue(accountKey: string): Issue | null {
  const problem = (rule: Issue['rule']): Issue => ({ field: 'accountKey', rule })
  if (!isUsablePassword(accountKey)) return problem('unusable')
  const length = Array.from(accountKey).length
  if (length < lengthMin) return problem('too_short')
  return length > lengthMax ? problem('too_long') : null
}

/** Sets or replaces the viewer's account key, by their password. Three round trips. */
export async function setAccountKey(
  core: Core,
  viewer: Viewer,
  input: { password: string; accountKey: string },
): Promise<void> {
  const issue = accountKeyIssue(input.accountKey)
  if (issue) failInput([issue])
  await requireRecentAuthentication(core, viewer, input.password)
  const hash = await hashPassword(input.accountKey, core.hashing)
  const letter = await prepareLetter(core, { kind: 'account_key_set' })
  const { number } = viewer.account
  const [set] = await commit(
    core.db,
    [
      core.db.run(sql`UPDATE accounts SET account_key_hash = ${hash}, updated_at = ${core.now}
        WHERE number = ${number} AND ${isAlive(core, viewer)}`),
      letter.owe(
        confirmedAddress(
          sql`(SELECT number FROM accounts WHERE number = ${number} AND account_key_hash = ${hash})`,
        ),
      ),
    ],
    core.db.all<{ noticeTo: string | null }>(
      sql`SELECT ${letter.owed} AS noticeTo FROM accounts WHERE number = ${number} AND account_key_hash = ${hash}`,
    ),
    (rows) => rows.length > 0,
  )
  if (!set) fail({ code: 'not_authenticated' })
  letter.sendSoon(set.noticeTo)
}

/** Wrong keys of one account number, whether an account has it or not. */
function keyBucket(number: number): Bucket {
  return quota(sql`${`account-key:${number}`}`, triesPerDay, dayMs)
}

/**
 * Sets a new password by the account key. Every session and grant ends; the second factor stays.
 * Fails with invalid_account_key alike for no such account, no key and a wrong one, with
 * invalid_input before anything is evaluated, and with too_many_attempts. Two round trips.
 */
export async function resetByAccountKey(
  core: Core,
  input: { number: number; accountKey: string; newPassword: string },
  client: Client,
): Promise<void> {
  const issue = passwordIssue(core.settings, input.newPassword, {})
  if (issue) failInput([issue])
  const bucket = keyBucket(input.number)
  const { address } = await sourcesOf(core, client)
  const place = addressBucket(core, address)
  const [, , [onPlace], state, [found]] = await run(
    core.db,
    reserve(core, place),
    reserve(core, bucket, isReserved(core, place)),
    bucketState(core, place),
    bucketState(core, bucket),
    core.db.all<{ hash: string | null; epoch: number }>(sql`SELECT account_key_hash AS hash, epoch
      FROM accounts WHERE number = ${input.number} AND disabled_at IS NULL`),
  )
  if (!mayEvaluate(core, onPlace)) failUntil(core, onPlace?.blockedUntil ?? 0)
  requireQuota(core, bucket, state)
  const isRight =
    isUsablePassword(input.accountKey) &&
    (await verifyPassword(input.accountKey, found?.hash ?? null, core.hashing))
  if (!isRight || !found) fail({ code: 'invalid_account_key' })

  const hash = await hashPassword(input.newPassword, core.hashing)
  const mine = sql`(SELECT number FROM accounts WHERE number = ${input.number} AND changed_by = ${core.requestId})`
  const passwordChange = await preparePasswordChange(core, mine, hash, null)
  const [changed] = await commit(
    core.db,
    [
      core.db.run(sql`UPDATE accounts SET ${passwordChange.assignments}, updated_at = ${core.now},
          changed_by = ${core.requestId}
        WHERE number = ${input.number} AND epoch = ${found.epoch} AND account_key_hash = ${found.hash}`),
      ...passwordChange.statements,
      giveBack(core, bucket),
      giveBack(core, place),
    ],
    core.db.all<{ address: string | null }>(confirmedAddress(mine)),
    (rows) => rows.length > 0,
  )
  if (!changed) fail({ code: 'invalid_account_key' })
  passwordChange.tellSoon(changed.address)
}
