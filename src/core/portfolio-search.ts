import type { SQL } from 'drizzle-orm'
import { accounts, system } from '../storage/schema'
import { sql } from '../storage/sql'
import { type Account, accountColumns } from './accounts'
import { isShownTo } from './audience'
import type { Core } from './context'
import { type PersonWithPortfolio, portfolioColumns, toPortfolio } from './portfolios'
import { seenBy } from './profiles'
import { namesakes } from './search'
import { authenticate, type Caller, ownNumber } from './sessions'
import { tagKey } from './tags'

/**
 * Finding people by what they can do, the most complete profiles first. Tags, text and range each
 * lead to people by an index. The first of them that leads to no more than `leadMax` is followed to
 * its end, and the other filters are applied to whom it leads to: then everybody is found. Where all
 * lead to more, `sampleMax` people are looked at, an equal share from each, and the page says that there may
 * be more.
 *
 * So a page looks at `leadMax` people at most, however filters are combined and however many accounts there
 * are, and reads less than 20,000 rows to do so, and the tags of these people, at most 30 of each.
 */

export const leadMax = 1000
const sampleMax = leadMax / 2
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

const inOrder = sql`ORDER BY profile_completeness DESC, id DESC`

/** Numbers of accounts, as a table in SQL; some twice. */
interface Lead {
  readonly name: SQL
  readonly definition: SQL
  /** How many there are, or one more than are followed; a SELECT. */
  readonly count: SQL
  /** Whether all of them have one of the tags that are asked for. */
  readonly isTagged: boolean
}

const isWhole = ({ name }: Lead) => sql`(SELECT yes FROM ${name}_is_whole)`

/** Counted once, and only if anybody asks. */
function countOf({ name, count }: Lead): SQL {
  return sql`${name}_is_whole (yes) AS MATERIALIZED (SELECT (${count}) <= ${leadMax})`
}

/** The best first, and those that are in order last. Where one is whole, the next ones are not read. */
function leadsOf(filters: PortfolioFilters): readonly [...Lead[], Lead] {
  const { tags, text, role, completenessMin: min, completenessMax: max } = filters
  const tagged = sql`tagged`
  const named = sql`named`
  const ranged = sql`ranged`
  const byTag: Lead[] =
    tags.length === 0
      ? []
      : [
          {
            name: tagged,
            definition: sql`${tagged} (number) AS NOT MATERIALIZED (SELECT account_number
              FROM account_tags WHERE tag_id IN (${tagIds(tags)}))`,
            count: sql`SELECT COALESCE(SUM(entry_count), 0) FROM tags WHERE tag_id IN (${tagIds(tags)})`,
            isTagged: true,
          },
        ]
  // As a limit it is looked at once; as a condition it would be for each row.
  const limitAfter = (leads: readonly Lead[]) =>
    leads.length === 0
      ? sql`${leadMax + 1}`
      : sql`CASE WHEN ${sql.join(leads.map(isWhole), sql` OR `)} THEN 0 ELSE ${leadMax + 1} END`
  const byText: Lead[] =
    text === null
      ? []
      : [
          {
            name: named,
            definition: sql`${named} (number) AS MATERIALIZED
              (${namesakes(text).numbers(limitAfter(byTag))})`,
            count: sql`SELECT COUNT(*) FROM ${named}`,
            isTagged: false,
          },
        ]
  const others = [...byTag, ...byText]
  // Without an index of its own on ordinary accounts, as nearly every account is one.
  const isAdministrator = role === 'admin' ? sql`AND role = 'admin'` : sql``
  // Counted in an index of its own, and read only as far as people are needed.
  const byRange = {
    name: ranged,
    definition: sql`${ranged} (number) AS NOT MATERIALIZED (SELECT number FROM accounts
      WHERE profile_completeness BETWEEN ${min} AND ${max} ${isAdministrator}
        ${inOrder} LIMIT ${limitAfter(others)})`,
    count: sql`SELECT COUNT(*) FROM ${ranged}`,
    isTagged: false,
  }
  return [...others, byRange]
}

function tagIds(tags: readonly string[]): SQL {
  const keys = JSON.stringify(tags.map(tagKey))
  return sql`SELECT tag_id FROM tags WHERE tag_key IN (SELECT value FROM json_each(${keys}))`
}

/** Whether a number is somebody's who has one of the tags, in SQL; without tags it is. */
function hasTag(number: SQL, tags: readonly string[]): SQL {
  if (tags.length === 0) return sql`1`
  return sql`EXISTS (SELECT 1 FROM account_tags WHERE account_number = ${number} AND tag_id IN (${tagIds(tags)}))`
}

