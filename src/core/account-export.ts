import type { SQL } from 'drizzle-orm'
import { run } from '../storage/database'
import { accounts } from '../storage/schema'
import type { SessionRecord } from '../storage/session-records'
import { sql } from '../storage/sql'
import { securityColumns } from './account-security'
import { isShownTo } from './audience'
import type { Core } from './context'
import { fail } from './errors'
import { pictureUrl } from './picture-links'
import { portfolioColumns, toPortfolio } from './portfolios'
import { requireRecentAuthentication } from './reauthentication'
import { isAlive, type Viewer } from './sessions'

/**
 * All that is kept about a person, for themselves: no hash and no secret, and of other people no more
 * than who they are. Those who are not shown to the person elsewhere are not shown here either.
 */

/** A thing of which there is one, or some rows of a list that may go on with the next part. */
export type ExportPart =
  | { readonly section: string; readonly value: object }
  | { readonly section: string; readonly rows: readonly object[] }

const rowsPerRead = 1000

/** Where a page of a list ends, and the next one begins. */
interface Position {
  readonly at: number
  readonly row: number
}

const beginning: Position = { at: -1, row: -1 }

interface Row {
  readonly positionAt: number
  readonly positionRow: number
  readonly [column: string]: unknown
}

interface List {
  readonly section: string
  /** Its rows after a position, in the order of an index; `own` is the number of the account. */
  rowsAfter(own: SQL, after: Position): SQL
  /** What SQL cannot say: booleans, and what is stored as JSON. */
  toEntry?(row: { readonly [column: string]: unknown }): object
}

type Side = 'follower_number' | 'followed_number'

function followList(section: string, own: Side, other: Side, approved: 0 | 1): List {
  const columns = {
    follower_number: sql`follower_number`,
    followed_number: sql`followed_number`,
  }
  return {
    section,
    rowsAfter: (
      number,
      after,
    ) => sql`SELECT followed_at AS positionAt, 0 AS positionRow, id, username, followed_at AS followedAt
      FROM follows JOIN accounts ON number = ${columns[other]}
      WHERE ${columns[own]} = ${number} AND approved = ${approved} AND followed_at > ${after.at}
        AND ${isShownTo(number)} ORDER BY followed_at`,
  }
}

const parse = (json: unknown): unknown => (typeof json === 'string' ? JSON.parse(json) : null)

/** How a session looks to its owner; the address that its device is reached at is a credential of its app. */
function toSession({ device, ...session }: { readonly [column: string]: unknown }): object {
  const { device: told, ...record } = parse(device) as SessionRecord
  const { id, name, model } = told ?? {}
  return { ...session, ...record, device: told ? { id, name, model } : null }
}

const lists: readonly List[] = [
  {
    section: 'sessions',
    // By the index of the account: a plus keeps SQLite from walking through everybody's by row.
    rowsAfter: (own, after) => sql`SELECT 0 AS positionAt, rowid AS positionRow, session_id AS id,
        opened_at AS openedAt, seen_at AS seenAt, authenticated_at AS authenticatedAt, device
      FROM sessions WHERE account_number = ${own} AND granted_to IS NULL
        AND +rowid > ${after.row} ORDER BY +rowid`,
    toEntry: toSession,
  },
  {
    section: 'applications',
    rowsAfter: (own, after) => sql`SELECT 0 AS positionAt, consents.rowid AS positionRow,
        consents.client_id AS clientId, client_name AS name, scopes, consented_at AS consentedAt
      FROM consents JOIN clients ON clients.client_id = consents.client_id
      WHERE account_number = ${own} AND +consents.rowid > ${after.row} ORDER BY +consents.rowid`,
    toEntry: (row) => ({ ...row, scopes: parse(row.scopes) }),
  },
  {
    section: 'grants',
    rowsAfter: (own, after) => sql`SELECT 0 AS positionAt, sessions.rowid AS positionRow,
        session_id AS id, granted_to AS clientId, client_name AS name, granted_scopes AS scopes,
        granted_resources AS resources, opened_at AS openedAt, seen_at AS seenAt, expires_at AS expiresAt
      FROM sessions JOIN clients ON clients.client_id = granted_to
      WHERE account_number = ${own} AND +sessions.rowid > ${after.row} ORDER BY +sessions.rowid`,
    toEntry: (row) => ({
      ...row,
      scopes: parse(row.scopes),
      resources: parse(row.resources),
    }),
  },
  {
    section: 'signIns',
    rowsAfter: (
      own,
      after,
    ) => sql`SELECT at AS positionAt, rowid AS positionRow, id, at AS triedAt, success,
        reason, dialect, ip_address AS ipAddress, user_agent AS userAgent
      FROM login_history WHERE account_number = ${own} AND (at, rowid) > (${after.at}, ${after.row})
      ORDER BY at, rowid`,
    toEntry: (row) => ({ ...row, success: row.success === 1 }),
  },
  followList('followers', 'followed_number', 'follower_number', 1),
  followList('following', 'follower_number', 'followed_number', 1),
  followList('followRequestsReceived', 'followed_number', 'follower_number', 0),
  followList('followRequestsSent', 'follower_number', 'followed_number', 0),
  {
    section: 'blocks',
    rowsAfter: (
      own,
      after,
    ) => sql`SELECT 0 AS positionAt, blocked_number AS positionRow, id, username,
        blocked_at AS blockedAt
      FROM blocks JOIN accounts ON number = blocked_number
      WHERE blocker_number = ${own} AND blocked_number > ${after.row} ORDER BY blocked_number`,
  },
  {
    section: 'bookmarks',
    rowsAfter: (own, after) => sql`SELECT 0 AS positionAt, bookmarked_number AS positionRow,
        bookmark_id AS bookmarkId, id, username, bookmarked_at AS bookmarkedAt
      FROM bookmarks JOIN accounts ON number = bookmarked_number
      WHERE account_number = ${own} AND bookmarked_number > ${after.row} AND ${isShownTo(own)}
      ORDER BY bookmarked_number`,
  },
  {
    section: 'inviteCodes',
    rowsAfter: (
      own,
      after,
    ) => sql`SELECT 0 AS positionAt, slot AS positionRow, code, made_at AS madeAt,
        changed_at AS changedAt, invitee_id AS inviteeId
      FROM invite_codes WHERE inviter_number = ${own} AND slot > ${after.row} ORDER BY slot`,
  },
  {
    section: 'uploads',
    rowsAfter: (own, after) => sql`SELECT 0 AS positionAt, rowid AS positionRow, name, type, bytes,
        started_at AS startedAt, stored_at AS storedAt
      FROM uploads WHERE account_number = ${own} AND rowid > ${after.row} ORDER BY rowid`,
  },
  {
    section: 'photos',
    rowsAfter: (
      own,
      after,
    ) => sql`SELECT added_at AS positionAt, rowid AS positionRow, photo_id AS name,
        file_type AS type, file_size AS bytes, preview_width AS previewWidth,
        preview_height AS previewHeight, added_at AS addedAt
      FROM photos WHERE account_number = ${own} AND (added_at, rowid) > (${after.at}, ${after.row})
      ORDER BY added_at, rowid`,
  },
]

