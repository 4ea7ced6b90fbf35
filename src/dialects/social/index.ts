import type { Dialect } from '../../http/dialect'
import { failures } from './errors'
import { routes } from './routes'

/**
 * The delegated user API of Liquid, as it was documented in spring 2024.
 *
 * Where the document contradicts itself, its clients decide: `data.user` is an object, sign-in
 * answers carry the user as `user` and as `userInfo`. What is safer than the document: a missing
 * scope is 403, `GET /user/code` answers the same whether or not the address is known and the
 * mailed code is long, `role` and `target` are an administrator's, and other people's views keep
 * their private keys with null. `verified`, `isRestricted` and the subscription fields exist for the
 * shape alone. With REQUIRE_EMAIL_VERIFICATION=false a new account's address counts as confirmed, as
 * the document says, and nothing is mailed. A HEAD request to a GET that changes something changes nothing.
 */
export const social: Dialect = { name: 'social', routes, failures }
