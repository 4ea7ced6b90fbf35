import type { SQL } from 'drizzle-orm'
import { hashPassword, needsRehash, verifyPassword } from '../crypto/password-hash'
import { newId } from '../crypto/random'
import { type Query, run } from '../storage/database'
import { sql } from '../storage/sql'
import { type Account, hasConfirmedEmail } from './accounts'
import { type Begun, openChallenge } from './challenge-opening'
import { completeAtOnce, evaluate } from './challenges'
import type { Client, Core } from './context'
import { fail } from './errors'
import { type AttemptRecord, keepAttempt } from './login-history'
import { type LoginName, named } from './login-names'
import { isUsablePassword } from './passwords'
import { isConfirmedEnough } from './sessions'
import { commitSignIn, completeSignIn, type SignedIn } from './sign-in'
import { countedSource, knownSource, type Sources, sourcesOf } from './sources'
import {
  addressBucket,
  type Bucket,
  type BucketState,
  bucketState,
  clear,
  failUntil,
  giveBack,
  isClosed,
  isReserved,
  mayEvaluate,
  passwordBucket,
  reserve,
  strangersBucket,
} from './throttle'

/**
 * Signing in by password. Every attempt is counted in D1 before a hash is computed, costs the same
 * whether the account exists or not, and leaves a row in the account's history.
 */

export interface LoginInput {
  readonly name: LoginName
  readonly password: string
  /** Whether the dialect lets nobody in whose address is not confirmed. */
  readonly needsConfirmedEmail: boolean
  /** The second factor, where a dialect sends it together with the password. */
  readonly code?: string
}

export interface SecondFactorRequired {
  readonly kind: 'second_factor_required'
  readonly account: Account
  /** The secret of this pending sign-in, needed with the code. */
  readonly challengeToken: string
  readonly method: 'email' | 'app'
}

interface Attempt {
  readonly sources: Sources
  /** The known source of the attempt in SQL; NULL for a stranger's. */
  readonly known: SQL
  readonly password: Bucket
  readonly address: Bucket
  readonly account: Bucket
  readonly record: AttemptRecord
}

/** What a typed name is counted under, whether an account has it or not. */
export function nameDigest(core: Core, typed: string): Promise<string> {
  return core.keys.sign('login-name', typed)
}

async function prepareAttempt(
  core: Core,
  number: SQL,
  typed: string,
  client: Client,
): Promise<Attempt> {
  const [sources, digest] = await Promise.all([sourcesOf(core, client), nameDigest(core, typed)])
  const known = knownSource(core, number, sources)
  return {
    sources,
    known,
    // By what was typed: a bucket shared by an account's names would tell which belong together.
    password: passwordBucket(core, sql`${digest}`, countedSource(known, sources)),
    address: addressBucket(core, sources.address),
    account: strangersBucket(sql`COALESCE(${number}, ${digest})`),
    record: { id: newId(core.now), account: number, client },
  }
}

/**
 * The statements that count an attempt. The password's bucket decides whether it may be evaluated;
 * the other counters follow that decision, so that none of them can undo it.
 */
function countAttempt(core: Core, attempt: Attempt): readonly [Query, Query, Query] {
  const stranger = sql`${attempt.known} IS NULL`
  const isOpen = sql`NOT (${stranger} AND ${isClosed(core, attempt.address)})`
  const isMine = isReserved(core, attempt.password)
  return [
    reserve(core, attempt.password, isOpen),
    reserve(core, attempt.address, isMine),
    reserve(core, attempt.account, sql`${isMine} AND ${stranger}`),
  ]
}

/**
 * Checks a name and password. Opens a session, or answers which second factor is still missing.
 *
 * Fails with invalid_credentials, account_disabled or email_not_confirmed (both only after the right
 * password), or too_many_attempts (nothing was evaluated); with a code, also as completeSecondFactor
 * does. Two round trips, three with a code.
 */
