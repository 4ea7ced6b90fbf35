import type { Photo, Portrait } from '../../core/photos'
import type { ListedSession } from '../../core/session-list'
import type { DeviceInfo } from '../../core/sessions'
import { isoDate } from '../../http/dates'

/** What clients of this API are answered. What is absent is left out, never null. */

/** Whole seconds: the clients' decoders take no fractions. */
function date(at: number): string {
  return `${isoDate(at).slice(0, 19)}Z`
}

function renderPhoto({ photoId, addedAt, ...photo }: Photo) {
  const { fileType, fileSize, previewWidth, previewHeight } = photo
  const createdAt = date(addedAt)
  return { id: photoId, fileType, fileSize, previewWidth, previewHeight, createdAt }
}

export function renderUser({ person, photos }: Portrait) {
  const about = person.profile.bio
  const lastSeen = person.own?.loggedInAt ?? null
  return {
    id: person.number,
    name: `${person.firstName} ${person.lastName}`.trim(),
    username: person.username,
    ...(about === undefined ? {} : { about }),
    ...(lastSeen === null ? {} : { lastSeen: date(lastSeen) }),
    photos: photos.map(renderPhoto),
  }
}

interface ShownDevice extends Omit<DeviceInfo, 'token'> {
  readonly token?: string
}

/** A session that another API opened has no device; clients decode nothing without one. */
function renderDevice({ id, device, dialect, userAgent }: ListedSession): ShownDevice {
  if (device === null) {
    return { id: id.toUpperCase(), name: dialect, model: userAgent ?? 'unknown', transport: 'none' }
  }
  const { token, ...named } = device
  return { ...named, ...(token === null ? {} : { token }) }
}

function renderSession(session: ListedSession, accessToken: string) {
  const { id, ipAddress, openedAt, seenAt, isCurrent } = session
  return {
    id: id.toUpperCase(),
    ...(isCurrent ? { accessToken } : {}),
    ...(ipAddress === null || ipAddress === 'unknown' ? {} : { ipAddress }),
    createdAt: date(openedAt),
    updatedAt: date(seenAt),
    deviceInfo: renderDevice(session),
  }
}

/**
 * The four answers about oneself: a UserInfo for readers of the document, with the same under `info`
 * for clients. They take the first session for their own.
 */
export function renderSelf(
  portrait: Portrait,
  sessions: readonly ListedSession[],
  accessToken: string,
) {
  const info = renderUser(portrait)
  const ownFirst = [
    ...sessions.filter(({ isCurrent }) => isCurrent),
    ...sessions.filter(({ isCurrent }) => !isCurrent),
  ]
  const deviceSessions = ownFirst.map((session) => renderSession(session, accessToken))
  return { ...info, info, deviceSessions }
}

/** The images that are shown as what they are. */
const imageTypes: { readonly [type: string]: string } = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
}

/** What is not an image by its content is a download. */
export function fileHeaders(type: string, isImage: boolean): { readonly [name: string]: string } {
  const imageType = isImage ? imageTypes[type] : undefined
  return {
    'Content-Type': imageType ?? 'application/octet-stream',
    'Content-Disposition': imageType === undefined ? 'attachment' : 'inline',
    // A copy is kept, and asked about each time: a photo that was deleted is gone.
    'Cache-Control': 'private, no-cache',
  }
}
