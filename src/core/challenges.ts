import { and, eq } from 'drizzle-orm'
import { equalInConstantTime } from '../crypto/keyed'
import { newToken } from '../crypto/random'
import { hashToken } from '../crypto/token'
import { commit, type Query, run } from '../storage/database'
import { accounts, challenges, secondFactors } from '../storage/schema'
import { sql } from '../storage/sql'
import { type Account, accountColumns } from './accounts'
import { type Begun, openingStatements } from './challenge-opening'
import type { Client, Core } from './context'
import { fail } from './errors'
import {
  type Proof,
  proveByApp,
  type StoredProofs,
  tidyDigits,
  unusedBackupHash,
} from './second-factor-proofs'
import { commitSignIn, completeSignIn, type SignedIn } from './sign-in'
import { signInCodeHash } from './sign-in-codes'
import { knownSource, sourcesOf } from './sources'
import {
  type Bucket,
  closedUntil,
  evaluationsPerHour,
  failUntil,
  giveBack,
  isClosed,
  isUsedUp,
  reserve,
  secondFactorBucket,
  usedUpUntil,
} from './throttle'

/**
 * Sign-ins that wait for their second factor: a code of the app or a backup code where an app is on,
 * the mailed code where none is. It is counted against the account before it is compared: five wrong
 * ones close the account's second factor to strangers, whichever sign-in, code or address they come
 * with, while a known source has five of its own.
 */

export interface SecondFactorInput {
  readonly challengeToken: string
  readonly code: string
  /** The account that the client believes to sign in, where its dialect says so. */
  readonly accountId: string | null
}

type Code = Omit<SecondFactorInput, 'challengeToken'>

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

/**
 * Completes a sign-in by a code that came beside the password, which is possible where an app is on,
 * because its code is known beforehand. Fails as completeSecondFactor does. Two round trips.
 */
export async function completeAtOnce(
  core: Core,
  begun: Begun,
  code: string,
  client: Client,
): Promise<SignedIn> {
  const tokenHash = await hashToken(newToken())
  const opening = openingStatements(core, begun, { tokenHash, codeHash: null, when: sql`1` })
  return evaluate(core, tokenHash, { code, accountId: null }, client, opening)
}

interface Evaluation {
  readonly bucket: Bucket
  readonly perHour: Bucket
}

/**
 * Evaluates a code against the challenge with a token hash. For dialects that send name, password
 * and code together: the caller has checked the password and found the challenge by it, or opens it
 * in the same round trip.
 */
export async function evaluate(
  core: Core,
  tokenHash: string,
  input: Code,
  client: Client,
  opening: readonly Query[] = [],
): Promise<SignedIn> {
  const [evaluation, backupHash] = await Promise.all([
    prepareEvaluation(core, tokenHash, client),
    unusedBackupHash(sql`${accounts.number}`, input.code),
  ])
  const { bucket, perHour } = evaluation
  const [found] = await commit(
    core.db,
    [...opening, ...countEvaluation(core, tokenHash, evaluation)],
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
        stored: {
          appSecret: sql<string | null>`${secondFactors.appSecret}`.as('app_secret'),
          lastStep: sql<number | null>`${secondFactors.lastStep}`.as('last_step'),
          backupHash: sql<string | null>`${backupHash}`.as('backup_hash'),
        },
        closed: {
          until: sql<number | null>`${closedUntil(bucket)}`.as('closed_until'),
          hourUntil: sql<number | null>`${usedUpUntil(core, perHour)}`.as('hour_until'),
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
      .leftJoin(secondFactors, eq(secondFactors.accountNumber, accounts.number))
      .where(eq(challenges.tokenHash, tokenHash)),
    ([row]) => row?.challenge.attemptBy === core.requestId,
  )
  if (!found || found.challenge.usedAt !== null || found.challenge.challengeEnd <= core.now) {
    fail({ code: 'invalid_second_factor' })
  }
  const { account, challenge, stored, closed } = found
  if (challenge.attemptBy !== core.requestId) {
    failUntil(core, Math.max(closed.until ?? 0, closed.hourUntil ?? 0))
  }
  const proof = await prove(
    core,
    { account, tokenHash, codeHash: challenge.codeHash, stored },
    input,
  )
  if (proof === null) {
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
    proof,
    historyId: challenge.historyId,
  })
}

/** What a code proves: whatever the account asks for now, and nothing weaker. Null for a wrong one. */
async function prove(
  core: Core,
  given: { account: Account; tokenHash: string; codeHash: string | null; stored: StoredProofs },
  input: Code,
): Promise<Proof | null> {
  const { account, tokenHash, codeHash, stored } = given
  if (input.accountId !== null && input.accountId !== account.id) return null
  if (account.secondFactor === 'app') return proveByApp(core, account, input.code, stored)
  const typedHash = await signInCodeHash(core, tokenHash, tidyDigits(input.code))
  if (codeHash === null || !equalInConstantTime(typedHash, codeHash)) return null
  return {
    isUnused: sql`EXISTS (SELECT 1 FROM challenges JOIN accounts ON accounts.number = challenges.account_number
      WHERE token_hash = ${tokenHash} AND code_hash = ${codeHash} AND second_factor IS NOT 'app')`,
    // It is used up with its challenge.
    use: () => [],
    tellSoon: () => undefined,
  }
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
    perHour: evaluationsPerHour(core, number),
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
    proof: Proof
    historyId: string
  },
): Promise<SignedIn> {
  const { tokenHash, account, client, evaluation, proof, historyId } = given
  const completion = await completeSignIn(core, { account, client, historyId })
  const isUnused = sql`EXISTS (SELECT 1 FROM challenges WHERE token_hash = ${tokenHash} AND used_at IS NULL)
    AND ${proof.isUnused}`
  const isMine = sql`EXISTS (SELECT 1 FROM challenges WHERE token_hash = ${tokenHash} AND used_by = ${core.requestId})`
  const isOpen = await commitSignIn(core, completion, isMine, [
    // Before the challenge is claimed, while the buckets' keys can still be told from it. The
    // right code was no guess, so the owner's sign-ins use nothing up.
    giveBack(core, evaluation.bucket, isUnused),
    giveBack(core, evaluation.perHour, isUnused),
    core.db.run(sql`UPDATE challenges SET used_at = ${core.now}, used_by = ${core.requestId}
      WHERE token_hash = ${tokenHash} AND used_at IS NULL AND expires_at > ${core.now}
        AND ${proof.isUnused}`),
    ...proof.use(isMine),
  ])
  if (!isOpen) fail({ code: 'invalid_second_factor' })
  proof.tellSoon()
  return completion.signedIn(account)
}
