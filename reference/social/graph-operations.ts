import * as requests from '../../src/dialects/social/requests'
import { type Operation, refusedBodies } from '../describe'
import { delegated, noId, wrong } from './delegated'
import { entryId, johnsId, rick } from './examples'
import * as shapes from './shapes'

/** Invitations, blocks and follows. */

const target = {
  schema: requests.TargetBody,
  examples: { 'a user': { target: johnsId } },
}
const refusedTargets = refusedBodies({ target: johnsId }, { target: 'john_doe' })
/** Oneself. */
const sameAccount = wrong('target', johnsId)

const page = {
  query: requests.FollowsQuery,
  parameters: {
    limit: { description: 'Records per page.' },
    offset: { description: 'The `_id` or `createdAt` of the last record of the previous page.' },
    order: { description: 'Newest or oldest first.' },
    userId: { example: johnsId },
  },
  refused: [
    { in: 'query', sent: { limit: '0' } },
    { in: 'query', sent: { offset: '1' } },
    { in: 'query', sent: { order: 'up' } },
  ],
} as const
const pageOfUser = { ...page, params: requests.UserPath }

const entry = { _id: entryId, approved: true, createdAt: '2023-09-09T13:45:52.505Z' }
const followers = shapes.answer('A page of follower records.', shapes.Followers, {
  ok: 1,
  data: { records: [{ ...entry, source: rick }] },
})
const following = shapes.answer('A page of followed people.', shapes.Following, {
  ok: 1,
  data: { records: [{ ...entry, target: rick }] },
})
const statuses = {
  status: 200,
  description: 'How one stands to the user.',
  schema: shapes.FollowStatus,
  examples: {
    'not following': { ok: 1, data: { following: false } },
    requested: { ok: 1, data: { following: false, requested: true } },
    following: { ok: 1, data: { following: true } },
  },
}

