import * as requests from '../../src/dialects/talent/requests'
import { type Operation, refusedBodies } from '../describe'
import { authenticated, personal } from './common'
import { foundPerson } from './samples'
import { Bookmark, Bookmarks, done, succeeded } from './shapes'

/** The bookmarks that the original document's answers name. */

const { _id, firstName, lastName, role, type, isPrivate, score, profileCompleteness, socket } =
  foundPerson
const user = { _id, firstName, lastName, role, type, isPrivate, score, profileCompleteness, socket }
const bookmark = { _id: '6813a2c91d3c66b889056cf1', type: 'user', reference: _id }
const sent = { reference: _id, type: 'user' }

export const bookmarks: readonly Operation[] = [
  {
    ...personal('post', '/v1/bookmark'),
    operationId: 'addBookmark',
    tag: 'Bookmarks',
    summary: 'Bookmark a person',
    description: 'Nobody sees it but the caller. Again, it gives the same. There may be 1000.',
    body: { schema: requests.BookmarkBody, examples: { 'Alice Bob': sent } },
    refused: refusedBodies(sent, { reference: 'alice' }, { type: 'collection' }),
    answers: [succeeded('It is kept.', Bookmark, { 'Alice Bob': bookmark })],
    failures: [
      ...authenticated,
      { code: 'invalid_input', issues: [{ field: 'reference', rule: 'too_long' }] },
      'account_not_found',
    ],
  },
  {
    ...personal('get', '/v1/bookmark'),
    operationId: 'listBookmarks',
    tag: 'Bookmarks',
    summary: "The caller's bookmarks",
    description: 'The newest first, without people whom the caller does not see.',
    query: requests.PageQuery,
    parameters: {
      page: { description: 'Counts from 1.', example: '1' },
      limit: {
        description: 'How many at once: 12 where it is not said, 100 at most.',
        example: '20',
      },
    },
    refused: [
      { in: 'query', sent: { page: '0' } },
      { in: 'query', sent: { limit: 'all' } },
    ],
    answers: [
      succeeded('A page of bookmarks.', Bookmarks, {
        'Alice Bob': {
          pages: 1,
          page: 1,
          total: 1,
          limit: 12,
          position: 1,
          data: [{ ...bookmark, user, createdAt: '2025-05-01T16:35:21.120Z' }],
        },
      }),
    ],
    failures: authenticated,
  },
  {
    ...personal('delete', '/v1/bookmark/:id'),
    operationId: 'removeBookmark',
    tag: 'Bookmarks',
    summary: 'Take a bookmark away',
    description: 'Whatever the id is, afterwards there is none.',
    parameters: { id: { example: bookmark._id } },
    answers: [done('There is none.')],
    failures: authenticated,
  },
]