/** What accounts must fit but for the tags. Repeats what led to them, as they may have come by another way. */
function conditions(filters: PortfolioFilters, viewer: SQL): SQL {
  const { role, persona, completenessMin: min, completenessMax: max, text, isOwn } = filters
  const isNamed = (given: string) =>
    isOwn
      ? namesakes(given).isAmong
      : sql`(${namesakes(given).isAmong} OR accounts.number IN (SELECT number FROM named))`
  const all = [
    sql`accounts.profile_completeness BETWEEN ${min} AND ${max}`,
    ...(role === null ? [] : [sql`accounts.role = ${role}`]),
    ...(persona === null
      ? []
      : [sql`COALESCE(accounts.profile ->> 'persona', 'recipient') = ${persona}`]),
    ...(text === null ? [] : [isNamed(text)]),
    isShownTo(viewer),
  ]
  return sql.join(all, sql` AND `)
}

interface Window {
  readonly limit: number
  readonly offset: number
}

/** Whether the candidates are all that there are. */
function isAllSeen(leads: readonly Lead[]): SQL {
  const last = leads.at(-1)
  return last ? isWhole(last) : sql`1`
}

/**
 * The numbers of the people who are looked at, as a SELECT. Who has none of the tags is left out before the account
 * is read: among many accounts each is on a page of its own.
 */
function candidatesOf(leads: readonly Lead[], viewer: SQL, tags: readonly string[]): SQL {
  const isFit = hasTag(sql`number`, tags)
  const [alone, ...others] = leads
  if (!alone) return sql`SELECT number FROM (SELECT ${viewer} AS number) WHERE ${isFit}`
  if (others.length === 0) return sql`SELECT number FROM ${alone.name}`
  const share = Math.floor(sampleMax / leads.length)
  const followed = leads.map(
    (lead) => sql`SELECT number FROM (SELECT number FROM ${lead.name} LIMIT
      CASE WHEN ${isWhole(lead)} THEN ${leadMax} WHEN ${isAllSeen(leads)} THEN 0 ELSE ${share} END)
      WHERE ${lead.isTagged ? sql`1` : isFit}`,
  )
  return sql.join(followed, sql` UNION `)
}

/** One row: how many fit all filters, and the numbers of those on a page, as JSON. */
function pageOf(filters: PortfolioFilters, viewer: SQL, { limit, offset }: Window): SQL {
  const leads = filters.isOwn ? [] : leadsOf(filters)
  // One lead alone is in order already, and is left as soon as enough are found.
  const order = leads.length === 1 ? sql`` : inOrder
  const definitions = leads.flatMap((lead) => [lead.definition, countOf(lead)])
  return sql`(WITH ${sql.join(definitions.map((definition) => sql`${definition}, `))}
    fitting (number, profile_completeness, id) AS MATERIALIZED (
      SELECT accounts.number, accounts.profile_completeness, accounts.id
      FROM (${candidatesOf(leads, viewer, filters.tags)}) AS candidates CROSS JOIN accounts ON accounts.number = candidates.number
      WHERE ${conditions(filters, viewer)} ${order} LIMIT ${countMax + 1})
    SELECT MIN((SELECT COUNT(*) FROM fitting), ${countMax}) AS total,
      CASE WHEN (SELECT COUNT(*) FROM fitting) > ${countMax} THEN 1 ELSE NOT (${isAllSeen(leads)}) END AS is_capped,
      (SELECT json_group_array(number) FROM
        (SELECT number FROM fitting ${inOrder} LIMIT ${limit} OFFSET ${offset})) AS shown)`
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
  const offset = Math.min((page - 1) * limit, countMax)
  const window = { limit: Math.min(limit, countMax - offset), offset }
  const { viewer, rows } = await authenticate(
    core,
    caller,
    core.db
      .select({
        account: accountColumns,
        portfolio: portfolioColumns(own),
        count: {
          total: sql<number>`page.total`.as('total'),
          isCapped: sql<number>`page.is_capped`.as('is_capped'),
        },
      })
      .from(system)
      .innerJoin(sql`${pageOf(filters, own, window)} AS page`, sql`1`)
      .leftJoin(accounts, sql`${accounts.number} IN (SELECT value FROM json_each(page.shown))`)
      .orderBy(sql`${accounts.profileCompleteness} DESC`, sql`${accounts.id} DESC`),
  )
  const [found] = rows
  const shown = found.flatMap(({ account, portfolio }) => (account ? [{ account, portfolio }] : []))
  const people = shown.map(async ({ account, portfolio }) => ({
    person: await seenBy(core, viewer, account),
    portfolio: toPortfolio(portfolio),
  }))
  const [first] = found
  return {
    found: await Promise.all(people),
    total: first?.count.total ?? 0,
    isCapped: first?.count.isCapped === 1,
  }
}
