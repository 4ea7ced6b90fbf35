import type { SQL } from 'drizzle-orm'
import type { Bytes } from '../crypto/encoding'
import { newToken } from '../crypto/random'
import { commit, run } from '../storage/database'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { fail } from './errors'
import { fetchObject } from './objects'
import { cancelRemoval, oweObjects, planRemoval } from './outbox'
import { isValidLink, type PictureLink, pictureKey, pictureUrl } from './picture-links'
import { cleanPng } from './png'
import { isAlive, type Viewer } from './sessions'
import { failUntil, hourlyQuota, isUsedUp, reserve } from './throttle'

/**
 * Profile pictures: objects in R2 under fresh keys, of which the account's row points to one. The
 * deletion of a new object is owed before it is stored, and called off by the change that points to
 * it, so that whatever breaks off in between leaves nothing behind.
 */

export const pictureBytesMax = 1024 * 1024
/** How long an upload may take before its object is given up. */
const plannedMs = 60 * 60 * 1000

/**
 * Shows a PNG as the viewer's picture, in place of any other, and gives its address. Fails with
 * invalid_picture, upload_too_large, too_many_attempts, and unavailable when R2 does not take it.
 * Three round trips with the one that knew the viewer.
 */
export async function setPicture(core: Core, viewer: Viewer, given: Bytes): Promise<string> {
  if (given.length > pictureBytesMax) {
    fail({ code: 'upload_too_large', bytesMax: pictureBytesMax })
  }
  const png = cleanPng(given)
  if (typeof png === 'string') fail({ code: 'invalid_picture', problem: png })
  const key = pictureKey(viewer.account.number, newToken())
  await planUpload(core, viewer, key)
  try {
    await core.r2.put(key, png)
  } catch {
    fail({ code: 'unavailable', retryAfterSeconds: 2 })
  }
  await pointTo(core, viewer, key)
  const url = await pictureUrl(core, { id: viewer.account.id, pictureKey: key })
  return url ?? fail({ code: 'internal' })
}

async function planUpload(core: Core, viewer: Viewer, key: string): Promise<void> {
  const { number } = viewer.account
  const quota = hourlyQuota(sql`${`uploads:${number}`}`, core.settings.uploadsPerHour)
  const isFull = isUsedUp(core, quota)
  const removal = planRemoval(core, key, core.now + plannedMs)
  const [state] = await commit(
    core.db,
    [
      removal.plan(sql`${isAlive(core, viewer)} AND NOT ${isFull}`),
      reserve(core, quota, removal.isPlanned),
    ],
    core.db.all<{ isPlanned: number; fullUntil: number | null }>(sql`SELECT
      ${removal.isPlanned} AS isPlanned,
      (SELECT expires_at FROM throttles WHERE key = ${quota.key} AND ${isFull}) AS fullUntil`),
    ([row]) => row?.isPlanned === 1,
  )
  if (state?.isPlanned) return
  if (state?.fullUntil) failUntil(core, state.fullUntil)
  fail({ code: 'not_authenticated' })
}

/**
 * Makes the account point to an object, and owes the deletion of the one that it pointed to; or, if
 * it may not, of this one, for which the planned deletion may have come too early.
 */
async function pointTo(core: Core, viewer: Viewer, key: string): Promise<void> {
  const number = sql`${viewer.account.number}`
  const removal = planRemoval(core, key, core.now)
  const may = sql`${removal.isPlanned} AND ${isAlive(core, viewer)}`
  const isShown = sql`EXISTS (${pictureOf(number)} AND picture_key = ${key})`
  const [row] = await commit(
    core.db,
    [
      oweObjects(
        core,
        sql`${pictureOf(number)} AND picture_key <> ${key} AND ${may}
          UNION ALL SELECT ${key} WHERE NOT (${isShown} OR ${may})`,
      ),
      core.db.run(sql`UPDATE accounts SET picture_key = ${key}, updated_at = ${core.now}
        WHERE number = ${number} AND ${may}`),
      cancelRemoval(core, key, isShown),
    ],
    core.db.all<{ key: string }>(pictureOf(number)),
    ([found]) => found?.key === key,
  )
  if (row?.key !== key) fail({ code: 'not_authenticated' })
}

/** The key of an account's picture as a SELECT, to which conditions may be added. */
export function pictureOf(number: SQL): SQL {
  return sql`SELECT picture_key AS key FROM accounts
    WHERE number = ${number} AND picture_key IS NOT NULL`
}

/** Takes the viewer's picture away. Without one there is nothing to do. One round trip. */
export async function removePicture(core: Core, viewer: Viewer): Promise<void> {
  const number = sql`${viewer.account.number}`
  const [left] = await commit(
    core.db,
    [
      oweObjects(core, sql`${pictureOf(number)} AND ${isAlive(core, viewer)}`),
      core.db.run(sql`UPDATE accounts SET picture_key = NULL, updated_at = ${core.now}
        WHERE number = ${number} AND picture_key IS NOT NULL AND ${isAlive(core, viewer)}`),
    ],
    core.db.all(pictureOf(number)),
    (rows) => rows.length === 0,
  )
  if (left) fail({ code: 'not_authenticated' })
}

/**
 * The picture behind an address, as long as it has not expired and is still the account's picture.
 * Fails with picture_not_found, and unavailable when R2 does not give it. One round trip to D1, one
 * to R2.
 */
export async function openPicture(core: Core, link: PictureLink): Promise<R2ObjectBody> {
  if (!(await isValidLink(core, link))) fail({ code: 'picture_not_found' })
  const [[row]] = await run(
    core.db,
    core.db.all<{ key: string }>(sql`SELECT picture_key AS key FROM accounts
      WHERE id = ${link.accountId} AND disabled_at IS NULL
        AND picture_key = 'p/' || number || '/' || ${link.token}`),
  )
  const object = row ? await fetchObject(core, row.key) : null
  return object ?? fail({ code: 'picture_not_found' })
}
