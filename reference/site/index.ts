import * as z from 'zod/mini'
import { site as dialect } from '../../src/dialects/site'
import * as requests from '../../src/dialects/site/requests'
import type { Api } from '../describe'
import { operations } from './operations'
import { Failure, Profile } from './shapes'

export const site: Api = {
  name: 'site',
  title: 'Atrium: site',
  about: `A small site's account API. Every answer is \`{statusCode, message, data}\`, and all three are
strings, but for \`data\` where it is a profile. \`statusCode\` is that of the original document: where it
printed "400" under HTTP 409 or 404, so does this API.

Creating an account and signing in set the cookie \`TOKEN\`, which is sent along by itself from pages of
this origin. A token of any other API of Atrium will do as well, as \`Authorization: Bearer\`.`,
  server: '/site',
  routes: dialect.routes,
  failures: dialect.failures,
  failureBody: Failure,
  failureWords: (body) => z.parse(Failure, body).message,
  takesForms: true,
  securitySchemes: {
    cookie: { type: 'apiKey', in: 'cookie', name: 'TOKEN', description: 'The session.' },
    bearer: { type: 'http', scheme: 'bearer', description: 'A session or an access token.' },
  },
  tags: [{ name: 'Accounts', description: 'Manage accounts' }],
  schemas: {
    Profile,
    NewAccount: requests.CreateBody,
    SignIn: requests.AuthBody,
    PasswordReset: requests.ResetBody,
  },
  operations,
}
