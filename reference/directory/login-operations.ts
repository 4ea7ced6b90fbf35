import * as requests from '../../src/dialects/directory/requests'
import { codeMissing } from '../../src/dialects/directory/responses'
import { type Operation, refusedBodies } from '../describe'
import { newUser, notLetIn, refusedRegistrations, registrationFailures } from './registrations'
import * as shapes from './shapes'

/** What everybody may do. */

const { username, password, email } = newUser

const signedIn = {
  status: 200,
  description: 'The id of the account, and the token of a session.',
  schema: shapes.SignedIn,
  examples: {
    'a session': {
      id: 'XQMZgynx9M79qTtQc',
      token: 'ExMp2s9ML1JNp_l11sIfINPT3wykZ1SsVwg-cnxKdc8',
      tokenExpires: '2017-12-15T00:47:26.303Z',
    },
  },
}

export const loginOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/users/register',
    operationId: 'register',
    tag: 'Login',
    summary: 'Register a user',
    description:
      'And sign in to the account. One of `username` and `email` is enough; `inviteCode` is needed where registration is by invitation.',
    body: {
      schema: requests.RegisterBody,
      examples: { 'all fields': newUser, 'by address alone': { password, email } },
    },
    refused: refusedRegistrations,
    answers: [signedIn],
    failures: [...registrationFailures, 'registration_closed', 'invalid_invite_code'],
  },
  {
    method: 'post',
    path: '/users/login',
    operationId: 'login',
    tag: 'Login',
    summary: 'Sign in',
    description: `By username or by address. An account with a second factor is asked for it with 401
\`${codeMissing.error}\`: send all again, and \`code\`.`,
    body: {
      schema: requests.LoginBody,
      examples: {
        'by username': { username, password },
        'by address': { email, password },
        'with a second factor': { username, password, code: '123456' },
      },
    },
    refused: refusedBodies(
      { username, password },
      { username: undefined },
      { username: 7 },
      { password: '' },
      { code: -1 },
    ),
    answers: [
      signedIn,
      {
        status: 401,
        description: 'Unauthorized.',
        schema: shapes.Failure,
        examples: { [codeMissing.reason]: codeMissing },
      },
    ],
    failures: [
      'invalid_credentials',
      'invalid_second_factor',
      'account_disabled',
      'too_many_attempts',
    ],
  },
  {
    method: 'post',
    path: '/users/logout',
    operationId: 'logout',
    tag: 'Login',
    summary: 'Sign out',
    description: 'Ends this session, or all that the account has.',
    security: ['bearer'],
    body: {
      schema: requests.LogoutBody,
      examples: { 'this session': {}, 'all sessions': { all: true } },
    },
    refused: refusedBodies({}, { all: 'yes' }),
    answers: [
      {
        status: 200,
        description: 'Signed out.',
        schema: shapes.Done,
        examples: {
          'this session': { message: "You've been logged out!" },
          'all sessions': { message: 'All login tokens have been invalidated.' },
        },
      },
    ],
    failures: notLetIn,
  },
  {
    method: 'get',
    path: '/api/user',
    operationId: 'getSelf',
    tag: 'Login',
    summary: 'Get the logged-in user',
    description: '`isAdmin` is there for administrators alone.',
    security: ['bearer'],
    answers: [
      {
        status: 200,
        description: 'Information about the user.',
        schema: shapes.Self,
        examples: {
          john: {
            _id: 'vy4WYj7k7NBhf3AFc',
            createdAt: '2017-09-16T05:51:30.339Z',
            username: 'john',
            emails: [{ address: 'me@mail.com', verified: false }],
            profile: {},
          },
        },
      },
    ],
    failures: notLetIn,
    failureBody: shapes.Refusal,
  },
]
