import type * as z from 'zod/mini'
import type { Answer } from '../describe'
import * as shapes from './shapes'

/** The document has placeholders only; this is somebody to put in their place. */

export const username = 'adabyron'
export const password = 'enchantress of numbers'
export const accountKey = 'a key of at least 25 characters'
export const uuid = '1F0C3B1E-7B1A-4F0E-9D54-0A6C2E9B7D11'

export const device = {
  id: '9A8E4B52-3C1D-4E6F-8A7B-5C2D1E0F9A3B',
  name: 'My laptop',
  model: 'MacBook Pro',
  transport: 'web',
} as const

const photo: z.output<typeof shapes.MediaInfo> = {
  id: uuid,
  fileType: 'png',
  fileSize: 100_000,
  previewWidth: 100,
  previewHeight: 100,
  createdAt: '2025-03-01T12:00:00Z',
}

/** As everybody sees her: when she was last seen is her own to know. */
export const ada: z.output<typeof shapes.UserInfo> = {
  id: 1_852_340_917,
  name: 'Ada Byron',
  username,
  about: 'I write about engines.',
  photos: [photo],
}

export const adaHerself: typeof ada = { ...ada, lastSeen: '2025-03-01T12:00:00Z' }

export const userAnswer: Answer = {
  status: 200,
  description: 'The user.',
  schema: shapes.UserInfo,
  examples: { Ada: adaHerself },
}

export const selfAnswer: Answer = {
  status: 200,
  description: 'Oneself, with the session of this very request first.',
  schema: shapes.Self,
  examples: {
    Ada: {
      ...adaHerself,
      info: adaHerself,
      deviceSessions: [
        {
          id: '5E2D7C90-1B4A-4C3F-9E8D-7A6B5C4D3E2F',
          accessToken: 'ExMp2s9ML1JNp_l11sIfINPT3wykZ1SsVwg-cnxKdc8',
          ipAddress: '203.0.113.7',
          createdAt: '2025-03-01T12:00:00Z',
          updatedAt: '2025-03-01T12:00:00Z',
          deviceInfo: device,
        },
      ],
    } satisfies z.output<typeof shapes.Self>,
  },
}

/** What a call by bearer ends in where the bearer will not do. */
export const notLetIn = ['not_authenticated', 'missing_scope'] as const
