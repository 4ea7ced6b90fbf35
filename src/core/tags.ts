import type { SQL } from 'drizzle-orm'
import { newId } from '../crypto/random'
import type { Query } from '../storage/database'
import { sql } from '../storage/sql'
import type { Core } from './context'
import type { Issue } from './errors'
import { isLine } from './identifiers'

/** Tags: the words that people describe themselves with. Two spellings of one word are one tag. */

const tagsMax = 30
const lengthMax = 50

/** A tag as it is shown: plain letters, as the first speller's are on everybody's profile. */
function tagName(name: string): string {
  return name.normalize('NFKC').trim().replaceAll(/\s+/g, ' ')
}

/** Lower case, with one hyphen for whatever stands between words. */
export function tagKey(name: string): string {
  return tagName(name)
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '-')
}

/** The colour of a tag: always the same for the same key, as FNV-1a spreads it. */
export function tagColor(key: string): string {
  let hash = 0x811c9dc5
  for (const character of key) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  }
  return `#${(hash >>> 8).toString(16).padStart(6, '0').toUpperCase()}`
}

export function tagIssues(names: readonly string[]): Issue[] {
  const problem = (rule: Issue['rule']): Issue[] => [{ field: 'tags', rule, value: names }]
  if (new Set(names.map(tagKey)).size > tagsMax) return problem('too_long')
  const isRight = (name: string) =>
    // A comma parts the tags that are searched for.
    isLine(name) &&
    !name.includes(',') &&
    tagKey(name).length > 0 &&
    Array.from(tagName(name)).length <= lengthMax
  return names.every(isRight) ? [] : problem('format')
}

export interface PreparedTags {
  /** Makes the tags that are new, and these the tags of the account with a number in SQL. */
  statements(account: SQL): readonly Query[]
}

export function prepareTags(core: Core, names: readonly string[]): PreparedTags {
  const byKey = new Map<string, string>()
  for (const name of names) {
    const key = tagKey(name)
    if (!byKey.has(key)) byKey.set(key, tagName(name))
  }
  const rows = [...byKey].map(([key, name]) => ({ id: newId(core.now), key, name }))
  const given = sql`json_each(${JSON.stringify(rows)}) AS given`
  const key = sql`given.value ->> 'key'`
  return {
    statements: (account) => [
      core.db.run(sql`INSERT INTO tags (tag_id, tag_key, tag_name, tagged_at)
        SELECT given.value ->> 'id', ${key}, given.value ->> 'name', ${core.now} FROM ${given}
        WHERE ${account} IS NOT NULL ON CONFLICT DO NOTHING`),
      core.db.run(sql`DELETE FROM account_tags WHERE account_number = ${account} AND tag_id NOT IN
        (SELECT tag_id FROM tags WHERE tag_key IN (SELECT ${key} FROM ${given}))`),
      core.db.run(sql`INSERT INTO account_tags (account_number, tag_id, position)
        SELECT ${account}, tags.tag_id, given.key FROM ${given} JOIN tags ON tags.tag_key = ${key}
        WHERE ${account} IS NOT NULL
        ON CONFLICT (account_number, tag_id) DO UPDATE SET position = excluded.position`),
    ],
  }
}
