import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { CookieOptions } from 'hono/utils/cookie'
import type { SignedIn } from '../core/sign-in'
import type { AppEnv, Cookies } from './dialect'

/**
 * The session cookie, and the one by which a device is known again. Over https both carry the
 * __Host- prefix, so that no sibling subdomain can plant them.
 */

const sessionName = 'atrium_session'
const deviceName = 'atrium_device'
/** Browsers keep no cookie longer than this. */
const maxAgeSecondsMax = 400 * 24 * 60 * 60

function isSecure(c: Context<AppEnv>): boolean {
  return c.get('core').settings.origin.startsWith('https:')
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

/** A cookie of ours that lives for some seconds, under a name that no sibling subdomain can plant. */
export function setOwnCookie(
  c: Context<AppEnv>,
  name: string,
  value: string,
  maxAgeSeconds: number,
): void {
  setCookie(c, nameOf(c, name), value, options(c, maxAgeSeconds))
}

export function readOwnCookie(c: Context<AppEnv>, name: string): string | null {
  return cookiesOf(c)[nameOf(c, name)] ?? null
}

/** All that were sent, which several ask for, read once. */
function cookiesOf(c: Context<AppEnv>): Cookies {
  const read = c.get('cookies')
  if (read) return read
  const cookies = getCookie(c)
  c.set('cookies', cookies)
  return cookies
}

export function clearOwnCookie(c: Context<AppEnv>, name: string): void {
  deleteCookie(c, nameOf(c, name), options(c, 0))
}

export function readSessionCookie(c: Context<AppEnv>): string | null {
  return readOwnCookie(c, sessionName)
}

/** `expiresAt` in milliseconds since the epoch. */
export function setSessionCookie(c: Context<AppEnv>, token: string, expiresAt: number): void {
  setOwnCookie(c, sessionName, token, Math.floor((expiresAt - c.get('core').now) / 1000))
}

export function clearSessionCookie(c: Context<AppEnv>): void {
  clearOwnCookie(c, sessionName)
}

export function readDeviceCookie(c: Context<AppEnv>): string | null {
  return readOwnCookie(c, deviceName)
}

/** Null where no device is named. */
export function setDeviceCookie(c: Context<AppEnv>, token: string | null): void {
  if (token !== null) setOwnCookie(c, deviceName, token, maxAgeSecondsMax)
}

/** Both, as a browser has them after a sign-in. */
export function keepSignedIn(c: Context<AppEnv>, { session, deviceToken }: SignedIn): void {
  setSessionCookie(c, session.token, session.expiresAt)
  setDeviceCookie(c, deviceToken)
}
