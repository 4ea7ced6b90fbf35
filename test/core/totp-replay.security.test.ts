import { describe, expect, test } from 'vitest'
import { initiateSecondFactor } from '../../src/core/authenticator'
import { completeSecondFactor } from '../../src/core/challenges'
import { deactivateSecondFactor } from '../../src/core/second-factor-removal'
import { codeAt } from '../../src/crypto/totp'
import {
  isAlive,
  newSignedIn,
  newTwoFactorAccount,
  signIn,
  startSignIn,
  type TestAccount,
  tryLogin,
  viewerOf,
} from '../support/accounts'
import {
  activate,
  initiateApp,
  loginWithCode,
  newAppAccount,
  setUpApp,
  stepSeconds,
} from '../support/authenticators'
import { clientAt, interrupted, refusal, rowsOf, type TestCore, testCore } from '../support/core'

/**
 * Somebody who has the password looks over the shoulder, or reads along on a phishing page: they have a
 * code that was right a moment ago, sometimes before its owner has sent it. Or they guess, or they have
 * taken over a session and want a factor of their own. (CVE-2026-58269, CVE-2026-62232, RFC 6238 5.2.)
 */

const atrium = testCore()
/** So that every one of many parallel attempts is evaluated, and the claim alone decides. */
const unthrottled = testCore({ THROTTLE: 'off' })
const wrongCode = { code: 'invalid_second_factor' }
let host = 7000
const stranger = () => clientAt(++host)

async function startAtApp(test: TestCore, account: TestAccount, client = stranger()) {
  const outcome = await tryLogin(test, { username: account.username }, { client })
  if (outcome.kind !== 'second_factor_required') throw new Error('no second factor is asked for')
  return outcome.challengeToken
}

function complete(test: TestCore, challengeToken: string, code: string, client = stranger()) {
  const input = { challengeToken, code, accountId: null }
  return test.request((core) => completeSecondFactor(core, input, client))
}

const won = (outcomes: PromiseSettledResult<unknown>[]) =>
  outcomes.filter(({ status }) => status === 'fulfilled')

async function sessionsOf({ number }: TestAccount) {
  return (await rowsOf('SELECT 1 FROM sessions WHERE account_number = ?', number)).length
}

describe('one code', () => {
  test('sent 20 times at once, through sign-ins of both kinds, opens one session', async () => {
    const { account, authenticator } = await newAppAccount(unthrottled)
    const pending = await Promise.all(
      Array.from({ length: 10 }, () => startAtApp(unthrottled, account)),
    )
    const [code, before] = [await authenticator.code(), await sessionsOf(account)]
    const outcomes = await Promise.allSettled([
      ...pending.map((challengeToken) => complete(unthrottled, challengeToken, code)),
      ...pending.map(() => loginWithCode(unthrottled, account, code, stranger())),
    ])
    expect(won(outcomes)).toHaveLength(1)
    expect(await sessionsOf(account)).toBe(before + 1)
  })

  test('opens a session or switches the factor off, and never both', async () => {
    const { account, viewer, authenticator } = await newAppAccount(unthrottled)
    const [code, before] = [await authenticator.code(), await sessionsOf(account)]
    const outcomes = await Promise.allSettled([
      loginWithCode(unthrottled, account, code),
      unthrottled.request((core) => deactivateSecondFactor(core, viewer, code)),
      loginWithCode(unthrottled, account, code, stranger()),
      unthrottled.request((core) => deactivateSecondFactor(core, viewer, code)),
    ])
    expect(won(outcomes)).toHaveLength(1)
    const { second_factor: factor } =
      (await rowsOf('SELECT second_factor FROM accounts WHERE number = ?', account.number))[0] ?? {}
    expect((await sessionsOf(account)) - before).toBe(factor === null ? 0 : 1)
  })

  test('counts no more once it, or a later one, was taken: by the set-up as well', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    const { secret } = await initiateApp(atrium, viewer)
    const [early, now] = [
      await codeAt(secret, atrium.now - 30_000),
      await codeAt(secret, atrium.now),
    ]
    await activate(atrium, viewer, now)
    for (const code of [now, early]) {
      expect(await refusal(loginWithCode(atrium, account, code))).toEqual(wrongCode)
    }
    await loginWithCode(atrium, account, await codeAt(secret, atrium.now + 30_000))
  })

  test('that another request takes between its check and its use opens nothing', async () => {
    const { account, authenticator } = await newAppAccount(atrium)
    const [slow, fast] = [await startAtApp(atrium, account), await startAtApp(atrium, account)]
    const code = await authenticator.code()
    const meanwhile = () => complete(atrium, fast, code)
    const input = { challengeToken: slow, code, accountId: null }
    const work = atrium.request((core) =>
      completeSecondFactor(interrupted(core, meanwhile), input, stranger()),
    )
    expect(await refusal(work)).toEqual(wrongCode)
  })

  test('is taken one step early or late, and refused at two', async () => {
    for (const [offset, isTaken] of [
      [-2, false],
      [2, false],
      [1, true],
    ] as const) {
      const { account, authenticator } = await newAppAccount(atrium)
      const code = await authenticator.code(offset * stepSeconds)
      const work = loginWithCode(atrium, account, code, stranger())
      if (isTaken) expect(await work).toMatchObject({ kind: 'signed_in' })
      else expect(await refusal(work)).toEqual(wrongCode)
    }
  })
})

