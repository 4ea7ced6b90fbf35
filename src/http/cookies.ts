import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { CookieOptions } from 'hono/utils/cookie'
import type { AppEnv } from './dialect'

/**
 * The session cookie, and the one by which a device is known again. Over https both carry the
 * __Host- prefix, so that no sibling subdomain can plant them.
 */

const sessionName = 'atrium_session'
const deviceName = 'atrium_device'
/** Browsers keep no cookie longer than this. */
const maxAgeSecondsMax = 400 * 24 * 60 * 60

function isSecure(c: Context<AppEnv>): boolean {
  return c.var.core.settings.origin.startsWith('https:')
}

function options(c: Context<AppEnv>, maxAgeSeconds: number): CookieOptions {
  return {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: isSecure(c),
    maxAge: Math.min(maxAgeSeconds, maxAgeSecondsMax),
  }
}

function nameOf(c: Context<AppEnv>, name: string): string {
  return isSecure(c) ? `__Host-${name}` : name
}

export function readSessionCookie(c: Context<AppEnv>): string | null {
  return getCookie(c, nameOf(c, sessionName)) ?? null
}

/** `expiresAt` in milliseconds since the epoch. */
export function setSessionCookie(c: Context<AppEnv>, token: string, expiresAt: number): void {
  const maxAgeSeconds = Math.floor((expiresAt - c.var.core.now) / 1000)
  setCookie(c, nameOf(c, sessionName), token, options(c, maxAgeSeconds))
}

export function clearSessionCookie(c: Context<AppEnv>): void {
  deleteCookie(c, nameOf(c, sessionName), options(c, 0))
}

export function readDeviceCookie(c: Context<AppEnv>): string | null {
  return getCookie(c, nameOf(c, deviceName)) ?? null
}

export function setDeviceCookie(c: Context<AppEnv>, token: string): void {
  setCookie(c, nameOf(c, deviceName), token, options(c, maxAgeSecondsMax))
}
