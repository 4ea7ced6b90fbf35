import { createKeyring } from '../crypto/keyed'
import type { Env, Settings } from '../env'
import { openDatabase } from '../storage/database'
import type { Core } from './context'
import type { PostMessage } from './webhook-deliveries'

/** Builds the core of one Worker environment; the function that it gives makes one per request. */
export function createCoreFactory(env: Env, settings: Settings, post: PostMessage) {
  const keys = createKeyring(settings.appKeys.current, settings.appKeys.bySlot)
  const shared = {
    db: openDatabase(env.DB),
    kv: env.KV,
    r2: env.R2,
    mail: env.MAIL,
    post,
    settings,
    keys,
    keyMemory: { readAt: 0, keys: [] },
    hashing: { iterations: settings.passwordIterations, peppers: settings.peppers },
  }
  return (now: number, defer: (work: Promise<unknown>) => void): Core => ({
    ...shared,
    now,
    // Never a request id that a client sent: guarded changes act under it.
    requestId: crypto.randomUUID(),
    defer,
  })
}
