import { and, eq, type SQL, sql } from 'drizzle-orm'
import { equalInConstantTime } from '../crypto/keyed'
import { newDigits, newToken } from '../crypto/random'
import { hashToken } from '../crypto/token'
import { commit, type Query, run } from '../storage/database'
import { accounts, challenges } from '../storage/schema'
import { type Account, accountColumns } from './accounts'
import type { Client, Core } from './context'
import { fail } from './errors'
import { prepareLetter } from './outbox'
import { completeSignIn, type SignedIn } from './sign-in'
import { knownSource, type Sources, sourcesOf } from './sources'
import {
  type Bucket,
  bucketState,
  failUntil,
  giveBack,
  hourlyQuota,
  isClosed,
  isUsedUp,
  reserve,
  secondFactorBucket,
} from './throttle'

/**
 * Sign-ins that wait for their second factor. The code is counted against the account before it is
 * compared: five wrong ones close the account's second factor to strangers, whichever sign-in,
 * code or address they come with, while a known source has five of its own.
 */

async function codeHashOf(core: Core, tokenHash: string, code: string): Promise<string> {
  return core.keys.sign('sign-in-code', `${tokenHash} ${code}`)
}

/**
 * Opens a challenge and, for the mailed method, owes the mail. Returns the secret of the challenge.
 * Fails with too_many_attempts when the hour's mails to this account are used up, and with
 * invalid_credentials when the account has changed since it was read.
 */
export async function openChallenge(
  core: Core,
  given: {
    account: Account
    method: 'email' | 'app'
    sources: Sources
    historyId: string
    alongside: readonly Query[]
  },
): Promise<string> {
  const { account, method, sources, historyId } = given
  const token = newToken()
  const tokenHash = await hashToken(token)
  const code = newDigits()
  const ttlSeconds = core.settings.twoFactorCodeTtlSeconds
  const codeHash = method === 'email' ? await codeHashOf(core, tokenHash, code) : null
  const letter = await prepareLetter(
    core,
    { kind: 'sign_in_code', username: account.username, code },
    ttlSeconds,
  )
  const number = sql`${String(account.number)}`
  const known = knownSource(core, sql`${account.number}`, sources)
  const mails = hourlyQuota(
    sql`'sign-in-codes:' || ${number} || ':' || COALESCE(${known}, 'stranger')`,
    core.settings.signInCodesPerHour,
  )
  const isAllowed = sql`NOT ${isUsedUp(core, mails)}`
  const isOpen = sql`EXISTS (SELECT 1 FROM challenges WHERE token_hash = ${tokenHash})`
  const [opened] = await commit(
    core.db,
    [
      ...given.alongside,
      core.db.run(
        sql`UPDATE login_history SET reason = 'second_factor_required' WHERE id = ${historyId}`,
      ),
      core.db.run(sql`INSERT INTO challenges (token_hash, account_number, account_epoch, code_hash, history_id, source, created_at, expires_at)
        SELECT ${tokenHash}, number, epoch, ${codeHash}, ${historyId}, ${sources.address}, ${core.now}, ${core.now + ttlSeconds * 1000}
        FROM accounts WHERE number = ${account.number} AND epoch = ${account.epoch} AND disabled_at IS NULL
          AND ${method === 'email' ? isAllowed : sql`1`}
        ON CONFLICT (token_hash) DO NOTHING`),
      ...(method === 'email'
        ? [
            reserve(core, mails, isOpen),
            letter.owe(
              sql`SELECT email AS address FROM accounts WHERE number = ${account.number} AND ${isOpen}`,
            ),
          ]
        : []),
    ],
    core.db.all<{ opened: number; quotaEndsAt: number | null }>(sql`SELECT ${isOpen} AS opened,
      (SELECT expires_at FROM throttles WHERE key = ${mails.key} AND ${isUsedUp(core, mails)}) AS quotaEndsAt`),
    ([row]) => row?.opened === 1,
  )
  if (!opened?.opened) {
    if (opened?.quotaEndsAt) failUntil(core, opened.quotaEndsAt)
    // The account changed while the password was being checked.
    fail({ code: 'invalid_credentials', reason: 'wrong_password' })
  }
  if (method === 'email') letter.sendSoon(account.email)
  return token
}

export interface SecondFactorInput {
  readonly challengeToken: string
  readonly code: string
  /** The account that the client believes to sign in, where its dialect says so. */
  readonly accountId: string | null
}

interface Evaluation {
  readonly bucket: Bucket
  readonly perHour: Bucket
}

/**
 * Completes a pending sign-in with its code. Fails with invalid_second_factor for a wrong, expired
 * or used code or challenge, and with too_many_attempts when nothing was evaluated. Two round trips.
 */
export async function completeSecondFactor(
  core: Core,
  input: SecondFactorInput,
  client: Client,
): Promise<SignedIn> {
  return evaluate(core, await hashToken(input.challengeToken), input, client)
}

/** The challenge last opened for an account from an address, in SQL; NULL where none is pending. */
export function pendingChallenge(core: Core, account: SQL, source: string): SQL {
  return sql`(SELECT token_hash FROM challenges WHERE account_number = ${account}
    AND source = ${source} AND used_at IS NULL AND expires_at > ${core.now}
    ORDER BY created_at DESC LIMIT 1)`
}

