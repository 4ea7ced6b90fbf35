import { jwtVerify, SignJWT } from 'jose'
import type { Keyring } from './keyed'

/**
 * Tickets: signed statements of ours that a client carries for some minutes from one step of a flow
 * to the next, as JWTs (RFC 7519) with HS256. One for another purpose is none.
 */

const algorithm = 'HS256'

/** `now` in milliseconds since the epoch. */
export async function signTicket(
  keys: Keyring,
  ticket: { purpose: string; subject: string; ttlSeconds: number; now: number },
): Promise<string> {
  const { purpose, subject, ttlSeconds, now } = ticket
  const seconds = Math.floor(now / 1000)
  return new SignJWT()
    .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
    .setAudience(purpose)
    .setSubject(subject)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + ttlSeconds)
    .sign(await keys.signingKey('ticket'))
}

/** The subject of a ticket, or null for anything that is not one of ours, still good and for this purpose. */
export async function readTicket(
  keys: Keyring,
  given: { purpose: string; ticket: string; now: number },
): Promise<string | null> {
  try {
    const { payload } = await jwtVerify(given.ticket, await keys.signingKey('ticket'), {
      algorithms: [algorithm],
      audience: given.purpose,
      currentDate: new Date(given.now),
      requiredClaims: ['sub', 'exp'],
    })
    return payload.sub ?? null
  } catch {
    return null
  }
}
