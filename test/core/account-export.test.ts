import { describe, expect, test } from 'vitest'
import { updateAccount } from '../../src/core/account-changes'
import { type ExportPart, exportAccount } from '../../src/core/account-export'
import { addBookmark } from '../../src/core/bookmarks'
import type { Core } from '../../src/core/context'
import { setPicture } from '../../src/core/pictures'
import { endSession } from '../../src/core/session-endings'
import type { Viewer } from '../../src/core/sessions'
import { hashToken } from '../../src/crypto/token'
import { newSignedIn, registration, viewerOf } from '../support/accounts'
import { newAppAccount } from '../support/authenticators'
import { change, clientAt, refusal, rowsOf, testCore } from '../support/core'
import { interceptDatabase, withDatabase } from '../support/database'
import { blocks, follows, newPeople, newPrivate } from '../support/follow-graph'
import { picture } from '../support/png'

/** Everything about a person, for themselves and nobody else. */

const atrium = testCore()

async function collect(parts: AsyncGenerator<ExportPart>) {
  const sections: { [section: string]: unknown } = {}
  let count = 0
  for await (const part of parts) {
    count += 1
    if ('value' in part) sections[part.section] = part.value
    else sections[part.section] = [...((sections[part.section] as []) ?? []), ...part.rows]
  }
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into rows of any shape
  return { sections: sections as { [section: string]: any }, count }
}

const exported = (viewer: Viewer) =>
  atrium.request(async (core) => (await collect(exportAccount(core, viewer))).sections)

