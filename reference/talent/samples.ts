/** The people of the original document, as it shows them, and what it lets them send. */

export const email = 'alice@example.com'
export const password = '1234@Abcde'
export const newPassword = '1234567890@Abcde'
export const code = '383515'

export const aliceId = '6813a1ab1d3c66b889056c09'
const tags = ['product', 'writing', 'custom', 'engineering', 'devops', 'web3', 'crypto']
const place = { country: 'England', state: 'Manchester', city: 'Manchester' }
const contact = { ...place, address: '30, alice bob blvd.', phone: '+4412345678987' }
const bio = { title: 'Software Engineer', description: 'Builds software Products' }
const about = 'About this user?. User is the best developer in the solar system'
const availability = 'available'

const socials = {
  github: 'https://github.com/tester',
  twitter: 'https://twitter.com/tester',
  linkedin: 'https://linkedin.com/tester',
  website: 'https://mywebsite.com',
}

export const update = {
  firstName: 'Alice',
  lastName: 'Bob',
  profile: { contact, bio, talent: { about, availability, tags } },
  socials,
}

/** Each tag as the document has it. */
const tagsIds = [
  tag('6813a2721d3c66b889056c6a', 'product', '#56F2E3', '2025-05-01T16:33:54.790Z'),
  tag('6813a2721d3c66b889056c6e', 'writing', '#4091C4', '2025-05-01T16:33:54.798Z'),
  tag('6813a2721d3c66b889056c72', 'custom', '#D7CFCD', '2025-05-01T16:33:54.805Z'),
  tag('6813a2721d3c66b889056c76', 'engineering', '#3E9CC4', '2025-05-01T16:33:54.814Z'),
  tag('6813a2721d3c66b889056c7a', 'devops', '#FFF0CB', '2025-05-01T16:33:54.822Z'),
  tag('6813a2721d3c66b889056c7e', 'web3', '#B0B8DE', '2025-05-01T16:33:54.830Z'),
  tag('6813a2721d3c66b889056c82', 'crypto', '#2A89FE', '2025-05-01T16:33:54.838Z'),
]

function tag(_id: string, name: string, color: string, at: string) {
  const shown = { _id, name, key: name, color, categories: [], isParent: false, type: '' }
  return { ...shown, entryCount: 1, createdAt: at, updatedAt: at, __v: 0 }
}

function achievement(_id: string, owner: string, type: string, total: string, at: string) {
  return { _id, owner, type, total, value: '0', createdAt: at, updatedAt: at, __v: 0 }
}

const achievements = [
  achievement('6813a1ac1d3c66b889056c34', aliceId, 'five-star', '20', '2025-05-01T16:30:36.556Z'),
  achievement('6813a1ac1d3c66b889056c30', aliceId, 'referral', '10', '2025-05-01T16:30:36.547Z'),
  achievement('6813a1ac1d3c66b889056c2c', aliceId, 'review', '60', '2025-05-01T16:30:36.540Z'),
  achievement('6813a1ac1d3c66b889056c38', aliceId, 'squad', '10', '2025-05-01T16:30:36.565Z'),
]

const socket = { status: 'OFFLINE' }
export const noFactor = { type: 'undefined', status: false, securityQuestion: 'undefined' }
export const mailedFactor = { ...noFactor, type: 'email', status: true }

export const account = {
  _id: aliceId,
  firstName: 'Alice',
  lastName: 'Bob',
  email,
  emailVerified: true,
  role: 'user',
  type: 'recipient',
  profile: { contact, bio, talent: { about, availability, tags, tagsIds } },
  isPrivate: false,
  walletGenerated: true,
  score: 0,
  twoFa: noFactor,
  profileCompleteness: 90,
  socket,
  loggedInAt: '2025-05-01T16:30:35.844Z',
  isUserNameUpdated: false,
  referralCode: 'Jg60',
  web3Onboard: false,
  accountType: 'email',
  createdAt: '2025-05-01T16:30:35.866Z',
  userName: 'alice-bob-kgnx',
  emailVerifiedAt: '2025-05-01T04:32:18.000Z',
  socials,
  achievements,
  isVerified: true,
  kyc: false,
  kycStatus: 'pending',
}

/** Somebody who has just begun. */
export const newAccount = {
  ...account,
  profile: {
    contact: { country: null, state: null, city: null, address: null, phone: null },
    bio: { title: null, description: null },
    talent: { about: null, availability, tags: [], tagsIds: [] },
  },
  profileCompleteness: 0,
  socials: { github: null, twitter: null, linkedin: null, website: null },
}

/** As others find her; where she lives, and by which number she is called, is not for them. */
export const foundPerson = {
  _id: aliceId,
  firstName: 'Alice',
  lastName: 'Bob',
  role: 'user',
  type: 'recipient',
  profile: {
    contact: { ...contact, address: null, phone: null },
    bio,
    talent: { about, availability, tags, tagsIds },
  },
  isPrivate: false,
  score: 0,
  profileCompleteness: 90,
  socket,
  createdAt: '2025-05-01T16:30:35.866Z',
  updatedAt: '2025-05-01T16:33:54.871Z',
  achievements,
  isBookmarked: false,
  bookmarkId: '',
}

export const jukneId = '67f8eb57c6cfbd0c2349f2f8'

export const person = {
  _id: jukneId,
  firstName: 'Jukne',
  lastName: '',
  role: 'user',
  type: 'recipient',
  profile: { talent: { tags: [], tagsIds: [], availability }, verified: false },
  isPrivate: false,
  score: 0,
  profileCompleteness: 0,
  socket,
  achievements: [
    achievement('67f8eb58c6cfbd0c2349f318', jukneId, 'five-star', '20', '2025-04-11T10:13:44.068Z'),
    achievement('67f8eb58c6cfbd0c2349f314', jukneId, 'referral', '10', '2025-04-11T10:13:44.058Z'),
    achievement('67f8eb58c6cfbd0c2349f310', jukneId, 'review', '60', '2025-04-11T10:13:44.048Z'),
    achievement('67f8eb58c6cfbd0c2349f31c', jukneId, 'squad', '10', '2025-04-11T10:13:44.080Z'),
  ],
  kyc: false,
  kycStatus: null,
}
