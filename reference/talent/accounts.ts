import * as requests from '../../src/dialects/talent/requests'
import { passwordChanged } from '../../src/dialects/talent/responses'
import { type Operation, refusedBodies } from '../describe'
import { authenticated, personal, weakPasswords } from './common'
import * as samples from './samples'
import { Account, done, Found, Person, succeeded } from './shapes'

/** What the original document shows but for the second factor, in its order. */

const onboarding = { type: 'talent', skillCategory: 'engineering', profileImage: '' }
const passwords = { oldPassword: samples.password, newPassword: samples.newPassword }
const page = { pages: 1, page: 1, total: 1, limit: 12, position: 1 }

/** What is wrong with a part of the profile; where it stands on the wire stands in the message. */
const partsRefused = [
  { code: 'invalid_input', issues: [{ field: 'firstName', rule: 'too_long' }] },
  { code: 'invalid_input', issues: [{ field: 'profile.contact.phone', rule: 'format' }] },
  { code: 'invalid_input', issues: [{ field: 'profile.talent.availability', rule: 'format' }] },
  { code: 'invalid_input', issues: [{ field: 'profile.talent.tags', rule: 'too_long' }] },
  { code: 'invalid_input', issues: [{ field: 'socials.github', rule: 'format' }] },
  { code: 'invalid_input', issues: [{ field: 'socials.twitter', rule: 'format' }] },
  { code: 'invalid_input', issues: [{ field: 'socials.linkedin', rule: 'format' }] },
  { code: 'invalid_input', issues: [{ field: 'profileImage', rule: 'format' }] },
  { code: 'invalid_input', issues: [{ field: 'bgImage', rule: 'format' }] },
  { code: 'invalid_input', issues: [{ field: 'meta', rule: 'too_long' }] },
] as const