describe('one backup code', () => {
  test('sent 20 times at once opens one session, and the owner is told', async () => {
    const { account, authenticator } = await newAppAccount(unthrottled)
    const [code = '', other = ''] = authenticator.backupCodes
    const pending = await Promise.all(
      Array.from({ length: 10 }, () => startAtApp(unthrottled, account)),
    )
    const outcomes = await Promise.allSettled([
      ...pending.map((challengeToken) => complete(unthrottled, challengeToken, code.toUpperCase())),
      ...pending.map(() => loginWithCode(unthrottled, account, code.replaceAll('-', ' '))),
    ])
    expect(won(outcomes)).toHaveLength(1)
    const told = unthrottled.mails.filter(({ subject }) => subject.includes('backup code'))
    expect(told.map(({ to }) => to)).toEqual([account.email])
    expect(await refusal(loginWithCode(unthrottled, account, code))).toEqual(wrongCode)
    expect(await loginWithCode(unthrottled, account, other)).toMatchObject({ kind: 'signed_in' })
  })

  test('of another account opens nothing', async () => {
    const [mine, theirs] = [await newAppAccount(atrium), await newAppAccount(atrium)]
    const [code = ''] = theirs.authenticator.backupCodes
    expect(await refusal(loginWithCode(atrium, mine.account, code))).toEqual(wrongCode)
    await loginWithCode(atrium, theirs.account, code)
  })
})

describe('guessing', () => {
  const closed = { code: 'too_many_attempts', retryAfterSeconds: 900 }

  test('is evaluated five times: then not even the right code, but from a known device', async () => {
    const { account, authenticator, deviceToken } = await newAppAccount(atrium)
    const right = await authenticator.code()
    const wrong = right === '999999' ? '999998' : '999999'
    for (let i = 0; i < 5; i += 1) {
      expect(await refusal(loginWithCode(atrium, account, wrong, stranger()))).toEqual(wrongCode)
    }
    const [backup = ''] = authenticator.backupCodes
    const pending = await startAtApp(atrium, account)
    for (const code of [right, backup]) {
      expect(await refusal(loginWithCode(atrium, account, code, stranger()))).toEqual(closed)
      expect(await refusal(complete(atrium, pending, code))).toEqual(closed)
    }
    const device = clientAt(9, { deviceToken })
    expect(await loginWithCode(atrium, account, right, device)).toMatchObject({ kind: 'signed_in' })
    atrium.pass(900)
    const later = await authenticator.code()
    expect(await loginWithCode(atrium, account, later, stranger())).toMatchObject({
      kind: 'signed_in',
    })
  })

  test('at many at once from everywhere is evaluated no more than five times', async () => {
    const { account } = await newAppAccount(atrium)
    const failures = await Promise.all(
      Array.from({ length: 30 }, () => refusal(loginWithCode(atrium, account, 'x', stranger()))),
    )
    expect(failures.filter(({ code }) => code === 'invalid_second_factor')).toHaveLength(5)
  })

  test('in a session gets five as well, for activating and switching off together', async () => {
    const { viewer, authenticator } = await newAppAccount(atrium)
    const off = (code: string) =>
      atrium.request((core) => deactivateSecondFactor(core, viewer, code))
    for (let i = 0; i < 5; i += 1) {
      const work = i % 2 === 0 ? off('000000x') : activate(atrium, viewer, '000000x')
      expect(await refusal(work)).toEqual(wrongCode)
    }
    expect(await refusal(off(await authenticator.code()))).toEqual(closed)
  })

  test('right codes use nothing of it up', async () => {
    const { account, authenticator } = await newAppAccount(atrium)
    for (let i = 0; i < 8; i += 1) {
      await loginWithCode(atrium, account, await authenticator.code(), clientAt(2))
      atrium.pass(stepSeconds)
    }
  })
})

