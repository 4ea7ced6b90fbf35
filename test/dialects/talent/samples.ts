import { expect } from 'vitest'
import { achievementsOf, anyDate, tagOf } from './people'

/** The document's own people: Alice Bob, with all that she fills in, and somebody who is new. */

const tags = ['product', 'writing', 'custom', 'engineering', 'devops', 'web3', 'crypto']
const contact = { country: 'England', state: 'Manchester', city: 'Manchester' }
const privateContact = { address: '30, alice bob blvd.', phone: '+4412345678987' }
const bio = { title: 'Software Engineer', description: 'Builds software Products' }
const talent = {
  about: 'About this user?. User is the best developer in the solar system',
  availability: 'available',
  tags,
}
const socials = {
  github: 'https://github.com/tester',
  twitter: 'https://twitter.com/tester',
  linkedin: 'https://linkedin.com/tester',
  website: 'https://mywebsite.com',
}

/** The body of the document's update. */
export const update = {
  firstName: 'Alice',
  lastName: 'Bob',
  profile: { contact: { ...contact, ...privateContact }, bio, talent },
  socials,
}

const offline = { status: 'OFFLINE' }

/** What every account says of itself, whatever its profile holds. */
function standing(id: string, email: string) {
  return {
    _id: id,
    firstName: 'Alice',
    lastName: 'Bob',
    email,
    emailVerified: true,
    role: 'user',
    type: 'recipient',
    isPrivate: false,
    walletGenerated: true,
    score: 0,
    twoFa: { type: 'undefined', status: false, securityQuestion: 'undefined' },
    socket: offline,
    loggedInAt: anyDate,
    isUserNameUpdated: false,
    referralCode: expect.stringMatching(/^\w{4,8}$/),
    web3Onboard: false,
    accountType: 'email',
    createdAt: anyDate,
    userName: expect.stringMatching(/^alice-bob-[a-z0-9]{4}$/),
    emailVerifiedAt: anyDate,
    achievements: achievementsOf(id),
    isVerified: true,
    kyc: false,
    kycStatus: 'pending',
  }
}

/** The account of the document once the update is made. */
export function fullAccount(id: string, email: string, entryCount = 1) {
  return {
    ...standing(id, email),
    profile: {
      contact: { ...contact, ...privateContact },
      bio,
      talent: { ...talent, tagsIds: tags.map((tag) => tagOf(tag, entryCount)) },
    },
    profileCompleteness: 90,
    socials,
  }
}

/** The same before anything was filled in: the keys are there. */
export function freshAccount(id: string, email: string) {
  const nobody = { country: null, state: null, city: null, address: null, phone: null }
  return {
    ...standing(id, email),
    profile: {
      contact: nobody,
      bio: { title: null, description: null },
      talent: { about: null, availability: 'available', tags: [], tagsIds: [] },
    },
    profileCompleteness: 0,
    socials: { github: null, twitter: null, linkedin: null, website: null },
  }
}

/** The document's person by id, who is new and has one name. */
export function freshPerson(id: string) {
  return {
    _id: id,
    firstName: 'Jukne',
    lastName: '',
    role: 'user',
    type: 'recipient',
    profile: { talent: { tags: [], tagsIds: [], availability: 'available' }, verified: false },
    isPrivate: false,
    score: 0,
    profileCompleteness: 0,
    socket: offline,
    achievements: achievementsOf(id),
    kyc: false,
    kycStatus: null,
  }
}

/** The document's row of a search, as others see it: the street and the phone stay hers. */
export function row(id: string, { entryCount = 1, bookmarkId = '' as unknown } = {}) {
  return {
    _id: id,
    firstName: 'Alice',
    lastName: 'Bob',
    role: 'user',
    type: 'recipient',
    profile: {
      contact: { ...contact, address: null, phone: null },
      bio,
      talent: { ...talent, tagsIds: tags.map((tag) => tagOf(tag, entryCount)) },
    },
    isPrivate: false,
    score: 0,
    profileCompleteness: 90,
    socket: offline,
    createdAt: anyDate,
    updatedAt: anyDate,
    achievements: achievementsOf(id),
    isBookmarked: bookmarkId !== '',
    bookmarkId,
  }
}

/** The keys in the order of the document, with those of the onboarding that clients read. */
export const accountKeys = `_id firstName lastName email emailVerified role type profile isPrivate
  walletGenerated score twoFa profileCompleteness socket loggedInAt isUserNameUpdated referralCode
  web3Onboard accountType createdAt userName emailVerifiedAt socials achievements isVerified kyc
  kycStatus`.split(/\s+/)
