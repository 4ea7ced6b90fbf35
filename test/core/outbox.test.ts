import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Core } from '../../src/core/context'
import { drainOutbox, oweForgetting, prepareLetter } from '../../src/core/outbox'
import { hashToken } from '../../src/crypto/token'
import { run } from '../../src/storage/database'
import { newSignedIn, uniqueName } from '../support/accounts'
import type { SentMail } from '../support/app'
import { change, rowsOf, testCore } from '../support/core'

/** A mail binding that fails while it is told to. */
function unreliableMail() {
  const sent: SentMail[] = []
  const mail = {
    isDown: false,
    async send(message: SentMail) {
      if (mail.isDown) throw new Error('no mail today')
      sent.unshift(message)
    },
  }
  return { mail, sent }
}

const { mail, sent } = unreliableMail()
const atrium = testCore({ MAIL: mail })
const code = 'abcde-fghij-kmnpq-rstuv-wxyz2-34567'

beforeEach(async () => {
  await change('DELETE FROM outbox')
  sent.length = 0
  mail.isDown = false
})

/** Owes a letter as a change does; `isSent` is whether the request lives long enough to send it. */
async function owe(isSent: boolean, ttlSeconds?: number): Promise<string> {
  const to = `${uniqueName()}@example.com`
  const { core, settle } = atrium.pending()
  const letter = await prepareLetter(core, { kind: 'reset_password', code }, ttlSeconds)
  await run(core.db, letter.owe(sql`SELECT ${to} AS address`))
  if (isSent) letter.sendSoon(to)
  await settle()
  return to
}

const drain = () => atrium.request(drainOutbox)
const rows = () =>
  rowsOf<{ target: string; payload: string; tries: number; due_at: number }>('SELECT * FROM outbox')
const none = { sent: 0, failed: 0, dropped: 0 }

describe('a letter', () => {
  test('is sent once after the answer, and owed no more', async () => {
    const to = await owe(true)
    expect(sent.map((message) => message.to)).toEqual([to])
    expect(sent[0]).toMatchObject({ from: atrium.settings.mailFrom })
    expect(await rows()).toEqual([])
    atrium.pass(3600)
    expect(await drain()).toEqual(none)
    expect(sent).toHaveLength(1)
  })

  test('is sent by cron when the request died in between, but not while it may still live', async () => {
    const to = await owe(false)
    expect(await drain()).toEqual(none)
    atrium.pass(60)
    expect(await drain()).toEqual({ ...none, sent: 1 })
    expect(sent.map((message) => message.to)).toEqual([to])
    expect(sent[0]?.text).toContain(code)
    expect(await rows()).toEqual([])
  })

  test('is sent by one of several crons that run at once', async () => {
    await owe(false)
    atrium.pass(60)
    const outcomes = await Promise.all([drain(), drain(), drain()])
    expect(outcomes.map((outcome) => outcome.sent).sort()).toEqual([0, 0, 1])
    expect(sent).toHaveLength(1)
  })

  test('that could not be sent waits longer each time, and is not lost', async () => {
    mail.isDown = true
    await owe(true, 24 * 3600)
    atrium.pass(60)
    const waits: number[] = []
    for (let i = 0; i < 7; i += 1) {
      expect(await drain()).toEqual({ ...none, failed: 1 })
      const [row] = await rows()
      waits.push(((row?.due_at ?? 0) - atrium.now) / 1000)
      atrium.pass(waits.at(-1) ?? 0)
    }
    expect(waits).toEqual([240, 480, 960, 1920, 3600, 3600, 3600])
    mail.isDown = false
    expect(await drain()).toEqual({ ...none, sent: 1 })
    expect(await rows()).toEqual([])
  })

  test('whose code has expired is dropped unsent', async () => {
    await owe(false, 1800)
    atrium.pass(1800)
    await drain()
    expect(sent).toEqual([])
    expect(await rows()).toEqual([])
  })

  test('that nobody could send for a day is given up', async () => {
    mail.isDown = true
    await owe(true, 7 * 24 * 3600)
    atrium.pass(24 * 3600)
    expect(await drain()).toEqual({ ...none, dropped: 1 })
    expect(await rows()).toEqual([])
  })

  test('that nobody can open any more is dropped', async () => {
    await owe(false)
    await change("UPDATE outbox SET payload = '9.AAAA.AAAA'")
    atrium.pass(60)
    expect(await drain()).toEqual({ ...none, dropped: 1 })
    expect(await rows()).toEqual([])
  })

  test('holds its code sealed: nothing of it is stored in clear', async () => {
    await owe(false)
    const stored = JSON.stringify(await rows())
    expect(stored).not.toContain(code)
    expect(stored).not.toContain('reset_password')
  })

  test('is owed to nobody where there is nobody, while the same work is done', async () => {
    const before = atrium.problems.length
    const { core, settle } = atrium.pending()
    const letter = await prepareLetter(core, { kind: 'password_changed' })
    await run(core.db, letter.owe(sql`SELECT NULL AS address`))
    expect(await rows()).toEqual([])
    letter.sendSoon(null)
    await settle()
    expect(sent).toEqual([])
    expect(atrium.problems).toHaveLength(before)
  })

  test('is owed once, also when its batch is sent again', async () => {
    const core = atrium.pending().core
    const letter = await prepareLetter(core, { kind: 'password_changed' })
    const owing = letter.owe(sql`SELECT 'ada@example.com' AS address`)
    await run(core.db, owing)
    await run(core.db, letter.owe(sql`SELECT 'ada@example.com' AS address`))
    expect(await rows()).toHaveLength(1)
  })
})

describe('KV records to forget', () => {
  const forget = (work: (core: Core) => ReturnType<typeof oweForgetting>) =>
    atrium.request((core) => run(core.db, work(core)))
  const isKept = async (token: string) =>
    (await atrium.env.KV.get(`session:${await hashToken(token)}`)) !== null

  test('are deleted by cron, but for the one to keep', async () => {
    const people = testCore()
    const [gone, kept] = [await newSignedIn(people), await newSignedIn(people)]
    await change('UPDATE sessions SET account_number = ?', gone.account.number)
    const keep = await hashToken(kept.token)
    await forget((core) =>
      oweForgetting(core, sql`account_number = ${gone.account.number} AND token_hash <> ${keep}`),
    )
    expect(await drain()).toEqual({ ...none, sent: 1 })
    expect(await isKept(gone.token)).toBe(false)
    expect(await isKept(kept.token)).toBe(true)
  })

  test('are owed only where there are some', async () => {
    await forget((core) => oweForgetting(core, sql`account_number = NULL`))
    await forget((core) => oweForgetting(core, sql`account_number = -1`))
    expect(await rows()).toEqual([])
  })
})

test('fifty at most are worked on in one run, the oldest first', async () => {
  for (let i = 0; i < 60; i += 1) {
    await change(
      `INSERT INTO outbox (id, kind, target, payload, created_at, due_at)
       VALUES (?, 'forget', '[]', '', ?, ?)`,
      `row ${i}`,
      atrium.now,
      i,
    )
  }
  expect(await drain()).toEqual({ ...none, sent: 50 })
  const left = await rowsOf<{ due_at: number }>('SELECT due_at FROM outbox ORDER BY due_at')
  expect(left.map((row) => row.due_at)).toEqual([50, 51, 52, 53, 54, 55, 56, 57, 58, 59])
})
