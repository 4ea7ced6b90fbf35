import type { Dialect } from '../../http/dialect'
import { failures } from './errors'
import { routes } from './routes'

/**
 * The account API of Pakt, as its documentation stood in May 2025, with the sign-up and sign-in that
 * its clients bring and the bookmarks that its answers name.
 *
 * Where the document is silent its client decides: 202 for what it calls accepted, a second factor that
 * is initiated where passwords are changed, mailed codes asked for without a password. Where both are
 * silent, codes and fields that are wrong are 422, and a sign-in that fails is 401. What is safer than
 * the document: others see no address and no phone number, which are null, and only
 * registering tells whether an address has an account; images are uploads of one's own; a second factor is switched
 * by whoever signed in a short while ago; an app comes with backup codes. `profileCompleteness` is the
 * new value in the answer to an update. Inert are `walletGenerated`, `web3Onboard`, `score`, `socket`,
 * `kyc`, `kycStatus`, `accountType`, `securityQuestion` and a profile's `verified`; `tagsIds`, `email`
 * and `userName` are ignored in an update, `sort` and the type `testnet` in a search. Not served: signing
 * in by Google, and everything that is not about accounts.
 */
export const talent: Dialect = { name: 'talent', routes, failures }
