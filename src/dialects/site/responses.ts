import type { Person } from '../../core/profiles'

/** Answers in the words of this API. Whatever they hold is a string. */

export interface Envelope {
  readonly statusCode: string
  readonly message: string
  readonly data: 'null' | 'true' | 'false' | Profile
}

interface Profile {
  readonly username: string
  readonly name: string
  readonly bio: string
  readonly website: string
  readonly pronounce: string
  readonly followers: string
  readonly following: string
}

export function envelope(
  statusCode: number,
  message: string,
  data: Envelope['data'] = 'null',
): Envelope {
  return { statusCode: String(statusCode), message, data }
}

export function success(message: string, data?: Envelope['data']): Envelope {
  return envelope(200, message, data)
}

/** The public profile; what is absent is an empty string. */
export function renderProfile(person: Person): Profile {
  const { username, firstName, lastName, profile, followerCount, followingCount } = person
  return {
    username,
    name: lastName === '' ? firstName : `${firstName} ${lastName}`,
    bio: profile.bio ?? '',
    website: profile.customLink ?? '',
    pronounce: profile.pronouns ?? '',
    followers: String(followerCount),
    following: String(followingCount),
  }
}
