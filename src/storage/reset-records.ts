/** What a reset code is for, kept in KV so that a dead code is refused without asking D1. */

export interface ResetRecord {
  readonly accountNumber: number | null
  /** The dialect at which the reset was asked for. */
  readonly dialect: string
  /** Milliseconds since the epoch: KV's own expiry only cleans up. */
  readonly expiresAt: number
}

/** KV refuses a shorter lifetime. */
const ttlSecondsMin = 60
/** How long "expired" can still be told apart from "never existed". */
export const expiredCodeKeptMs = 24 * 60 * 60 * 1000

const keyOf = (codeHash: string) => `reset:${codeHash}`

export async function putResetRecord(
  kv: KVNamespace,
  codeHash: string,
  record: ResetRecord,
  now: number,
): Promise<void> {
  const ttlSeconds = Math.ceil((record.expiresAt - now + expiredCodeKeptMs) / 1000)
  const options = { expirationTtl: Math.max(ttlSecondsMin, ttlSeconds) }
  await kv.put(keyOf(codeHash), JSON.stringify(record), options)
}

/** Null when KV has nothing or does not answer: D1 is asked then. */
export async function findResetRecord(
  kv: KVNamespace,
  codeHash: string,
): Promise<ResetRecord | null> {
  try {
    return await kv.get<ResetRecord>(keyOf(codeHash), 'json')
  } catch {
    return null
  }
}
