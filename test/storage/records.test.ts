import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { findResetRecord, putResetRecord } from '../../src/storage/reset-records'
import {
  deleteSessionRecords,
  findSessionRecord,
  putSessionRecord,
} from '../../src/storage/session-records'

const now = Date.now()
const record = {
  dialect: 'test',
  ipAddress: '192.0.2.1',
  userAgent: null,
  device: null,
  expiresAt: now + 60_000,
}
const failing = {
  get: () => Promise.reject(new Error('KV is down')),
} as unknown as KVNamespace

async function expirationOf(name: string): Promise<number> {
  const { keys } = await env.KV.list({ prefix: name })
  return (keys[0]?.expiration ?? 0) - now / 1000
}

describe('a session record', () => {
  test('comes back as it was put, under the hash of its token', async () => {
    await putSessionRecord(env.KV, 'hash-1', record, now)
    expect(await env.KV.get('session:hash-1', 'json')).toEqual(record)
    expect(await findSessionRecord(env.KV, 'hash-1', now)).toEqual(record)
  })

  test('is cleaned up by KV no sooner than a minute, whatever it says itself', async () => {
    await putSessionRecord(env.KV, 'hash-2', { ...record, expiresAt: now + 5000 }, now)
    expect(await expirationOf('session:hash-2')).toBeGreaterThanOrEqual(59)
    await putSessionRecord(env.KV, 'hash-3', { ...record, expiresAt: now - 5000 }, now)
    expect(await findSessionRecord(env.KV, 'hash-3', now)).toBeNull()
  })

  test('that is missing, unreadable, expired or out of reach is none', async () => {
    await env.KV.put('session:hash-4', 'not json')
    await env.KV.put('session:hash-5', JSON.stringify({ ...record, expiresAt: now }))
    for (const hash of ['never-put', 'hash-4', 'hash-5']) {
      expect(await findSessionRecord(env.KV, hash, now)).toBeNull()
    }
    expect(await findSessionRecord(failing, 'hash-1', now)).toBeNull()
  })

  test('is deleted with others in one go', async () => {
    await putSessionRecord(env.KV, 'hash-6', record, now)
    await putSessionRecord(env.KV, 'hash-7', record, now)
    await deleteSessionRecords(env.KV, ['hash-6', 'hash-7', 'never-put'])
    expect(await findSessionRecord(env.KV, 'hash-6', now)).toBeNull()
    expect(await findSessionRecord(env.KV, 'hash-7', now)).toBeNull()
  })
})

describe('a reset record', () => {
  const reset = { accountNumber: 1, dialect: 'test', expiresAt: now + 1_800_000 }

  test('comes back as it was put, also when it has expired: the core tells the two apart', async () => {
    await putResetRecord(env.KV, 'hash-1', reset, now)
    expect(await findResetRecord(env.KV, 'hash-1')).toEqual(reset)
    await putResetRecord(env.KV, 'hash-2', { ...reset, expiresAt: now - 1 }, now)
    expect(await findResetRecord(env.KV, 'hash-2')).toMatchObject({ expiresAt: now - 1 })
  })

  test('is kept for a day after it has expired', async () => {
    await putResetRecord(env.KV, 'hash-3', reset, now)
    expect(await expirationOf('reset:hash-3')).toBeCloseTo(1800 + 24 * 3600, -1)
  })

  test('that is missing, unreadable or out of reach is none', async () => {
    await env.KV.put('reset:hash-4', 'not json')
    expect(await findResetRecord(env.KV, 'hash-4')).toBeNull()
    expect(await findResetRecord(env.KV, 'never-put')).toBeNull()
    expect(await findResetRecord(failing, 'hash-1')).toBeNull()
  })
})
