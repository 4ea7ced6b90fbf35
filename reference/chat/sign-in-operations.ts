import * as z from 'zod/mini'
import { secondFactorRequired } from '../../src/dialects/chat/errors'
import * as requests from '../../src/dialects/chat/requests'
import { type Operation, refusedBodies } from '../describe'
import { accountKey, device, notLetIn, password, selfAnswer, username } from './examples'
import { Failure, ok } from './shapes'

/** Getting an account, getting into it, and getting out again. */

const newAda = { name: 'Ada Byron', username, password, deviceInfo: device }
const reset = { userId: 1_852_340_917, accountKey, newPassword: password }

const codeHeader = z.object({ 'X-OTP': z.optional(z.string()) })
const codeWords = { 'X-OTP': { description: 'The second factor, where one is asked for.' } }

const codeRequired = {
  status: secondFactorRequired.status,
  description: 'Unauthorized.',
  schema: Failure,
  examples: { [secondFactorRequired.body.reason]: secondFactorRequired.body },
}

const signInFailures = [
  'invalid_credentials',
  'account_disabled',
  'invalid_second_factor',
  'too_many_attempts',
] as const

const resetting = {
  path: '/users/resetPassword',
  tag: 'Users',
  body: { schema: requests.ResetPasswordBody, examples: { 'by account key': reset } },
  refused: refusedBodies(
    reset,
    { userId: '7' },
    { accountKey: 7 },
    { accountKey: 'x'.repeat(1025) },
    { newPassword: 7 },
    { newPassword: 'x'.repeat(1025) },
  ),
  answers: [ok],
  failures: [
    { code: 'invalid_input', issues: [{ field: 'password', rule: 'too_short' }] },
    { code: 'invalid_input', issues: [{ field: 'password', rule: 'too_common' }] },
    'invalid_account_key',
    'too_many_attempts',
  ],
} as const satisfies Partial<Operation>

export const signInOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/users',
    operationId: 'registerUser',
    tag: 'Users',
    summary: 'Register a user',
    description:
      'And sign in. `inviteCode` is needed where registration is by invitation; `accessToken` of the first session goes into the header of what follows.',
    body: { schema: requests.RegisterBody, examples: { 'all fields': newAda } },
    refused: refusedBodies(
      newAda,
      { name: '' },
      { username: 7 },
      { password: 7 },
      { password: 'x'.repeat(1025) },
      { deviceInfo: undefined },
      { deviceInfo: { ...device, id: 'my laptop' } },
      { deviceInfo: { ...device, transport: 'pigeon' } },
      { inviteCode: 7 },
    ),
    answers: [selfAnswer],
    failures: [
      { code: 'invalid_input', issues: [{ field: 'firstName', rule: 'too_long' }] },
      { code: 'invalid_input', issues: [{ field: 'username', rule: 'reserved' }] },
      { code: 'invalid_input', issues: [{ field: 'password', rule: 'too_common' }] },
      { code: 'invalid_input', issues: [{ field: 'password', rule: 'is_own_word' }] },
      { code: 'taken', fields: ['username'] },
      'registration_closed',
      'invalid_invite_code',
      'too_many_attempts',
    ],
  },
  {
    method: 'post',
    path: '/users/login',
    operationId: 'loginUser',
    tag: 'Users',
    summary: 'Log in a user',
    description: `From a particular device, whose former session ends. An account with a second factor is
asked for it with 401 and \`X-OTP: required\`: send all again, and the code as \`X-OTP\`.`,
    security: ['basic'],
    headers: codeHeader,
    parameters: codeWords,
    body: {
      schema: z.union([requests.LoginBody, requests.Device]),
      checked: requests.LoginBody,
      examples: { 'as documented': { deviceInfo: device }, 'as clients send it': device },
    },
    refused: refusedBodies(
      {},
      { deviceInfo: { ...device, id: 'my laptop' } },
      { deviceInfo: { ...device, name: 7 } },
      { deviceInfo: { ...device, model: null } },
      { deviceInfo: { ...device, token: 7 } },
      { deviceInfo: { ...device, transport: 'pigeon' } },
    ),
    answers: [selfAnswer, codeRequired],
    failures: ['not_authenticated', ...signInFailures],
  },
  {
    method: 'get',
    path: '/users/me',
    operationId: 'getCurrentUser',
    tag: 'Users',
    summary: 'Get the current user',
    security: ['bearer'],
    answers: [selfAnswer],
    failures: notLetIn,
  },
  {
    method: 'post',
    path: '/users/me/logout',
    operationId: 'logoutUser',
    tag: 'Users',
    summary: 'Log out the user',
    description: 'Ends this session, and no other.',
    security: ['bearer'],
    answers: [ok],
    failures: notLetIn,
  },
  {
    ...resetting,
    method: 'put',
    operationId: 'resetPassword',
    summary: 'Reset the password',
    description: 'By the account key. Ends every session; five wrong keys are looked at in a day.',
  },
  {
    ...resetting,
    method: 'post',
    operationId: 'postResetPassword',
    summary: 'Reset the password, as clients ask for it',
    description: 'The same by another method.',
  },
  {
    method: 'delete',
    path: '/users/me',
    operationId: 'deregisterUser',
    tag: 'Users',
    summary: 'Deregister the user',
    description:
      'Cannot be undone. By name and password, and `X-OTP` where there is a second factor; or by bearer, after a recent sign-in.',
    security: ['basic', 'bearer'],
    headers: codeHeader,
    parameters: codeWords,
    answers: [ok, codeRequired],
    failures: [
      ...notLetIn,
      ...signInFailures,
      { code: 'reauthentication_required', reason: 'stale' },
    ],
  },
]
