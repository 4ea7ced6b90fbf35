import type { SQL } from 'drizzle-orm'
import { run } from '../storage/database'
import { accounts } from '../storage/schema'
import { sql } from '../storage/sql'
import { type Account, accountColumns } from './accounts'
import { isOpenTo, isShownTo } from './audience'
import type { Core } from './context'
import { failInput } from './errors'
import { isLine, nameKey } from './identifiers'
import { type Portrait, photosOfMany } from './photos'
import { asStranger, type Person, seenBy } from './profiles'
import { authenticate, type Caller, ownNumber } from './sessions'

/**
 * Finding people by a part of their username or name, in any case, with or without accents. The
 * trigram index answers without scanning; two characters are no trigram, and find what begins with
 * them. Usernames that are or begin like the text come first.
 */

const lengthMin = 2
const trigramLength = 3
const lengthMax = 100

/** Accents that stand beside their letter, as where the two have no character in common. */
const accents = /[\u0300-\u036f]/g

/** How many characters the index makes of a text. */
function lettersIn(text: string): number {
  return Array.from(text.replaceAll(accents, '')).length
}

/** The text that is looked for. Fails with invalid_input for one that is too short or too long. */
function wantedText(text: string): string {
  const wanted = text.trim().normalize('NFC')
  // Where no letter is left everybody's name would begin with it.
  const isTooShort = lettersIn(wanted) < lengthMin || nameKey(wanted) === ''
  const isTooLong = Array.from(wanted).length > lengthMax
  if (isTooShort) failInput([{ field: 'query', rule: 'too_short', value: text }])
  if (isTooLong) failInput([{ field: 'query', rule: 'too_long', value: text }])
  if (!isLine(wanted)) failInput([{ field: 'query', rule: 'format', value: text }])
  return wanted
}

/**
 * The numbers and ranks of at most `limit` people whom the viewer may meet, in SQL. Fails with
 * invalid_input for a text that is too short or too long.
 */
export function matchingPeople(text: string, viewer: SQL, limit: number): SQL {
  const wanted = wantedText(text)
  const isShort = lettersIn(wanted) < trigramLength
  const key = nameKey(wanted)
  const branches = [
    ranked(0, sql`accounts WHERE username_key = ${wanted.toLowerCase()}`, viewer, limit),
    beginning(1, sql`username_key`, wanted.toLowerCase(), viewer, limit),
    ...(isShort
      ? [
          beginning(2, sql`first_name_key`, key, viewer, limit),
          beginning(2, sql`last_name_key`, key, viewer, limit),
        ]
      : [
          ranked(2, indexedAccounts(wanted), viewer, limit),
          ranked(2, pendingAccounts(wanted), viewer, limit),
        ]),
  ]
  return sql`(SELECT found, MIN(rank) AS rank FROM (${sql.join(branches, sql` UNION ALL `)})
    GROUP BY found ORDER BY rank LIMIT ${limit})`
}

/**
 * The numbers and ranks of at most `limit` accounts that an administrator may mean, whoever they are, in
 * SQL: first those of whom the text is the whole id, username or address. Fails with invalid_input for a
 * text that is too short or too long.
 */
export function matchingAccounts(text: string, limit: number): SQL {
  const wanted = wantedText(text).toLowerCase()
  const whole = sql`id = ${wanted} OR username_key = ${wanted} OR email_key = ${wanted}`
  const branches = [
    sql`accounts WHERE ${whole} OR number = ${Number(wanted) || 0}`,
    sql`accounts WHERE ${beginsWith(sql`username_key`, wanted)}`,
    sql`accounts WHERE ${beginsWith(sql`email_key`, wanted)}`,
    sql`(${namesakes(text).numbers(sql`${limit}`)})`,
  ].map(
    (from, rank) =>
      sql`SELECT * FROM (SELECT number AS found, ${rank} AS rank FROM ${from} LIMIT ${limit})`,
  )
  return sql`(SELECT found, MIN(rank) AS rank FROM (${sql.join(branches, sql` UNION ALL `)})
    GROUP BY found ORDER BY rank LIMIT ${limit})`
}

/** Everybody whose username or name holds a text, for queries that ask for more than that. */
export interface Namesakes {
  /** So many numbers at most, some twice, of nobody in particular; a query in SQL. */
  numbers(limit: SQL): SQL
  /** Whether an account in SQL is one of them, by its columns alone. */
  readonly isAmong: SQL
}

/** Fails with invalid_input for a text that is too short or too long. */
export function namesakes(text: string): Namesakes {
  const wanted = wantedText(text)
  if (lettersIn(wanted) >= trigramLength) {
    const places = [indexedNumbers(wanted), pendingAccounts(wanted)]
    return { numbers: (limit) => someOf(places, limit), isAmong: isHolding(wanted) }
  }
  const key = nameKey(wanted)
  const beginnings = [
    beginsWith(sql`accounts.username_key`, wanted.toLowerCase()),
    beginsWith(sql`accounts.first_name_key`, key),
    beginsWith(sql`accounts.last_name_key`, key),
  ]
  const places = beginnings.map((begins) => sql`accounts WHERE ${begins}`)
  return {
    numbers: (limit) => someOf(places, limit),
    isAmong: sql`(${sql.join(beginnings, sql` OR `)})`,
  }
}