/** Rows as a program would make them: people who follow somebody, a millisecond apart. */
async function followedBy(number: number, count: number): Promise<void> {
  const [first] = await rowsOf<{ max: number }>('SELECT MAX(number) AS max FROM accounts')
  const from = (first?.max ?? 0) + 1
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})`
  await change(
    `${numbers} INSERT INTO accounts (number, id, username, username_key, created_at, updated_at)
    SELECT ${from} + i, printf('%024x', ${from} + i), 'fan_${from}_' || i, 'fan_${from}_' || i, 1, 1 FROM n`,
  )
  await change(
    `${numbers} INSERT INTO follows (entry_id, follower_number, followed_number, approved, followed_at)
    SELECT printf('e%023x', ${from} + i), ${from} + i, ?, 1, 1000 + i FROM n`,
    number,
  )
}

describe('what is exported', () => {
  test('the account, the profile, and whom it has to do with', async () => {
    const [one, other, fan, foe] = await newPeople(atrium, 4)
    if (!one || !other || !fan || !foe) throw new Error('nobody is there')
    const closed = await newPrivate(atrium)
    const changes = {
      profile: { bio: 'She said "hi"', customData: { seenAt: 5 } },
      tags: ['maths'],
    }
    const own = { targetId: null, currentPassword: null }
    await atrium.request((core) => updateAccount(core, one.viewer, changes, own, clientAt(1)))
    await follows(atrium, one, other)
    await follows(atrium, fan, one)
    await follows(atrium, one, closed)
    await blocks(atrium, one, foe)
    await atrium.request((core) => addBookmark(core, one.viewer, other.account.id))
    const bytes = await picture()
    await atrium.request((core) => setPicture(core, one.viewer, bytes))

    const viewer = await viewerOf(atrium, one.token)
    const found = await exported(viewer)
    const { id, username, email } = one.account
    expect(found.account).toMatchObject({
      id,
      username,
      email,
      hasPassword: true,
      pendingEmail: null,
    })
    expect(found.account.createdAt).toEqual(expect.any(Number))
    expect(found.profile).toMatchObject(changes.profile)
    expect(found.picture.url).toContain(`/pictures/${id}/`)
    expect(found.tags).toEqual([{ name: 'maths', color: expect.any(String) }])
    expect(found.achievements).toHaveLength(4)
    expect(found.referral).toEqual({ referralCode: expect.any(String), referrerId: null })
    const named = (person: { account: { id: string; username: string } }) =>
      expect.objectContaining({ id: person.account.id, username: person.account.username })
    expect(found.followers).toEqual([named(fan)])
    expect(found.following).toEqual([named(other)])
    expect(found.followRequestsSent).toEqual([named(closed)])
    expect(found.followRequestsReceived).toEqual([])
    expect(found.blocks).toEqual([named(foe)])
    expect(found.bookmarks).toEqual([named(other)])
    expect(found.sessions).toEqual([
      expect.objectContaining({ dialect: 'test', ipAddress: clientAt(1).address, device: null }),
    ])
    expect(found.signIns).toEqual([expect.objectContaining({ success: true, reason: null })])

    const theirs = await exported(closed.viewer)
    expect(theirs.followRequestsReceived).toEqual([named(one)])
    expect(theirs.followers).toEqual([])
  })

  test('every section is there for somebody who has nothing', async () => {
    const { viewer } = await newSignedIn(atrium)
    expect(Object.keys(await exported(viewer))).toEqual([
      'account',
      'profile',
      'picture',
      'secondFactor',
      'referral',
      'tags',
      'achievements',
      'sessions',
      'applications',
      'grants',
      'signIns',
      'followers',
      'following',
      'followRequestsReceived',
      'followRequestsSent',
      'blocks',
      'bookmarks',
      'inviteCodes',
      'uploads',
      'photos',
    ])
  })

  test('no hash, no secret, no address of a device', async () => {
    const { account, token, viewer, authenticator, deviceToken } = await newAppAccount(atrium)
    await change(
      "UPDATE sessions SET device = json_set(device, '$.device', json(?)) WHERE account_number = ?",
      JSON.stringify({
        id: 'd',
        name: 'My phone',
        model: 'X',
        token: 'push-token',
        transport: 'p',
      }),
      account.number,
    )
    const found = await exported(viewer)
    expect(found.secondFactor).toEqual({ method: 'app', backupCodesLeft: 10 })
    expect(found.sessions[0].device).toEqual({ id: 'd', name: 'My phone', model: 'X' })
    const text = JSON.stringify(found)
    const [row] = await rowsOf<{ hash: string }>(
      'SELECT password_hash AS hash FROM accounts WHERE number = ?',
      account.number,
    )
    const secrets = [
      token,
      await hashToken(token),
      deviceToken,
      authenticator.secret,
      ...authenticator.backupCodes,
      row?.hash,
      'push-token',
    ]
    for (const secret of secrets) expect(text).not.toContain(secret)
    expect(text).not.toMatch(/hash|secret|pbkdf2|epoch/i)
  })

  test('of others, who they are and no more', async () => {
    const [one, other] = await newPeople(atrium, 2)
    if (!one || !other) throw new Error('nobody is there')
    await follows(atrium, other, one)
    const text = JSON.stringify(await exported(one.viewer))
    expect(text).toContain(other.account.username)
    expect(text).not.toContain(other.account.email)
    expect(text).not.toContain(String(other.account.number))
  })

  test('who has blocked the person is not told', async () => {
    const [one, other] = await newPeople(atrium, 2)
    if (!one || !other) throw new Error('nobody is there')
    await atrium.request((core) => addBookmark(core, one.viewer, other.account.id))
    await blocks(atrium, other, one)
    expect((await exported(one.viewer)).bookmarks).toEqual([])
  })
})

describe('long lists', () => {
  test('are complete, in pages, each row once', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    await followedBy(account.number, 2500)
    const { sections, count } = await atrium.request((core) => collect(exportAccount(core, viewer)))
    const names = sections.followers.map((row: { username: string }) => row.username)
    expect(names).toHaveLength(2500)
    expect(new Set(names).size).toBe(2500)
    // One part for each of the 20 sections, and one for each further page of the long one.
    expect(count).toBe(20 + 2)
  })

  test('sign-ins of the same millisecond are told apart at the end of a page', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    await change(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1199)
      INSERT INTO login_history (id, account_number, at, success, dialect)
      SELECT 'h' || ? || '_' || i, ?, 77, 0, 'test' FROM n`,
      account.number,
      account.number,
    )
    const ids = (await exported(viewer)).signIns.map((row: { id: string }) => row.id)
    expect(ids).toHaveLength(1201)
    expect(new Set(ids).size).toBe(1201)
  })

  test('nothing is read that nobody asks for', async () => {
    const { account, viewer } = await newSignedIn(atrium)
    await followedBy(account.number, 1500)
    const { core, settle } = atrium.pending()
    const counted = counting(core)
    const parts = exportAccount(counted.core, viewer)
    await parts.next()
    await parts.next()
    expect(counted.trips()).toBe(1)
    await parts.return(undefined)
    await settle()
  })
})

/** The same core, and how often it has asked D1. */
function counting(core: Core): { core: Core; trips(): number } {
  let trips = 0
  const client = interceptDatabase(core.db.$client, (ask) => {
    trips += 1
    return ask()
  })
  return { core: withDatabase(core, client), trips: () => trips }
}

describe('who may export', () => {
  test('a sign-in that was too long ago does not do', async () => {
    const { viewer } = await newSignedIn(atrium, registration())
    const stale = {
      ...viewer,
      session: { ...viewer.session, authenticatedAt: atrium.now - 16 * 60 * 1000 },
    }
    const failure = await refusal(exported(stale))
    expect(failure).toEqual({ code: 'reauthentication_required', reason: 'stale' })
  })

  test('nor does an application, or a session that has ended meanwhile', async () => {
    const { token, viewer } = await newSignedIn(atrium)
    const granted = { ...viewer, session: { ...viewer.session, grantedTo: 'some-app' } }
    expect(await refusal(exported(granted))).toMatchObject({ code: 'reauthentication_required' })
    await atrium.request((core) => endSession(core, { token, scopes: null }))
    expect(await refusal(exported(viewer))).toEqual({ code: 'not_authenticated' })
  })
})
