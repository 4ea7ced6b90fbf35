import { asc, type SQL } from 'drizzle-orm'
import { commit, run } from '../storage/database'
import { accounts, photos } from '../storage/schema'
import { sql } from '../storage/sql'
import { type AccountChanges, changeAccount, oneself } from './account-changes'
import { accountColumns } from './accounts'
import { isKnownTo } from './audience'
import type { Client, Core } from './context'
import { fail, failInput } from './errors'
import { oweObjects } from './outbox'
import { asSelf, asStranger, type Person } from './profiles'
import { asListed, type ListedSession, sessionsOf } from './session-list'
import { authenticate, type Caller, isAlive, ownNumber, type Viewer } from './sessions'
import { objectsOf } from './uploads'

/** The photos that a person shows: uploads of their own, and nobody else's. */

export type Photo = Omit<typeof photos.$inferSelect, 'accountNumber'>

const photoColumns = {
  photoId: photos.photoId,
  fileType: photos.fileType,
  fileSize: photos.fileSize,
  previewWidth: photos.previewWidth,
  previewHeight: photos.previewHeight,
  addedAt: photos.addedAt,
}

const photosMax = 100
const manyPhotosMax = 1000

function photosOf(core: Core, number: SQL) {
  return core.db
    .select(photoColumns)
    .from(photos)
    .where(sql`${photos.accountNumber} = ${number}`)
    .orderBy(asc(photos.addedAt), asc(photos.photoId))
    .limit(photosMax)
}

export interface Portrait {
  readonly person: Person
  readonly photos: readonly Photo[]
}

export interface OwnPortrait extends Portrait {
  readonly sessions: readonly ListedSession[]
}

/** The caller themselves with their photos and sessions. One round trip. */
export async function getOwnPortrait(core: Core, caller: Caller): Promise<OwnPortrait> {
  const own = await ownNumber(caller)
  const queries = [photosOf(core, own), sessionsOf(core, own)] as const
  const { viewer, rows } = await authenticate(core, caller, ...queries)
  const [shown, opened] = rows
  return {
    person: await asSelf(core, viewer.account),
    photos: shown,
    sessions: asListed(opened, viewer),
  }
}

/** Changes the caller's own account as changeAccount() does, and gives it as it is then. */
export async function changeOwnPortrait(
  core: Core,
  caller: Caller,
  changes: AccountChanges,
  client: Client,
): Promise<Portrait> {
  const [[account], shown] = await changeAccount(
    core,
    caller,
    changes,
    oneself,
    client,
    (number) => [
      core.db.select(accountColumns).from(accounts).where(sql`${accounts.number} = ${number}`),
      photosOf(core, number),
    ],
  )
  if (!account) fail({ code: 'account_not_found' })
  return { person: await asSelf(core, account), photos: shown }
}

/** The photos of several accounts, at most so many in all; `numbers` is a set in SQL. */
export function photosOfMany(core: Core, numbers: SQL) {
  return core.db
    .select({ number: photos.accountNumber, ...photoColumns })
    .from(photos)
    .where(sql`${photos.accountNumber} IN ${numbers}`)
    .orderBy(asc(photos.addedAt), asc(photos.photoId))
    .limit(manyPhotosMax)
}

/**
 * Anybody by number, with their photos, as everybody sees them. `visitor` may carry a session, whose
 * account does not find who has blocked it. Fails with account_not_found.
 */
export async function getPortrait(
  core: Core,
  visitor: Pick<Caller, 'token'>,
  number: number,
): Promise<Portrait> {
  const isKnown = isKnownTo(await ownNumber(visitor))
  const [[account], shown] = await run(
    core.db,
    core.db
      .select(accountColumns)
      .from(accounts)
      .where(sql`${accounts.number} = ${number} AND ${isKnown}`),
    photosOf(core, sql`${number}`),
  )
  if (!account) fail({ code: 'account_not_found' })
  return { person: await asStranger(core, account), photos: shown }
}

export interface NewPhoto {
  readonly photoId: string
  readonly fileType: string
  readonly previewWidth: number
  readonly previewHeight: number
}

/**
 * Shows an upload of the viewer's own as a photo; its size is the upload's, whatever was said. Fails
 * with upload_not_found for anybody else's. Added twice, it is there once.
 */
export async function addPhoto(core: Core, viewer: Viewer, photo: NewPhoto): Promise<Photo[]> {
  const { number } = viewer.account
  const rows = await commit(
    core.db,
    [
      core.db.run(sql`INSERT INTO photos (photo_id, account_number, file_type, file_size, preview_width, preview_height, added_at)
        SELECT name, account_number, type, bytes, ${photo.previewWidth}, ${photo.previewHeight}, ${core.now}
        FROM uploads WHERE name = ${photo.photoId} AND type = ${photo.fileType}
          AND account_number = ${number} AND stored_at IS NOT NULL AND ${isAlive(core, viewer)}
          AND (SELECT COUNT(*) FROM photos WHERE account_number = ${number}) < ${photosMax}
        ON CONFLICT (photo_id) DO NOTHING`),
    ],
    photosOf(core, sql`${number}`),
    (found) => found.some(({ photoId }) => photoId === photo.photoId),
  )
  if (rows.some(({ photoId }) => photoId === photo.photoId)) return rows
  if (rows.length >= photosMax) failInput([{ field: 'photo', rule: 'too_long' }])
  fail({ code: 'upload_not_found' })
}

/** Takes a photo away, and its file with it. Fails with photo_not_found, or forbidden for another's. */
export async function deletePhoto(core: Core, viewer: Viewer, photoId: string): Promise<void> {
  const { number } = viewer.account
  const [[owner]] = await run(
    core.db,
    core.db.all<{ number: number }>(
      sql`SELECT account_number AS number FROM photos WHERE photo_id = ${photoId}`,
    ),
  )
  if (!owner) fail({ code: 'photo_not_found' })
  if (owner.number !== number) fail({ code: 'forbidden' })
  const isMine = sql`name = ${photoId} AND account_number = ${number}`
  await commit(
    core.db,
    [
      oweObjects(core, objectsOf(isMine)),
      core.db.run(
        sql`DELETE FROM photos WHERE photo_id = ${photoId} AND account_number = ${number}`,
      ),
      core.db.run(sql`DELETE FROM uploads WHERE ${isMine}`),
    ],
    core.db.all(sql`SELECT 1 AS gone WHERE NOT EXISTS
      (SELECT 1 FROM photos WHERE photo_id = ${photoId} AND account_number = ${number})`),
    (rows) => rows.length > 0,
  )
}
