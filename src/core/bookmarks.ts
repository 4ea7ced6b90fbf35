import { newId } from '../crypto/random'
import { commit } from '../storage/database'
import { bookmarks } from '../storage/portfolio-schema'
import { accounts } from '../storage/schema'
import { sql } from '../storage/sql'
import { accountColumns } from './accounts'
import { isKnownTo, isShownTo } from './audience'
import type { Core } from './context'
import { fail } from './errors'
import { deleteOwnRows } from './own-rows'
import { type Person, seenBy } from './profiles'
import { authenticate, type Caller, isAlive, ownNumber, type Viewer } from './sessions'

/** Keeping people in mind. Nobody sees but whoever keeps. */

const bookmarksMax = 1000

export interface Bookmark {
  readonly bookmarkId: string
  readonly bookmarkedAt: number
  readonly person: Person
}

/**
 * Bookmarks an account, and gives the bookmark's id. Repeated, it gives the same. Fails with
 * account_not_found, and invalid_input for one too many.
 */
export async function addBookmark(core: Core, viewer: Viewer, id: string): Promise<string> {
  const own = sql`${viewer.account.number}`
  const [row] = await commit(
    core.db,
    [
      core.db.run(sql`INSERT INTO bookmarks (bookmark_id, account_number, bookmarked_number, bookmarked_at)
        SELECT ${newId(core.now)}, ${own}, number, ${core.now} FROM accounts
        WHERE id = ${id} AND ${isKnownTo(own)} AND ${isAlive(core, viewer)}
          AND (SELECT COUNT(*) FROM bookmarks WHERE account_number = ${own}) < ${bookmarksMax}
        ON CONFLICT DO NOTHING`),
    ],
    core.db.all<{
      bookmarkId: string | null
      isAlive: number
    }>(sql`SELECT bookmark_id AS bookmarkId,
      ${isAlive(core, viewer)} AS isAlive
      FROM accounts LEFT JOIN bookmarks ON account_number = ${own} AND bookmarked_number = accounts.number
      WHERE accounts.id = ${id} AND ${isKnownTo(own)}`),
    ([found]) => (found?.bookmarkId ?? null) !== null,
  )
  if (!row) fail({ code: 'account_not_found' })
  if (row.bookmarkId !== null) return row.bookmarkId
  if (!row.isAlive) fail({ code: 'not_authenticated' })
  fail({ code: 'invalid_input', issues: [{ field: 'reference', rule: 'too_long' }] })
}

/** The caller's bookmarks, newest first, without people they cannot see. One round trip. */
export async function listBookmarks(
  core: Core,
  caller: Caller,
  { page, limit }: { readonly page: number; readonly limit: number },
): Promise<{ found: Bookmark[]; total: number }> {
  const own = await ownNumber(caller)
  const where = sql`${bookmarks.accountNumber} = ${own} AND ${isShownTo(own)}`
  const joined = sql`${accounts.number} = ${bookmarks.bookmarkedNumber}`
  const { viewer, rows } = await authenticate(
    core,
    caller,
    core.db
      .select({ total: sql<number>`COUNT(*)`.as('bookmarks_total') })
      .from(bookmarks)
      .innerJoin(accounts, joined)
      .where(where),
    core.db
      .select({
        bookmarkId: bookmarks.bookmarkId,
        bookmarkedAt: bookmarks.bookmarkedAt,
        account: accountColumns,
      })
      .from(bookmarks)
      .innerJoin(accounts, joined)
      .where(where)
      .orderBy(sql`${bookmarks.bookmarkedAt} DESC`, sql`${bookmarks.bookmarkId} DESC`)
      .limit(limit)
      .offset((page - 1) * limit),
  )
  const [[counted], shown] = rows
  const found = shown.map(async ({ account, ...bookmark }) => ({
    ...bookmark,
    person: await seenBy(core, viewer, account),
  }))
  return { found: await Promise.all(found), total: counted?.total ?? 0 }
}

/** Takes a bookmark of the viewer's away. Whatever the id is, afterwards there is none. */
export async function removeBookmark(core: Core, viewer: Viewer, bookmarkId: string) {
  const own = sql`bookmarks WHERE bookmark_id = ${bookmarkId}
    AND account_number = ${viewer.account.number}`
  await deleteOwnRows(core, viewer, own)
}
