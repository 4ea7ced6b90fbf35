import { type SQL, sql } from 'drizzle-orm'
import { accounts } from '../storage/schema'
import { type Account, accountColumns } from './accounts'
import { isShownTo } from './audience'
import type { Core } from './context'
import { type PersonWithPortfolio, portfolioColumns, toPortfolio } from './portfolios'
import { seenBy } from './profiles'
import { matchingPeople } from './search'
import { authenticate, type Caller, ownNumber } from './sessions'
import { tagKey } from './tags'

/**
 * Finding people by what they can do, the most complete profiles first. One filter leads to the
 * candidates by an index, the others are applied to them; however filters are combined, no more
 * than `candidatesMax` accounts are looked at and no more than `countMax` are counted.
 */

const candidatesMax = 5000
export const countMax = 1000

export interface PortfolioFilters {
  readonly role: Account['role'] | null
  readonly persona: 'recipient' | 'creator' | null
  readonly completenessMin: number
  readonly completenessMax: number
  /** Any of these. */
  readonly tags: readonly string[]
  /** Part of a username or name. */
  readonly text: string | null
  /** Nobody but the caller. */
  readonly isOwn: boolean
}

export interface PortfolioPage {
  readonly found: readonly PersonWithPortfolio[]
  readonly total: number
  /** Whether there may be more than `total`. */
  readonly isCapped: boolean
}

const inOrder = sql`ORDER BY accounts.profile_completeness DESC, accounts.id DESC`

/** Whether the tags together are rare enough to lead to the candidates. */
function areRare(keys: SQL): SQL {
  return sql`(SELECT COALESCE(SUM(entry_count), 0) FROM tags WHERE tag_key IN ${keys}) <= ${candidatesMax}`
}

/** The numbers of the accounts that are looked at, in SQL. */
function candidates(filters: PortfolioFilters, viewer: SQL): SQL {
  const { tags, text, role, completenessMin: min, completenessMax: max } = filters
  if (filters.isOwn) return sql`SELECT ${viewer} AS number`
  if (text !== null)
    return sql`SELECT found AS number FROM ${matchingPeople(text, viewer, countMax)}`
  const isInRange = sql`accounts.profile_completeness BETWEEN ${min} AND ${max}`
  // Without an index of its own on ordinary accounts, as nearly every account is one.
  const isAdministrator = role === 'admin' ? sql`AND accounts.role = 'admin'` : sql``
  const mostComplete = sql`SELECT * FROM (SELECT number FROM accounts
    WHERE ${isInRange} ${isAdministrator} ${inOrder} LIMIT ${candidatesMax})`
  if (tags.length === 0 || role === 'admin') return mostComplete
  const keys = keysOf(tags)
  return sql`SELECT DISTINCT account_number AS number FROM account_tags
      JOIN tags ON tags.tag_id = account_tags.tag_id WHERE tags.tag_key IN ${keys} AND ${areRare(keys)}
    UNION ALL SELECT number FROM (${mostComplete}) WHERE NOT ${areRare(keys)}`
}

function keysOf(tags: readonly string[]): SQL {
  return sql`(SELECT value FROM json_each(${JSON.stringify(tags.map(tagKey))}))`
}

/** What candidates must fit. Repeats what led to them, which costs nothing and cannot be forgotten. */
function fitting(filters: PortfolioFilters, viewer: SQL): SQL {
  const { role, persona, completenessMin: min, completenessMax: max, tags } = filters
  const conditions = [
    isShownTo(viewer),
    sql`accounts.profile_completeness BETWEEN ${min} AND ${max}`,
    ...(role === null ? [] : [sql`accounts.role = ${role}`]),
    ...(persona === null
      ? []
      : [sql`COALESCE(accounts.profile ->> 'persona', 'recipient') = ${persona}`]),
    ...(tags.length === 0
      ? []
      : [
          sql`EXISTS (SELECT 1 FROM tags JOIN account_tags ON account_tags.tag_id = tags.tag_id
            WHERE tag_key IN ${keysOf(tags)} AND account_tags.account_number = accounts.number)`,
        ]),
  ]
  return sql`accounts.number IN (${candidates(filters, viewer)}) AND ${sql.join(conditions, sql` AND `)}`
}

/**
 * A page of people who fit all filters; `page` counts from 1. Fails with invalid_input for a text
 * that is too short or too long. Pages past what is counted are empty. One round trip.
 */
export async function findPortfolios(
  core: Core,
  caller: Caller,
  filters: PortfolioFilters,
  { page, limit }: { readonly page: number; readonly limit: number },
): Promise<PortfolioPage> {
  const own = await ownNumber(caller)
  const where = fitting(filters, own)
  const offset = Math.min((page - 1) * limit, countMax)
  const { viewer, rows } = await authenticate(
    core,
    caller,
    core.db.all<{ total: number; isCapped: number }>(sql`SELECT MIN(COUNT(*), ${countMax}) AS total,
      COUNT(*) > ${countMax} AS isCapped
      FROM (SELECT 1 FROM accounts WHERE ${where} LIMIT ${countMax + 1})`),
    core.db
      .select({ account: accountColumns, portfolio: portfolioColumns(own) })
      .from(accounts)
      .where(where)
      .orderBy(sql`${accounts.profileCompleteness} DESC`, sql`${accounts.id} DESC`)
      .limit(Math.min(limit, countMax - offset))
      .offset(offset),
  )
  const [[counted], shown] = rows
  const found = shown.map(async ({ account, portfolio }) => ({
    person: await seenBy(core, viewer, account),
    portfolio: toPortfolio(portfolio),
  }))
  return {
    found: await Promise.all(found),
    total: counted?.total ?? 0,
    isCapped: counted?.isCapped === 1,
  }
}
