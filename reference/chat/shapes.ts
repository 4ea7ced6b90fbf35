import * as z from 'zod/mini'
import type { Refusal } from '../../src/dialects/chat/errors'
import type { renderSelf, renderUser } from '../../src/dialects/chat/responses'
import { type Answer, describes } from '../describe'

/** What this API answers. */

const date = z.iso.datetime({ precision: 0 })

export const MediaInfo = z.strictObject({
  id: z.string(),
  fileType: z.string(),
  fileSize: z.int(),
  previewWidth: z.int(),
  previewHeight: z.int(),
  createdAt: date,
})

const userInfo = {
  id: z.int(),
  name: z.string(),
  username: z.string(),
  about: z.optional(z.string()),
  lastSeen: z.optional(date),
  photos: z.array(MediaInfo),
}

export const UserInfo = describes<ReturnType<typeof renderUser>>()(z.strictObject(userInfo))

export const ShownDevice = z.strictObject({
  id: z.string(),
  name: z.string(),
  model: z.string(),
  token: z.optional(z.string()),
  transport: z.enum(['none', 'apns', 'fcm', 'web']),
})

export const DeviceSession = z.strictObject({
  id: z.string(),
  accessToken: z.optional(z.string()),
  ipAddress: z.optional(z.string()),
  createdAt: date,
  updatedAt: date,
  deviceInfo: ShownDevice,
})

export const Self = describes<ReturnType<typeof renderSelf>>()(
  z.strictObject({ ...userInfo, info: UserInfo, deviceSessions: z.array(DeviceSession) }),
)

export const Failure = describes<Refusal>()(
  z.strictObject({ error: z.literal(true), reason: z.string() }),
)

/** "Response: OK" of the document. */
export const ok: Answer = { status: 200, description: 'OK' }
