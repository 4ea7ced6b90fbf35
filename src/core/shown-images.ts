import type { SQL } from 'drizzle-orm'
import type { Profile } from '../storage/profile'
import { sql } from '../storage/sql'

/** The images that a profile shows: uploads of the person's own, and nobody else's. */

export type ImageField = 'profileImage' | 'bgImage'

/**
 * The images among the parts of a profile that are no upload of the account's, as a SELECT of their
 * fields; `account` is its number in SQL.
 */
export function foreignImages(
  { profileImage, bgImage }: { readonly [F in ImageField]?: Profile[F] | null },
  account: SQL,
): SQL {
  if (profileImage === undefined && bgImage === undefined) return sql`SELECT NULL AS field WHERE 0`
  return sql`SELECT given.key AS field FROM json_each(${JSON.stringify({ profileImage, bgImage })}) AS given
    WHERE given.value IS NOT NULL AND NOT EXISTS (SELECT 1 FROM uploads
      WHERE name = given.value AND account_number = ${account} AND stored_at IS NOT NULL)`
}