describe('what is being set up', () => {
  test('is neither replaced nor activated by a session that was open before', async () => {
    const { account, viewer, token } = await newSignedIn(atrium)
    const taken = await signIn(atrium, account, stranger())
    const intruder = await viewerOf(atrium, taken.session.token)
    atrium.pass(1)
    const { secret } = await initiateApp(atrium, viewer)
    const code = await codeAt(secret, atrium.now)
    expect(await refusal(activate(atrium, intruder, code))).toEqual(wrongCode)
    for (const method of ['app', 'email'] as const) {
      const work = atrium.request((core) => initiateSecondFactor(core, intruder, method))
      expect(await refusal(work)).toEqual({ code: 'second_factor_in_use' })
    }
    await activate(atrium, viewer, code)
    expect(await isAlive(atrium, token)).toBe(true)
  })

  test('is begun anew by who has signed in since, and the first counts nowhere', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    const first = await initiateApp(atrium, viewer)
    atrium.pass(1)
    const later = await signIn(atrium, account, stranger())
    const other = await viewerOf(atrium, later.session.token)
    const second = await initiateApp(atrium, other)
    const [stale, fresh] = [
      await codeAt(first.secret, atrium.now),
      await codeAt(second.secret, atrium.now),
    ]
    for (const [session, code] of [
      [viewer, stale],
      [viewer, fresh],
      [other, stale],
    ] as const) {
      expect(await refusal(activate(atrium, session, code))).toEqual(wrongCode)
    }
    await activate(atrium, other, fresh)
  })

  test('is out of reach of a pending sign-in, whose secret is no session', async () => {
    const { account, token } = await newTwoFactorAccount(atrium)
    const { secret } = await initiateApp(atrium, await viewerOf(atrium, token))
    const { challengeToken } = await startSignIn(atrium, account, stranger())
    expect(await refusal(viewerOf(atrium, challengeToken))).toEqual({ code: 'not_authenticated' })
    const code = await codeAt(secret, atrium.now)
    expect(await refusal(complete(atrium, challengeToken, code))).toEqual(wrongCode)
  })
})

describe('a code mailed before an app was on', () => {
  test('counts no more after it', async () => {
    const { account, token } = await newTwoFactorAccount(atrium)
    const { challengeToken, code } = await startSignIn(atrium, account, stranger())
    await setUpApp(atrium, await viewerOf(atrium, token))
    expect(await refusal(complete(atrium, challengeToken, code))).toEqual(wrongCode)
  })

  test('counts no more even where it was checked before', async () => {
    const { account, token } = await newTwoFactorAccount(atrium)
    const { challengeToken, code } = await startSignIn(atrium, account, stranger())
    const viewer = await viewerOf(atrium, token)
    const input = { challengeToken, code, accountId: null }
    const work = atrium.request((core) =>
      completeSecondFactor(
        interrupted(core, () => setUpApp(atrium, viewer)),
        input,
        stranger(),
      ),
    )
    expect(await refusal(work)).toEqual(wrongCode)
  })
})