export const accounts: readonly Operation[] = [
  {
    ...personal('get', '/v1/account'),
    operationId: 'getAccount',
    tag: 'Account',
    summary: 'Account',
    description: 'All that is known of the caller. What was never given is null.',
    answers: [succeeded("The caller's account.", Account, { 'Alice Bob': samples.account })],
    failures: authenticated,
  },
  {
    ...personal('patch', '/v1/account/update'),
    operationId: 'updateAccount',
    tag: 'Account',
    summary: 'Update the account',
    description: `All fields are optional, and only those that are sent change. Null or an empty text takes a part
away; \`tags\` are all of them, up to 30. The address does not change here. \`profileImage\` and
\`bgImage\` are names of one's own uploads, \`meta\` is anything of up to 4096 characters of JSON.`,
    body: { schema: requests.UpdateBody, examples: { 'Alice Bob': samples.update } },
    refused: refusedBodies(
      samples.update,
      { firstName: '' },
      { lastName: 7 },
      { isPrivate: 'yes' },
      { meta: 'text' },
      { profile: { talent: { tags: 'engineering' } } },
      { socials: { website: 'http://mywebsite.com' } },
    ),
    answers: [
      succeeded(
        'The account as it is now.',
        Account,
        { 'Alice Bob': samples.account },
        { status: 202, message: 'Profile updated successfully' },
      ),
    ],
    failures: [...authenticated, ...partsRefused],
  },
  {
    ...personal('post', '/v1/account/onboard'),
    operationId: 'onboard',
    tag: 'Account',
    summary: 'Finish the onboarding',
    description: `Says what the account is for: \`talent\` or \`recipient\`, \`business\` or \`creator\`. What is left empty
stays as it is. Not in the original document.`,
    body: { schema: requests.OnboardBody, examples: { 'a talent': onboarding } },
    refused: refusedBodies(onboarding, { type: 7 }, { skillCategory: 7 }, { profileImage: 7 }),
    answers: [succeeded('The account as it is now.', Account, { 'new here': samples.newAccount })],
    failures: [
      ...authenticated,
      { code: 'invalid_input', issues: [{ field: 'type', rule: 'format' }] },
      { code: 'invalid_input', issues: [{ field: 'skillCategory', rule: 'too_long' }] },
      { code: 'invalid_input', issues: [{ field: 'profileImage', rule: 'format' }] },
    ],
  },
  {
    ...personal('put', '/v1/account/password/change'),
    operationId: 'changePassword',
    tag: 'Account',
    summary: 'Change the password',
    description: 'Ends every other session of the account.',
    body: { schema: requests.ChangePasswordBody, examples: { 'old and new': passwords } },
    refused: refusedBodies(passwords, { oldPassword: '' }, { newPassword: '' }),
    answers: [done('The new password counts.', { status: 202, message: passwordChanged })],
    failures: [
      ...authenticated,
      ...weakPasswords,
      'reauthentication_required',
      'too_many_attempts',
    ],
  },
  {
    ...personal('get', '/v1/account/user/:id'),
    operationId: 'getPerson',
    tag: 'People',
    summary: 'A person by id',
    description: `Others see neither street nor phone number. Whoever has blocked the caller is not found.`,
    parameters: { id: { example: samples.jukneId } },
    answers: [succeeded('As the caller sees them.', Person, { 'new here': samples.person })],
    failures: [...authenticated, 'account_not_found'],
  },
  {
    ...personal('get', '/v1/account/user'),
    operationId: 'findPeople',
    tag: 'People',
    summary: 'Search for people',
    description: `The most complete profiles first. Every parameter may be left out, or empty. A page counts up to 1000
people; where there may be more, the answer has \`totalIsCapped\`.`,
    query: requests.SearchQuery,
    parameters: {
      page: { description: 'Counts from 1.', example: '1' },
      limit: {
        description: 'How many at once: 12 where it is not said, 100 at most.',
        example: '20',
      },
      role: { description: '`user` or `admin`; nobody has another one.', example: 'user' },
      type: { description: '`recipient` or `creator`.', example: 'recipient' },
      profileCompletenessMin: { description: 'Percent.', example: '70' },
      profileCompletenessMax: { description: 'Percent.', example: '100' },
      range: { description: 'The least and the most of a hundred at once.', example: '70,100' },
      tags: { description: 'Any of these, with commas between.', example: 'engineering,devops' },
      owner: { description: 'Nobody but the caller.', example: 'false' },
      search: { description: 'Part of a name, in whatever case.', example: 'ali' },
    },
    refused: [
      { in: 'query', sent: { limit: 'all' } },
      { in: 'query', sent: { page: '0' } },
      { in: 'query', sent: { profileCompletenessMin: '101' } },
      { in: 'query', sent: { profileCompletenessMax: '-1' } },
      { in: 'query', sent: { range: '70' } },
      { in: 'query', sent: { type: ['creator', 'recipient'] } },
      { in: 'query', sent: { owner: 'yes' } },
      { in: 'query', sent: { search: 'a' } },
    ],
    answers: [
      succeeded('A page of people.', Found, {
        'Alice Bob': { ...page, data: [samples.foundPerson] },
        nobody: { ...page, pages: 0, total: 0, data: [] },
      }),
    ],
    failures: [...authenticated, 'too_many_attempts'],
  },
  {
    ...personal('post', '/v1/account/logout'),
    operationId: 'signOut',
    tag: 'Account',
    summary: 'Log out',
    description: 'Ends this session.',
    answers: [done('The token counts no longer.')],
    failures: authenticated,
  },
  {
    ...personal('post', '/v1/account/delete-account'),
    operationId: 'deleteAccount',
    tag: 'Account',
    summary: 'Delete the account',
    description: 'With everything in it, at once and for good.',
    body: {
      schema: requests.DeleteBody,
      examples: { password: { password: 'Password@123.' } },
    },
    refused: refusedBodies({ password: 'Password@123.' }, { password: '' }, { password: 7 }),
    answers: [done('The account is gone.', { message: 'success' })],
    failures: [...authenticated, 'reauthentication_required', 'too_many_attempts'],
  },
]
