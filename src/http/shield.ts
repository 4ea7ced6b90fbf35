import { createMiddleware } from 'hono/factory'
import { fail } from '../core/errors'
import { addressGroup } from '../core/sources'
import type { AppEnv } from './dialect'

const periodSeconds = 10

/**
 * The outer shield of routes that cost a hash or a mail: Cloudflare's limiter, per address and
 * location, in memory. It is permissive by design; the limits that count are the core's.
 */
export const shield = createMiddleware<AppEnv>(async function shield(c, next) {
  if (
    c.get('core').settings.throttle &&
    !(await isLetThrough(c.env.RATE_LIMIT, c.req.header('CF-Connecting-IP')))
  ) {
    fail({ code: 'too_many_attempts', retryAfterSeconds: periodSeconds })
  }
  await next()
})

async function isLetThrough(limiter: RateLimit, address = 'unknown'): Promise<boolean> {
  try {
    const { success } = await limiter.limit({ key: addressGroup(address) })
    return success
  } catch {
    // A shield that is down must not close the door: the counters in D1 stand behind it.
    return true
  }
}
