import type { Account } from '../../core/accounts'
import type { InitiatedFactor } from '../../core/authenticator'
import type { Bookmark } from '../../core/bookmarks'
import type { PortfolioPage } from '../../core/portfolio-search'
import type { PersonWithPortfolio, ShownImage, Tag } from '../../core/portfolios'
import type { Person } from '../../core/profiles'
import { type Referrer, referralsExpected } from '../../core/referrals'
import type { Ticket } from '../../core/tickets'

/** What clients of this API are answered. */

export function success(data: unknown = {}, message = 'OK') {
  return { status: 'success', message, data }
}

export const passwordChanged = 'Password successfully changed'

function date(at: number): string {
  return new Date(at).toISOString()
}

/** A secret that lives for some seconds. */
function renderToken(token: string, expiresIn: number) {
  return { token, token_type: 'bearer', expiresIn }
}

export function renderTicket({ token, ttlSeconds }: Ticket) {
  return { tempToken: renderToken(token, ttlSeconds) }
}

const factors = { none: 'undefined', email: 'email', app: 'google_auth' } as const

/** There are no security questions. The word for nothing is the document's own. */
function renderTwoFa(method: 'email' | 'app' | null) {
  return { type: factors[method ?? 'none'], status: method !== null, securityQuestion: 'undefined' }
}

/** Before the second factor, the sign-in knows no more than the client has already said. */
export function renderUnfinished(ticket: Ticket, email: string, method: 'email' | 'app') {
  return { ...renderTicket(ticket), email, twoFa: renderTwoFa(method) }
}

function renderTag({ tagId, name, key, color, entryCount, taggedAt }: Tag) {
  const at = date(taggedAt)
  const shown = { _id: tagId, name, key, color, categories: [], isParent: false, type: '' }
  return { ...shown, entryCount, createdAt: at, updatedAt: at, __v: 0 }
}

function renderTags({ tags }: PersonWithPortfolio['portfolio']) {
  return { tags: tags.map(({ name }) => name), tagsIds: tags.map(renderTag) }
}

function renderAchievements({ person, portfolio }: PersonWithPortfolio) {
  return portfolio.achievements.map(
    ({ achievementId, kind, total, value, startedAt, advancedAt }) => ({
      _id: achievementId,
      owner: person.id,
      type: kind,
      total: String(total),
      value: String(value),
      createdAt: date(startedAt),
      updatedAt: date(advancedAt),
      __v: 0,
    }),
  )
}

function renderImage(origin: string, { name, type, bytes }: ShownImage) {
  return { _id: name, type, size: String(bytes), url: `${origin}/uploads/${name}.${type}` }
}

function renderImages(origin: string, { profileImage, bgImage }: PersonWithPortfolio['portfolio']) {
  return {
    ...(profileImage ? { profileImage: renderImage(origin, profileImage) } : {}),
    ...(bgImage ? { bgImage: renderImage(origin, bgImage) } : {}),
  }
}

function renderContact({ profile, own }: Person) {
  return {
    country: profile.countryName ?? null,
    state: profile.state ?? null,
    city: profile.city ?? null,
    address: own?.streetAddress ?? null,
    phone: own?.contactPhone ?? null,
  }
}

function renderBio({ profile }: Person) {
  return { title: profile.designation ?? null, description: profile.bio ?? null }
}

const isFilled = (part: object) => Object.values(part).some((value) => value !== null)

function availability({ profile }: Person) {
  return profile.availability ?? 'available'
}

function category({ profile: { skillCategory } }: Person) {
  return skillCategory === undefined ? {} : { tagsCategory: skillCategory }
}

const offline = { status: 'OFFLINE' }

/** The account in its own eyes, in the order of the document. What was never given is null. */
export function renderAccount(own: PersonWithPortfolio, origin: string) {
  const { person, portfolio } = own
  const { profile, own: kept } = person
  const isConfirmed = kept !== null && kept.emailVerifiedAt !== null
  return {
    _id: person.id,
    firstName: person.firstName,
    lastName: person.lastName,
    email: kept?.email ?? null,
    emailVerified: isConfirmed,
    role: person.role,
    type: profile.persona ?? 'recipient',
    profile: {
      contact: renderContact(person),
      bio: renderBio(person),
      talent: {
        about: profile.about ?? null,
        availability: availability(person),
        ...renderTags(portfolio),
        ...category(person),
      },
    },
    isPrivate: person.isPrivate,
    walletGenerated: true,
    score: 0,
    twoFa: renderTwoFa(kept?.secondFactor ?? null),
    profileCompleteness: person.profileCompleteness,
    socket: offline,
    loggedInAt: kept?.loggedInAt ? date(kept.loggedInAt) : null,
    isUserNameUpdated: kept?.isNameMade !== true,
    referralCode: portfolio.referralCode,
    web3Onboard: false,
    accountType: 'email',
    createdAt: date(person.createdAt),
    userName: person.username,
    emailVerifiedAt: kept?.emailVerifiedAt ? date(kept.emailVerifiedAt) : null,
    socials: {
      github: profile.github ?? null,
      twitter: profile.twitter ?? null,
      linkedin: profile.linkedin ?? null,
      website: profile.customLink ?? null,
    },
    achievements: renderAchievements(own),
    isVerified: isConfirmed,
    kyc: false,
    kycStatus: 'pending',
    ...renderImages(origin, portfolio),
    ...(kept?.meta === undefined ? {} : { meta: kept.meta }),
  }
}

