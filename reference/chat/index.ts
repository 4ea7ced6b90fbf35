import * as z from 'zod/mini'
import { chat as dialect } from '../../src/dialects/chat'
import * as requests from '../../src/dialects/chat/requests'
import type { Api } from '../describe'
import { fileOperations } from './file-operations'
import * as shapes from './shapes'
import { signInOperations } from './sign-in-operations'
import { userOperations } from './user-operations'

const { Failure, MediaInfo, UserInfo, ShownDevice, DeviceSession, Self } = shapes

export const chat: Api = {
  name: 'chat',
  title: 'Atrium: chat',
  about: `The users API of ChatServer, with the uploads that its photos rest on. Bodies are JSON, and
whatever fails is \`{"error": true, "reason": "…"}\`. What is absent is left out, and never null.

Registering and logging in answer with the \`accessToken\` of the first of \`deviceSessions\`, to be sent
as \`Authorization: Bearer\`: cookies count for nothing here. A token of any other API of Atrium will do
as well, and that of an application which was allowed \`delegated:all\`.`,
  server: '/chat',
  routes: dialect.routes,
  // Two that only say that there is no user of that name, and one that is another's address.
  undescribed: ['GET /users/login', 'GET /users/resetPassword', 'GET /users/'],
  failures: dialect.failures,
  failureBody: Failure,
  failureWords: (body) => z.parse(Failure, body).reason,
  takesForms: false,
  securitySchemes: {
    basic: { type: 'http', scheme: 'basic', description: 'Username and password.' },
    bearer: { type: 'http', scheme: 'bearer', description: 'A session or an access token.' },
  },
  tags: [
    { name: 'Users', description: 'Managing users' },
    { name: 'Files', description: 'Photos and uploads' },
  ],
  schemas: {
    MediaInfo,
    UserInfo,
    ShownDevice,
    DeviceSession,
    Self,
    DeviceInfo: requests.Device,
    NewUser: requests.RegisterBody,
    PasswordChange: requests.ChangePasswordBody,
    AccountKey: requests.SetAccountKeyBody,
    PasswordReset: requests.ResetPasswordBody,
    Update: requests.UpdateBody,
    DeviceUpdate: requests.DeviceBody,
    NewPhoto: requests.PhotoBody,
  },
  operations: [...signInOperations, ...userOperations, ...fileOperations],
}
