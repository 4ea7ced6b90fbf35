import * as z from 'zod/mini'
import { directory as dialect } from '../../src/dialects/directory'
import * as requests from '../../src/dialects/directory/requests'
import type { Api } from '../describe'
import { loginOperations } from './login-operations'
import { Created, Failure, ListedUser, Refusal, Self, SignedIn, User } from './shapes'
import { userOperations } from './user-operations'

export const directory: Api = {
  name: 'directory',
  title: 'Atrium: directory',
  about: `The user API of Wekan: registration and sign-in by form or JSON, and the administrators'
directory of accounts. Failures under \`/api\` have the keys of a Meteor.Error, all others are
\`{error, reason}\`. \`error\` is a number where Meteor itself has one.

Registering and signing in answer with a token, to be sent as \`Authorization: Bearer\`: cookies count
for nothing here. A token of any other API of Atrium will do as well, and that of an application which
was allowed \`delegated:all\`. The directory is for administrators.`,
  server: '/directory',
  routes: dialect.routes,
  failures: dialect.failures,
  failureBody: Failure,
  failureWords: (body) => z.parse(z.object({ reason: z.string() }), body).reason,
  takesForms: true,
  securitySchemes: {
    bearer: { type: 'http', scheme: 'bearer', description: 'A session or an access token.' },
  },
  tags: [
    { name: 'Login', description: 'Accounts of one’s own' },
    { name: 'Users', description: 'The directory of accounts' },
  ],
  schemas: {
    SignedIn,
    Self,
    User,
    Created,
    ListedUser,
    Refusal,
    NewUser: requests.RegisterBody,
    Login: requests.LoginBody,
    Logout: requests.LogoutBody,
    Action: requests.ActionBody,
  },
  operations: [...loginOperations, ...userOperations],
}