/** So many numbers at most of each and of all. */
function someOf(places: readonly SQL[], limit: SQL): SQL {
  const some = places.map(
    (place) => sql`SELECT * FROM (SELECT number FROM ${place} LIMIT ${limit})`,
  )
  return sql`SELECT number FROM (${sql.join(some, sql` UNION ALL `)}) LIMIT ${limit}`
}

/** Each branch stops by itself, so that a common text costs no more than a rare one. */
function ranked(rank: number, where: SQL, viewer: SQL, limit: number): SQL {
  return sql`SELECT * FROM (SELECT accounts.number AS found, ${rank} AS rank FROM ${where}
    AND ${isShownTo(viewer)} LIMIT ${limit})`
}

function beginning(rank: number, column: SQL, from: string, viewer: SQL, limit: number): SQL {
  return ranked(rank, sql`accounts WHERE ${beginsWith(column, from)}`, viewer, limit)
}

/** The indexes of names leave out who has none, and so are used where the statement says so too. */
function beginsWith(column: SQL, from: string): SQL {
  return sql`(${column} <> '' AND ${column} >= ${from} AND ${column} < ${`${from}\u{10ffff}`})`
}

/** Who holds a text by the index, which is not up to date about those that wait for it. */
function indexedNumbers(wanted: string): SQL {
  return sql`(SELECT rowid AS number FROM account_search WHERE account_search MATCH ${phraseOf(wanted)}
    AND rowid NOT IN (SELECT account_number FROM account_search_pending))`
}

function indexedAccounts(wanted: string): SQL {
  return sql`${indexedNumbers(wanted)} AS indexed CROSS JOIN accounts
    ON accounts.number = indexed.number WHERE true`
}

/** Who of those holds it: its triggers let fifteen wait at most. */
function pendingAccounts(wanted: string): SQL {
  return sql`account_search_pending CROSS JOIN accounts ON accounts.number = account_number
    WHERE ${isHolding(wanted)}`
}

/** Whether an account holds it, as the index would say. */
function isHolding(wanted: string): SQL {
  // The one letter that is another at the end of a word; the index knows but one of them.
  const inWord = (text: SQL) => sql`replace(${text}, 'ς', 'σ')`
  const names = sql`accounts.first_name_key || ' ' || accounts.last_name_key`
  const key = sql`${nameKey(wanted)}`
  return sql`(instr(accounts.username_key, ${key}) > 0 OR instr(${inWord(names)}, ${inWord(key)}) > 0)`
}

/** Quoted as one phrase, so that nothing in the text is an operator of the index. */
function phraseOf(wanted: string): string {
  return `"${wanted.replaceAll('"', '""')}"`
}

function foundAccounts(core: Core, matches: SQL, viewer: SQL) {
  return core.db
    .select({
      account: accountColumns,
      isOpen: sql<number>`${isOpenTo(viewer)}`.as('is_open'),
    })
    .from(accounts)
    .innerJoin(sql`${matches} AS matches`, sql`matches.found = ${accounts.number}`)
    .orderBy(sql`matches.rank`, accounts.usernameKey)
}

export interface FoundPerson {
  readonly person: Person
  /** Whether the caller may look through the person's lists. */
  readonly isOpen: boolean
}

/**
 * People whose username or name holds a text, as the caller sees them; nobody who has blocked the
 * caller or is blocked by them. Fails with invalid_input. One round trip.
 */
export async function searchPeople(
  core: Core,
  caller: Caller,
  text: string,
  limit: number,
): Promise<FoundPerson[]> {
  const own = await ownNumber(caller)
  const found = foundAccounts(core, matchingPeople(text, own, limit), own)
  const { viewer, rows } = await authenticate(core, caller, found)
  return Promise.all(
    rows[0].map(async ({ account, isOpen }) => ({
      person: await seenBy(core, viewer, account),
      isOpen: isOpen === 1,
    })),
  )
}

/**
 * The same for anybody, with photos; `visitor` may carry a session, whose account finds nobody who
 * has blocked it. Fails with invalid_input. One round trip.
 */
export async function searchPortraits(
  core: Core,
  visitor: Pick<Caller, 'token'>,
  text: string,
  limit: number,
): Promise<Portrait[]> {
  const viewer = await ownNumber(visitor)
  const matches = matchingPeople(text, viewer, limit)
  const [found, shown] = await run(
    core.db,
    foundAccounts(core, matches, viewer),
    photosOfMany(core, sql`(SELECT found FROM ${matches})`),
  )
  const byOwner = Map.groupBy(shown, ({ number }) => number)
  const portrait = async ({ account }: { account: Account }) => ({
    person: await asStranger(core, account),
    photos: byOwner.get(account.number) ?? [],
  })
  return Promise.all(found.map(portrait))
}
