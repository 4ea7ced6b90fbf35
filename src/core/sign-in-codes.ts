import type { SQL } from 'drizzle-orm'
import { newDigits } from '../crypto/random'
import { commit, run } from '../storage/database'
import { sql } from '../storage/sql'
import type { Client, Core } from './context'
import { emailKey, isEmail } from './identifiers'
import { prepareLetter } from './outbox'
import { knownSource, type Sources, sourcesOf } from './sources'
import { type Bucket, hourlyQuota, isUsedUp, reserve } from './throttle'

/** The six digits that are mailed to finish a sign-in. Each belongs to one pending sign-in. */

/** What is stored of a code: nothing that could be told without the sign-in's own secret. */
export function signInCodeHash(core: Core, tokenHash: string, code: string): Promise<string> {
  return core.keys.sign('sign-in-code', `${tokenHash} ${code}`)
}

/** How often an account is mailed a code: strangers share a quota, each known source has its own. */
export function signInMails(core: Core, account: number, sources: Sources): Bucket {
  const known = knownSource(core, sql`${account}`, sources)
  return hourlyQuota(
    sql`'sign-in-codes:' || ${String(account)} || ':' || COALESCE(${known}, 'stranger')`,
    core.settings.signInCodesPerHour,
  )
}

/**
 * The challenge last opened for an account from a source, in SQL; NULL where none is pending. `source` and
 * `now` are values or placeholders of a kept query.
 */
export function pendingChallenge(account: SQL, source: unknown, now: unknown): SQL {
  return sql`(SELECT token_hash FROM challenges WHERE account_number = ${account}
    AND source = ${source} AND used_at IS NULL AND expires_at > ${now}
    ORDER BY created_at DESC LIMIT 1)`
}

/**
 * Mails a new code for the sign-in that was last begun from the client's address, which from then on
 * is the only one that counts and lives as long as a first one. For clients that know nothing but the
 * address. An unknown account, no pending sign-in, an account with an app and a used up quota cost the
 * same and are answered alike: with nothing. Two round trips.
 */
export async function resendSignInCode(
  core: Core,
  input: { readonly email: string },
  client: Client,
): Promise<void> {
  const key = isEmail(input.email) ? emailKey(input.email) : ''
  const sources = await sourcesOf(core, client)
  const account = sql`accounts WHERE email_key = ${key} AND email_verified_at IS NOT NULL
    AND disabled_at IS NULL AND second_factor IS NOT 'app'`
  const [[found]] = await run(
    core.db,
    core.db.all<{ number: number; username: string; tokenHash: string | null }>(sql`
      SELECT number, username, ${pendingChallenge(sql`number`, sources.address, core.now)} AS tokenHash
      FROM ${account}`),
  )
  const { number, username, tokenHash } = found ?? { number: 0, username: '', tokenHash: null }
  const code = newDigits()
  const ttlSeconds = core.settings.twoFactorCodeTtlSeconds
  const [codeHash, letter] = await Promise.all([
    signInCodeHash(core, tokenHash ?? '', code),
    prepareLetter(core, { kind: 'sign_in_code', username, code }, ttlSeconds),
  ])
  const mails = signInMails(core, number, sources)
  const isIssued = sql`EXISTS (SELECT 1 FROM challenges
    WHERE token_hash = ${tokenHash} AND code_hash = ${codeHash})`
  const [issued] = await commit(
    core.db,
    [
      core.db.run(sql`UPDATE challenges
        SET code_hash = ${codeHash}, expires_at = ${core.now + ttlSeconds * 1000}
        WHERE token_hash = ${tokenHash} AND used_at IS NULL AND expires_at > ${core.now}
          AND account_epoch = (SELECT epoch FROM ${account} AND number = ${number})
          AND NOT ${isUsedUp(core, mails)}`),
      reserve(core, mails, isIssued),
      letter.owe(
        sql`SELECT email AS address FROM accounts WHERE number = ${number} AND ${isIssued}`,
      ),
    ],
    core.db.all<{ recipient: string | null }>(sql`SELECT ${letter.owed} AS recipient`),
    // Nothing shows that it was done for an unknown account, so nothing may for a known one.
    () => false,
  )
  letter.sendSoon(issued?.recipient ?? null)
}
