import * as requests from '../../src/dialects/talent/requests'
import { passwordChanged } from '../../src/dialects/talent/responses'
import { type Operation, refusedBodies } from '../describe'
import { weakPasswords } from './common'
import { code, email, mailedFactor, newAccount, newPassword, password } from './samples'
import {
  Confirmed,
  done,
  Referrer,
  Registered,
  SignedIn,
  succeeded,
  Ticket,
  Unfinished,
} from './shapes'

/** Where the tokens come from, of which the original document does not speak. */

const alice = {
  firstName: 'Alice',
  lastName: 'Bob',
  email,
  password,
  confirmPassword: password,
}
const { _id: aliceId, referralCode } = newAccount
const session = {
  token: 'kX0cRzjVYf0m2v3Q1pS8tUuWwYyZz0aBcDeFgHiJkLm',
  token_type: 'bearer',
  expiresIn: 7_776_000,
}
const ticket = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmVk'
const ticketFor = (expiresIn: number) => ({
  tempToken: { token: ticket, token_type: 'bearer', expiresIn },
})
const hour = 3600
const mailed = { tempToken: ticket, token: 'k3v9q-7xm2p-tz4rw-c8h6n-e5d1s-b0f3g' }

const signedIn = succeeded('Signed in.', SignedIn, {
  'signed in': { ...newAccount, ...session, onboarded: false },
})

const byAddress = {
  body: { schema: requests.EmailBody, examples: { 'by address': { email } } },
  refused: refusedBodies({ email }, { email: 'alice' }),
} as const

/** Asking again is asking. */
const askingForReset = {
  ...byAddress,
  tag: 'Forgotten password',
  answers: [
    succeeded('A ticket for the next step, also for an address that nobody has.', Ticket, {
      ticket: ticketFor(hour / 2),
    }),
  ],
  failures: ['too_many_attempts'],
} as const

