import type * as z from 'zod/mini'
import * as requests from '../../src/oauth/requests'
import { type Operation, refusedBodies } from '../describe'
import * as examples from './examples'
import { clientFailures, security, wrong } from './examples'
import * as shapes from './shapes'

/** How applications get tokens, and give them back. */

const { client, accessToken, refreshToken, redirectUri } = examples

const token = {
  access_token: accessToken,
  token_type: 'Bearer' as const,
  expires_in: 3600,
  scope: 'client:oauth:introspect',
}
const tokenSet: z.output<typeof shapes.TokenSet> = {
  ...token,
  scope: 'delegated:profile:read offline_access',
  refresh_token: refreshToken,
}

const asked = {
  response_type: 'code',
  state: 'af0ifjsldkj',
  redirect_uri: redirectUri,
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
  scope: 'openid profile',
}

const introduced = {
  client_name: 'My Example',
  redirect_uris: ['https://client.example.org/callback', 'https://client.example.org/callback2'],
  token_endpoint_auth_method: 'client_secret_basic',
}

export const tokenOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/oauth/token',
    operationId: 'issueToken',
    tag: 'Tokens',
    summary: 'Get a token',
    description: `RFC 6749. For the code that a person brought back (with \`code_verifier\`, RFC 7636), for a
refresh token, which is used up by it, or by the client for itself. \`scope\` may be a list by spaces or by
commas, \`resource\` is where the token is to be good (RFC 8707).`,
    security,
    body: {
      schema: requests.TokenBody,
      examples: {
        'for a code': {
          grant_type: 'authorization_code',
          code: examples.code,
          redirect_uri: redirectUri,
          code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
        },
        'for a refresh token': { grant_type: 'refresh_token', refresh_token: refreshToken },
        'for the client itself': { grant_type: 'client_credentials' },
        'the client in the body': { grant_type: 'client_credentials', ...client },
      },
    },
    refused: refusedBodies({}, { grant_type: 7 }, { scope: 7 }, { resource: 7 }),
    answers: [
      {
        status: 200,
        description: 'A token for a person, or for the client itself.',
        schema: shapes.TokenSet,
        examples: {
          'for a code': tokenSet,
          'for a code, with openid': {
            ...tokenSet,
            scope: 'openid',
            id_token: 'eyJhbGciOiJFUzI1NiIsImtpZCI6ImNuLUkifQ.eyJpc3MiOiJodHRwczovLw.c2lnbmF0dXJl',
          },
        },
      },
      {
        status: 200,
        description: 'A token for a person, or for the client itself.',
        schema: shapes.Token,
        examples: { 'for the client itself': token },
      },
    ],
    failures: [
      ...clientFailures,
      wrong('grant_type', 'missing'),
      wrong('grant_type'),
      wrong('code', 'missing'),
      wrong('refresh_token', 'missing'),
      wrong('resource'),
      'invalid_code',
      'invalid_scope',
      'unauthorized_client',
      'too_many_attempts',
    ],
  },
  {
    method: 'post',
    path: '/oauth/revoke',
    operationId: 'revokeToken',
    tag: 'Tokens',
    summary: 'Give a token back',
    description:
      'RFC 7009. With it ends all that the person allowed at that time. A token that is none is no failure.',
    security,
    body: {
      schema: requests.RevokeBody,
      examples: {
        'a refresh token': { token: refreshToken },
        'the client in the body': { token: refreshToken, ...client },
      },
    },
    refused: refusedBodies({}, { token: 7 }),
    answers: [{ status: 200, description: 'The token is worth nothing.' }],
    failures: [...clientFailures, wrong('token', 'missing')],
  },
  {
    method: 'post',
    path: '/oauth/par',
    operationId: 'pushRequest',
    tag: 'Clients',
    summary: 'Leave a request for authorization',
    description: `RFC 9126. What would stand in the address of \`/oauth/authorize\`: send people there with
\`client_id\` and the \`request_uri\` that is answered.`,
    security,
    body: {
      schema: requests.PushedBody,
      examples: { 'a request': asked, 'the client in the body': { ...asked, ...client } },
    },
    refused: refusedBodies({}, { scope: 7 }, { state: 7 }),
    answers: [
      {
        status: 201,
        description: 'The name of the request, and for how many seconds it is kept.',
        schema: shapes.Pushed,
        examples: {
          kept: {
            request_uri: 'urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c',
            expires_in: 600,
          } satisfies z.output<typeof shapes.Pushed>,
        },
      },
    ],
    failures: [
      ...clientFailures,
      wrong('request_uri'),
      wrong('request'),
      wrong('redirect_uri', 'missing'),
      wrong('redirect_uri'),
      wrong('response_type', 'missing'),
      wrong('response_type'),
      wrong('response_mode'),
      wrong('code_challenge', 'missing'),
      wrong('code_challenge'),
      wrong('code_challenge_method'),
      wrong('nonce', 'too_long'),
      wrong('max_age'),
      wrong('prompt'),
      wrong('resource'),
      'invalid_scope',
      'too_many_attempts',
    ],
  },
  {
    method: 'post',
    path: '/oauth/register',
    operationId: 'registerClient',
    tag: 'Clients',
    summary: 'Register an application',
    description:
      'RFC 7591, where the setting CLIENT_REGISTRATION is open. Of the scopes asked for some may be given; people are told that nobody has looked at it.',
    body: { schema: requests.RegistrationBody, examples: { 'an application': introduced } },
    refused: refusedBodies(
      introduced,
      { client_name: 7 },
      { redirect_uris: 'https://client.example.org' },
      { token_endpoint_auth_method: 'private_key_jwt' },
      { grant_types: ['implicit'] },
      { response_types: ['token'] },
    ),
    answers: [
      {
        status: 201,
        description: 'The application. Its secret is told this once.',
        schema: shapes.Registered,
        examples: {
          registered: {
            client_id: 'app_s6BhdRkqt3dC0yJzvT1bQw',
            client_id_issued_at: 1_740_830_400,
            client_secret: 'cf136dc3c1fc93f31185e5885805d7Qw9cWm1kXyLk4',
            client_secret_expires_at: 0,
            client_name: introduced.client_name,
            redirect_uris: introduced.redirect_uris,
            grant_types: ['authorization_code', 'refresh_token'],
            response_types: ['code'],
            token_endpoint_auth_method: 'client_secret_basic',
            scope: 'openid profile email offline_access',
          } satisfies z.output<typeof shapes.Registered>,
        },
      },
    ],
    failures: [
      wrong('redirect_uris', 'missing'),
      wrong('client_name'),
      wrong('post_logout_redirect_uris'),
      'invalid_scope',
      'registration_closed',
      'too_many_attempts',
    ],
  },
]