function readRows(core: Core, viewer: Viewer, list: List, after: Position) {
  const own = sql`${viewer.account.number}`
  return core.db.all<Row>(sql`${list.rowsAfter(own, after)} LIMIT ${rowsPerRead}`)
}

function toPart({ section, toEntry }: List, rows: readonly Row[]): ExportPart {
  const entries = rows.map(({ positionAt, positionRow, ...row }) => (toEntry ? toEntry(row) : row))
  return { section, rows: entries }
}

/**
 * Everything, part by part: whoever reads slowly holds no more than the beginning of each list in
 * memory. The parts of one list come one after the other, and every list has one, be it empty. Fails
 * with reauthentication_required (stale) and not_authenticated before the first part. One round trip,
 * and one for each further 1,000 rows of a list; what changes meanwhile may be seen or not.
 */
export async function* exportAccount(core: Core, viewer: Viewer): AsyncGenerator<ExportPart> {
  await requireRecentAuthentication(core, viewer, null)
  const [values, ...beginnings] = await run(
    core.db,
    readValues(core, viewer),
    ...lists.map((list) => readRows(core, viewer, list, beginning)),
  )
  const [found] = values
  if (!found) fail({ code: 'not_authenticated' })
  yield* toValues(core, viewer, found)
  for (const [i, list] of lists.entries()) {
    let rows = beginnings[i] ?? []
    yield toPart(list, rows)
    for (let last = rows.at(-1); last && rows.length === rowsPerRead; last = rows.at(-1)) {
      const after = { at: last.positionAt, row: last.positionRow }
      ;[rows] = await run(core.db, readRows(core, viewer, list, after))
      yield toPart(list, rows)
    }
  }
}

/** By name, so that a new column is not given out before somebody thought of it. */
const shownColumns = [
  'id',
  'number',
  'username',
  'email',
  'emailVerifiedAt',
  'firstName',
  'lastName',
  'role',
  'isPrivate',
  'followerCount',
  'followingCount',
  'profileCompleteness',
  'createdAt',
  'updatedAt',
  'loggedInAt',
] as const

/** What there is one of, beside the account that the viewer was recognised by. */
function readValues(core: Core, viewer: Viewer) {
  const own = sql`${viewer.account.number}`
  return core.db
    .select({
      security: securityColumns(core),
      portfolio: portfolioColumns(own),
      referral: {
        referrerId: sql<string | null>`(SELECT id FROM accounts AS referrer WHERE referrer.number =
          (SELECT referrer_number FROM referrals WHERE account_number = ${own}))`.as('referrer_id'),
      },
      places: {
        knownPlaces: sql<number>`(SELECT COUNT(*) FROM known_sources
          WHERE account_number = ${own})`.as('known_places'),
      },
    })
    .from(accounts)
    .where(sql`${accounts.number} = ${own} AND ${isAlive(core, viewer)}`)
}

async function* toValues(
  core: Core,
  viewer: Viewer,
  found: Awaited<ReturnType<typeof readValues>>[number],
): AsyncGenerator<ExportPart> {
  const { account } = viewer
  const { security, referral, places } = found
  const { tags, achievements, referralCode } = toPortfolio(found.portfolio)
  const { pendingEmail, hasPassword, backupCodesLeft } = security
  const shown = Object.fromEntries(shownColumns.map((column) => [column, account[column]]))
  yield {
    section: 'account',
    value: { ...shown, pendingEmail, hasPassword: hasPassword === 1, ...places },
  }
  yield { section: 'profile', value: account.profile }
  yield { section: 'picture', value: { url: await pictureUrl(core, account) } }
  yield { section: 'secondFactor', value: { method: account.secondFactor, backupCodesLeft } }
  yield { section: 'referral', value: { referralCode, ...referral } }
  yield {
    section: 'tags',
    rows: tags.map(({ name, color }) => ({ name, color })),
  }
  yield { section: 'achievements', rows: achievements }
}
