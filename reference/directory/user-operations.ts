import * as z from 'zod/mini'
import * as requests from '../../src/dialects/directory/requests'
import { type Operation, refusedBodies } from '../describe'
import { newUser, notLetIn, refusedRegistrations, registrationFailures } from './registrations'
import * as shapes from './shapes'

/** What administrators may do. */

const { Refusal: failureBody } = shapes
const security = ['bearer']
const noAdministrator = [...notLetIn, 'forbidden'] as const

const johnsRecord = {
  _id: 'XQMZgynx9M79qTtQc',
  createdAt: '2017-09-13T06:45:53.127Z',
  services: {
    password: {},
    email: { verificationTokens: [] },
    resume: {
      loginTokens: [{ when: '2017-09-13T06:45:53.265Z' }, { when: '2017-09-16T06:06:19.741Z' }],
    },
  },
  username: 'john',
  emails: [{ address: 'my@email.com', verified: false }],
  isAdmin: true,
  profile: {},
  loginDisabled: false,
}

const idOfUser = { id: { description: 'Of the account.', example: 'BsNr28znDkG8aeo7W' } }

export const userOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/api/users',
    operationId: 'createUser',
    tag: 'Users',
    summary: 'Create a user',
    description: 'Works also where registration is closed.',
    security,
    body: {
      schema: requests.RegisterBody,
      examples: { 'all fields': newUser },
    },
    refused: refusedRegistrations,
    answers: [
      {
        status: 200,
        description: 'The id of the created user, under both of its names.',
        schema: shapes.Created,
        examples: { created: { _id: 'EnhMbvxh65Hr7YvtG', id: 'EnhMbvxh65Hr7YvtG' } },
      },
    ],
    failures: [...registrationFailures, ...noAdministrator],
    failureBody,
  },
  {
    method: 'get',
    path: '/api/users',
    operationId: 'listUsers',
    tag: 'Users',
    summary: 'List the users',
    description: 'All of them, or a page where `limit` or `after` is given. In the order of ids.',
    security,
    query: requests.ListQuery,
    parameters: {
      limit: { description: 'How many there are on a page; 100 where only `after` is given.' },
      after: { description: 'The last id of the page before.' },
    },
    refused: [
      { in: 'query', sent: { limit: '0' } },
      { in: 'query', sent: { limit: '1001' } },
      { in: 'query', sent: { limit: 'many' } },
      { in: 'query', sent: { after: 'the beginning' } },
    ],
    answers: [
      {
        status: 200,
        description: 'The user list.',
        schema: z.array(shapes.ListedUser),
        examples: {
          'two users': [
            { _id: 'XQMZgynx9M79qTtQc', username: 'admin' },
            { _id: 'vy4WYj7k7NBhf3AFc', username: 'john' },
          ],
        },
        headers: { Link: { description: 'The next page as `rel="next"`, where there is one.' } },
      },
    ],
    failures: noAdministrator,
    failureBody,
  },
  {
    method: 'get',
    path: '/api/users/:id',
    operationId: 'getUser',
    tag: 'Users',
    summary: 'Get a user',
    security,
    parameters: {
      id: { description: 'Of the account, or its username.', example: 'XQMZgynx9M79qTtQc' },
    },
    answers: [
      {
        status: 200,
        description: 'Information about the user. No hash and no token is shown.',
        schema: shapes.User,
        examples: { john: johnsRecord },
      },
    ],
    failures: [...noAdministrator, 'account_not_found'],
    failureBody,
  },
  {
    method: 'put',
    path: '/api/users/:id',
    operationId: 'changeLogin',
    tag: 'Users',
    summary: 'Disable or enable the login of a user',
    description:
      'Disabling ends every session of the account. Nobody disables their own login. Done twice, it changes nothing.',
    security,
    parameters: idOfUser,
    body: {
      schema: requests.ActionBody,
      examples: {
        disable: { action: 'disableLogin' },
        enable: { action: 'enableLogin' },
      },
    },
    refused: refusedBodies({}, { action: 'takeOwnership' }),
    answers: [
      {
        status: 200,
        description: 'The user as changed.',
        schema: shapes.User,
        examples: {
          disabled: {
            ...johnsRecord,
            services: { ...johnsRecord.services, resume: { loginTokens: [] } },
            loginDisabled: true,
          },
          enabled: johnsRecord,
        },
      },
    ],
    failures: [...noAdministrator, 'account_not_found'],
    failureBody,
  },
  {
    method: 'delete',
    path: '/api/users/:id',
    operationId: 'deleteUser',
    tag: 'Users',
    summary: 'Delete a user',
    description: 'One’s own account takes a recent sign-in.',
    security,
    parameters: idOfUser,
    answers: [
      {
        status: 200,
        description: 'The id of the deleted user.',
        schema: z.strictObject({ _id: z.string() }),
        examples: { deleted: { _id: 'EnhMbvxh65Hr7YvtG' } },
      },
    ],
    failures: [
      ...noAdministrator,
      'account_not_found',
      { code: 'reauthentication_required', reason: 'stale' },
    ],
    failureBody,
  },
]
