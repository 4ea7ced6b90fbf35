import { describe, expect, test } from 'vitest'
import { block } from '../../src/core/blocks'
import { addBookmark, listBookmarks, removeBookmark } from '../../src/core/bookmarks'
import { deleteAccount } from '../../src/core/deletion'
import { getPortfolio } from '../../src/core/portfolios'
import { endSession } from '../../src/core/session-endings'
import { newSignedIn } from '../support/accounts'
import { callerWith, change, refusal, rowsOf, testCore } from '../support/core'
import { addPeople } from '../support/portfolios'

const atrium = testCore({ THROTTLE: 'off' })
type Somebody = Awaited<ReturnType<typeof newSignedIn>>

const keep = ({ viewer }: Somebody, id: string) =>
  atrium.request((core) => addBookmark(core, viewer, id))
const drop = ({ viewer }: Somebody, bookmarkId: string) =>
  atrium.request((core) => removeBookmark(core, viewer, bookmarkId))

async function kept({ token }: Somebody, page = { page: 1, limit: 100 }) {
  const { found, total } = await atrium.request((core) =>
    listBookmarks(core, callerWith(token), page),
  )
  return { ids: found.map(({ person }) => person.id), total }
}

describe('a bookmark', () => {
  test('is made once, and keeps its id however often and at once it is made', async () => {
    const [one, other] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    const { id } = other.account
    const ids = await Promise.all([keep(one, id), keep(one, id), keep(one, id)])
    expect(new Set([...ids, await keep(one, id)]).size).toBe(1)
    expect(await kept(one)).toEqual({ ids: [id], total: 1 })
    const shown = await atrium.request((core) => getPortfolio(core, callerWith(one.token), id))
    expect(shown.portfolio.bookmarkId).toBe(ids[0])
    const { token } = other
    const own = await atrium.request((core) => getPortfolio(core, callerWith(token), id))
    expect(own.portfolio.bookmarkId).toBeNull()
  })

  test('is nobody else’s to take away, and may be taken away twice', async () => {
    const [one, other] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    const bookmarkId = await keep(one, other.account.id)
    for (const id of [bookmarkId, 'f'.repeat(24), '']) await drop(other, id)
    expect(await kept(one)).toEqual({ ids: [other.account.id], total: 1 })
    for (let i = 0; i < 2; i += 1) await drop(one, bookmarkId)
    expect(await kept(one)).toEqual({ ids: [], total: 0 })
    expect(await keep(one, other.account.id)).not.toBe(bookmarkId)
  })

  test('is not made on nobody, on who has blocked one, or by a session that has ended', async () => {
    const [one, other] = [await newSignedIn(atrium), await newSignedIn(atrium)]
    const { id } = other.account
    await atrium.request((core) => block(core, other.viewer, one.account.id))
    for (const unknown of [id, 'f'.repeat(24), 'x']) {
      expect(await refusal(keep(one, unknown))).toEqual({ code: 'account_not_found' })
    }
    await atrium.request((core) => endSession(core, callerWith(other.token)))
    expect(await refusal(keep(other, one.account.id))).toEqual({ code: 'not_authenticated' })
    expect(
      await rowsOf('SELECT 1 FROM bookmarks WHERE account_number = ?', other.account.number),
    ).toEqual([])
  })
})

describe('the bookmarks of a person', () => {
  test('are listed newest first, page by page, with their number', async () => {
    const one = await newSignedIn(atrium)
    await addPeople('listed', 7)
    const rows = await rowsOf<{ id: string }>(
      "SELECT id FROM accounts WHERE username LIKE 'listed%'",
    )
    const ids = rows.map(({ id }) => id)
    // All within one second, as somebody who clicks through a list makes them.
    atrium.now = Math.ceil(atrium.now / 1000) * 1000
    for (const id of ids) {
      await keep(one, id)
      atrium.now += 1
    }
    const newest = [...ids].reverse()
    expect(await kept(one)).toEqual({ ids: newest, total: 7 })
    expect(await kept(one, { page: 2, limit: 3 })).toEqual({ ids: newest.slice(3, 6), total: 7 })
    for (const page of [4, 1e9, Number.MAX_SAFE_INTEGER]) {
      expect(await kept(one, { page, limit: 3 })).toEqual({ ids: [], total: 7 })
    }
  })

  test('do not show who is gone, disabled or apart by a block', async () => {
    const one = await newSignedIn(atrium)
    const others = [await newSignedIn(atrium), await newSignedIn(atrium), await newSignedIn(atrium)]
    const [gone, disabled, apart] = others.map(({ account }) => account)
    for (const { account } of others) await keep(one, account.id)
    if (!gone || !disabled || !apart) throw new Error('nobody')
    await atrium.request((core) => deleteAccount(core, gone))
    await change('UPDATE accounts SET disabled_at = 1 WHERE number = ?', disabled.number)
    await atrium.request((core) => block(core, one.viewer, apart.id))
    expect(await kept(one)).toEqual({ ids: [], total: 0 })
    const left = 'SELECT bookmarked_number FROM bookmarks WHERE account_number = ?'
    expect(await rowsOf(left, one.account.number)).toHaveLength(2)
    await atrium.request((core) => deleteAccount(core, one.account))
    expect(await rowsOf(left, one.account.number)).toEqual([])
  })

  test('are a thousand at most, of which none is refused again', async () => {
    const one = await newSignedIn(atrium)
    await addPeople('kept', 999)
    await change(
      `INSERT INTO bookmarks SELECT 'made-' || username, ?, number, 0 FROM accounts
       WHERE username LIKE 'kept%' LIMIT 999`,
      one.account.number,
    )
    const own = await keep(one, one.account.id)
    const { id } = (await newSignedIn(atrium)).account
    expect(await refusal(keep(one, id))).toMatchObject({
      issues: [{ field: 'reference', rule: 'too_long' }],
    })
    expect(await keep(one, one.account.id)).toBe(own)
    expect((await kept(one, { page: 10, limit: 100 })).ids).toHaveLength(100)
  })
})
