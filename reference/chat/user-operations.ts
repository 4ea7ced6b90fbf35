import * as z from 'zod/mini'
import * as requests from '../../src/dialects/chat/requests'
import { type Operation, refusedBodies } from '../describe'
import { accountKey, ada, notLetIn, password, selfAnswer, userAnswer } from './examples'
import { ok, UserInfo } from './shapes'

/** The account as it is, and as others find it. */

const passwords = { oldPassword: password, newPassword: 'analytical engine no. 1' }
const key = { password, accountKey }

export const userOperations: readonly Operation[] = [
  {
    method: 'put',
    path: '/users/me/changePassword',
    operationId: 'changePassword',
    tag: 'Users',
    summary: 'Change the password',
    description: 'Ends all other sessions.',
    security: ['bearer'],
    body: { schema: requests.ChangePasswordBody, examples: { 'old and new': passwords } },
    refused: refusedBodies(
      passwords,
      { oldPassword: 7 },
      { newPassword: 7 },
      { newPassword: 'x'.repeat(1025) },
    ),
    answers: [ok],
    failures: [
      ...notLetIn,
      'reauthentication_required',
      { code: 'invalid_input', issues: [{ field: 'password', rule: 'too_common' }] },
      { code: 'invalid_input', issues: [{ field: 'password', rule: 'is_own_word' }] },
      'account_not_found',
      'too_many_attempts',
    ],
  },
  {
    method: 'put',
    path: '/users/me/setAccountKey',
    operationId: 'setAccountKey',
    tag: 'Users',
    summary: 'Set the account key',
    description: 'With it the password can be reset once it is lost. 25 to 100 characters.',
    security: ['bearer'],
    body: { schema: requests.SetAccountKeyBody, examples: { 'a key': key } },
    refused: refusedBodies(key, { password: 7 }, { accountKey: 7 }),
    answers: [ok],
    failures: [
      ...notLetIn,
      { code: 'invalid_input', issues: [{ field: 'accountKey', rule: 'too_short' }] },
      { code: 'invalid_input', issues: [{ field: 'accountKey', rule: 'too_long' }] },
      'reauthentication_required',
      'too_many_attempts',
    ],
  },
  {
    method: 'put',
    path: '/users/me',
    operationId: 'updateUser',
    tag: 'Users',
    summary: 'Update the user',
    description: 'What is left out stays; an empty `about` takes it away.',
    security: ['bearer'],
    body: {
      schema: requests.UpdateBody,
      examples: { 'name and about': { name: ada.name, about: ada.about } },
    },
    refused: refusedBodies({}, { name: '' }, { about: 7 }),
    answers: [userAnswer],
    failures: [
      ...notLetIn,
      { code: 'invalid_input', issues: [{ field: 'firstName', rule: 'too_long' }] },
      { code: 'invalid_input', issues: [{ field: 'bio', rule: 'too_long' }] },
      'account_not_found',
    ],
  },
  {
    method: 'put',
    path: '/users/me/device',
    operationId: 'updateDevice',
    tag: 'Users',
    summary: 'Update the device session',
    description: '`deviceToken` is where push messages reach the device (APNS or Android).',
    security: ['bearer'],
    body: {
      schema: requests.DeviceBody,
      examples: { 'name and push token': { deviceName: 'My laptop', deviceToken: '740f4707' } },
    },
    refused: refusedBodies({ deviceName: 'My laptop' }, { deviceName: 7 }, { deviceToken: 7 }),
    answers: [selfAnswer],
    failures: notLetIn,
  },
  {
    method: 'get',
    path: '/users/:id',
    operationId: 'getUser',
    tag: 'Users',
    summary: 'Get user info',
    description: 'Whoever that user has blocked does not find them, where one is signed in.',
    security: ['none', 'bearer'],
    params: requests.UserPath,
    parameters: { id: { example: String(ada.id) } },
    answers: [{ ...userAnswer, examples: { Ada: ada } }],
    failures: [
      { code: 'invalid_input', issues: [{ field: 'id', rule: 'format' }] },
      'account_not_found',
    ],
  },
  {
    method: 'get',
    path: '/users',
    operationId: 'searchUsers',
    tag: 'Users',
    summary: 'Search for users',
    description: `By a part of their name or username, of two characters at least; a positive integer is
looked up as an id. At most 100 are found. \`/users/\` is the same.`,
    security: ['none', 'bearer'],
    query: requests.SearchQuery,
    parameters: {
      s: { description: 'What is looked for.', example: 'foo' },
      search: { description: 'Another name of `s`.' },
    },
    refused: [{ in: 'query', sent: {} }],
    answers: [
      {
        status: 200,
        description: 'Who was found.',
        schema: z.array(UserInfo),
        examples: { Ada: [ada] },
      },
    ],
    failures: [
      { code: 'invalid_input', issues: [{ field: 'query', rule: 'too_short' }] },
      'account_not_found',
    ],
  },
]