export async function login(
  core: Core,
  input: LoginInput,
  client: Client,
): Promise<SignedIn | SecondFactorRequired> {
  const { password } = input
  const { typed, number, find } = named(input.name)
  const attempt = await prepareAttempt(core, number, typed, client)
  const [, , , [found], [onPassword], [onAddress], [onAccount]] = await run(
    core.db,
    ...countAttempt(core, attempt),
    find(core, attempt.sources),
    bucketState(core, attempt.password),
    bucketState(core, attempt.address),
    bucketState(core, attempt.account),
  )
  const isStranger = (found?.source.known ?? null) === null
  const isMine = (state: BucketState | undefined) => state?.reservedBy === core.requestId
  if (!mayEvaluate(core, onPassword)) {
    const addressEnd = isStranger ? (onAddress?.blockedUntil ?? 0) : 0
    failUntil(core, Math.max(onPassword?.blockedUntil ?? 0, addressEnd))
  }

  const hash = found?.secret.passwordHash ?? null
  const isRight = isUsablePassword(password) && (await verifyPassword(password, hash, core.hashing))
  if (!isRight || !found) {
    keepFailed(core, attempt, 'wrong_password')
    fail({
      code: 'invalid_credentials',
      reason: found ? 'wrong_password' : 'unknown_account',
    })
  }
  const { account } = found
  // The password was no failure, so what was reserved for it is given back.
  const givenBack = [
    ...(isMine(onAccount) ? [giveBack(core, attempt.account)] : []),
    ...(isMine(onAddress) ? [giveBack(core, attempt.address)] : []),
  ]
  if (
    account.disabledAt !== null ||
    (input.needsConfirmedEmail && !isConfirmedEnough(core, account))
  ) {
    const code = account.disabledAt === null ? 'email_not_confirmed' : 'account_disabled'
    keepFailed(core, attempt, code, [giveBack(core, attempt.password), ...givenBack])
    fail({ code })
  }
  const isUnderAttack = isStranger && (onAccount?.count ?? 0) > core.settings.accountFailuresMax
  if (account.secondFactor !== null || isUnderAttack) {
    const { tokenHash } = found.pending
    if (input.code !== undefined && account.secondFactor === 'app') {
      const begun = beginSecondFactor(core, account, attempt, givenBack)
      return completeAtOnce(core, begun, input.code, client)
    }
    if (input.code !== undefined && tokenHash !== null) {
      core.defer(run(core.db, giveBack(core, attempt.password), ...givenBack))
      return evaluate(core, tokenHash, { code: input.code, accountId: null }, client)
    }
    return demandSecondFactor(core, account, attempt, givenBack)
  }
  const rehashed =
    hash !== null && needsRehash(hash, core.hashing)
      ? { from: hash, to: await hashPassword(password, core.hashing) }
      : null
  return openSignedIn(core, { account, client, attempt, rehashed, givenBack })
}

/**
 * Keeps an attempt that failed, after the answer: to wait for a write that only an existing account causes
 * would tell by its time that there is one.
 */
function keepFailed(
  core: Core,
  { record }: Attempt,
  reason: string,
  alongside: readonly Query[] = [],
): void {
  core.defer(run(core.db, keepAttempt(core, record, reason), ...alongside))
}

/** Failures of the past are cleared only when the sign-in is complete. */
function beginSecondFactor(
  core: Core,
  account: Account,
  attempt: Attempt,
  givenBack: readonly Query[],
): Begun {
  const { sources, record } = attempt
  const alongside = [giveBack(core, attempt.password), ...givenBack]
  return { account, sources, record, alongside }
}

async function demandSecondFactor(
  core: Core,
  account: Account,
  attempt: Attempt,
  givenBack: readonly Query[],
): Promise<SecondFactorRequired> {
  const method = account.secondFactor ?? 'email'
  if (method === 'email' && !hasConfirmedEmail(account)) {
    // Nothing but the password is left to ask for, and the password alone no longer opens the door.
    keepFailed(core, attempt, 'second_factor_required')
    failUntil(core, core.now + core.settings.passwordBlockSecondsMax * 1000)
  }
  const begun = beginSecondFactor(core, account, attempt, givenBack)
  const challengeToken = await openChallenge(core, { ...begun, method })
  return { kind: 'second_factor_required', account, challengeToken, method }
}

async function openSignedIn(
  core: Core,
  given: {
    account: Account
    client: Client
    attempt: Attempt
    rehashed: { from: string; to: string } | null
    givenBack: readonly Query[]
  },
): Promise<SignedIn> {
  const { account, client, attempt, rehashed, givenBack } = given
  const completion = await completeSignIn(core, {
    account,
    client,
    historyId: attempt.record.id,
  })
  const isOpen = await commitSignIn(
    core,
    completion,
    sql`1`,
    // First, while the buckets are still told from where the attempt came from.
    [...givenBack, clear(core, attempt.password)],
    rehashed
      ? [
          core.db.run(sql`UPDATE accounts SET password_hash = ${rehashed.to}
            WHERE number = ${account.number} AND password_hash = ${rehashed.from}`),
        ]
      : [],
  )
  // The account changed while the password was being checked: what was proven no longer holds.
  if (!isOpen) {
    keepFailed(core, attempt, 'wrong_password')
    fail({ code: 'invalid_credentials', reason: 'wrong_password' })
  }
  return completion.signedIn(account)
}
