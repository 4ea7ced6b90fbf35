import type { Dialect } from '../../http/dialect'
import { failures } from './errors'
import { routes } from './routes'

/**
 * The users API of ChatServer, as it was documented in March 2025, with the uploads it rests on.
 *
 * Where the document and its clients differ both are served: the four answers that clients read as
 * `{info, deviceSessions}` are a UserInfo as well, a sign-in takes its device wrapped or bare, and a
 * password is reset by PUT and by POST. What is safer than the document: signing out ends this session
 * alone, nobody is told the tokens of other sessions, a file is shown in a browser only as the image it
 * is, a photo is an upload of one's own, `lastSeen` is one's own, a taken username is 409, deleting by
 * bearer needs a recent sign-in, and passwords and usernames follow the core. Cookies count for nothing.
 */
export const chat: Dialect = { name: 'chat', routes, failures }