export const graphOperations: readonly Operation[] = [
  delegated('delegated:social:invite-code:read', {
    method: 'get',
    path: '/user/invite-codes',
    operationId: 'listInviteCodes',
    tag: 'Invitations',
    summary: 'Get invite codes',
    description: `Five for each account, where registration is by invitation. One with a \`targetId\` was used for that
account.`,
    answers: [
      shapes.answer('The codes of the account.', shapes.InviteCodes, {
        ok: 1,
        data: {
          inviteCodes: [
            {
              code: 'GU-2526-1687389089010',
              createdAt: '2023-06-21T16:31:29.012Z',
              updatedAt: '2023-09-06T15:07:42.794Z',
              targetId: '64f895bec011931326757de6',
            },
            {
              code: 'IE-2949-1687895089010',
              createdAt: '2023-06-21T16:31:29.012Z',
              updatedAt: '2023-06-21T16:31:29.012Z',
            },
          ],
        },
      }),
    ],
    failures: [],
  }),
  delegated('delegated:social:block:write', {
    method: 'post',
    path: '/user/block',
    operationId: 'blockUser',
    tag: 'Blocks',
    summary: 'Block a user',
    description:
      'Who is blocked finds nothing of one; follows and requests end in both directions.',
    body: target,
    refused: refusedTargets,
    answers: [shapes.done('The user is blocked.')],
    failures: [sameAccount, 'account_not_found', 'too_many_attempts'],
  }),
  delegated('delegated:social:block:write', {
    method: 'post',
    path: '/user/unblock',
    operationId: 'unblockUser',
    tag: 'Blocks',
    summary: 'Unblock a user',
    body: target,
    refused: refusedTargets,
    answers: [shapes.done('The user is not blocked.')],
    failures: [],
  }),
  delegated('delegated:social:follow:request', {
    method: 'post',
    path: '/user/follow',
    operationId: 'followUser',
    tag: 'Follows',
    summary: 'Follow a user',
    description: 'A private account is asked first.',
    body: target,
    refused: refusedTargets,
    answers: [
      {
        status: 200,
        description: 'What has come of it; `duplicate` where it had been done before.',
        schema: shapes.Followed,
        examples: {
          following: { ok: 1, data: { status: 'following' } },
          requested: { ok: 1, data: { status: 'requested' } },
        },
      },
    ],
    failures: [sameAccount, 'account_not_found', 'blocked', 'too_many_attempts'],
  }),
  delegated('delegated:social:follow:unfollow', {
    method: 'post',
    path: '/user/unfollow',
    operationId: 'unfollowUser',
    tag: 'Follows',
    summary: 'Unfollow a user',
    description: 'Or withdraw what one had asked.',
    body: target,
    refused: refusedTargets,
    answers: [shapes.done('The user is not followed.')],
    failures: [],
  }),
  delegated('delegated:social:follow:read', {
    method: 'get',
    path: '/user/followers',
    operationId: 'listOwnFollowers',
    tag: 'Follows',
    summary: 'My followers',
    ...page,
    answers: [followers],
    failures: [],
  }),
  delegated('delegated:social:follow:read', {
    method: 'get',
    path: '/user/follow-requests',
    operationId: 'listFollowRequests',
    tag: 'Follows',
    summary: 'My follow requests',
    ...page,
    answers: [
      shapes.answer('A page of follow request records.', shapes.Followers, {
        ok: 1,
        data: { records: [{ ...entry, approved: false, source: rick }] },
      }),
    ],
    failures: [],
  }),
  delegated('delegated:social:follow:accept', {
    method: 'patch',
    path: '/user/follow-request',
    operationId: 'acceptFollowRequest',
    tag: 'Follows',
    summary: 'Accept a follow request',
    body: { schema: requests.RequestBody, examples: { 'an entry': { request: johnsId } } },
    refused: refusedBodies({ request: johnsId }, { request: '1' }),
    answers: [shapes.done('The user is a follower.')],
    failures: ['follow_not_found'],
  }),
  delegated('delegated:social:follow:read', {
    method: 'get',
    path: '/user/following',
    operationId: 'listOwnFollowing',
    tag: 'Follows',
    summary: 'My following',
    ...page,
    answers: [following],
    failures: [],
  }),
  delegated('delegated:social:follow:read', {
    method: 'get',
    path: '/user/:userId/followers',
    operationId: 'listFollowers',
    tag: 'Follows',
    summary: 'User followers',
    description: 'Those of a private account are for its followers.',
    ...pageOfUser,
    answers: [followers],
    failures: [noId, 'account_not_found', 'not_following'],
  }),
  delegated('delegated:social:follow:read', {
    method: 'get',
    path: '/user/:userId/following',
    operationId: 'listFollowing',
    tag: 'Follows',
    summary: 'User following',
    description: 'Those of a private account are for its followers.',
    ...pageOfUser,
    answers: [following],
    failures: [noId, 'account_not_found', 'not_following'],
  }),
  delegated('delegated:social:follow:remove', {
    method: 'delete',
    path: '/user/follow-entry',
    operationId: 'removeFollowEntry',
    tag: 'Follows',
    summary: 'Delete a follower or a following',
    description: 'By the id of its record, from either side; a request as well.',
    body: { schema: requests.EntryBody, examples: { 'an entry': { entry: johnsId } } },
    refused: refusedBodies({ entry: johnsId }, { entry: '1' }),
    answers: [shapes.done('The record is gone.')],
    failures: ['follow_not_found'],
  }),
  delegated('delegated:social:follow:read', {
    method: 'get',
    path: '/user/follow-status',
    operationId: 'getFollowStatus',
    tag: 'Follows',
    summary: 'See whether one follows a user',
    query: requests.TargetQuery,
    parameters: { target: { description: 'The id of the user.', example: johnsId } },
    refused: [
      { in: 'query', sent: {} },
      { in: 'query', sent: { target: 'john_doe' } },
    ],
    answers: [statuses],
    failures: ['account_not_found'],
  }),
  delegated('delegated:social:follow:read', {
    method: 'get',
    path: '/user/follow-status/:userId',
    operationId: 'getFollowStatusOf',
    tag: 'Follows',
    summary: 'See whether one follows a user, by path',
    params: requests.UserPath,
    parameters: { userId: { example: johnsId } },
    answers: [statuses],
    failures: [noId, 'account_not_found'],
  }),
]
