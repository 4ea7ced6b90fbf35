import * as requests from '../../src/dialects/social/requests'
import { type Operation, refusedBodies } from '../describe'
import { wrong } from './delegated'
import { freshJohn, johnsId, newJohn } from './examples'
import * as shapes from './shapes'

/** Accounts and their passwords, in the order of the document. */

const { username, password, email } = newJohn
const mailedCode = 'xxx-yyy-zzz-111-222-333'

const verification = shapes.answer('The address is confirmed.', shapes.Told, {
  ok: 1,
  data: 'Your email has been verified successfully. You can now login.',
})
const resent = shapes.answer('A new code is mailed.', shapes.Told, {
  ok: 1,
  data: 'Verification email resent successfully.',
})
export const accountOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/user/create',
    operationId: 'createUser',
    tag: 'Accounts',
    summary: 'Create a user',
    description: `A code is mailed to the address, to be sent to \`/user/verify-email\`: until then the account
cannot be signed in to, unless the deployment asks for no confirmation. A \`phone\` needs its
\`phoneCountryCode\`. \`inviteCode\` is needed where registration is by invitation.`,
    body: {
      schema: requests.CreateBody,
      examples: {
        'all fields': newJohn,
        'what is required': {
          username,
          firstName: newJohn.firstName,
          lastName: newJohn.lastName,
          email,
          password,
        },
      },
    },
    refused: refusedBodies(
      newJohn,
      { username: 'john' },
      { phoneCountryCode: undefined },
      { email: 'user@example' },
      { password: 'short' },
    ),
    answers: [
      {
        status: 201,
        description: 'The new user.',
        schema: shapes.User,
        examples: { 'a new user': { ok: 1, data: { user: freshJohn } } },
      },
    ],
    failures: [
      { code: 'invalid_input', issues: [{ field: 'password', rule: 'too_common' }] },
      { code: 'invalid_input', issues: [{ field: 'password', rule: 'is_own_word' }] },
      {
        code: 'invalid_input',
        issues: [{ field: 'username', rule: 'reserved', value: 'reset_password' }],
      },
      'taken',
      'invalid_invite_code',
      'registration_closed',
      'too_many_attempts',
    ],
  },
  {
    method: 'post',
    path: '/user/verify-email',
    operationId: 'verifyEmail',
    tag: 'Accounts',
    summary: 'Verify an email address',
    description: 'By the code that was mailed. `target` is the id of the user, where it is known.',
    body: {
      schema: requests.VerifyEmailBody,
      examples: { 'the code alone': { code: mailedCode } },
    },
    refused: refusedBodies({ code: mailedCode }, { code: '' }, { target: username }),
    answers: [verification],
    failures: ['invalid_code', { code: 'taken', fields: ['email'] }, 'too_many_attempts'],
  },
  {
    method: 'get',
    path: '/user/verify-email',
    operationId: 'verifyEmailByQuery',
    tag: 'Accounts',
    summary: 'Verify an email address, by query',
    query: requests.VerifyEmailQuery,
    parameters: {
      code: { description: 'As it was mailed.', example: mailedCode },
      target: { description: 'The id of the user, where it is known.', example: johnsId },
    },
    refused: [
      { in: 'query', sent: {} },
      { in: 'query', sent: { code: mailedCode, target: username } },
    ],
    answers: [verification],
    failures: [
      wrong('code', undefined, 'query'),
      { code: 'taken', fields: ['email'] },
      'too_many_attempts',
    ],
  },
  {
    method: 'get',
    path: '/user/resend-verification',
    operationId: 'resendVerification',
    tag: 'Accounts',
    summary: 'Mail another verification code',
    description:
      'To the user with the id `target`, or to oneself, which needs a session or the scope `delegated:profile:read`.',
    security: ['none', 'cookie', 'bearer'],
    query: requests.ResendQuery,
    parameters: { target: { description: 'The id of a user.', example: johnsId } },
    refused: [{ in: 'query', sent: { target: username } }],
    answers: [resent],
    failures: [
      wrong('target', undefined, 'query'),
      'not_authenticated',
      { code: 'missing_scope', scope: 'delegated:profile:read' },
      'too_many_attempts',
    ],
  },
  {
    method: 'post',
    path: '/user/resend-verification',
    operationId: 'resendVerificationByBody',
    tag: 'Accounts',
    summary: 'Mail another verification code, by body',
    security: ['none', 'cookie', 'bearer'],
    body: {
      schema: requests.ResendQuery,
      examples: { 'to a user': { target: johnsId }, 'to oneself': {} },
    },
    refused: refusedBodies({}, { target: username }),
    answers: [resent],
    failures: [
      'nothing_to_confirm',
      'not_authenticated',
      { code: 'missing_scope', scope: 'delegated:profile:read' },
      'cross_origin',
      'too_many_attempts',
    ],
  },
  {
    method: 'get',
    path: '/user/code',
    operationId: 'requestPasswordReset',
    tag: 'Passwords',
    summary: 'Generate a password reset code',
    description:
      'It is mailed, if somebody has the address. The answer is the same for every address.',
    query: requests.CodeRequest,
    parameters: { email: { description: 'The email address of the user.', example: email } },
    refused: [
      { in: 'query', sent: {} },
      { in: 'query', sent: { email: username } },
    ],
    answers: [shapes.done('Whoever has the address is written to.')],
    failures: ['too_many_attempts'],
  },
  {
    method: 'post',
    path: '/user/code',
    operationId: 'requestPasswordResetByBody',
    tag: 'Passwords',
    summary: 'Generate a password reset code, by body',
    body: { schema: requests.CodeRequest, examples: { 'by address': { email } } },
    refused: refusedBodies({ email }, { email: username }),
    answers: [shapes.done('Whoever has the address is written to.')],
    failures: ['too_many_attempts'],
  },
  {
    method: 'post',
    path: '/user/reset-password',
    operationId: 'resetPassword',
    tag: 'Passwords',
    summary: 'Reset the password',
    description: 'By the code from the mail. Ends every session of the account.',
    body: {
      schema: requests.ResetBody,
      examples: { 'a new password': { code: mailedCode, password: 'new_Passw0rd' } },
    },
    refused: refusedBodies({ code: mailedCode, password }, { password: 'short' }, { code: '' }),
    answers: [shapes.done('The password is set.')],
    failures: [
      { code: 'invalid_input', issues: [{ field: 'password', rule: 'too_common' }] },
      'invalid_code',
      'account_not_found',
      'too_many_attempts',
    ],
  },
]
