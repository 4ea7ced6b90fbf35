import type { Core } from './context'
import { fail } from './errors'

/** An object of R2, or null where there is none. Fails with unavailable when R2 does not say. */
export async function fetchObject(core: Core, key: string): Promise<R2ObjectBody | null> {
  try {
    return await core.r2.get(key)
  } catch {
    return fail({ code: 'unavailable', retryAfterSeconds: 2 })
  }
}
