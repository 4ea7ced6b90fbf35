import * as z from 'zod/mini'
import * as requests from '../../src/dialects/talent/requests'
import { type Operation, refusedBodies } from '../describe'
import { authenticated, personal } from './common'
import { code } from './samples'
import { Activated, done, Initiated, succeeded } from './shapes'

/** Switching a second factor on and off. */

const stale = { code: 'reauthentication_required', reason: 'stale' } as const

/** Asked for at two paths, with the same answers. */
const initiating = {
  tag: 'Second factor',
  body: {
    schema: requests.InitiateBody,
    examples: { email: { type: 'email' }, 'authenticator app': { type: 'google_auth' } },
  },
  refused: refusedBodies({ type: 'email' }, { type: 'sms' }),
  answers: [
    succeeded(
      'What is begun: a code is mailed, or the secret is to be shown to an app.',
      Initiated,
      {
        email: { type: 'email' },
        'authenticator app': {
          type: 'google_auth',
          secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
          qrCodeUrl:
            'otpauth://totp/Atrium:alice-bob-kgnx?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Atrium&algorithm=SHA1&digits=6&period=30',
          qrCode: 'data:image/svg+xml;base64,PHN2Zy8+',
        },
      },
      { status: 202, message: 'TwoFA security is initiated' },
    ),
  ],
  failures: [
    ...authenticated,
    stale,
    'no_confirmed_email',
    'second_factor_in_use',
    'too_many_attempts',
  ],
} as const

export const secondFactor: readonly Operation[] = [
  {
    ...personal('post', '/v1/account/initiate/2fa'),
    operationId: 'initiateTwoFactor',
    summary: 'Initiate two-factor authentication',
    description: `By mailed codes or by an authenticator app, which this session has 15 minutes to activate. Asks for a
sign-in that is not older than 15 minutes.`,
    ...initiating,
  },
  {
    ...personal('post', '/v1/account/password/change'),
    operationId: 'initiateTwoFactorInstead',
    summary: 'Initiate two-factor authentication, by another name',
    description: 'A widely used client asks here. To change a password, send PUT.',
    ...initiating,
  },
  {
    ...personal('post', '/v1/account/activate/2fa'),
    operationId: 'activateTwoFactor',
    tag: 'Second factor',
    summary: 'Activate two-factor authentication',
    description:
      'Ends every other session of the account. An app comes with ten backup codes, shown this once.',
    body: { schema: requests.CodeBody, examples: { code: { code } } },
    refused: refusedBodies({ code }, { code: '' }, { code: null }),
    answers: [
      succeeded('From now on it is asked for at every sign-in.', Activated, {
        'mailed codes': {},
        'authenticator app': { backupCodes: ['k3v9q-7xm2p-tz4rw-c8h6n-e5d1s'] },
      }),
    ],
    failures: [...authenticated, 'invalid_second_factor', 'too_many_attempts'],
  },
  {
    ...personal('post', '/v1/account/deactivate/2fa'),
    operationId: 'deactivateTwoFactor',
    tag: 'Second factor',
    summary: 'Deactivate two-factor authentication',
    description: `By a code of the app, a backup code, or the code that \`/v1/account/2fa/email\` mails. Asks for a sign-in
that is not older than 15 minutes.`,
    body: { schema: requests.CodeBody, examples: { code: { code: '637264' } } },
    refused: refusedBodies({ code }, { code: '' }, { code: null }),
    answers: [done('It is off.')],
    failures: [...authenticated, stale, 'invalid_second_factor', 'too_many_attempts'],
  },
  {
    ...personal('post', '/v1/account/2fa/email'),
    operationId: 'mailTwoFactorCode',
    tag: 'Second factor',
    summary: 'Mail a code',
    description: `To activate or deactivate mailed codes with, in this session. The password may be left out; where it is
sent, it has to be right.`,
    query: z.object({ emailType: z.optional(z.literal('two_fa')) }),
    parameters: { emailType: { description: 'Always the same, and not looked at.' } },
    body: {
      schema: requests.EmailCodeBody,
      examples: { 'with a password': { password: 'enter_password_here' }, without: {} },
    },
    refused: refusedBodies({}, { password: '' }, { password: 7 }),
    answers: [done('It is on its way.', { message: 'Success' })],
    failures: [
      ...authenticated,
      'reauthentication_required',
      'no_confirmed_email',
      'second_factor_in_use',
      'too_many_attempts',
    ],
  },
]
