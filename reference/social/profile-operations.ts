import * as z from 'zod/mini'
import { pictureBytesMax } from '../../src/core/pictures'
import { describeScopes } from '../../src/core/scopes'
import * as requests from '../../src/dialects/social/requests'
import { renderScopes } from '../../src/dialects/social/responses'
import { type Operation, refusedBodies } from '../describe'
import { delegated, noId } from './delegated'
import { john, johnsId, newJohn, rick } from './examples'
import * as shapes from './shapes'

/** Oneself and other people. */

const { username, firstName, lastName, phoneCountryCode, phone, email, password } = newJohn
const editableFields = ['username', 'firstName', 'lastName', 'email', 'password', 'bio']

/** As the server reads it: one part with a PNG, by its content. */
const Picture = z.object({
  profilePicture: z.file().check(z.mime(['image/png']), z.maxSize(pictureBytesMax)),
})

export const profileOperations: readonly Operation[] = [
  delegated('delegated:profile:write', {
    method: 'post',
    path: '/user/private',
    operationId: 'setPrivate',
    tag: 'Profile',
    summary: 'Switch to a private account',
    description: `Or back to a public one, which says yes to everybody who has asked to follow it.`,
    body: { schema: requests.PrivateBody, examples: { private: { state: true } } },
    refused: refusedBodies({ state: true }, { state: 'yes' }),
    answers: [shapes.done('It is as asked.')],
    failures: [],
  }),
  delegated('delegated:profile:read', {
    method: 'get',
    path: '/user/me',
    operationId: 'getOwnUser',
    tag: 'Profile',
    summary: 'Get current user details',
    answers: [
      shapes.answer('The user, and what they may change.', shapes.Own, {
        ok: 1,
        data: { user: john, editableFields },
      }),
    ],
    failures: [],
  }),
  delegated('delegated:profile:write', {
    method: 'patch',
    path: '/user/me',
    operationId: 'updateUser',
    tag: 'Profile',
    summary: 'Update user info',
    description: `All of it or nothing. \`GET /user/me\` tells which fields may be changed. A new \`email\` counts when it
is confirmed. A new \`email\` or \`password\` needs a sign-in within the last minutes, or
\`currentPassword\`; so does a new \`username\` that an application sets. \`__unset__\` or null takes a field
of the profile away. \`target\` and \`role\` are for administrators, with the scope \`admin:profile:write\`.
Nobody becomes one with an unconfirmed address.`,
    body: {
      schema: requests.UpdateBody,
      examples: {
        oneself: { username, firstName, lastName, phoneCountryCode, phone, email, password },
        'as an administrator': { target: johnsId, firstName, role: 'user' },
      },
    },
    refused: refusedBodies(
      {},
      { username: 'john' },
      { country: 'Germany' },
      { role: 'owner' },
      { target: username },
      { customData: 'none' },
    ),
    answers: [shapes.done('The user is changed.')],
    failures: [
      {
        code: 'invalid_input',
        issues: [{ field: 'isBanned', rule: 'not_editable', value: false }],
      },
      { code: 'invalid_input', issues: [{ field: 'password', rule: 'too_common' }] },
      'forbidden',
      'reauthentication_required',
      'account_not_found',
      'no_confirmed_email',
      'taken',
      'too_many_attempts',
    ],
  }),
  {
    method: 'get',
    path: '/user/scopes',
    operationId: 'listScopes',
    tag: 'Profile',
    summary: 'List the scopes',
    description:
      'What an application can be allowed to do. Whoever holds a scope holds all below it.',
    answers: [
      shapes.answer('Every scope by its name.', shapes.Scopes, renderScopes(describeScopes())),
    ],
    failures: [],
  },
  delegated('delegated:profile:read', {
    method: 'get',
    path: '/user/:userId',
    operationId: 'getUser',
    tag: 'Profile',
    summary: 'Get user details by ID',
    description: 'Whoever has blocked one is not found.',
    params: requests.UserPath,
    parameters: { userId: { example: johnsId } },
    answers: [shapes.answer('The user.', shapes.User, { ok: 1, data: { user: rick } })],
    failures: [noId, 'account_not_found'],
  }),
  delegated('delegated:profile:search', {
    method: 'post',
    path: '/user/search',
    operationId: 'searchUsers',
    tag: 'Profile',
    summary: 'Search users',
    description: `By a part of the username or the name, of two characters at least. \`approved\` says whether one may
see the lists of the user.`,
    body: { schema: requests.SearchBody, examples: { 'by name': { query: 'rick' } } },
    refused: refusedBodies({ query: 'rick' }, { query: '' }, { limit: 51 }),
    answers: [
      shapes.answer('The best matches first.', shapes.Found, {
        ok: 1,
        data: { results: [{ ...rick, approved: true, source: rick }] },
      }),
    ],
    failures: ['too_many_attempts'],
  }),
  delegated('delegated:profile:write', {
    method: 'patch',
    path: '/user/profile-picture',
    operationId: 'setProfilePicture',
    tag: 'Profile',
    summary: 'Set the profile picture',
    description: `A PNG of at most 1 MB and 4096 × 4096 pixels; the part may be called \`profile-picture\` as well. The
address that is answered shows the picture for four hours.`,
    body: {
      schema: Picture,
      types: ['multipart/form-data'],
      examples: { 'a PNG': { profilePicture: '/<binary>/' } },
    },
    answers: [
      shapes.answer('Where the picture is.', shapes.PictureSet, {
        ok: 1,
        data: { signedUrl: 'https://profile-picture.url' },
      }),
    ],
    failures: [
      'invalid_picture',
      { code: 'invalid_picture', problem: 'damaged' },
      { code: 'invalid_picture', problem: 'dimensions' },
      'malformed_body',
      'unsupported_media_type',
      'upload_too_large',
      'too_many_attempts',
    ],
  }),
  delegated('delegated:profile:write', {
    method: 'delete',
    path: '/user/profile-picture',
    operationId: 'removeProfilePicture',
    tag: 'Profile',
    summary: 'Remove the profile picture',
    answers: [shapes.done('There is none.')],
    failures: [],
  }),
]
