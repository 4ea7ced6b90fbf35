import * as requests from '../../src/dialects/social/requests'
import { type Operation, refusedBodies } from '../describe'
import { delegated } from './delegated'
import { johnsId, newJohn, signedInJohn } from './examples'
import * as shapes from './shapes'

/** Sessions and the second factor, in the order of the document. */

const { username, password, email } = newJohn
const userAgent =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1'
const sessionHash = '0f4e1ea6-9f2f-4239-96ec-64cbfc7e4815'
const signedOut = {
  ...shapes.done('The session has ended, or there was none.'),
  headers: { 'Set-Cookie': { description: 'Takes the cookie away.' } },
}
const signedIn = {
  status: 200,
  description: 'The user.',
  schema: shapes.SignedIn,
  headers: { 'Set-Cookie': { description: 'The session, and the device as a cookie of its own.' } },
}

export const signInOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/user/login',
    operationId: 'login',
    tag: 'Sign-in',
    summary: 'Sign in',
    description: `By \`username\` or \`email\`. Sets the cookie of the session, and answers with the user twice,
because clients read either name. An account with a second factor is not signed in yet: send its code
with the \`sessionHash\` to \`/user/do-2fa\`.`,
    body: {
      schema: requests.LoginBody,
      examples: { 'by any name': { username, email, password, userAgent } },
    },
    refused: refusedBodies(
      { username, password, userAgent },
      { username: '' },
      { email: 'john_doe' },
      { password: '' },
      { userAgent: undefined },
    ),
    answers: [
      {
        ...signedIn,
        examples: {
          'without 2FA': {
            ok: 1,
            data: { '2faEnabled': false, userInfo: signedInJohn, user: signedInJohn },
          },
        },
      },
      {
        status: 200,
        description: 'Or the second factor is asked for.',
        schema: shapes.SecondFactorRequired,
        examples: {
          'with 2FA': {
            ok: 1,
            data: {
              '2faEnabled': true,
              sessionHash,
              userInfo: { _id: johnsId, username, email: 'john_doe@example.com' },
              user: { _id: johnsId, username, email: 'john_doe@example.com' },
            },
          },
        },
      },
    ],
    failures: [
      'invalid_credentials',
      'email_not_confirmed',
      'account_disabled',
      'cross_origin',
      'too_many_attempts',
    ],
  },
  {
    method: 'post',
    path: '/user/do-2fa',
    operationId: 'completeSecondFactor',
    tag: 'Sign-in',
    summary: 'Complete the second factor',
    description: `The \`code\` is the mailed one or, where the account has an authenticator app, that of the app or a
backup code.`,
    body: {
      schema: requests.SecondFactorBody,
      examples: { 'a mailed code': { target: johnsId, code: 22625, sessionHash } },
    },
    refused: refusedBodies(
      { target: johnsId, code: 22625, sessionHash },
      { target: username },
      { code: true },
      { sessionHash: '' },
    ),
    answers: [
      {
        ...signedIn,
        examples: {
          'signed in': {
            ok: 1,
            data: { '2faEnabled': true, userInfo: signedInJohn, user: signedInJohn },
          },
        },
      },
    ],
    failures: ['invalid_second_factor', 'cross_origin', 'too_many_attempts'],
  },
  delegated('delegated:profile:2fa:write', {
    method: 'post',
    path: '/user/2fa',
    operationId: 'setSecondFactor',
    tag: 'Sign-in',
    summary: 'Switch the mailed second factor on or off',
    description: `Needs a sign-in within the last minutes, or \`currentPassword\`; no application can do it. Switched
on, it ends every other session.`,
    body: {
      schema: requests.TwoFactorBody,
      examples: { on: { state: true }, off: { state: false, currentPassword: password } },
    },
    refused: refusedBodies({ state: true }, { state: 'yes' }, { currentPassword: '' }),
    answers: [shapes.done('It is as asked.')],
    failures: [
      'no_confirmed_email',
      'reauthentication_required',
      'second_factor_in_use',
      'too_many_attempts',
    ],
  }),
  ...(['get', 'post'] as const).flatMap((method): Operation[] => [
    {
      method,
      path: '/user/logout',
      operationId: method === 'post' ? 'logOut' : 'logOutByGet',
      tag: 'Sign-in',
      summary: method === 'post' ? 'Log out' : 'Log out, by GET',
      description: 'Ends this session. Whoever is not signed in is signed out already.',
      security: ['none', 'cookie', 'bearer'],
      answers: [signedOut],
      failures: method === 'post' ? ['cross_origin'] : [],
    },
    {
      method,
      path: '/user/logout-all',
      operationId: method === 'post' ? 'logOutEverywhere' : 'logOutEverywhereByGet',
      tag: 'Sign-in',
      summary: method === 'post' ? 'Log out everywhere' : 'Log out everywhere, by GET',
      description: `Ends every session of the account, and every token of an application. Needs the scope
\`delegated:all\`, which every session has.`,
      security: ['none', 'cookie', 'bearer'],
      answers: [signedOut],
      failures: [
        { code: 'missing_scope', scope: 'delegated:all' },
        ...(method === 'post' ? (['cross_origin'] as const) : []),
      ],
    },
  ]),
  {
    method: 'get',
    path: '/user/session-state',
    operationId: 'getSessionState',
    tag: 'Sign-in',
    summary: 'See whether somebody is signed in, and how',
    description: `Nobody is 403 here. Needs the scope \`delegated:profile:read\`, which every session has.`,
    security: ['cookie', 'bearer'],
    answers: [
      shapes.answer('The user and the session.', shapes.SessionState, {
        ok: 1,
        data: {
          userInfo: signedInJohn,
          session: {
            _id: '64f895bec011931326757de6',
            createdAt: '2023-09-09T13:45:52.505Z',
            expiresAt: '2023-12-08T13:45:52.505Z',
            source: 'social',
            userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_1 like Mac OS X)',
            ipAddress: '203.0.113.7',
          },
        },
      }),
    ],
    failures: [
      'forbidden',
      { code: 'missing_scope', scope: 'delegated:profile:read' },
      'email_not_confirmed',
    ],
  },
  delegated('delegated:profile:login-history:read', {
    method: 'get',
    path: '/user/login-history',
    operationId: 'listSignIns',
    tag: 'Sign-in',
    summary: 'List sign-ins',
    description: 'Those to one’s own account, newest first, the failed ones too.',
    query: requests.HistoryQuery,
    parameters: {
      limit: { description: 'Records per page.' },
      offset: { description: 'The `_id` or `createdAt` of the last record of the previous page.' },
    },
    refused: [
      { in: 'query', sent: { limit: '101' } },
      { in: 'query', sent: { offset: '1' } },
    ],
    answers: [
      shapes.answer('A page of sign-ins.', shapes.SignIns, {
        ok: 1,
        data: {
          records: [
            {
              _id: '64f895bec011931326757de6',
              userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1_1 like Mac OS X)',
              ipAddress: '203.0.113.7',
              success: false,
              reason: 'mfa_rejected',
              source: 'social',
              targetId: johnsId,
              createdAt: '2023-09-09T13:45:52.505Z',
            },
          ],
        },
      }),
    ],
    failures: [],
  }),
]
