import type * as z from 'zod/mini'
import type { Answer, Operation } from '../describe'
import * as shapes from './shapes'

/** What programs set themselves up by. */

const issuer = 'https://server.example.com'

const metadata: Answer = {
  status: 200,
  description: 'What this server is and does.',
  schema: shapes.Metadata,
  examples: {
    metadata: {
      issuer,
      authorization_endpoint: `${issuer}/oauth/authorize`,
      token_endpoint: `${issuer}/oauth/token`,
      jwks_uri: `${issuer}/oauth/jwks`,
      userinfo_endpoint: `${issuer}/oauth/userinfo`,
      end_session_endpoint: `${issuer}/oauth/logout`,
      introspection_endpoint: `${issuer}/oauth/introspect`,
      revocation_endpoint: `${issuer}/oauth/revoke`,
      pushed_authorization_request_endpoint: `${issuer}/oauth/par`,
      scopes_supported: ['delegated:all', 'openid', 'profile', 'email', 'offline_access'],
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      revocation_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
        'none',
      ],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
      prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
      claims_supported: ['sub', 'name', 'preferred_username', 'email', 'email_verified'],
      claims_parameter_supported: false,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
    } satisfies z.output<typeof shapes.Metadata>,
  },
}

export const discoveryOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/.well-known/oauth-authorization-server',
    operationId: 'getMetadata',
    tag: 'Discovery',
    summary: 'Get the metadata of the server',
    description:
      'RFC 8414. `registration_endpoint` is there where applications may introduce themselves.',
    answers: [metadata],
    failures: [],
  },
  {
    method: 'get',
    path: '/.well-known/openid-configuration',
    operationId: 'getOpenIdConfiguration',
    tag: 'Discovery',
    summary: 'Get the metadata of the server, under its other name',
    description: 'OpenID Connect Discovery 1.0. The same.',
    answers: [metadata],
    failures: [],
  },
  {
    method: 'get',
    path: '/oauth/jwks',
    operationId: 'getKeys',
    tag: 'Discovery',
    summary: 'Get the keys that tokens are signed with',
    description: 'RFC 7517. A new one is in the list for a day before it signs.',
    answers: [
      {
        status: 200,
        description: 'The keys.',
        schema: shapes.Keys,
        examples: {
          'one key': {
            keys: [
              {
                kty: 'EC',
                crv: 'P-256',
                x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
                y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
                kid: 'cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s',
                use: 'sig',
                alg: 'ES256',
              },
            ],
          } satisfies z.output<typeof shapes.Keys>,
        },
        headers: { 'Cache-Control': { description: 'For how long a copy is good.' } },
      },
    ],
    failures: [],
  },
]
