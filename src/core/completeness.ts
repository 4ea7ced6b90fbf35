import type { SQL } from 'drizzle-orm'
import type { Profile } from '../storage/profile'
import { sql } from '../storage/sql'

/**
 * How much of the optional profile is filled, from 0 to 100. Computed in SQL from what is stored, so
 * that it is right as well after two changes at once.
 */

/** What each part counts; together 100. */
export const completenessWeights = {
  designation: 10,
  bio: 10,
  about: 10,
  tags: 10,
  countryName: 5,
  state: 5,
  city: 5,
  streetAddress: 5,
  contactPhone: 5,
  availability: 5,
  customLink: 5,
  github: 5,
  twitter: 5,
  linkedin: 5,
  profileImage: 5,
  bgImage: 5,
} as const satisfies { readonly [part in keyof Profile | 'tags']?: number }

/** The completeness of an account that is about to be made, before it has any tags. */
export function firstCompleteness(profile: Profile): number {
  const { tags: _, ...parts } = completenessWeights
  return Object.entries(parts).reduce(
    (sum, [part, weight]) => (profile[part as keyof typeof parts] ? sum + weight : sum),
    0,
  )
}

/** The completeness of an account in SQL, by its profile and by whether it has tags, both in SQL. */
export function completenessOf(profile: SQL, hasTags: SQL): SQL {
  const { tags, ...parts } = completenessWeights
  return sql`(SELECT COALESCE(SUM(${JSON.stringify(parts)} ->> key), 0) FROM json_each(${profile})
    WHERE value <> '') + CASE WHEN ${hasTags} THEN ${tags} ELSE 0 END`
}
