import { social as dialect } from '../../src/dialects/social'
import * as requests from '../../src/dialects/social/requests'
import type { Api } from '../describe'
import { accountOperations } from './account-operations'
import { graphOperations } from './graph-operations'
import { profileOperations } from './profile-operations'
import * as shapes from './shapes'
import { signInOperations } from './sign-in-operations'

export const social: Api = {
  name: 'social',
  title: 'Atrium: social',
  about: `The delegated user API of Liquid: accounts, profiles and a follow graph. Successes are
\`{ok: 1, data?}\`, failures \`{ok: 0, error, additionalInfo?}\`. A body may also come as a list of one, and a
code as a number.

Signing in sets the cookie of a session, which is sent along by itself from pages of this origin. An
application sends its access token as \`Authorization: Bearer\` and may do what its scopes allow; it gets one
from \`/social/oauth/token\`, which is described with OAuth. A session's token of any other API of Atrium
will do as well, with every scope of its account.

\`verified\`, \`isRestricted\` and the fields about subscriptions are there for the shape alone. What is for
somebody's own eyes is null for others.`,
  server: '/social',
  routes: dialect.routes,
  failures: dialect.failures,
  failureBody: shapes.Failure,
  failureWords: shapes.failureWords,
  takesForms: true,
  securitySchemes: {
    cookie: {
      type: 'apiKey',
      in: 'cookie',
      name: 'atrium_session',
      description: 'The session. Over https the name is `__Host-atrium_session`.',
    },
    bearer: {
      type: 'http',
      scheme: 'bearer',
      description: 'An access token, or the token of a session.',
    },
  },
  tags: [
    { name: 'Accounts', description: 'Making accounts, and confirming their addresses' },
    { name: 'Sign-in', description: 'Sessions and the second factor' },
    { name: 'Passwords', description: 'A new password for who has forgotten it' },
    { name: 'Profile', description: 'Oneself and other people' },
    { name: 'Invitations', description: 'Codes that let others in' },
    { name: 'Blocks', description: 'Keeping people away' },
    { name: 'Follows', description: 'Who follows whom' },
  ],
  schemas: {
    Id: requests.Id,
    Time: shapes.Time,
    Person: shapes.Person,
    Self: shapes.Self,
    User: shapes.User,
    Own: shapes.Own,
    SignedIn: shapes.SignedIn,
    SecondFactorRequired: shapes.SecondFactorRequired,
    SessionState: shapes.SessionState,
    SignIns: shapes.SignIns,
    Scopes: shapes.Scopes,
    Found: shapes.Found,
    Followers: shapes.Followers,
    Following: shapes.Following,
    Followed: shapes.Followed,
    FollowStatus: shapes.FollowStatus,
    InviteCodes: shapes.InviteCodes,
    PictureSet: shapes.PictureSet,
    Done: shapes.Done,
    Told: shapes.Told,
    NewUser: requests.CreateBody,
    EmailVerification: requests.VerifyEmailBody,
    Login: requests.LoginBody,
    SecondFactor: requests.SecondFactorBody,
    SecondFactorState: requests.TwoFactorBody,
    PasswordResetRequest: requests.CodeRequest,
    PasswordReset: requests.ResetBody,
    UserUpdate: requests.UpdateBody,
    Search: requests.SearchBody,
    Target: requests.TargetBody,
  },
  operations: [...accountOperations, ...signInOperations, ...profileOperations, ...graphOperations],
}
