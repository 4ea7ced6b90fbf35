import type * as z from 'zod/mini'
import * as requests from '../../src/oauth/requests'
import { type Operation, refusedBodies } from '../describe'
import { accessToken, accountId, client, clientFailures, username, wrong } from './examples'
import * as shapes from './shapes'

/** What a token is worth, and who is behind it. */

const introspected = {
  active: true,
  scope: 'delegated:profile:read',
  token_type: 'Bearer',
  iat: 1_740_830_400,
  exp: 1_740_834_000,
  iss: 'https://server.example.com',
} as const
const issued = {
  client_id: client.client_id,
  aud: 'https://server.example.com',
  jti: '3c6d1ee9-f7bc-4a1b-8a77-61d4b7c8d2a0',
}
const answers = {
  'not a token that counts': { active: false },
  'of a person who lets an application act': {
    ...introspected,
    ...issued,
    sub: accountId,
    username,
  },
  'of an application itself': {
    ...introspected,
    ...issued,
    scope: 'client:oauth:introspect',
    sub: client.client_id,
  },
  'the session of a person': {
    ...introspected,
    scope: 'delegated:all',
    sub: accountId,
    username,
  },
} satisfies { [words: string]: z.output<typeof shapes.Introspected> }

const olderAnswers = {
  'not a token that counts, to a client that asked by its token': {
    ok: 1,
    data: { tokenInfo: null },
  },
  'to a client that asked by its token': {
    ok: 1,
    data: {
      tokenInfo: {
        accessToken,
        accessTokenExpiresAt: '2025-03-01T13:00:00.000Z',
        scope: ['delegated:profile:read'],
        client: { id: client.client_id },
        user: {
          _id: accountId,
          username,
          firstName: 'Jane',
          lastName: 'Doe',
          role: 'user',
        },
      },
    },
  },
} satisfies { [words: string]: z.output<typeof shapes.TokenInfo> }

const description = 'What the token is worth now.'

const userInfo: Omit<Operation, 'method' | 'operationId' | 'summary' | 'description'> = {
  path: '/oauth/userinfo',
  tag: 'Knowledge',
  security: ['bearer'],
  answers: [
    {
      status: 200,
      description: 'Who they are.',
      schema: shapes.UserInfo,
      examples: {
        'with openid, profile and email': {
          sub: accountId,
          name: 'Jane Doe',
          given_name: 'Jane',
          family_name: 'Doe',
          preferred_username: username,
          updated_at: 1_740_830_400,
          email: 'janedoe@example.com',
          email_verified: true,
        },
        'with openid alone': { sub: accountId },
      } satisfies { [words: string]: z.output<typeof shapes.UserInfo> },
    },
  ],
  failures: [
    'not_authenticated',
    { code: 'missing_scope', scope: 'openid' },
    'email_not_confirmed',
  ],
}

export const knowledgeOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/oauth/introspect',
    operationId: 'introspectToken',
    tag: 'Knowledge',
    summary: 'Ask what a token is worth',
    description: `RFC 7662. A client may ask about its own tokens, and with \`client:oauth:introspect\` about
all. One that shows a token of its own, as bearer, is answered in an older shape. Asking about the session
of a person counts as its being used.`,
    security: ['client', 'none', 'bearer'],
    body: {
      schema: requests.IntrospectBody,
      examples: {
        'a token': { token: accessToken },
        'the client in the body': { token: accessToken, ...client },
      },
    },
    refused: refusedBodies({}, { token: 7 }),
    answers: [
      { status: 200, description, schema: shapes.Introspected, examples: answers },
      { status: 200, description, schema: shapes.TokenInfo, examples: olderAnswers },
    ],
    failures: [
      ...clientFailures,
      wrong('token', 'missing'),
      'not_authenticated',
      { code: 'missing_scope', scope: 'client:oauth:introspect' },
    ],
  },
  {
    ...userInfo,
    method: 'get',
    operationId: 'getUserInfo',
    summary: 'Ask who a person is',
    description: 'OpenID Connect Core 1.0 section 5.3. The scopes say how much is told.',
  },
  {
    ...userInfo,
    method: 'post',
    operationId: 'postUserInfo',
    summary: 'Ask who a person is, by the other method',
    description: 'The same.',
  },
]
