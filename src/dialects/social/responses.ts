import type { Account } from '../../core/accounts'
import type { FollowEntry } from '../../core/follow-lists'
import type { FollowOutcome, FollowStatus } from '../../core/follows'
import type { InviteCode } from '../../core/invites'
import type { HistoryEntry } from '../../core/login-history'
import type { Person } from '../../core/profiles'
import type { describeScopes } from '../../core/scopes'
import type { FoundPerson } from '../../core/search'
import type { SessionRecord } from '../../core/sessions'
import { isoDate } from '../../http/dates'

/** What clients of this API are answered. */

/** `{ok: 1}`, and `data` only where there is something to say. */
export function success(): { ok: 1 }
export function success<Data>(data: Data): { ok: 1; data: Data }
export function success(data?: unknown) {
  return data === undefined ? { ok: 1 } : { ok: 1, data }
}

/**
 * A person in the order of the document. What is not for these eyes, or was never given, is null.
 * There are no subscriptions, restrictions and verified marks here: their fields keep a resting value.
 */
export function renderPerson(person: Person) {
  const { profile, own } = person
  return {
    _id: person.id,
    firstName: person.firstName,
    middleName: profile.middleName ?? null,
    lastName: person.lastName,
    gender: profile.gender ?? null,
    username: person.username,
    role: person.role,
    bio: profile.bio ?? null,
    designation: profile.designation ?? null,
    profilePictureUrl: person.pictureUrl,
    pronouns: profile.pronouns ?? null,
    verified: false,
    verifiedDate: null,
    customLink: profile.customLink ?? null,
    followingCount: person.followingCount,
    followerCount: person.followerCount,
    isPrivate: person.isPrivate,
    isSubscribed: own ? false : null,
    subscriptionTier: own ? 'basic' : null,
    subscriptionExpiry: null,
    isBanned: own ? own.disabledAt !== null : null,
    isRestricted: own ? false : null,
    email: own?.email ?? null,
    phone: own?.phone ?? null,
    customData: own ? (own.customData ?? {}) : null,
    phoneCountryCode: own?.phoneCountryCode ?? null,
    organization: profile.organization ?? null,
    country: profile.country ?? null,
    preferredLanguage: profile.preferredLanguage ?? null,
    createdAt: isoDate(person.createdAt),
    updatedAt: isoDate(person.updatedAt),
    ...(own ? { emailVerified: own.emailVerifiedAt !== null } : {}),
  }
}

/** The account in its own eyes. Sign-in answers spell one key as the document's samples do there. */
export function renderSelf(person: Person) {
  return { ...renderPerson(person), varifiedDate: null }
}

export function renderUser(person: Person) {
  return success({ user: renderPerson(person) })
}

/** Oneself, with the names of what one may change. */
export function renderOwn(person: Person, editableFields: readonly string[]) {
  return success({ user: renderPerson(person), editableFields })
}

export function renderSignedIn(person: Person) {
  const user = renderSelf(person)
  const isOn = person.own !== null && person.own.secondFactor !== null
  return success({ '2faEnabled': isOn, userInfo: user, user })
}

/** Before the second factor, the sign-in knows no more than the client has already said. */
export function renderSecondFactorRequired(account: Account, sessionHash: string) {
  const user = { _id: account.id, username: account.username, email: account.email }
  return success({ '2faEnabled': true as const, sessionHash, userInfo: user, user })
}

export function renderSession(
  person: Person,
  session: { id: string; openedAt: number; expiresAt: number },
  record: SessionRecord,
) {
  return success({
    userInfo: renderSelf(person),
    session: {
      _id: session.id,
      createdAt: isoDate(session.openedAt),
      expiresAt: isoDate(session.expiresAt),
      source: record.dialect,
      userAgent: record.userAgent,
      ipAddress: record.ipAddress,
    },
  })
}

/** The one reason that clients of this API know by name. */
const reasons: { readonly [reason: string]: string } = { second_factor_rejected: 'mfa_rejected' }

export function renderHistory(account: Account, entries: readonly HistoryEntry[]) {
  return success({
    records: entries.map((entry) => ({
      _id: entry.id,
      userAgent: entry.userAgent,
      ipAddress: entry.ipAddress,
      success: entry.success,
      ...(entry.reason === null ? {} : { reason: reasons[entry.reason] ?? entry.reason }),
      source: entry.dialect,
      targetId: account.id,
      createdAt: isoDate(entry.at),
    })),
  })
}

/** Fields of the person beside the row that the document shows, because clients read bare people. */
export function renderFound(found: readonly FoundPerson[]) {
  return success({
    results: found.map(({ person, isOpen }) => {
      const source = renderPerson(person)
      return { ...source, approved: isOpen, source }
    }),
  })
}

function renderEntry({ entryId, isApproved, followedAt }: FollowEntry) {
  return { _id: entryId, approved: isApproved, createdAt: isoDate(followedAt) }
}

/** Those who follow, or ask to. */
export function renderFollowers(entries: readonly FollowEntry[]) {
  return success({
    records: entries.map((entry) => ({
      ...renderEntry(entry),
      source: renderPerson(entry.person),
    })),
  })
}

export function renderFollowing(entries: readonly FollowEntry[]) {
  return success({
    records: entries.map((entry) => ({
      ...renderEntry(entry),
      target: renderPerson(entry.person),
    })),
  })
}

/** The words that clients know. */
const outcomes = {
  following: 'following',
  requested: 'requested',
  already: 'duplicate',
} as const satisfies { readonly [O in FollowOutcome]: string }

export function renderFollowed(outcome: FollowOutcome) {
  return success({ status: outcomes[outcome] })
}

export function renderFollowStatus(status: FollowStatus) {
  return success({
    following: status === 'following',
    ...(status === 'requested' ? { requested: true } : {}),
  })
}

export function renderInviteCodes(codes: readonly InviteCode[]) {
  return success({
    inviteCodes: codes.map(({ code, madeAt, changedAt, inviteeId }) => ({
      code,
      createdAt: isoDate(madeAt),
      updatedAt: isoDate(changedAt),
      ...(inviteeId === null ? {} : { targetId: inviteeId }),
    })),
  })
}

export function renderScopes(scopes: ReturnType<typeof describeScopes>) {
  const entries = scopes.map(({ name, description, parent }) => {
    return [name, { name, description, ...(parent === null ? {} : { parent }) }] as const
  })
  return success({ scopes: Object.fromEntries(entries) })
}
