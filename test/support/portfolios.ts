import { tagKey } from '../../src/core/tags'
import { change } from './core'

/** People and their tags, put into the tables by hand. */

/** An id that sorts by its number. */
export const numbered = (i: number): string => i.toString(16).padStart(24, '0')

/** People with nothing but a username that begins so, at any number. */
export function addPeople(name: string, count: number): Promise<void> {
  return change(
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
     INSERT INTO accounts (number, id, username, username_key, created_at, updated_at)
     SELECT abs(random() % 281474976710656), lower(hex(randomblob(12))), ?1 || i, ?1 || i, 0, 0 FROM n`,
    name,
    count,
  )
}

export function addTag(name: string): Promise<void> {
  return change(
    `INSERT INTO tags (tag_id, tag_key, tag_name, tagged_at) VALUES (lower(hex(randomblob(12))), ?, ?, 0)`,
    tagKey(name),
    name,
  )
}

/** Gives a tag to all accounts of which a condition holds, at the end of their own. */
export function addAccountTags(name: string, where: string, ...values: unknown[]): Promise<void> {
  return change(
    `INSERT INTO account_tags (account_number, tag_id, position)
     SELECT number, tag_id, (SELECT COUNT(*) FROM account_tags AS given WHERE given.account_number = number)
     FROM accounts JOIN tags ON tag_key = '${tagKey(name)}' WHERE ${where}`,
    ...values,
  )
}
