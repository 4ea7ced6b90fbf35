import { and, inArray, isNull, type SQL, sql } from 'drizzle-orm'
import { run } from '../storage/database'
import { accounts } from '../storage/schema'
import { accountColumns } from './accounts'
import type { Core } from './context'
import { failInput } from './errors'
import { isLine } from './identifiers'
import { type Portrait, photosOfMany } from './photos'
import { asStranger } from './profiles'

/**
 * Finding people by a part of their username or name, in any case. The trigram index answers without
 * scanning; two characters are no trigram, and find what begins with them.
 */

const lengthMin = 2
const trigramLength = 3
const lengthMax = 100

/**
 * People whose username or name holds a text, with their photos, as everybody sees them. Fails with
 * invalid_input for a text that is too short or too long. At most `limit` people, one round trip.
 */
export async function searchPeople(core: Core, text: string, limit: number): Promise<Portrait[]> {
  const wanted = text.trim().normalize('NFC')
  const length = Array.from(wanted).length
  if (length < lengthMin) failInput([{ field: 'query', rule: 'too_short', value: text }])
  if (length > lengthMax) failInput([{ field: 'query', rule: 'too_long', value: text }])
  if (!isLine(wanted)) failInput([{ field: 'query', rule: 'format', value: text }])
  const matching = length < trigramLength ? beginning(wanted, limit) : containing(wanted, limit)
  const [found, shown] = await run(
    core.db,
    core.db
      .select(accountColumns)
      .from(accounts)
      .where(and(inArray(accounts.number, matching), isNull(accounts.disabledAt)))
      .limit(limit),
    photosOfMany(core, matching),
  )
  const byOwner = Map.groupBy(shown, ({ number }) => number)
  return found.map((account) => ({
    person: asStranger(account),
    photos: byOwner.get(account.number) ?? [],
  }))
}

/** Quoted as one phrase, so that nothing in the text is an operator of the index. */
function containing(text: string, limit: number): SQL {
  const phrase = `"${text.replaceAll('"', '""')}"`
  return sql`(SELECT number FROM account_search JOIN accounts ON accounts.number = account_search.rowid
    WHERE account_search MATCH ${phrase} AND disabled_at IS NULL LIMIT ${limit})`
}

function beginning(text: string, limit: number): SQL {
  const from = text.toLowerCase()
  const to = `${from}\u{10ffff}`
  const range = (column: SQL) =>
    sql`SELECT * FROM (SELECT number FROM accounts WHERE ${column} >= ${from} AND ${column} < ${to}
      AND disabled_at IS NULL LIMIT ${limit})`
  return sql`(${range(sql`username_key`)} UNION ${range(sql`lower(first_name)`)} UNION ${range(sql`lower(last_name)`)})`
}