export const signingIn: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/auth/create-account',
    operationId: 'createAccount',
    tag: 'Signing up',
    summary: 'Create an account',
    description: `A code is mailed, which \`/v1/auth/account/verify\` takes together with the ticket of this answer.
\`inviteCode\` is needed where registration is by invitation; \`referral\` is the code of whoever
brought one in.`,
    body: {
      schema: requests.CreateBody,
      examples: {
        'Alice Bob': alice,
        'all fields': { ...alice, type: 'talent', referral: referralCode, inviteCode: 'k3v9q7xm' },
      },
    },
    refused: refusedBodies(
      alice,
      { firstName: '' },
      { email: 'alice' },
      { password: '', confirmPassword: '' },
      { confirmPassword: 'another one' },
      { referral: 'x'.repeat(129) },
      { type: 7 },
    ),
    answers: [
      succeeded(
        'A code is mailed to the address.',
        Registered,
        { ticket: { email, ...ticketFor(24 * hour) } },
        { status: 202 },
      ),
    ],
    failures: [
      { code: 'invalid_input', issues: [{ field: 'firstName', rule: 'too_long' }] },
      { code: 'invalid_input', issues: [{ field: 'type', rule: 'format' }] },
      ...weakPasswords,
      { code: 'taken', fields: ['email'] },
      'invalid_invite_code',
      'registration_closed',
      'too_many_attempts',
    ],
  },
  {
    method: 'post',
    path: '/v1/auth/account/verify',
    operationId: 'verifyAccount',
    tag: 'Signing up',
    summary: 'Confirm an address',
    description:
      'And sign in, but for an account that has a second factor: that one is told from its answer, which has no token.',
    body: { schema: requests.VerifyBody, examples: { 'ticket and code': mailed } },
    refused: refusedBodies(mailed, { tempToken: '' }, { token: '' }),
    answers: [
      signedIn,
      succeeded('Confirmed, and not signed in.', Confirmed, {
        'confirmed, with a second factor': {
          _id: aliceId,
          email,
          emailVerified: true,
          isVerified: true,
          twoFa: mailedFactor,
        },
      }),
    ],
    failures: ['invalid_code', { code: 'taken', fields: ['email'] }, 'too_many_attempts'],
  },
  {
    ...byAddress,
    method: 'post',
    path: '/v1/auth/verify/resend',
    operationId: 'resendVerification',
    tag: 'Signing up',
    summary: 'Mail another code to confirm an address',
    description: 'Tells nobody whether there is anything to confirm.',
    answers: [succeeded('Another ticket.', Ticket, { ticket: ticketFor(24 * hour) })],
    failures: ['too_many_attempts'],
  },
  {
    method: 'post',
    path: '/v1/auth/login',
    operationId: 'signIn',
    tag: 'Signing in',
    summary: 'Sign in',
    description: `An account with a second factor is answered by a ticket instead of a token, for \`/v1/auth/login/2fa\`. Where
the factor is \`email\`, a code is mailed.`,
    body: { schema: requests.LoginBody, examples: { 'Alice Bob': { email, password } } },
    refused: refusedBodies({ email, password }, { email: '' }, { password: '' }),
    answers: [
      signedIn,
      succeeded('The second factor is still to come.', Unfinished, {
        'with a second factor': { ...ticketFor(hour), email, twoFa: mailedFactor },
      }),
    ],
    failures: ['invalid_credentials', 'account_disabled', 'too_many_attempts'],
  },
  {
    method: 'post',
    path: '/v1/auth/login/2fa',
    operationId: 'completeSignIn',
    tag: 'Signing in',
    summary: 'Finish a sign-in by the second factor',
    description: 'By the mailed code, a code of the app, or a backup code.',
    body: {
      schema: requests.SecondFactorBody,
      examples: { 'ticket and code': { code, tempToken: ticket } },
    },
    refused: refusedBodies({ code, tempToken: ticket }, { code: '' }, { tempToken: '' }),
    answers: [signedIn],
    failures: ['invalid_second_factor', 'too_many_attempts'],
  },
  {
    ...byAddress,
    method: 'post',
    path: '/v1/auth/2fa/email/code',
    operationId: 'resendSignInCode',
    tag: 'Signing in',
    summary: 'Mail another code to sign in with',
    description:
      'For the sign-in that was last begun from the same address. Tells nobody whether there is one.',
    answers: [done('It is on its way, if there is anybody to write to.')],
    failures: ['too_many_attempts'],
  },
  {
    ...askingForReset,
    method: 'post',
    path: '/v1/auth/password/reset',
    operationId: 'requestPasswordReset',
    summary: 'Mail a code to set a new password with',
  },
  {
    ...askingForReset,
    method: 'post',
    path: '/v1/auth/password/reset/resend',
    operationId: 'resendPasswordReset',
    summary: 'Mail another code to set a new password with',
  },
  {
    method: 'post',
    path: '/v1/auth/validate/password',
    operationId: 'checkPasswordReset',
    tag: 'Forgotten password',
    summary: 'See if a code would set a new password',
    description: 'It still does so afterwards.',
    body: { schema: requests.VerifyBody, examples: { 'ticket and code': mailed } },
    refused: refusedBodies(mailed, { tempToken: '' }, { token: '' }),
    answers: [done('It would.')],
    failures: ['invalid_code', 'account_not_found', 'too_many_attempts'],
  },
  {
    method: 'post',
    path: '/v1/auth/password/change',
    operationId: 'resetPassword',
    tag: 'Forgotten password',
    summary: 'Set a new password',
    description: 'By a code, once. Ends every session of the account.',
    body: {
      schema: requests.ResetBody,
      examples: { 'new password': { ...mailed, password: newPassword } },
    },
    refused: refusedBodies(
      { ...mailed, password: newPassword },
      { tempToken: '' },
      { token: '' },
      { password: '' },
    ),
    answers: [done('The new password counts.', { message: passwordChanged })],
    failures: [...weakPasswords, 'invalid_code', 'account_not_found', 'too_many_attempts'],
  },
  {
    method: 'post',
    path: '/v1/auth/referral/validate',
    operationId: 'checkReferral',
    tag: 'Signing up',
    summary: 'See whose referral code it is',
    description: 'A slash may stand at the end of the path.',
    body: { schema: requests.ReferralBody, examples: { code: { token: referralCode } } },
    refused: refusedBodies({ token: referralCode }, { token: 'x'.repeat(129) }),
    answers: [
      succeeded('Whose it is, or that it is nobody’s.', Referrer, {
        known: {
          valid: true,
          userId: aliceId,
          referralCounts: 3,
          totalAllowedReferrals: 10,
          referralId: referralCode,
          role: 'user',
          isKyc: false,
        },
        unknown: {
          valid: false,
          userId: null,
          referralCounts: null,
          totalAllowedReferrals: null,
          referralId: null,
          role: null,
          isKyc: null,
        },
      }),
    ],
    failures: ['too_many_attempts'],
  },
]
