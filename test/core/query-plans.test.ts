import { env } from 'cloudflare:workers'
import { beforeAll, expect, test } from 'vitest'
import { updateAccount } from '../../src/core/account-changes'
import { setDisabled } from '../../src/core/administration'
import { initiateSecondFactor } from '../../src/core/authenticator'
import { completeSecondFactor } from '../../src/core/challenges'
import { deleteAccount } from '../../src/core/deletion'
import { confirmEmail, disownEmail, resendConfirmation } from '../../src/core/email-confirmation'
import { checkHealth } from '../../src/core/health'
import { listLoginHistory } from '../../src/core/login-history'
import { drainOutbox } from '../../src/core/outbox'
import { getPerson } from '../../src/core/profiles'
import { requestReset, resetPassword } from '../../src/core/recovery'
import { mailSecondFactorCode } from '../../src/core/second-factor-codes'
import { deactivateSecondFactor } from '../../src/core/second-factor-removal'
import { endSessionById, listSessions } from '../../src/core/session-list'
import { describeSession, endAllSessions, endSession } from '../../src/core/sessions'
import { resendSignInCode } from '../../src/core/sign-in-codes'
import { setMailedSecondFactor } from '../../src/core/two-factor'
import { sweepExpired } from '../../src/core/upkeep'
import {
  newSignedIn,
  newTwoFactorAccount,
  newUnconfirmed,
  password,
  registration,
  startSignIn,
  tryLogin,
} from '../support/accounts'
import { codeFrom, testApp } from '../support/app'
import { activate, loginWithCode, newAppAccount } from '../support/authenticators'
import { callerWith, change, clientAt, refusal, type TestCore, testCore } from '../support/core'
import { newPerson } from '../support/social'

/**
 * The cost of a statement must not grow with the number of accounts: each one that is prepared
 * while everything is done once is explained by SQLite, and none may walk through a table.
 */

const statements = new Set<string>()

const recording = new Proxy(env.DB, {
  get(target, property) {
    const value = Reflect.get(target, property)
    if (typeof value !== 'function') return value
    return (...given: unknown[]) => {
      if (property === 'prepare') statements.add(String(given[0]))
      return Reflect.apply(value, target, given)
    }
  },
})

const tables =
  'accounts|sessions|codes|challenges|second_factors|backup_codes|throttles|known_sources|login_history|outbox|held_usernames'
const scan = new RegExp(`^SCAN (${tables})\\b`)

async function planOf(sql: string): Promise<string[]> {
  const values = Array.from({ length: sql.split('?').length - 1 }, () => 1)
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...values)
    .all<{ detail: string }>()
  return results.map(({ detail }) => detail)
}

const client = clientAt(1)
const own = { targetId: null, currentPassword: null }

/** An app set up, used in both ways and switched off; codes that are mailed to do the like. */
async function walkSecondFactors(atrium: TestCore): Promise<void> {
  const app = await newAppAccount(atrium)
  await loginWithCode(atrium, app.account, app.authenticator.backupCodes[0] ?? '')
  const code = await app.authenticator.code()
  await atrium.request((core) => deactivateSecondFactor(core, app.viewer, code))
  await atrium.request((core) => initiateSecondFactor(core, app.viewer, 'email'))
  await atrium.request((core) => mailSecondFactorCode(core, app.viewer, null))
  await activate(atrium, app.viewer, codeFrom(atrium.mails, app.account.email))
  await startSignIn(atrium, app.account, client)
  await atrium.request((core) => resendSignInCode(core, { email: app.account.email }, client))
}

