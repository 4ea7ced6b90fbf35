import type { SQL } from 'drizzle-orm'
import { accounts } from '../storage/schema'
import { sql } from '../storage/sql'
import { accountColumns } from './accounts'
import { isKnownTo } from './audience'
import type { Core } from './context'
import { fail } from './errors'
import { asSelf, type Person, seenBy } from './profiles'
import { authenticate, type Caller, ownNumber } from './sessions'
import { tagColor } from './tags'

/** What belongs to a person besides the profile: tags, achievements, images, and a bookmark on them. */

export interface Tag {
  readonly tagId: string
  readonly key: string
  readonly name: string
  readonly color: string
  /** How many people use it. */
  readonly entryCount: number
  readonly taggedAt: number
}

export interface Achievement {
  readonly achievementId: string
  readonly kind: AchievementKind
  readonly value: number
  /** The value at which it is achieved. */
  readonly total: number
  readonly startedAt: number
  readonly advancedAt: number
}

export type AchievementKind = keyof typeof achievementTotals

/** What every account can achieve. */
export const achievementTotals = {
  'five-star': 20,
  referral: 10,
  review: 60,
  squad: 10,
} as const

/** An upload of the person's own that the profile shows. */
export interface ShownImage {
  readonly name: string
  readonly type: string
  readonly bytes: number
}

export interface Portfolio {
  readonly tags: readonly Tag[]
  readonly achievements: readonly Achievement[]
  readonly profileImage: ShownImage | null
  readonly bgImage: ShownImage | null
  /** The code by which the person brings others in; not for others' eyes. */
  readonly referralCode: string | null
  /** The viewer's bookmark on the person. */
  readonly bookmarkId: string | null
}

const tagsOf = sql`(SELECT json_group_array(json_object('tagId', tag_id, 'key', tag_key, 'name', tag_name,
    'entryCount', entry_count, 'taggedAt', tagged_at)) FROM (SELECT tags.* FROM account_tags
  JOIN tags ON tags.tag_id = account_tags.tag_id
  WHERE account_tags.account_number = accounts.number ORDER BY position))`

const achievementsOf = sql`(SELECT json_group_array(json_object('achievementId', achievement_id,
    'kind', achievement, 'value', achieved, 'startedAt', started_at, 'advancedAt', advanced_at))
  FROM (SELECT * FROM shown_achievements WHERE shown_achievements.account_number = accounts.number
  ORDER BY achievement))`

const imageOf = (part: SQL) => sql`(SELECT json_object('name', name, 'type', type, 'bytes', bytes)
  FROM uploads WHERE uploads.name = accounts.profile ->> ${part}
    AND uploads.account_number = accounts.number AND stored_at IS NOT NULL)`

/** The columns of a portfolio beside those of its account; `viewer` is a number in SQL. */
export function portfolioColumns(viewer: SQL) {
  return {
    tags: sql<string>`${tagsOf}`.as('tags_json'),
    achievements: sql<string>`${achievementsOf}`.as('achievements_json'),
    profileImage: sql<string | null>`${imageOf(sql`'profileImage'`)}`.as('profile_image_json'),
    bgImage: sql<string | null>`${imageOf(sql`'bgImage'`)}`.as('bg_image_json'),
    referralCode: sql<string | null>`accounts.referral_code`.as('own_referral_code'),
    bookmarkId: sql<string | null>`(SELECT bookmark_id FROM bookmarks
      WHERE bookmarks.account_number = ${viewer} AND bookmarked_number = accounts.number)`.as(
      'own_bookmark_id',
    ),
  }
}

type PortfolioRow = {
  readonly [C in keyof ReturnType<typeof portfolioColumns>]: string | null
}

export function toPortfolio(row: PortfolioRow): Portfolio {
  const parse = <T>(json: string | null): T => JSON.parse(json ?? 'null')
  return {
    tags: parse<Omit<Tag, 'color'>[]>(row.tags).map((tag) => ({
      ...tag,
      color: tagColor(tag.key),
    })),
    achievements: parse<Omit<Achievement, 'total'>[]>(row.achievements).map((achievement) => ({
      ...achievement,
      total: achievementTotals[achievement.kind],
    })),
    profileImage: parse(row.profileImage),
    bgImage: parse(row.bgImage),
    referralCode: row.referralCode,
    bookmarkId: row.bookmarkId,
  }
}

export interface PersonWithPortfolio {
  readonly person: Person
  readonly portfolio: Portfolio
}

/** The caller with everything of theirs. One round trip. */
export async function getOwnPortfolio(core: Core, caller: Caller): Promise<PersonWithPortfolio> {
  const own = await ownNumber(caller)
  const { viewer, rows } = await authenticate(
    core,
    caller,
    core.db
      .select({ portfolio: portfolioColumns(own) })
      .from(accounts)
      .where(sql`${accounts.number} = ${own}`),
  )
  const [found] = rows[0]
  if (!found) fail({ code: 'account_not_found' })
  return { person: await asSelf(core, viewer.account), portfolio: toPortfolio(found.portfolio) }
}

/** Anybody by id, as the caller sees them. Fails with account_not_found. One round trip. */
export async function getPortfolio(
  core: Core,
  caller: Caller,
  id: string,
): Promise<PersonWithPortfolio> {
  const own = await ownNumber(caller)
  const { viewer, rows } = await authenticate(
    core,
    caller,
    core.db
      .select({ account: accountColumns, portfolio: portfolioColumns(own) })
      .from(accounts)
      .where(sql`${accounts.id} = ${id} AND ${isKnownTo(own)}`),
  )
  const [found] = rows[0]
  if (!found) fail({ code: 'account_not_found' })
  return {
    person: await seenBy(core, viewer, found.account),
    portfolio: toPortfolio(found.portfolio),
  }
}
