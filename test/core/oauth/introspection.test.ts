import { describe, expect, test } from 'vitest'
import { setDisabled } from '../../../src/core/administration'
import { deleteAccount } from '../../../src/core/deletion'
import { introspect } from '../../../src/core/oauth/introspection'
import { requestReset, resetPassword } from '../../../src/core/recovery'
import { endAllSessions, endSession } from '../../../src/core/session-endings'
import { newSignedIn, newUnconfirmed, signIn, viewerOf } from '../../support/accounts'
import { codeFrom } from '../../support/app'
import { issueToken, newClient } from '../../support/clients'
import { callerWith, change, clientAt, refusal, testCore } from '../../support/core'
import { brokenDatabase, withDatabase } from '../../support/database'

const atrium = testCore()
const look = (token: string) => atrium.request((core) => introspect(core, token))

test('a session holds the scopes of its account', async () => {
  const { account, token, viewer } = await newSignedIn(atrium)
  expect(await look(token)).toMatchObject({
    kind: 'session',
    account: { id: account.id, username: account.username },
    scopes: ['delegated:all'],
    issuedAt: viewer.session.openedAt,
    expiresAt: viewer.session.expiresAt,
  })
  await change("UPDATE accounts SET role = 'admin' WHERE number = ?", account.number)
  expect(await look(token)).toMatchObject({ scopes: ['delegated:all', 'admin:profile:write'] })
})

test('what nobody was given is worth nothing', async () => {
  for (const token of ['', 'nonsense', 'a'.repeat(43), '.', 'ä', '\0', 'a'.repeat(60_000)]) {
    expect(await look(token)).toBeNull()
  }
})

describe('a session is worth nothing any more', () => {
  test('once it is ended, by itself or with all', async () => {
    const { account, token } = await newSignedIn(atrium)
    const { session: other } = await signIn(atrium, account)
    await atrium.request((core) => endSession(core, callerWith(token)))
    expect(await look(token)).toBeNull()
    expect(await look(other.token)).not.toBeNull()
    await atrium.request((core) => endAllSessions(core, callerWith(other.token)))
    expect(await look(other.token)).toBeNull()
  })

  test('once its account is disabled or deleted', async () => {
    const [admin, one, two] = await Promise.all([1, 2, 3].map(() => newSignedIn(atrium)))
    if (!admin || !one || !two) throw new Error('nobody is there')
    await change("UPDATE accounts SET role = 'admin' WHERE number = ?", admin.account.number)
    const boss = await viewerOf(atrium, admin.token)
    const target = { accountId: one.account.id, isDisabled: true }
    await atrium.request((core) => setDisabled(core, boss, target))
    expect(await look(one.token)).toBeNull()
    await atrium.request((core) => deleteAccount(core, two.account))
    expect(await look(two.token)).toBeNull()
  })

  test('once the password is reset', async () => {
    const { account, token } = await newSignedIn(atrium)
    await atrium.request((core) => requestReset(core, { email: account.email }, clientAt(1)))
    const reset = { code: codeFrom(atrium.mails, account.email), password: 'yet another long one' }
    await atrium.request((core) => resetPassword(core, reset, clientAt(1)))
    expect(await look(token)).toBeNull()
  })

  test('once it has not been used for too long; being looked at is being used', async () => {
    const { token } = await newSignedIn(atrium)
    const idle = atrium.settings.sessionIdleSeconds
    const later = testCore()
    later.now = atrium.now + (idle - 1) * 1000
    expect(await later.request((core) => introspect(core, token))).not.toBeNull()
    later.pass(idle - 1)
    expect(await later.request((core) => introspect(core, token))).not.toBeNull()
    later.pass(idle)
    expect(await later.request((core) => introspect(core, token))).toBeNull()
  })
})

test('a session whose address is not confirmed is worth nothing, unless the setting says so', async () => {
  const account = await newUnconfirmed(atrium)
  const { session } = await signIn(atrium, account)
  expect(await look(session.token)).toBeNull()
  const open = testCore({ REQUIRE_EMAIL_VERIFICATION: 'false' })
  const seen = await open.request((core) => introspect(core, session.token))
  expect(seen).toMatchObject({ kind: 'session', account: { id: account.id } })
})

test('while the database does not answer nothing is said about any token', async () => {
  const token = await issueToken(atrium, await newClient())
  const { token: session } = await newSignedIn(atrium)
  const down = brokenDatabase('D1 DB is overloaded')
  // Neither an isolate that knows the keys nor one that does not takes silence for a word.
  for (const given of [token, session]) {
    const looking = testCore({ DB: down }).request((core) => introspect(core, given))
    expect(await refusal(looking)).toMatchObject({ code: 'unavailable' })
  }
  const { core } = atrium.pending()
  const asking = introspect(withDatabase(core, down), token)
  expect(await refusal(asking)).toMatchObject({ code: 'unavailable' })
})
