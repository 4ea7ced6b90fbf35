import type { Bookmark } from '../../core/bookmarks'
import type { PortfolioPage } from '../../core/portfolio-search'
import type { PersonWithPortfolio, ShownImage, Tag } from '../../core/portfolios'
import type { OwnView, Person } from '../../core/profiles'
import { isoDate } from '../../http/dates'

/** What clients of this API are answered. */

export interface Success {
  readonly status: 'success'
  readonly message: string
  readonly data: unknown
}

export function success(data: unknown = {}, message = 'OK'): Success {
  return { status: 'success', message, data }
}

export const passwordChanged = 'Password successfully changed'

const factors = { none: 'undefined', email: 'email', app: 'google_auth' } as const

/** There are no security questions. The word for nothing is the document's own. */
export function renderTwoFa(method: 'email' | 'app' | null) {
  const securityQuestion = 'undefined' as const
  return { type: factors[method ?? 'none'], status: method !== null, securityQuestion }
}

/** Kept for what might come: no tag belongs to any. */
const categories: readonly string[] = []

function renderTag({ tagId, name, key, color, entryCount, taggedAt }: Tag) {
  const at = isoDate(taggedAt)
  const shown = { _id: tagId, name, key, color, categories, isParent: false, type: '' }
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
      createdAt: isoDate(startedAt),
      updatedAt: isoDate(advancedAt),
      __v: 0,
    }),
  )
}

function renderImage(origin: string, { name, type, bytes }: ShownImage) {
  return { _id: name, type, size: String(bytes), url: `${origin}/uploads/${name}.${type}` }
}

interface Images {
  readonly profileImage?: ReturnType<typeof renderImage>
  readonly bgImage?: ReturnType<typeof renderImage>
}

function renderImages(
  origin: string,
  { profileImage, bgImage }: PersonWithPortfolio['portfolio'],
): Images {
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

interface FilledParts {
  readonly contact?: ReturnType<typeof renderContact>
  readonly bio?: ReturnType<typeof renderBio>
}

function renderFilledParts(person: Person): FilledParts {
  const contact = renderContact(person)
  const bio = renderBio(person)
  return { ...(isFilled(contact) ? { contact } : {}), ...(isFilled(bio) ? { bio } : {}) }
}

function about({ profile }: Person): { readonly about?: string } {
  return profile.about === undefined ? {} : { about: profile.about }
}

function availability({ profile }: Person) {
  return profile.availability ?? 'available'
}

function category({ profile: { skillCategory } }: Person): { readonly tagsCategory?: string } {
  return skillCategory === undefined ? {} : { tagsCategory: skillCategory }
}

function meta(kept: OwnView | null): Pick<OwnView, 'meta'> {
  return kept?.meta === undefined ? {} : { meta: kept.meta }
}

const offline = { status: 'OFFLINE' } as const

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
    loggedInAt: kept?.loggedInAt ? isoDate(kept.loggedInAt) : null,
    isUserNameUpdated: kept?.isNameMade !== true,
    referralCode: portfolio.referralCode,
    web3Onboard: false,
    accountType: 'email' as const,
    createdAt: isoDate(person.createdAt),
    userName: person.username,
    emailVerifiedAt: kept?.emailVerifiedAt ? isoDate(kept.emailVerifiedAt) : null,
    socials: {
      github: profile.github ?? null,
      twitter: profile.twitter ?? null,
      linkedin: profile.linkedin ?? null,
      website: profile.customLink ?? null,
    },
    achievements: renderAchievements(own),
    isVerified: isConfirmed,
    kyc: false,
    kycStatus: 'pending' as const,
    ...renderImages(origin, portfolio),
    ...meta(kept),
  }
}

/** What others see of a person: the parts of the profile only where something of them is filled. */
function renderPublic({ person, portfolio }: PersonWithPortfolio, origin: string) {
  const { profile } = person
  return {
    named: {
      _id: person.id,
      firstName: person.firstName,
      lastName: person.lastName,
      role: person.role,
      type: profile.persona ?? 'recipient',
    },
    profile: {
      ...renderFilledParts(person),
      talent: {
        ...about(person),
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
    createdAt: isoDate(shown.person.createdAt),
    updatedAt: isoDate(shown.person.updatedAt),
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

function renderPage<Row>({ page, limit }: Asked, total: number, data: readonly Row[]) {
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
  const capped: { readonly totalIsCapped?: true } = isCapped ? { totalIsCapped: true } : {}
  return { ...renderPage(asked, total, rows), ...capped }
}

export function renderBookmark(bookmarkId: string, reference: string) {
  return { _id: bookmarkId, type: 'user', reference } as const
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
    createdAt: isoDate(bookmarkedAt),
  }))
  return renderPage(asked, total, rows)
}
