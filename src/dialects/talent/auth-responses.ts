import type { Account } from '../../core/accounts'
import type { InitiatedFactor } from '../../core/authenticator'
import type { PersonWithPortfolio } from '../../core/portfolios'
import { type Referrer, referralsExpected } from '../../core/referrals'
import type { Ticket } from '../../core/tickets'
import { renderAccount, renderTwoFa } from './responses'

/** What clients are answered about getting in: tokens, tickets and second factors. */

/** A secret that lives for some seconds. */
function renderToken(token: string, expiresIn: number) {
  return { token, token_type: 'bearer', expiresIn } as const
}

export function renderTicket({ token, ttlSeconds }: Ticket) {
  return { tempToken: renderToken(token, ttlSeconds) }
}

export function renderRegistered(ticket: Ticket, email: string) {
  return { email, ...renderTicket(ticket) }
}

/** Before the second factor, the sign-in knows no more than the client has already said. */
export function renderUnfinished(ticket: Ticket, email: string, method: 'email' | 'app') {
  return { ...renderTicket(ticket), email, twoFa: renderTwoFa(method) }
}

export function renderSignedIn(own: PersonWithPortfolio, origin: string, expiring: Expiring) {
  const token = renderToken(expiring.token, expiring.seconds)
  const onboarded = own.person.own?.isOnboarded === true
  return { ...renderAccount(own, origin), ...token, onboarded }
}

export interface Expiring {
  readonly token: string
  readonly seconds: number
}

/** Whose address is confirmed now, and whose second factor is still to be asked for at a sign-in. */
export function renderConfirmed({ id, email, secondFactor }: Account) {
  const twoFa = renderTwoFa(secondFactor)
  return { _id: id, email, emailVerified: true, isVerified: true, twoFa }
}

export function renderReferrer(referrer: Referrer | null, code: string) {
  return {
    valid: referrer !== null,
    userId: referrer?.accountId ?? null,
    referralCounts: referrer?.count ?? null,
    totalAllowedReferrals: referrer && referralsExpected,
    referralId: referrer && code,
    role: referrer?.role ?? null,
    isKyc: referrer && false,
  }
}

/** `qrCode` is the picture of the address, for clients that draw none themselves. */
interface AppToSetUp {
  readonly type: 'google_auth'
  readonly secret: string
  readonly qrCodeUrl: string
  readonly qrCode: string
}

export function renderInitiated(
  initiated: InitiatedFactor,
  draw: (text: string) => string,
): { readonly type: 'email' } | AppToSetUp {
  if (initiated.method === 'email') return { type: 'email' }
  const { secret, otpauthUrl } = initiated
  return { type: 'google_auth', secret, qrCodeUrl: otpauthUrl, qrCode: draw(otpauthUrl) }
}

/** Mailed codes have none to fall back on. */
export function renderActivated(codes: readonly string[]): {
  readonly backupCodes?: readonly string[]
} {
  return codes.length === 0 ? {} : { backupCodes: codes }
}