/**
 * Evaluates a code against the challenge with a token hash. For dialects that send name, password
 * and code together: the caller has checked the password and found the challenge by it.
 */
export async function evaluate(
  core: Core,
  tokenHash: string,
  input: { readonly code: string; readonly accountId: string | null },
  client: Client,
): Promise<SignedIn> {
  const evaluation = await prepareEvaluation(core, tokenHash, client)
  const { bucket, perHour } = evaluation
  const [, , , [found], [closed], [hour]] = await run(
    core.db,
    ...countEvaluation(core, tokenHash, evaluation),
    core.db
      .select({
        account: accountColumns,
        challenge: {
          codeHash: challenges.codeHash,
          historyId: challenges.historyId,
          attemptBy: challenges.attemptBy,
          challengeEnd: challenges.expiresAt,
          usedAt: challenges.usedAt,
        },
      })
      .from(challenges)
      .innerJoin(
        accounts,
        and(
          eq(accounts.number, challenges.accountNumber),
          eq(accounts.epoch, challenges.accountEpoch),
        ),
      )
      .where(eq(challenges.tokenHash, tokenHash)),
    bucketState(core, bucket),
    bucketState(core, perHour),
  )
  if (!found || found.challenge.usedAt !== null || found.challenge.challengeEnd <= core.now) {
    fail({ code: 'invalid_second_factor' })
  }
  if (found.challenge.attemptBy !== core.requestId) {
    failUntil(core, Math.max(closed?.blockedUntil ?? 0, isFull(core, perHour, hour)))
  }
  const { account, challenge } = found
  const isRight =
    challenge.codeHash !== null &&
    equalInConstantTime(await codeHashOf(core, tokenHash, input.code), challenge.codeHash) &&
    (input.accountId === null || input.accountId === account.id)
  if (!isRight) {
    core.defer(
      run(
        core.db,
        core.db.run(sql`UPDATE login_history SET reason = 'second_factor_rejected'
          WHERE id = ${challenge.historyId} AND success = 0`),
      ),
    )
    fail({ code: 'invalid_second_factor' })
  }
  return claimChallenge(core, {
    tokenHash,
    account,
    client,
    evaluation,
    historyId: challenge.historyId,
  })
}

function isFull(
  core: Core,
  quota: Bucket,
  state: { count: number; expiresAt: number } | undefined,
) {
  return state && state.count >= quota.max && state.expiresAt > core.now ? state.expiresAt : 0
}

async function prepareEvaluation(
  core: Core,
  tokenHash: string,
  client: Client,
): Promise<Evaluation> {
  const sources = await sourcesOf(core, client)
  const number = sql`(SELECT account_number FROM challenges WHERE token_hash = ${tokenHash})`
  return {
    bucket: secondFactorBucket(core, number, knownSource(core, number, sources)),
    perHour: hourlyQuota(sql`'codes:' || ${number}`, core.settings.codesEvaluatedPerHour),
  }
}

/** Claims the right to one evaluation, and counts it against the account before it is made. */
function countEvaluation(core: Core, tokenHash: string, evaluation: Evaluation) {
  const { bucket, perHour } = evaluation
  const isAllowed = sql`NOT ${isClosed(core, bucket)} AND NOT ${isUsedUp(core, perHour)}`
  const isMine = sql`EXISTS (SELECT 1 FROM challenges WHERE token_hash = ${tokenHash} AND attempt_by = ${core.requestId})`
  return [
    core.db.run(sql`UPDATE challenges SET attempts = attempts + 1, attempt_by = ${core.requestId}
      WHERE token_hash = ${tokenHash} AND used_at IS NULL AND expires_at > ${core.now} AND ${isAllowed}`),
    reserve(core, bucket, isMine),
    reserve(core, perHour, isMine),
  ] as const
}

async function claimChallenge(
  core: Core,
  given: {
    tokenHash: string
    account: Account
    client: Client
    evaluation: Evaluation
    historyId: string
  },
): Promise<SignedIn> {
  const { tokenHash, account, client, evaluation, historyId } = given
  const completion = await completeSignIn(core, { account, client, historyId })
  const isUnused = sql`EXISTS (SELECT 1 FROM challenges WHERE token_hash = ${tokenHash} AND used_at IS NULL)`
  const isMine = sql`EXISTS (SELECT 1 FROM challenges WHERE token_hash = ${tokenHash} AND used_by = ${core.requestId})`
  const [opened] = await commit(
    core.db,
    [
      // Before the challenge is claimed, while the buckets' keys can still be told from it. The
      // right code was no guess, so the owner's sign-ins use nothing up.
      giveBack(core, evaluation.bucket, isUnused),
      giveBack(core, evaluation.perHour, isUnused),
      core.db.run(sql`UPDATE challenges SET used_at = ${core.now}, used_by = ${core.requestId}
        WHERE token_hash = ${tokenHash} AND used_at IS NULL AND expires_at > ${core.now}`),
      ...completion.statements(isMine),
    ],
    completion.readBack,
    (rows) => rows.length > 0,
  )
  if (!opened) fail({ code: 'invalid_second_factor' })
  return completion.signedIn(account)
}
