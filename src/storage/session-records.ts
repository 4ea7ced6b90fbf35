/**
 * What a session is, for people: the device and door it was opened from. KV keeps it near the
 * reader and may be a minute stale or empty, so nothing here says whether the session counts.
 *
 * Key grammar of the KV namespace:
 *   session:<sha-256 of the token>   SessionRecord
 *   reset:<sha-256 of the code>      ResetRecord, in reset-records.ts
 */

export interface DeviceInfo {
  readonly id: string
  readonly name: string
  readonly model: string
  /** Where the client is reached by push messages; an address, not a proof of anything. */
  readonly token: string | null
  readonly transport: 'none' | 'apns' | 'fcm' | 'web'
}

export interface SessionRecord {
  /** The dialect through which the session was opened. */
  readonly dialect: string
  readonly ipAddress: string | null
  readonly userAgent: string | null
  /** What the client calls its device, where its dialect asks. */
  readonly device: DeviceInfo | null
  /** Milliseconds since the epoch: KV's own expiry only cleans up. */
  readonly expiresAt: number
}

/** KV refuses a shorter lifetime. */
const ttlSecondsMin = 60

const keyOf = (tokenHash: string) => `session:${tokenHash}`

export async function putSessionRecord(
  kv: KVNamespace,
  tokenHash: string,
  record: SessionRecord,
  now: number,
): Promise<void> {
  const ttlSeconds = Math.max(ttlSecondsMin, Math.ceil((record.expiresAt - now) / 1000))
  await kv.put(keyOf(tokenHash), JSON.stringify(record), { expirationTtl: ttlSeconds })
}

/** Null when KV has nothing, something unreadable, something expired, or does not answer. */
export async function findSessionRecord(
  kv: KVNamespace,
  tokenHash: string,
  now: number,
): Promise<SessionRecord | null> {
  try {
    const record = await kv.get<SessionRecord>(keyOf(tokenHash), 'json')
    return record && record.expiresAt > now ? record : null
  } catch {
    return null
  }
}

export async function deleteSessionRecords(
  kv: KVNamespace,
  tokenHashes: readonly string[],
): Promise<void> {
  await Promise.all(tokenHashes.map((tokenHash) => kv.delete(keyOf(tokenHash))))
}
