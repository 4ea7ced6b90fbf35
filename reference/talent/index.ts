import * as z from 'zod/mini'
import { talent as dialect } from '../../src/dialects/talent'
import * as requests from '../../src/dialects/talent/requests'
import type { Api } from '../describe'
import { accounts } from './accounts'
import { bookmarks } from './bookmarks'
import { refusingLists } from './common'
import { secondFactor } from './second-factor'
import * as shapes from './shapes'
import { signingIn } from './signing-in'

export const talent: Api = {
  name: 'talent',
  title: 'Atrium: talent',
  about: `The account API of a market of talents. Every answer is \`{status, message, data}\`, with \`status\` either
\`success\` or \`error\`; an error has no \`data\`, but a \`statusCode\`, and \`validation\` where fields of
the request are wrong.

Signing in gives a token, to be sent as \`Authorization: Bearer\`. A token of any other API of Atrium will
do as well; cookies count for nothing here. Steps of signing up, signing in and setting a new password hang
together by a \`tempToken\`, which the first one gives and the next one takes.

Wallets, scores, presence and KYC are not served: what answers say of them is always the same.`,
  server: '/talent',
  routes: dialect.routes,
  // Another spelling of the one without.
  undescribed: ['POST /v1/auth/referral/validate/'],
  failures: dialect.failures,
  failureBody: shapes.Failure,
  failureWords: (body) => z.parse(shapes.Failure, body).message,
  takesForms: false,
  securitySchemes: {
    bearer: { type: 'http', scheme: 'bearer', description: 'A session or an access token.' },
  },
  tags: [
    { name: 'Account', description: "The caller's own account" },
    { name: 'People', description: 'Others, and finding them' },
    { name: 'Second factor', description: 'Switching it on and off' },
    { name: 'Signing up', description: 'Making an account' },
    { name: 'Signing in', description: 'Getting a token' },
    { name: 'Forgotten password', description: 'Setting a new one' },
    { name: 'Bookmarks', description: 'Keeping people in mind' },
  ],
  schemas: {
    Account: shapes.Account,
    SignedIn: shapes.SignedIn,
    Unfinished: shapes.Unfinished,
    Confirmed: shapes.Confirmed,
    Registered: shapes.Registered,
    Ticket: shapes.Ticket,
    Referrer: shapes.Referrer,
    Person: shapes.Person,
    FoundPerson: shapes.FoundPerson,
    Found: shapes.Found,
    Bookmark: shapes.Bookmark,
    Bookmarks: shapes.Bookmarks,
    Initiated: shapes.Initiated,
    Activated: shapes.Activated,
    Tag: shapes.Tag,
    Achievement: shapes.Achievement,
    Image: shapes.Image,
    TwoFactor: shapes.TwoFactor,
    Update: requests.UpdateBody,
    NewAccount: requests.CreateBody,
    SignIn: requests.LoginBody,
    PasswordReset: requests.ResetBody,
    PasswordChange: requests.ChangePasswordBody,
    Onboarding: requests.OnboardBody,
  },
  operations: [...accounts, ...secondFactor, ...signingIn, ...bookmarks].map(refusingLists),
}