export function renderSignedIn(own: PersonWithPortfolio, origin: string, expiring: Expiring) {
  const token = renderToken(expiring.token, expiring.seconds)
  const onboarded = own.person.own?.isOnboarded === true
  return { ...renderAccount(own, origin), ...token, onboarded }
}

export interface Expiring {
  readonly token: string
  readonly seconds: number
}

/** Whose address is confirmed now, and whose second factor is still to be asked for at a sign-in. */
export function renderConfirmed({ id, email, secondFactor }: Account) {
  const twoFa = renderTwoFa(secondFactor)
  return { _id: id, email, emailVerified: true, isVerified: true, twoFa }
}

/** What others see of a person: the parts of the profile only where something of them is filled. */
function renderPublic({ person, portfolio }: PersonWithPortfolio, origin: string) {
  const { profile } = person
  const contact = renderContact(person)
  const bio = renderBio(person)
  return {
    named: {
      _id: person.id,
      firstName: person.firstName,
      lastName: person.lastName,
      role: person.role,
      type: profile.persona ?? 'recipient',
    },
    profile: {
      ...(isFilled(contact) ? { contact } : {}),
      ...(isFilled(bio) ? { bio } : {}),
      talent: {
        ...(profile.about === undefined ? {} : { about: profile.about }),
        ...renderTags(portfolio),
        ...category(person),
        availability: availability(person),
      },
    },
    standing: {
      isPrivate: person.isPrivate,
      score: 0,
      profileCompleteness: person.profileCompleteness,
      socket: offline,
    },
    images: renderImages(origin, portfolio),
  }
}

export function renderPerson(shown: PersonWithPortfolio, origin: string) {
  const { named, profile, standing, images } = renderPublic(shown, origin)
  return {
    ...named,
    profile: { ...profile, verified: false },
    ...standing,
    achievements: renderAchievements(shown),
    kyc: false,
    kycStatus: null,
    ...images,
  }
}

function renderRow(shown: PersonWithPortfolio, origin: string) {
  const { named, profile, standing, images } = renderPublic(shown, origin)
  const { bookmarkId } = shown.portfolio
  return {
    ...named,
    profile,
    ...standing,
    createdAt: date(shown.person.createdAt),
    updatedAt: date(shown.person.updatedAt),
    achievements: renderAchievements(shown),
    isBookmarked: bookmarkId !== null,
    bookmarkId: bookmarkId ?? '',
    ...images,
  }
}

export interface Asked {
  readonly page: number
  readonly limit: number
}

function renderPage({ page, limit }: Asked, total: number, data: readonly unknown[]) {
  const position = (page - 1) * limit + 1
  return { pages: Math.ceil(total / limit), page, total, limit, position, data }
}

/** The count stops somewhere, and says so. */
export function renderFound(
  { found, total, isCapped }: PortfolioPage,
  asked: Asked,
  origin: string,
) {
  const rows = found.map((shown) => renderRow(shown, origin))
  return { ...renderPage(asked, total, rows), ...(isCapped ? { totalIsCapped: true } : {}) }
}

export function renderBookmark(bookmarkId: string, reference: string) {
  return { _id: bookmarkId, type: 'user', reference }
}

export function renderBookmarks(bookmarks: readonly Bookmark[], total: number, asked: Asked) {
  const rows = bookmarks.map(({ bookmarkId, bookmarkedAt, person }) => ({
    ...renderBookmark(bookmarkId, person.id),
    user: {
      _id: person.id,
      firstName: person.firstName,
      lastName: person.lastName,
      role: person.role,
      type: person.profile.persona ?? 'recipient',
      isPrivate: person.isPrivate,
      score: 0,
      profileCompleteness: person.profileCompleteness,
      socket: offline,
    },
    createdAt: date(bookmarkedAt),
  }))
  return renderPage(asked, total, rows)
}

export function renderReferrer(referrer: Referrer | null, code: string) {
  return {
    valid: referrer !== null,
    userId: referrer?.accountId ?? null,
    referralCounts: referrer?.count ?? null,
    totalAllowedReferrals: referrer && referralsExpected,
    referralId: referrer && code,
    role: referrer?.role ?? null,
    isKyc: referrer && false,
  }
}

/** `qrCode` is the picture of the address, for clients that draw none themselves. */
export function renderInitiated(initiated: InitiatedFactor, draw: (text: string) => string) {
  if (initiated.method === 'email') return { type: 'email' }
  const { secret, otpauthUrl } = initiated
  return { type: 'google_auth', secret, qrCodeUrl: otpauthUrl, qrCode: draw(otpauthUrl) }
}
