import type { SQL } from 'drizzle-orm'
import { newDigits, newToken } from '../crypto/random'
import { hashToken } from '../crypto/token'
import { commit, type Query } from '../storage/database'
import { sql } from '../storage/sql'
import type { Account } from './accounts'
import type { Core } from './context'
import { fail } from './errors'
import { type AttemptRecord, keepAttempt } from './login-history'
import { prepareLetter } from './outbox'
import { signInCodeHash, signInMails } from './sign-in-codes'
import type { Sources } from './sources'
import { failUntil, isUsedUp, reserve, usedUpUntil } from './throttle'

/** Keeping a sign-in whose password was right until its second factor comes. */

/** A sign-in whose password was right. */
export interface Begun {
  readonly account: Account
  readonly sources: Sources
  readonly record: AttemptRecord
  /** What belongs to the right password, and is done together with it. */
  readonly alongside: readonly Query[]
}

/** The statements that keep a pending sign-in, provided that `when` holds. */
export function openingStatements(
  core: Core,
  begun: Begun,
  given: { tokenHash: string; codeHash: string | null; when: SQL },
): readonly Query[] {
  const { account, sources, record, alongside } = begun
  const expiresAt = core.now + core.settings.twoFactorCodeTtlSeconds * 1000
  return [
    ...alongside,
    keepAttempt(core, record, 'second_factor_required'),
    core.db.run(sql`INSERT INTO challenges (token_hash, account_number, account_epoch, code_hash, history_id, source, created_at, expires_at)
      SELECT ${given.tokenHash}, number, epoch, ${given.codeHash}, ${record.id}, ${sources.address}, ${core.now}, ${expiresAt}
      FROM accounts WHERE number = ${account.number} AND epoch = ${account.epoch} AND disabled_at IS NULL
        AND ${given.when}
      ON CONFLICT (token_hash) DO NOTHING`),
  ]
}

/**
 * Opens a challenge and, for the mailed method, owes the mail. Returns the secret of the challenge.
 * Fails with too_many_attempts when the hour's mails to this account are used up, and with
 * invalid_credentials when the account has changed since it was read.
 */
export async function openChallenge(
  core: Core,
  given: Begun & { readonly method: 'email' | 'app' },
): Promise<string> {
  const { account, sources } = given
  const isMailed = given.method === 'email'
  const token = newToken()
  const tokenHash = await hashToken(token)
  const code = newDigits()
  const codeHash = isMailed ? await signInCodeHash(core, tokenHash, code) : null
  const letter = await prepareLetter(
    core,
    { kind: 'sign_in_code', username: account.username, code },
    core.settings.twoFactorCodeTtlSeconds,
  )
  const mails = signInMails(core, account.number, sources)
  const when = isMailed ? sql`NOT ${isUsedUp(core, mails)}` : sql`1`
  const isOpen = sql`EXISTS (SELECT 1 FROM challenges WHERE token_hash = ${tokenHash})`
  const [opened] = await commit(
    core.db,
    [
      ...openingStatements(core, given, { tokenHash, codeHash, when }),
      ...(isMailed
        ? [
            reserve(core, mails, isOpen),
            letter.owe(
              sql`SELECT email AS address FROM accounts WHERE number = ${account.number} AND ${isOpen}`,
            ),
          ]
        : []),
    ],
    core.db.all<{ opened: number; quotaEndsAt: number | null }>(
      sql`SELECT ${isOpen} AS opened, ${usedUpUntil(core, mails)} AS quotaEndsAt`,
    ),
    ([row]) => row?.opened === 1,
  )
  if (!opened?.opened) {
    if (isMailed && opened?.quotaEndsAt) failUntil(core, opened.quotaEndsAt)
    // The account changed while the password was being checked.
    fail({ code: 'invalid_credentials', reason: 'wrong_password' })
  }
  if (isMailed) letter.sendSoon(account.email)
  return token
}
