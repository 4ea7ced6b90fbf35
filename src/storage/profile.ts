/**
 * The parts of a profile that are shown but never counted: one JSON column of the account, merged
 * part by part. Absent means never given.
 */
export interface Profile {
  middleName?: string
  gender?: string
  bio?: string
  designation?: string
  pronouns?: string
  customLink?: string
  organization?: string
  /** ISO 3166-1, two letters. */
  country?: string
  preferredLanguage?: string
  phone?: string
  phoneCountryCode?: string
  customData?: { [key: string]: unknown }

  /** A country as people write it. */
  countryName?: string
  state?: string
  city?: string
  streetAddress?: string
  /** E.164. */
  contactPhone?: string
  about?: string
  availability?: 'available' | 'limited' | 'unavailable' | 'busy' | 'working'
  skillCategory?: string
  github?: string
  twitter?: string
  linkedin?: string
  /** Names of uploads of one's own. */
  profileImage?: string
  bgImage?: string
  /** Whether the account offers work or looks for people who do. */
  persona?: 'recipient' | 'creator'
  meta?: { [key: string]: unknown }
  /** Whether the account's username was made up, and never chosen since. */
  isNameMade?: boolean
  isOnboarded?: boolean
}
