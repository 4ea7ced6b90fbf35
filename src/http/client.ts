import type { Context } from 'hono'
import type { Client } from '../core/context'
import { readDeviceCookie, readSessionCookie } from './cookies'
import { isToken, ofSession } from './credentials'
import type { AppEnv } from './dialect'

const userAgentLengthMax = 512

/**
 * Where a request comes from. Only CF-Connecting-IP is believed: Cloudflare overwrites it, while
 * anybody may send X-Forwarded-For or Forwarded.
 */
export function clientOf(c: Context<AppEnv>, dialect: string, userAgent?: string): Client {
  const device = readDeviceCookie(c)
  const agent = userAgent ?? c.req.header('User-Agent')
  return {
    dialect,
    address: c.req.header('CF-Connecting-IP') ?? 'unknown',
    userAgent:
      agent
        ?.slice(0, userAgentLengthMax)
        .toWellFormed()
        .replace(/\p{Cc}/gu, ' ') ?? null,
    deviceToken: device !== null && isToken(device) ? device : null,
    formerToken: ofSession(readSessionCookie(c)).token,
    device: null,
  }
}

/** The same for an API in which cookies count for nothing, neither as a session nor as a device. */
export function cookielessClientOf(c: Context<AppEnv>, dialect: string): Client {
  return { ...clientOf(c, dialect), deviceToken: null, formerToken: null, isNameless: true }
}
