import { tagKey } from '../../src/core/tags'
import { change } from './core'

/** Tags put into the tables by hand, for many people at once. */

/** An id that sorts by its number. */
export const numbered = (i: number): string => i.toString(16).padStart(24, '0')

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