/** Every core function once, on the way that is usual and on the ones that are not. */
async function walkTheCore(): Promise<void> {
  const atrium = testCore({ DB: recording })
  const { account, token, viewer, deviceToken } = await newTwoFactorAccount(atrium)
  const caller = callerWith(token)
  const known = clientAt(1, { deviceToken, formerToken: token })
  const { challengeToken, code } = await startSignIn(atrium, account, known)
  const input = { challengeToken, code, accountId: account.id }
  await atrium.request((core) => completeSecondFactor(core, input, client))
  await refusal(tryLogin(atrium, { email: account.email }, { password: 'wrong one' }))

  const unconfirmed = await newUnconfirmed(atrium)
  await atrium.request((core) => resendConfirmation(core, { id: unconfirmed.id }))
  await newUnconfirmed(
    atrium,
    registration({ email: unconfirmed.email, replacesUnconfirmed: true }),
  )
  const text = atrium.mails[0]?.text.split('\n') ?? []
  const disownCode = text.filter((line) => /^\w{5}(-\w{5}){5}$/.test(line))[1] ?? ''
  await atrium.request((core) => disownEmail(core, disownCode))

  const other = await newSignedIn(atrium)
  await atrium.request((core) => listSessions(core, callerWith(other.token)))
  await atrium.request((core) => describeSession(core, other.viewer))
  await atrium.request((core) => endSessionById(core, other.viewer, 'some id'))
  for (const before of [{ at: atrium.now }, { id: 'some id' }]) {
    const page = { limit: 10, before }
    await atrium.request((core) => listLoginHistory(core, callerWith(other.token), page))
  }
  await atrium.request((core) => getPerson(core, callerWith(other.token), account.id))

  const email = `new.${other.account.email}`
  const everything = { email, username: `n.${other.account.username}`, profile: { bio: 'b' } }
  const changes = { ...everything, password: 'another long one', isPrivate: true, firstName: 'A' }
  const proof = { targetId: null, currentPassword: password }
  await atrium.request((core) => updateAccount(core, other.viewer, changes, proof, client))
  const confirmation = { code: codeFrom(atrium.mails, email), accountId: other.account.id, token }
  await atrium.request((core) => confirmEmail(core, confirmation, client))

  await atrium.request((core) => requestReset(core, { email: account.email }, client))
  const reset = { code: codeFrom(atrium.mails, account.email), password: 'yet another long one' }
  await atrium.request((core) => resetPassword(core, reset, client))
  expect(await refusal(atrium.request((core) => listSessions(core, caller)))).toBeDefined()
  expect(viewer.account.number).toBe(account.number)

  await walkSecondFactors(atrium)
  const last = await newSignedIn(atrium)
  const factor = { isOn: true, currentPassword: null }
  await atrium.request((core) => setMailedSecondFactor(core, last.viewer, factor))
  await change("UPDATE accounts SET role = 'admin' WHERE number = ?", last.account.number)
  const admin = { ...last.viewer, account: { ...last.viewer.account, role: 'admin' as const } }
  for (const isDisabled of [true, false]) {
    const target = { accountId: account.id, isDisabled }
    await atrium.request((core) => setDisabled(core, admin, target))
  }
  const target = { ...own, targetId: account.id }
  await atrium.request((core) => updateAccount(core, admin, { role: 'user' }, target, client))
  atrium.pass(600)
  await atrium.request((core) => endSession(core, other.token))
  await atrium.request((core) => endAllSessions(core, last.token))
  await atrium.request((core) => deleteAccount(core, account))
  await atrium.request(checkHealth)
  await atrium.request(drainOutbox)
  await atrium.request(sweepExpired)
}

beforeAll(async () => {
  await walkTheCore()
  const app = testApp({ DB: recording })
  const { cookies } = await newPerson(app)
  for (const path of ['/user/me', '/user/session-state', '/user/login-history']) {
    await app.call(path, { cookies })
  }
  await app.cron('17 3 * * *')
})

test('there are statements to look at, on every table', () => {
  expect(statements.size).toBeGreaterThan(60)
  const all = [...statements].join('\n')
  for (const table of tables.split('|')) expect(all).toContain(table)
})

test('no statement walks through a table', async () => {
  const scanning: string[] = []
  for (const sql of statements) {
    const plan = await planOf(sql)
    // A range of an index, as the sweeps read it, is a SEARCH; "SCAN … USING INDEX" is the whole of it.
    const bad = plan.filter((step) => scan.test(step))
    if (bad.length > 0) scanning.push(`${bad.join(', ')}: ${sql}`)
  }
  expect(scanning).toEqual([])
})

test('the check itself finds a statement that does', async () => {
  const plan = await planOf('SELECT * FROM accounts WHERE first_name = ?')
  expect(plan.some((step) => scan.test(step))).toBe(true)
  expect((await planOf('DELETE FROM sessions WHERE device = ?')).some((s) => scan.test(s))).toBe(
    true,
  )
})
