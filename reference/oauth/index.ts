import * as z from 'zod/mini'
import { failures } from '../../src/oauth/errors'
import * as requests from '../../src/oauth/requests'
import { oauth as routes } from '../../src/oauth/routes'
import type { Api } from '../describe'
import { discoveryOperations } from './discovery-operations'
import { knowledgeOperations } from './knowledge-operations'
import * as shapes from './shapes'
import { tokenOperations } from './token-operations'

const { Failure, Metadata, Keys, Token, TokenSet, Pushed, Registered } = shapes

export const oauth: Api = {
  name: 'oauth',
  title: 'Atrium: OAuth and OpenID Connect',
  about: `The authorization server: OAuth 2.0 as RFC 9700 would have it (codes with PKCE, refresh tokens
that are used once), and OpenID Connect. Programs find all of it by its metadata. People meet it as pages,
\`/oauth/authorize\` and \`/oauth/logout\`, which are not described here.

A client says who it is by Basic, or by \`client_id\` and \`client_secret\` in the body; a public client by
\`client_id\` alone. Bodies may be forms, as the standards have them, or JSON. Everything answers under
\`/social\` as well.`,
  server: '/',
  routes,
  undescribed: [
    'GET /oauth/authorize',
    'POST /oauth/authorize',
    'GET /oauth/consent',
    'POST /oauth/consent',
    'GET /oauth/logout',
    'POST /oauth/logout',
    'POST /oauth/logout/confirm',
  ],
  failures,
  failureBody: Failure,
  failureWords(body) {
    const { error, error_description: description } = z.parse(Failure, body)
    return description === undefined ? error : `${error}: ${description}`
  },
  takesForms: true,
  securitySchemes: {
    client: { type: 'http', scheme: 'basic', description: 'The id and the secret of a client.' },
    bearer: { type: 'http', scheme: 'bearer', description: 'An access token.' },
  },
  tags: [
    { name: 'Discovery', description: 'What the server is' },
    { name: 'Tokens', description: 'Getting tokens, and giving them back' },
    { name: 'Clients', description: 'What applications say beforehand' },
    { name: 'Knowledge', description: 'What tokens are worth, and whose they are' },
  ],
  schemas: {
    Metadata,
    Keys,
    Token,
    TokenSet,
    Pushed,
    Registered,
    Introspected: shapes.Introspected,
    TokenInfo: shapes.TokenInfo,
    UserInfo: shapes.UserInfo,
    TokenRequest: requests.TokenBody,
    ShownToken: requests.IntrospectBody,
    AuthorizationRequest: requests.PushedBody,
    NewClient: requests.RegistrationBody,
  },
  operations: [...discoveryOperations, ...tokenOperations, ...knowledgeOperations],
}
