import type * as z from 'zod/mini'
import type { Person, Self } from './shapes'

/** The people of the document, as they are answered: where it has fields that rest here, they rest. */

export const johnsId = '507f1f77bcf86cd799439011'
export const entryId = '507f191e810c19729de860ea'

export const newJohn = {
  username: 'john_doe',
  firstName: 'John',
  lastName: 'Doe',
  phoneCountryCode: '+00',
  phone: '0000000000',
  email: 'user@example.com',
  password: '$uper&ecurePassw0rd',
}

export const john: z.output<typeof Person> = {
  _id: johnsId,
  firstName: 'John',
  middleName: null,
  lastName: 'Doe',
  gender: 'male',
  username: 'john_doe',
  role: 'user',
  bio: 'Grab a straw, because you suck.',
  designation: 'Software Engineer',
  profilePictureUrl: 'https://image.com/url',
  pronouns: 'he/him',
  verified: false,
  verifiedDate: null,
  customLink: 'https://custom.link',
  followingCount: 250,
  followerCount: 1058,
  isPrivate: true,
  isSubscribed: false,
  subscriptionTier: 'basic',
  subscriptionExpiry: null,
  isBanned: false,
  isRestricted: false,
  email: 'john.doe@example.com',
  phone: '0000000000',
  customData: {},
  phoneCountryCode: '+00',
  organization: null,
  country: null,
  preferredLanguage: null,
  createdAt: '2023-09-09T13:45:52.505Z',
  updatedAt: '2023-09-09T13:45:52.505Z',
  emailVerified: true,
}

/** John as soon as he is made. */
export const freshJohn: z.output<typeof Person> = {
  ...john,
  gender: null,
  bio: null,
  designation: null,
  profilePictureUrl: null,
  pronouns: null,
  customLink: null,
  followingCount: 0,
  followerCount: 0,
  isPrivate: false,
  email: newJohn.email,
  emailVerified: false,
}

export const signedInJohn: z.output<typeof Self> = { ...john, varifiedDate: null }

const { emailVerified, ...shown } = john

/** Somebody else: what is not for these eyes is null. */
export const rick: z.output<typeof Person> = {
  ...shown,
  firstName: 'Rick',
  lastName: 'Asthley',
  username: 'rick_asthley',
  isSubscribed: null,
  subscriptionTier: null,
  isBanned: null,
  isRestricted: null,
  email: null,
  phone: null,
  customData: null,
  phoneCountryCode: null,
}
