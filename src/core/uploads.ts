import { and, eq, isNotNull, type SQL } from 'drizzle-orm'
import { newToken } from '../crypto/random'
import { commit, run } from '../storage/database'
import { uploads } from '../storage/schema'
import { sql } from '../storage/sql'
import type { Core } from './context'
import { fail, failInput } from './errors'
import { isImageOf } from './image-type'
import { fetchObject } from './objects'
import { oweObjects } from './outbox'
import { isAlive, type Viewer } from './sessions'
import { failUntil, hourlyQuota, isUsedUp, reserve } from './throttle'

/**
 * Files that people upload, streamed to R2. The row comes first and says that an upload is under
 * way; only when the object is there is it marked as stored. What breaks off in between is swept.
 */

export const uploadBytesMax = 50 * 1024 * 1024
const abandonedMs = 60 * 60 * 1000
const sniffedBytes = 16

export interface NewUpload {
  /** A name that no other upload has; a UUID. */
  readonly name: string
  /** Letters and digits, as in a file's ending. */
  readonly type: string
  /** Exactly this many are read: a body that ends early or goes on is refused. */
  readonly bytes: number
  readonly body: ReadableStream<Uint8Array>
}

export interface StoredUpload {
  readonly name: string
  readonly type: string
  readonly bytes: number
  readonly isImage: boolean
}

/**
 * Stores an upload. Fails with upload_too_large, too_many_attempts, taken for a name that is in use,
 * invalid_input for a body of another length, and unavailable when R2 does not take it; whatever
 * fails leaves nothing behind.
 */
export async function storeUpload(
  core: Core,
  viewer: Viewer,
  upload: NewUpload,
): Promise<StoredUpload> {
  if (upload.bytes > uploadBytesMax) fail({ code: 'upload_too_large', bytesMax: uploadBytesMax })
  const objectKey = `u/${viewer.account.number}/${newToken()}`
  await claimName(core, viewer, upload, objectKey)
  try {
    const isImage = await streamToObject(core, upload, objectKey)
    const [stored] = await commit(
      core.db,
      [
        core.db.run(sql`UPDATE uploads SET stored_at = ${core.now}, is_image = ${isImage ? 1 : 0}
          WHERE object_key = ${objectKey} AND ${isAlive(core, viewer)}`),
      ],
      core.db.all(
        sql`SELECT 1 AS stored FROM uploads WHERE object_key = ${objectKey} AND stored_at IS NOT NULL`,
      ),
      (rows) => rows.length > 0,
    )
    if (!stored) fail({ code: 'not_authenticated' })
    return { name: upload.name, type: upload.type, bytes: upload.bytes, isImage }
  } catch (error) {
    core.defer(abandon(core, objectKey))
    throw error
  }
}

async function claimName(core: Core, viewer: Viewer, upload: NewUpload, objectKey: string) {
  const { number } = viewer.account
  const quota = hourlyQuota(sql`${`uploads:${number}`}`, core.settings.uploadsPerHour)
  const isFull = isUsedUp(core, quota)
  const isMine = sql`EXISTS (SELECT 1 FROM uploads WHERE object_key = ${objectKey})`
  const [claim] = await commit(
    core.db,
    [
      core.db.run(sql`INSERT INTO uploads (name, type, account_number, object_key, bytes, started_at)
        SELECT ${upload.name}, ${upload.type}, ${number}, ${objectKey}, ${upload.bytes}, ${core.now}
        WHERE ${isAlive(core, viewer)} AND NOT ${isFull} ON CONFLICT DO NOTHING`),
      reserve(core, quota, isMine),
    ],
    core.db.all<{ isMine: number; fullUntil: number | null }>(sql`SELECT ${isMine} AS isMine,
      (SELECT expires_at FROM throttles WHERE key = ${quota.key} AND ${isFull}) AS fullUntil`),
    ([row]) => row?.isMine === 1,
  )
  if (claim?.isMine) return
  if (claim?.fullUntil) failUntil(core, claim.fullUntil)
  fail({ code: 'taken', fields: ['fileName'] })
}

/** Streams the body through, looking at its first bytes only. Tells whether it is the image it claims to be. */
async function streamToObject(core: Core, upload: NewUpload, objectKey: string): Promise<boolean> {
  const head: number[] = []
  let length = 0
  let isOver = false
  const looking = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      length += chunk.length
      if (head.length < sniffedBytes) head.push(...chunk.subarray(0, sniffedBytes - head.length))
      controller.enqueue(chunk)
    },
    flush() {
      isOver = true
    },
  })
  // R2 takes a stream of known length only, and this one fails if the body has another.
  const exact = new FixedLengthStream(upload.bytes)
  const piping = upload.body.pipeThrough(looking).pipeTo(exact.writable)
  try {
    await Promise.all([core.r2.put(objectKey, exact.readable), piping])
  } catch {
    const isOtherLength = length > upload.bytes || (isOver && length < upload.bytes)
    if (isOtherLength) failInput([{ field: 'file', rule: 'format' }])
    fail({ code: 'unavailable', retryAfterSeconds: 2 })
  }
  return isImageOf(upload.type.toLowerCase(), new Uint8Array(head))
}

async function abandon(core: Core, objectKey: string): Promise<void> {
  await core.r2.delete(objectKey)
  await run(
    core.db,
    core.db.run(sql`DELETE FROM uploads WHERE object_key = ${objectKey} AND stored_at IS NULL`),
  )
}

export interface FoundUpload {
  readonly object: R2ObjectBody
  readonly isImage: boolean
}

/** The upload with a name and type, as a stream. Fails with upload_not_found and unavailable. */
export async function openUpload(
  core: Core,
  { name, type }: { readonly name: string; readonly type: string },
): Promise<FoundUpload> {
  const [[row]] = await run(
    core.db,
    core.db
      .select({ objectKey: uploads.objectKey, isImage: uploads.isImage })
      .from(uploads)
      .where(and(eq(uploads.name, name), eq(uploads.type, type), isNotNull(uploads.storedAt))),
  )
  const object = row ? await fetchObject(core, row.objectKey) : null
  return row && object ? { object, isImage: row.isImage } : fail({ code: 'upload_not_found' })
}

/** The keys of the objects of uploads as a SELECT; `which` is a condition in SQL. */
export function objectsOf(which: SQL): SQL {
  return sql`SELECT object_key AS key FROM uploads WHERE ${which}`
}

/** Ends uploads that broke off an hour ago or more; for cron. */
export async function sweepAbandonedUploads(core: Core): Promise<void> {
  const isAbandoned = sql`stored_at IS NULL AND started_at <= ${core.now - abandonedMs}`
  await run(
    core.db,
    oweObjects(core, objectsOf(isAbandoned)),
    core.db.run(sql`DELETE FROM uploads WHERE ${isAbandoned}`),
  )
}
