import type { Dialect } from '../../http/dialect'
import { failures } from './errors'
import { routes } from './routes'

/**
 * The user API of Wekan, as its wiki documented it: registration and sign-in by form or JSON, and
 * the administrators' directory of accounts.
 *
 * Where the document is silent its server decides: errors under `/api` have the keys of a
 * Meteor.Error, those under `/users` are `{error, reason}`, and one of username and e-mail is enough.
 * What is safer than the document: errors under `/api` come with their real HTTP status; `services`
 * keeps its keys with dates only, without hashes and tokens; passwords and usernames follow the
 * core, so the samples' passwords `tester` and `mypassword` are refused; nobody disables their own
 * login; an unknown id is 404 everywhere. Tokens are taken from `Authorization: Bearer` alone, never from a
 * cookie or the query. A username made up from an address shows its local part to administrators.
 */
export const directory: Dialect = { name: 'directory', routes, failures }
