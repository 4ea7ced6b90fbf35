import type { Dialect } from '../../http/dialect'
import { failures } from './errors'
import { routes } from './routes'

/**
 * A small site's account API: `{statusCode, message, data}`, all strings.
 *
 * Bodies are verbatim, also where the body says "400" under HTTP 409 or 404. The printed profile is
 * no JSON: its `data` is an object here. "Password cannot be bio" is a password that equals the bio;
 * "User not found" at a reset answers for a disabled account; its white-space row is never sent.
 * Beyond the document: `code` and "Two-factor code required" at auth, `inviteCode` at create, and
 * `POST /user/logout`, which at the root is another dialect's. What is safer than the document: names
 * and passwords follow the core (406 in the same style), and with REVEAL_ACCOUNTS=never a reset for
 * an unknown address is answered like any other.
 */
export const site: Dialect = { name: 'site', routes, failures }
