import * as z from 'zod/mini'
import * as requests from '../../src/dialects/site/requests'
import { type Operation, refusedBodies } from '../describe'
import { done, Failure, withProfile } from './shapes'

/** The document in its order; the messages of invalid input are told by the inputs that it names. */

const setsCookie = {
  'Set-Cookie': { description: 'The session as `TOKEN`, and the device as a cookie of its own.' },
}

const ada = {
  username: 'ada.byron',
  email: 'ada@example.com',
  password: 'enchantress of numbers',
  name: 'Ada Byron',
  bio: 'I write about engines.',
  pronounce: 'she/her',
  website: 'https://ada.example.com',
}
const { username, password } = ada
const adasProfile = {
  username,
  name: ada.name,
  bio: ada.bio,
  website: ada.website,
  pronounce: ada.pronounce,
  followers: '0',
  following: '0',
}
const uuid = '6f0d8c1e-4f1b-9a57-3c2d-a1b2c3d4e5f6'

export const operations: readonly Operation[] = [
  {
    method: 'post',
    path: '/user/create',
    operationId: 'createAccount',
    tag: 'Accounts',
    summary: 'Create a new account',
    description: 'And sign in to it. `inviteCode` is needed where registration is by invitation.',
    body: {
      schema: requests.CreateBody,
      examples: {
        'all fields': ada,
        'what is required': { username, email: ada.email, password },
      },
    },
    refused: refusedBodies(
      ada,
      { name: 'Al' },
      { username: 'al' },
      { password: 'short' },
      { bio: 'long '.repeat(50) },
      { username: 'ada byron' },
      { username: null },
      { username: '' },
      { email: null },
      { email: '' },
      { password: null },
      { password: '' },
      { name: '' },
      { bio: '' },
      { website: '' },
      { pronounce: '' },
      { username: 7 },
    ),
    answers: [
      {
        status: 200,
        description: 'User created successfully',
        schema: withProfile(z.literal('User created successfully')),
        examples: {
          'User created successfully': {
            statusCode: '200',
            message: 'User created successfully',
            data: adasProfile,
          },
        },
        headers: setsCookie,
      },
    ],
    failures: [
      { code: 'invalid_input', issues: [{ field: 'email', rule: 'format' }] },
      { code: 'invalid_input', issues: [{ field: 'password', rule: 'format' }] },
      { code: 'invalid_input', issues: [{ field: 'password', rule: 'too_common' }] },
      { code: 'invalid_input', issues: [{ field: 'username', rule: 'reserved' }] },
      'taken',
      'invalid_invite_code',
      'registration_closed',
      'cross_origin',
      'too_many_attempts',
    ],
  },
  {
    method: 'post',
    path: '/user/auth',
    operationId: 'signIn',
    tag: 'Accounts',
    summary: 'Authenticate a user',
    description:
      'An account with a second factor is asked for it with 401 "Two-factor code required": send all again, and `code`.',
    body: {
      schema: requests.AuthBody,
      examples: {
        password: { username, password },
        'with a second factor': { username, password, code: '123456' },
      },
    },
    refused: refusedBodies(
      { username, password },
      { username: 'al' },
      { password: 'short' },
      { username: 'ada byron' },
      { username: null },
      { username: '' },
      { password: null },
      { password: '' },
    ),
    answers: [
      { ...done('Authenticated'), headers: setsCookie },
      {
        status: 401,
        description: 'Unauthorized.',
        schema: Failure,
        examples: {
          'Two-factor code required': {
            statusCode: '401',
            message: 'Two-factor code required',
            data: 'null',
          },
        },
      },
    ],
    failures: ['invalid_credentials', 'invalid_second_factor', 'cross_origin', 'too_many_attempts'],
  },
  {
    method: 'get',
    path: '/user/logged',
    operationId: 'checkSignedIn',
    tag: 'Accounts',
    summary: 'See if the user is logged in or not',
    security: ['cookie', 'bearer'],
    answers: [
      done('Validation', 'true'),
      {
        status: 404,
        description: 'Not Found.',
        schema: Failure,
        examples: {
          'TOKEN was not found': {
            statusCode: '404',
            message: 'TOKEN was not found',
            data: 'false',
          },
        },
      },
    ],
    failures: ['not_authenticated'],
  },
  {
    method: 'get',
    path: '/user/profile/:username',
    operationId: 'getProfile',
    tag: 'Accounts',
    summary: 'Get info about a user',
    description: 'Whoever that user has blocked does not find them, where one is signed in.',
    security: ['none', 'cookie', 'bearer'],
    parameters: { username: { example: username } },
    answers: [
      {
        status: 200,
        description: 'The public profile.',
        schema: withProfile(z.string()),
        examples: {
          'full profile': { statusCode: '200', message: username, data: adasProfile },
          'empty profile': {
            statusCode: '200',
            message: username,
            data: { ...adasProfile, name: '', bio: '', website: '', pronounce: '' },
          },
        },
      },
    ],
    failures: ['account_not_found'],
  },
  {
    method: 'post',
    path: '/user/password-reset',
    operationId: 'resetPassword',
    tag: 'Accounts',
    summary: 'Reset the password',
    description: 'Ends every session of the account.',
    body: {
      schema: requests.ResetBody,
      examples: { 'new password': { uuid, newPassword: 'analytical engine no. 1' } },
    },
    refused: refusedBodies(
      { uuid, newPassword: password },
      { newPassword: 'short' },
      { uuid: null },
      { uuid: '' },
      { newPassword: null },
      { newPassword: '' },
    ),
    answers: [done('New password has been set successfully')],
    failures: [
      { code: 'invalid_input', issues: [{ field: 'password', rule: 'too_common' }] },
      'invalid_code',
      'account_disabled',
      'too_many_attempts',
    ],
  },
  {
    method: 'post',
    path: '/user/password-reset-token',
    operationId: 'requestPasswordReset',
    tag: 'Accounts',
    summary: 'Create a password reset token',
    description: 'It is mailed as a UUID. The address may stand in the query or in the body.',
    query: z.partial(requests.ResetRequest),
    parameters: { email: { example: ada.email } },
    body: {
      schema: z.partial(requests.ResetRequest),
      examples: { 'by address': { email: ada.email } },
    },
    refused: [{ in: 'query', sent: { email: '' } }],
    answers: [
      done('Password reset token generated'),
      {
        status: 404,
        description: 'Not Found.',
        schema: Failure,
        examples: {
          'User with this email not found': {
            statusCode: '400',
            message: 'User with this email not found',
            data: 'null',
          },
        },
      },
    ],
    failures: [
      { code: 'invalid_input', issues: [{ field: 'email', rule: 'missing' }] },
      { code: 'invalid_input', issues: [{ field: 'email', rule: 'format' }] },
      'too_many_attempts',
    ],
  },
  {
    method: 'post',
    path: '/user/logout',
    operationId: 'signOut',
    tag: 'Accounts',
    summary: 'Log out',
    description: 'Ends this session. Not in the original document.',
    security: ['cookie', 'bearer'],
    answers: [done('Logged out')],
    failures: ['cross_origin'],
  },
]
