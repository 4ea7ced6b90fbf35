import type { SQL } from 'drizzle-orm'
import { type Database, keptQuery } from '../storage/database'
import { follows } from '../storage/graph-schema'
import { accounts } from '../storage/schema'
import { sql } from '../storage/sql'
import { accountColumns } from './accounts'
import { isKnownTo, isOpenTo, isShownTo } from './audience'
import type { Core } from './context'
import { fail } from './errors'
import { type Person, seenBy } from './profiles'
import { authenticate, type Caller, keptOwnNumber, tokenHashOf } from './sessions'

/** Followers, followed people and requests, in pages that are cut by the time of an entry. */

export type FollowList = 'followers' | 'following' | 'requests'

export interface FollowPage {
  readonly limit: number
  readonly order: 'newest' | 'oldest'
  /** The time of the last entry that was seen, in milliseconds; null for the beginning. */
  readonly after: number | null
}

export interface FollowEntry {
  readonly entryId: string
  readonly isApproved: boolean
  readonly followedAt: number
  /** The other side: who follows, or who is followed. */
  readonly person: Person
}

/** Which column names the account whose list it is, and which the people in it. */
const sides = {
  followers: { subject: sql`followed_number`, other: sql`follower_number`, approved: 1 },
  following: { subject: sql`follower_number`, other: sql`followed_number`, approved: 1 },
  requests: { subject: sql`followed_number`, other: sql`follower_number`, approved: 0 },
} as const

/**
 * A page of a list of the account that `subject` yields, as its viewer sees it; nothing is read
 * where it yields none. People who are not shown are passed over before the page is counted.
 */
function pageOf(db: Database, subject: SQL, list: FollowList, order: FollowPage['order']) {
  const side = sides[list]
  const direction = order === 'newest' ? sql`DESC` : sql`ASC`
  const after = sql.placeholder('after')
  const beyond = order === 'newest' ? sql`followed_at < ${after}` : sql`followed_at > ${after}`
  return db
    .select({
      entryId: follows.entryId,
      isApproved: follows.approved,
      followedAt: follows.followedAt,
      account: accountColumns,
    })
    .from(follows)
    .innerJoin(accounts, sql`${accounts.number} = ${side.other}`)
    .where(
      sql`${side.subject} = ${subject} AND approved = ${side.approved} AND ${beyond}
        AND ${isShownTo(keptOwnNumber())}`,
    )
    .orderBy(sql`followed_at ${direction}`)
    .limit(sql.placeholder('limit'))
}

/** The pages of one kind of subject: each list in each order is a query of its own. */
function keptPages(subject: () => SQL) {
  const kept = new Map<string, ReturnType<typeof keptQuery<ReturnType<typeof pageOf>>>>()
  return ({ db }: Core, list: FollowList, page: FollowPage, values: { tokenHash: string }) => {
    const { order, limit } = page
    const name = `${list} ${order}`
    const query = kept.get(name) ?? keptQuery((built) => pageOf(built, subject(), list, order))
    kept.set(name, query)
    const beginning = order === 'newest' ? Number.MAX_SAFE_INTEGER : 0
    return query(db, { ...values, limit, after: page.after ?? beginning })
  }
}

const ownPage = keptPages(keptOwnNumber)

const known = () =>
  sql`FROM accounts WHERE id = ${sql.placeholder('id')} AND ${isKnownTo(keptOwnNumber())}`
const openedPage = keptPages(() => sql`(SELECT number ${known()} AND ${isOpenTo(keptOwnNumber())})`)
const subjectOf = keptQuery((db) =>
  db.all<{ isOpen: number }>(sql`SELECT ${isOpenTo(keptOwnNumber())} AS isOpen ${known()}`),
)

type FollowRow = Awaited<ReturnType<typeof pageOf>>[number]

async function toEntries(
  core: Core,
  viewer: { readonly account: { readonly number: number } },
  rows: readonly FollowRow[],
): Promise<FollowEntry[]> {
  return Promise.all(
    rows.map(async ({ account, ...entry }) => ({
      ...entry,
      person: await seenBy(core, viewer, account),
    })),
  )
}

/** A page of the caller's own lists. One round trip. */
export async function listOwnFollows(
  core: Core,
  caller: Caller,
  list: FollowList,
  page: FollowPage,
): Promise<FollowEntry[]> {
  const tokenHash = await tokenHashOf(caller)
  const { viewer, rows } = await authenticate(
    core,
    caller,
    ownPage(core, list, page, { tokenHash }),
  )
  return toEntries(core, viewer, rows[0])
}

/**
 * A page of an account's lists. Fails with account_not_found, and with not_following where the account
 * is private and has not approved the caller: then nothing of the list is read. One round trip.
 */
export async function listFollows(
  core: Core,
  caller: Caller,
  id: string,
  list: Exclude<FollowList, 'requests'>,
  page: FollowPage,
): Promise<FollowEntry[]> {
  const values = { id, tokenHash: await tokenHashOf(caller) }
  const { viewer, rows } = await authenticate(
    core,
    caller,
    subjectOf(core.db, values),
    openedPage(core, list, page, values),
  )
  const [[subject], entries] = rows
  if (!subject) fail({ code: 'account_not_found' })
  if (!subject.isOpen) fail({ code: 'not_following' })
  return toEntries(core, viewer, entries)
}
